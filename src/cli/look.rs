//! How results look: what the options of every command say of it, and what they come to.

use clap::Args;

use crate::cli::color::Color;
use crate::cli::format::Format;
use crate::config::{self, ConfigError, DotEnvFile};
use crate::interchange::TextCells;
use crate::wire::Zone;

const COLOR_HELP: &str = "When states and errors have colours; NO_COLOR in the environment switches auto off";
const ZONE_HELP: &str = "The zone of days, and of times without an offset: UTC, +02:00, Europe/Berlin [default: that of the settings, or else UTC]";

#[derive(Args)]
#[allow(clippy::struct_excessive_bools, reason = "each is a flag of its own")]
pub(super) struct LookArgs {
    /// How results are written
    #[arg(long, global = true, value_enum, default_value_t = Format::Table)]
    format: Format,
    /// In CSV, leave texts that begin like a formula as they are; without it they have a ' before them
    #[arg(long, global = true)]
    raw: bool,
    #[arg(long, global = true, value_enum, value_name = "WHEN", default_value_t = Color::Auto, help = COLOR_HELP)]
    color: Color,
    /// Show tables in full, with all their columns, however wide they are
    #[arg(long, global = true)]
    wide: bool,
    /// Show what is longer than the screen without the pager, which is that of PAGER or else less
    #[arg(long, global = true)]
    no_pager: bool,
    #[arg(long, global = true, value_name = "ZONE", allow_hyphen_values = true, help = ZONE_HELP)]
    time_zone: Option<Zone>,
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
    pub(super) zone: Zone,
    /// The flag that named the zone, if one did.
    pub(super) zone_flag: Option<&'static str>,
    pub(super) is_quiet: bool,
    /// Whether tables are shown in full.
    pub(super) is_wide: bool,
    pub(super) has_pager: bool,
}

impl LookArgs {
    /// What the options say, and the settings where they do not. A file of settings that cannot be read is told of by what reads it next, in
    /// the format that this comes to.
    pub(super) fn look(&self, dotenv: DotEnvFile) -> Result<Look, ConfigError> {
        let zone = match self.time_zone {
            Some(zone) => zone,
            None => match config::time_zone(dotenv) {
                Ok(said) => said.map_or(Zone::Utc, |said| said.value),
                Err(error) if error.is_of_file() => Zone::Utc,
                Err(error) => return Err(error),
            },
        };
        let text_cells = if self.raw { TextCells::Raw } else { TextCells::Safe };
        Ok(Look {
            format: self.format,
            text_cells,
            color: self.color,
            zone,
            zone_flag: self.time_zone.map(|_| "--time-zone"),
            is_quiet: self.quiet,
            is_wide: self.wide,
            has_pager: !self.no_pager,
        })
    }
}
