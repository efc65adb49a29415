//! The arguments of the imports of CSV files.

use std::path::PathBuf;

use clap::Args;

use crate::cli::args::ModeArgs;
use crate::cli::commands::import::dialect::DialectArgs;
use crate::cli::new_files::ForceArgs;

#[derive(Args)]
pub(in crate::cli) struct ImportArgs {
    /// The file, or - for stdin
    pub(super) file: PathBuf,
    /// Where lines go that are not imported [default: a file beside FILE, ending in .rejects.csv; for stdin stdin.rejects.csv]
    #[arg(long, value_name = "FILE")]
    pub(super) rejects: Option<PathBuf>,
    #[command(flatten)]
    pub(super) force: ForceArgs,
    #[command(flatten)]
    pub(super) mode: ModeArgs,
    #[command(flatten)]
    pub(super) dialect: DialectArgs,
}

#[derive(Args)]
pub(in crate::cli) struct ImportTransfersArgs {
    /// The file's own name: its lines without a key are then told from equal lines of other files
    #[arg(long, value_name = "NAME")]
    pub(super) source: Option<String>,
    /// How to read a file whose columns are not these, such as another bank's statement
    #[arg(long, value_name = "FILE")]
    pub(super) rules: Option<PathBuf>,
    #[command(flatten)]
    pub(super) common: ImportArgs,
}
