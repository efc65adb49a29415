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
    /// Comma-separated values with a header; see --raw
    Csv,
}
