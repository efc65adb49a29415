//! The arguments of an export: its format, its file, and the rows that it selects.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use crate::cli::new_files::ForceArgs;

#[derive(Args)]
#[command(after_help = "Examples:\n  teller export --out bank.ndjson\n  \
    teller export | gzip > bank.ndjson.gz\n  \
    teller export | teller import book - --database-url postgres://localhost/bank\n  \
    teller export --to csv --out transfers.csv\n  \
    teller export --to csv --what statements --account customers:alice --month 2026-09\n  \
    teller export --to ndjson --what balances --at 2026-09-30\n  \
    teller export --to hledger --out book.journal\n  \
    teller export --to parquet --what entries --out entries.parquet\n\n\
    Without --to the file is the whole book, to be imported elsewhere or kept: JSON lines with a header, currencies, accounts \
    as they were opened, all transfers and events in order, and a trailer with counts and hashes. The same book always gives \
    the same file.\n\n\
    The other formats have one table, for spreadsheets and for analysts' tools: transfers, entries (two rows a transfer, none \
    for holds and releases), balances, or statements with their opening and closing balances, oldest first. --from and \
    --until go by recorded time.\n\n\
    Journals are for other accounting programs, which check the book: all that moved, by effective time, as --from and --until \
    are then. Holds are not in them. teller audit does it all at once.\n\n\
    Every export shows the book at one moment, whatever --format says; nobody is held up meanwhile.")]
pub(in crate::cli) struct ExportArgs {
    /// The format of the file
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t = ExportFormat::Book)]
    pub(super) to: ExportFormat,
    #[command(flatten)]
    pub(super) rows: RowArgs,
    /// Where it goes; only with --force over a file that is there [default: stdout]
    #[arg(long, value_name = "FILE")]
    pub(super) out: Option<PathBuf>,
    #[command(flatten)]
    pub(super) force: ForceArgs,
}

/// The formats of files.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum ExportFormat {
    /// The whole book, to be imported elsewhere or kept
    Book,
    /// Comma-separated values with a header; a text that a spreadsheet would compute has a ' before it
    Csv,
    /// One JSON object a line
    Ndjson,
    /// A journal of hledger
    Hledger,
    /// A journal of ledger
    Ledger,
    /// A journal of beancount
    Beancount,
    /// Columns with types, for tools of analysts; needs --out
    #[cfg(feature = "parquet")]
    Parquet,
}

/// Which rows of which table are exported.
#[derive(Args)]
pub(super) struct RowArgs {
    /// The table [default: transfers]
    #[arg(long, value_enum, value_name = "TABLE")]
    pub(super) what: Option<What>,
    /// Only the statement of this account
    #[arg(long, value_name = "NAME")]
    pub(super) account: Option<String>,
    /// What was recorded in a month: 2026-01
    #[arg(long, value_name = "MONTH", conflicts_with_all = ["from", "until"])]
    pub(super) month: Option<String>,
    /// What was recorded from the first moment of this day, month, year or time on: 2026-01-31
    #[arg(long, value_name = "TIME")]
    pub(super) from: Option<String>,
    /// What was recorded before the first moment of this day, month, year or time
    #[arg(long, value_name = "TIME")]
    pub(super) until: Option<String>,
    /// Balances that counted for the books by the end of this day, month, year or time
    #[arg(long, value_name = "TIME")]
    pub(super) at: Option<String>,
}

/// The tables.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum What {
    /// One row a transfer
    Transfers,
    /// Two rows a transfer, none for holds and releases
    Entries,
    /// One row an account
    Balances,
    /// For each account its opening balance, its transfers and its closing balance
    Statements,
}

impl RowArgs {
    /// The first option that journals do not have, where one is given.
    pub(super) fn given_but_span(&self) -> Option<&'static str> {
        let span = ["--month", "--from", "--until"];
        self.all().into_iter().find(|(option, is_given)| *is_given && !span.contains(option)).map(|(option, _)| option)
    }

    /// The first option that only tables have, where one is given.
    pub(super) fn given(&self) -> Option<&'static str> {
        self.all().into_iter().find(|(_, is_given)| *is_given).map(|(option, _)| option)
    }

    /// All options, and whether they are given.
    fn all(&self) -> [(&'static str, bool); 6] {
        let Self { what, account, month, from, until, at } = self;
        [
            ("--what", what.is_some()),
            ("--account", account.is_some()),
            ("--month", month.is_some()),
            ("--from", from.is_some()),
            ("--until", until.is_some()),
            ("--at", at.is_some()),
        ]
    }
}
