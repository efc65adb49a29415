//! The commands: for each its arguments, one call of the ledger, and its result.
//!
//! A new command is a file here, its `mod`, and one entry in the list: what its help says, its arguments and what it runs.

mod account;
mod audit;
mod backup;
mod balance;
mod batch;
mod bench;
mod book;
mod clock;
mod config;
#[cfg(feature = "server")]
mod consumer;
mod currency;
mod demo;
mod doctor;
mod events;
mod exchange;
mod export;
mod help;
mod hold;
mod import;
mod journal;
#[cfg(feature = "server")]
mod key;
mod metadata;
mod migrate;
#[cfg(feature = "server")]
mod monitor;
mod period;
mod report;
mod reverse;
mod schedule;
mod seal;
#[cfg(feature = "server")]
mod serve;
mod shell;
mod statement;
mod transfer;
mod verify;
#[cfg(feature = "server")]
mod webhook;

use clap::Subcommand;

use crate::cli::context::{Context, Ending};
use crate::cli::failure::Failure;

/// Makes the commands of the program from their list.
macro_rules! commands {
    ($($(#[$attribute:meta])* $(@$feature:literal)? $name:ident($arguments:ty) => $run:path,)+) => {
        #[derive(Subcommand)]
        pub(super) enum Command {
            $($(#[cfg(feature = $feature)])? $(#[$attribute])* $name($arguments),)+
        }

        /// Does what a command line asks for.
        pub(super) fn run(context: &Context, command: &Command) -> Result<Ending, Failure> {
            match command {
                $($(#[cfg(feature = $feature)])? Command::$name(arguments) => $run(context, arguments),)+
            }
        }
    };
}

commands! {
    /// Show what a ledger does, in a throwaway book
    Demo(demo::DemoArgs) => demo::run,
    /// Open, list, show, limit, freeze and close accounts
    #[command(subcommand)]
    Account(account::AccountCommand) => account::run,
    /// Change and show what is kept beside accounts and transfers
    #[command(subcommand)]
    Metadata(metadata::MetadataCommand) => metadata::run,
    /// Close periods of effective time, and open them again
    #[command(subcommand)]
    Period(period::PeriodCommand) => period::run,
    /// Show the book's clock, and accept entries that are later
    #[command(subcommand)]
    Clock(clock::ClockCommand) => clock::run,
    /// List and register currencies
    #[command(subcommand)]
    Currency(currency::CurrencyCommand) => currency::run,
    /// Put money into an account: it and the cash account rise
    Deposit(transfer::CashArgs) => transfer::deposit,
    /// Take money out of an account: it and the cash account fall
    Withdraw(transfer::CashArgs) => transfer::withdraw,
    /// Move money: FROM falls, TO rises. List and show transfers
    Transfer(transfer::TransferArgs) => transfer::run,
    /// Debit one account and credit another
    Post(transfer::PostArgs) => transfer::post,
    /// Exchange money for another currency
    Exchange(exchange::ExchangeArgs) => exchange::run,
    /// Reserve money until it is captured, released or expires
    Hold(hold::HoldArgs) => hold::run,
    /// Move money that is held
    Capture(hold::CaptureArgs) => hold::capture,
    /// Give up what is left of a hold
    Release(hold::ReleaseArgs) => hold::release,
    /// Undo a transfer or a journal
    Reverse(reverse::ReverseArgs) => reverse::run,
    /// Post, list and show journals: several transfers, all or none
    #[command(subcommand)]
    Journal(journal::JournalCommand) => journal::run,
    /// Add, list, show and cancel transfers that recur, and post those that are due
    #[command(subcommand)]
    Schedule(schedule::ScheduleCommand) => schedule::run,
    /// Do many requests in one transaction
    Batch(batch::BatchArgs) => batch::run,
    /// Show what accounts have
    Balance(balance::BalanceArgs) => balance::run,
    /// Show an account's transfers, newest first
    Statement(statement::StatementArgs) => statement::run,
    /// Show a trial balance, a balance sheet or an income statement of any time
    #[command(subcommand)]
    Report(report::ReportCommand) => report::run,
    /// Show what happened in the book, in order, and follow it
    Events(events::EventsArgs) => events::run,
    /// Import accounts or transfers from CSV files, or a whole book
    #[command(subcommand)]
    Import(import::ImportCommand) => import::run,
    /// Write the whole book to a file, to be imported elsewhere or kept
    Export(export::ExportArgs) => export::run,
    /// Recompute the whole book and compare
    Verify(verify::VerifyArgs) => verify::run,
    /// Let hledger, ledger and beancount check the book
    Audit(audit::AuditArgs) => audit::run,
    /// Write down what proves later that nothing was changed or cut off
    Seal(seal::SealArgs) => seal::run,
    /// Answer requests over HTTP
    @"server" Serve(serve::ServeArgs) => serve::run,
    /// Make, list, revoke and rotate the keys of the API
    #[command(subcommand)]
    @"server" Key(key::KeyCommand) => key::run,
    /// Name readers of events, whose place is kept: add, list, move and remove them
    #[command(subcommand)]
    @"server" Consumer(consumer::ConsumerCommand) => consumer::run,
    /// Watch what accounts have: add, list and remove monitors, and see what happened to them
    #[command(subcommand)]
    @"server" Monitor(monitor::MonitorCommand) => monitor::run,
    /// Send events to other systems: add, list, test, pause and remove webhooks
    #[command(subcommand)]
    @"server" Webhook(webhook::WebhookCommand) => webhook::run,
    /// Ask the database about itself, and warn of what can lose money
    Doctor(doctor::DoctorArgs) => doctor::run,
    /// Measure how fast this machine and its database are, in a throwaway book
    Bench(bench::BenchArgs) => bench::run,
    /// Write the book to a file while work on it goes on
    Backup(backup::BackupArgs) => backup::back_up,
    /// Put a backup in the place of a book that is not there
    Restore(backup::RestoreArgs) => backup::restore,
    /// Make and list books, where a database holds several
    #[command(subcommand)]
    Book(book::BookCommand) => book::run,
    /// Bring the book's schema up to date, or take it back; say who may do what
    #[command(subcommand)]
    Migrate(migrate::MigrateCommand) => migrate::run,
    /// Show the settings
    #[command(subcommand)]
    Config(config::ConfigCommand) => config::run,
    /// Print what makes a shell complete commands, options, accounts, currencies and holds
    Completions(shell::CompletionArgs) => shell::completions,
    /// Print the manual page of a command, or write those of all commands
    Man(shell::ManArgs) => shell::man,
    /// Print the help of a command, or of one of the topics exit-codes and settings
    Help(help::HelpArgs) => help::run,
}
