//! The formats that results are written in.

use clap::ValueEnum;

/// How results are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// Columns for people
    Table,
    /// One JSON document
    Json,
    /// One JSON document a line
    Ndjson,
    /// A page for people, of statements and reports
    Html,
    /// Comma-separated values with a header; a text that a spreadsheet would compute has a ' before it
    Csv,
    /// The same with every text as it is, for programs
    CsvRaw,
}
