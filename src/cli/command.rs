use clap::{ArgAction, Args, Parser, Subcommand};

use super::output::Format;
use super::{account, backup, balance, book, currency, import, migrate, shell, statement, transfer};

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
  teller statement customers:alice
  teller verify

The book is the one of --database-url, or else of DATABASE_URL in the environment, or else of DATABASE_URL in a \
.env file, or else the file teller.db in the working directory, which is made when it is first used. --book NAME is \
another book of the same PostgreSQL database.

Exit codes:
   0  done
   1  a check found something
   2  usage
   3  refused by a rule
  65  bad input
  69  database unreachable
  70  a fault
  75  try again
  77  not allowed
  78  configuration";

#[derive(Args)]
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
    /// Open, list, show and limit accounts
    #[command(subcommand)]
    Account(account::AccountCommand),
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
    /// Show what accounts have
    Balance(balance::BalanceArgs),
    /// Show an account's transfers, newest first
    Statement(statement::StatementArgs),
    /// Import accounts or transfers from CSV files
    #[command(subcommand)]
    Import(import::ImportCommand),
    /// Recompute the whole book and compare
    #[command(after_help = "Examples:\n  teller verify\n  teller verify --format json\n\n\
        Every hash, version, pointer, balance and total is computed again from the transfers. Exit code 1 means that \
        something differs; the first finding is where it began.")]
    Verify,
    /// Ask the database about itself, and warn of what can lose money
    #[command(after_help = "Example:\n  teller doctor --database-url postgres://localhost/bank\n\n\
        Exit code 1 means that there are warnings.")]
    Doctor,
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
    /// Print completions for a shell
    Completions(shell::CompletionArgs),
    /// Print the manual page
    #[command(after_help = "Example:\n  teller man > /usr/local/share/man/man1/teller.1")]
    Man,
}
