use std::collections::BTreeMap;
use std::fmt::Display;
use std::str::FromStr;

use clap::{Args, Parser, Subcommand};

use super::output::Format;
use super::{account, balance, currency, import, migrate, shell, statement, transfer};
use crate::rules::{Metadata, TextError};
use crate::service::Mode;

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

The book is the one of --database-url, or else of DATABASE_URL in the environment, or else of DATABASE_URL in a
.env file, or else the file teller.db in the working directory, which is made when it is first used.

Exit codes: 0 done; 1 a check found something; 2 usage; 3 refused by a rule; 65 bad input; 69 database
unreachable; 70 a fault; 75 try again; 77 not allowed; 78 configuration.";

#[derive(Args)]
pub(super) struct GlobalArgs {
    #[arg(
        long,
        global = true,
        value_name = "URL",
        help = "The book: sqlite://FILE or postgres://USER:PASSWORD@HOST/DATABASE"
    )]
    pub(super) database_url: Option<String>,
    /// How results are written
    #[arg(long, global = true, value_enum, default_value_t = Format::Table)]
    pub(super) format: Format,
}

#[derive(Subcommand)]
pub(super) enum Command {
    /// Show what a ledger does, in a throwaway book
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
    Verify,
    /// Ask the database about itself, and warn of what can lose money
    Doctor,
    /// Bring the book's schema up to date, or take it back
    #[command(subcommand)]
    Migrate(migrate::MigrateCommand),
    /// Print completions for a shell
    Completions(shell::CompletionArgs),
    /// Print the manual page
    Man,
}

/// For everything that writes.
#[derive(Args)]
pub(super) struct ModeArgs {
    /// Judge it like any other, and leave no trace
    #[arg(long)]
    pub(super) dry_run: bool,
}

impl ModeArgs {
    pub(super) const fn mode(&self) -> Mode {
        if self.dry_run { Mode::DryRun } else { Mode::Commit }
    }
}

/// `KEY=VALUE`, as often as it is given.
#[derive(Args)]
pub(super) struct MetadataArgs {
    /// Text for programs to keep beside it; can be given again
    #[arg(long = "metadata", value_name = "KEY=VALUE")]
    entries: Vec<String>,
}

impl MetadataArgs {
    pub(super) fn metadata(&self) -> Result<Metadata, TextError> {
        let mut entries = BTreeMap::new();
        for entry in &self.entries {
            let fault = |problem| TextError::Form { what: "metadata", text: entry.chars().take(40).collect(), problem };
            let (key, value) = entry.split_once('=').ok_or_else(|| fault("has no =; write KEY=VALUE"))?;
            if entries.insert(key.to_owned(), value.to_owned()).is_some() {
                return Err(fault("gives its key a second time"));
            }
        }
        Metadata::new(entries)
    }
}

/// Reads an argument whose text is checked by the library, so that its fault is bad input and not bad usage.
pub(super) fn parse<T>(text: &str) -> Result<T, crate::Error>
where
    T: FromStr,
    crate::InputError: From<T::Err>,
{
    text.parse::<T>().map_err(|error| crate::InputError::from(error).into())
}

/// One line of talk, on stderr.
pub(super) fn say(text: impl Display) {
    anstream::eprintln!("{text}");
}
