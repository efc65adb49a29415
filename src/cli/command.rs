use std::time::Duration;

use clap::{ArgAction, Args, Parser, Subcommand};

use crate::cli::commands::{
    account, backup, balance, batch, bench, book, clock, config, currency, exchange, export, hold, import, journal,
    metadata, migrate, period, report, reverse, schedule, seal, shell, statement, transfer, verify,
};
use crate::cli::deadline::parse_time;
use crate::cli::output::Format;

/// A double-entry banking ledger over PostgreSQL or an SQLite file.
#[derive(Parser)]
#[command(name = "teller", version, propagate_version = true, after_help = EXAMPLES, max_term_width = 110)]
pub(super) struct Arguments {
    #[command(flatten)]
    pub(super) global: GlobalArgs,
    #[command(subcommand)]
    pub(super) command: Command,
}

const EXAMPLES: &str = "\
Examples:
  teller demo
  teller account open customers:alice --currency EUR
  teller deposit customers:alice 100.00
  teller transfer customers:alice customers:bob 12.34 --idempotency-key invoice-1
  teller hold customers:alice customers:bob 25.00 --idempotency-key order-7 --expires-in 7d
  teller capture order-7
  teller reverse invoice-1
  teller statement customers:alice
  teller verify

The book is the one of --database-url, or else of DATABASE_URL in the environment, or else of DATABASE_URL in a \
.env file, or else the file teller.db in the working directory. account open, import and migrate run make the file where it is \
not there; any other command refuses, unless --create is given. A relative path in a .env file starts at that file's folder. --book NAME is \
another book of the same PostgreSQL database.

Exit codes:
   0  done
   1  a check found something
   2  usage
   3  refused by a rule
  65  bad input
  69  database unreachable
  70  a fault of Teller
  74  the result could not be written; what was committed is told on stderr
  75  try again
  77  not allowed
  78  configuration";

const DEADLINE_HELP: &str = "When to give up: 500ms, 30s, 5m, 1h";

const DEADLINE_LONG_HELP: &str = "\
When to give up: 500ms, 30s, 5m, 1h [default: 2m, but none for backup, batch, bench, book, demo, export, import, migrate, report, restore, schedule run, seal, verify]

Until then a server that is down is waited for, and whatever passes is tried again: lost connections, deadlocks, \
conflicts, a standby that is not promoted yet. Without it a server that is down is reported at once, and the rest is \
tried again for 30 seconds. Exit code 75 then says that the same command may be run again.";

/// The deadline of commands that do one short thing, where none is given.
pub(super) const DEADLINE_DEFAULT: Duration = Duration::from_mins(2);

#[derive(Args)]
#[command(next_help_heading = "Options of every command")]
pub(super) struct GlobalArgs {
    #[arg(
        long,
        global = true,
        value_name = "URL",
        help = "The book: sqlite://FILE or postgres://USER:PASSWORD@HOST/DATABASE"
    )]
    pub(super) database_url: Option<String>,
    /// The book of that name in the database, where it holds several
    #[arg(long, global = true, value_name = "NAME")]
    pub(super) book: Option<String>,
    /// Make the book's file where it is not there; without it only account open, import and migrate run do
    #[arg(long, global = true)]
    pub(super) create: bool,
    #[arg(long, global = true, value_name = "TIME", value_parser = parse_time, help = DEADLINE_HELP, long_help = DEADLINE_LONG_HELP)]
    pub(super) deadline: Option<Duration>,
    /// How results are written
    #[arg(long, global = true, value_enum, default_value_t = Format::Table)]
    pub(super) format: Format,
    /// Say more on stderr: -v what is done, -vv each statement and its time, -vvv each transaction
    #[arg(short, long, global = true, action = ArgAction::Count)]
    pub(super) verbose: u8,
}

