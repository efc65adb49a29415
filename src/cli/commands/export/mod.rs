//! The `export` command, which hands each format to the file that writes it.

mod args;
mod book;
mod destination;
mod flat;
mod journal;

use crate::cli::commands::export::args::ExportFormat;
use crate::cli::context::{Context, Ending};
use crate::cli::failure::Failure;
use crate::interchange::{FlatFormat, JournalFormat};

pub(in crate::cli) use crate::cli::commands::export::args::ExportArgs;
pub(super) use crate::cli::commands::export::book::contents;

pub(in crate::cli) fn run(context: &Context, arguments: &ExportArgs) -> Result<Ending, Failure> {
    let rows = &arguments.rows;
    match arguments.to {
        ExportFormat::Book => match rows.given() {
            Some(option) => {
                Err(Failure::usage(format!("{option} is for tables, and a book is whole; add --to csv or --to ndjson")))
            }
            None => book::run(context, arguments),
        },
        ExportFormat::Csv => flat::run(context, arguments, FlatFormat::Csv(context.output.look.text_cells)),
        ExportFormat::Ndjson => flat::run(context, arguments, FlatFormat::Ndjson),
        ExportFormat::Hledger => journal::run(context, arguments, JournalFormat::Hledger),
        ExportFormat::Ledger => journal::run(context, arguments, JournalFormat::Ledger),
        ExportFormat::Beancount => journal::run(context, arguments, JournalFormat::Beancount),
        #[cfg(feature = "parquet")]
        ExportFormat::Parquet => flat::run_parquet(context, arguments),
    }
}
