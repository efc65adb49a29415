//! How results look: what the options of every command say of it, and what they come to.

use clap::Args;

use crate::cli::color::Color;
use crate::cli::format::Format;
use crate::interchange::TextCells;

#[derive(Args)]
pub(super) struct LookArgs {
    /// How results are written
    #[arg(long, global = true, value_enum, default_value_t = Format::Table)]
    format: Format,
    /// In CSV, leave texts that begin like a formula as they are; without it they have a ' before them
    #[arg(long, global = true)]
    raw: bool,
    /// When states and errors have colours; NO_COLOR in the environment switches auto off
    #[arg(long, global = true, value_enum, value_name = "WHEN", default_value_t = Color::Auto)]
    color: Color,
    /// Say nothing on stderr but failures: no notes and no progress
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    quiet: bool,
}

/// How results look.
#[derive(Clone, Copy)]
pub(super) struct Look {
    pub(super) format: Format,
    /// What becomes of texts of CSV that begin like a formula.
    pub(super) text_cells: TextCells,
    pub(super) color: Color,
    pub(super) is_quiet: bool,
}

impl LookArgs {
    pub(super) const fn look(&self) -> Look {
        let text_cells = if self.raw { TextCells::Raw } else { TextCells::Safe };
        Look { format: self.format, text_cells, color: self.color, is_quiet: self.quiet }
    }
}