#[derive(Subcommand)]
pub(super) enum Command {
    /// Show what a ledger does, in a throwaway book
    #[command(after_help = "Example:\n  teller demo")]
    Demo,
    /// Open, list, show, limit, freeze and close accounts
    #[command(subcommand)]
    Account(account::AccountCommand),
    /// Change and show what is kept beside accounts and transfers
    #[command(subcommand)]
    Metadata(metadata::MetadataCommand),
    /// Close periods of effective time, and open them again
    #[command(subcommand)]
    Period(period::PeriodCommand),
    /// Show the book's clock, and accept entries that are later
    #[command(subcommand)]
    Clock(clock::ClockCommand),
    /// List and register currencies
    #[command(subcommand)]
    Currency(currency::CurrencyCommand),
    /// Put money into an account: it and the cash account rise
    Deposit(transfer::CashArgs),
    /// Take money out of an account: it and the cash account fall
    Withdraw(transfer::CashArgs),
    /// Move money: FROM falls, TO rises
    Transfer(transfer::TransferArgs),
    /// Debit one account and credit another
    Post(transfer::PostArgs),
    /// Exchange money for another currency
    Exchange(exchange::ExchangeArgs),
    /// Reserve money until it is captured, released or expires
    Hold(hold::HoldArgs),
    /// Move money that is held
    Capture(hold::CaptureArgs),
    /// Give up what is left of a hold
    Release(hold::ReleaseArgs),
    /// Undo a transfer or a journal
    Reverse(reverse::ReverseArgs),
    /// Post and show journals: several transfers, all or none
    #[command(subcommand)]
    Journal(journal::JournalCommand),
    /// Add, list, show and cancel transfers that recur, and post those that are due
    #[command(subcommand)]
    Schedule(schedule::ScheduleCommand),
    /// Do many requests in one transaction
    Batch(batch::BatchArgs),
    /// Show what accounts have
    Balance(balance::BalanceArgs),
    /// Show an account's transfers, newest first
    Statement(statement::StatementArgs),
    /// Show a trial balance, a balance sheet or an income statement of any time
    #[command(subcommand)]
    Report(report::ReportCommand),
    /// Import accounts or transfers from CSV files, or a whole book
    #[command(subcommand)]
    Import(import::ImportCommand),
    /// Write the whole book to a file, to be imported elsewhere or kept
    Export(export::ExportArgs),
    /// Recompute the whole book and compare
    Verify(verify::VerifyArgs),
    /// Write down what proves later that nothing was changed or cut off
    Seal(seal::SealArgs),
    /// Ask the database about itself, and warn of what can lose money
    #[command(after_help = "Example:\n  teller doctor --database-url postgres://localhost/bank\n\n\
        Exit code 1 means that there are warnings.")]
    Doctor,
    /// Measure how fast this machine and its database are, in a throwaway book
    Bench(bench::BenchArgs),
    /// Write the book to a file while work on it goes on
    Backup(backup::BackupArgs),
    /// Put a backup in the place of a book that is not there
    Restore(backup::RestoreArgs),
    /// Make and list books, where a database holds several
    #[command(subcommand)]
    Book(book::BookCommand),
    /// Bring the book's schema up to date, or take it back; say who may do what
    #[command(subcommand)]
    Migrate(migrate::MigrateCommand),
    /// Show the settings
    #[command(subcommand)]
    Config(config::ConfigCommand),
    /// Print completions for a shell
    Completions(shell::CompletionArgs),
    /// Print the manual page of a command, or write those of all commands
    Man(shell::ManArgs),
}

impl Command {
    /// By when the command has surely ended where nothing is wrong; `None` where that depends on how much there is to do.
    pub(super) const fn deadline_default(&self) -> Option<Duration> {
        match self {
            Self::Account(_)
            | Self::Metadata(_)
            | Self::Period(_)
            | Self::Clock(_)
            | Self::Currency(_)
            | Self::Deposit(_)
            | Self::Withdraw(_)
            | Self::Transfer(_)
            | Self::Post(_)
            | Self::Exchange(_)
            | Self::Hold(_)
            | Self::Capture(_)
            | Self::Release(_)
            | Self::Reverse(_)
            | Self::Journal(_)
            | Self::Balance(_)
            | Self::Statement(_)
            | Self::Doctor
            | Self::Config(_) => Some(DEADLINE_DEFAULT),
            Self::Schedule(command) => command.deadline_default(),
            Self::Demo
            | Self::Batch(_)
            | Self::Bench(_)
            | Self::Report(_)
            | Self::Import(_)
            | Self::Export(_)
            | Self::Verify(_)
            | Self::Seal(_)
            | Self::Backup(_)
            | Self::Restore(_)
            | Self::Book(_)
            | Self::Migrate(_)
            | Self::Completions(_)
            | Self::Man(_) => None,
        }
    }
}
