//! The commands: for each its arguments, one call of the ledger, and its result.

pub(super) mod account;
pub(super) mod backup;
pub(super) mod balance;
pub(super) mod batch;
pub(super) mod bench;
pub(super) mod book;
pub(super) mod clock;
pub(super) mod config;
pub(super) mod currency;
pub(super) mod demo;
pub(super) mod doctor;
pub(super) mod exchange;
pub(super) mod export;
pub(super) mod hold;
pub(super) mod import;
pub(super) mod journal;
pub(super) mod metadata;
pub(super) mod migrate;
pub(super) mod period;
pub(super) mod report;
pub(super) mod reverse;
pub(super) mod schedule;
pub(super) mod seal;
pub(super) mod shell;
pub(super) mod statement;
pub(super) mod transfer;
pub(super) mod verify;

use crate::cli::command::Command;
use crate::cli::failure::Failure;
use crate::cli::{Context, Ending};

/// Does what a command line asks for.
pub(super) fn run(context: &Context, command: Command) -> Result<Ending, Failure> {
    match command {
        Command::Demo => demo::run(context),
        Command::Account(command) => account::run(context, command),
        Command::Metadata(command) => metadata::run(context, &command),
        Command::Period(command) => period::run(context, &command),
        Command::Clock(command) => clock::run(context, &command),
        Command::Currency(command) => currency::run(context, command),
        Command::Deposit(arguments) => transfer::deposit(context, &arguments),
        Command::Withdraw(arguments) => transfer::withdraw(context, &arguments),
        Command::Transfer(arguments) => transfer::transfer(context, &arguments),
        Command::Post(arguments) => transfer::post(context, &arguments),
        Command::Exchange(arguments) => exchange::run(context, &arguments),
        Command::Hold(arguments) => hold::run(context, &arguments),
        Command::Capture(arguments) => hold::capture(context, &arguments),
        Command::Release(arguments) => hold::release(context, &arguments),
        Command::Reverse(arguments) => reverse::run(context, &arguments),
        Command::Journal(command) => journal::run(context, &command),
        Command::Schedule(command) => schedule::run(context, &command),
        Command::Batch(arguments) => batch::run(context, &arguments),
        Command::Balance(arguments) => balance::run(context, &arguments),
        Command::Statement(arguments) => statement::run(context, &arguments),
        Command::Report(command) => report::run(context, &command),
        Command::Import(command) => import::run(context, &command),
        Command::Export(arguments) => export::run(context, &arguments),
        Command::Verify(arguments) => verify::run(context, &arguments),
        Command::Seal(arguments) => seal::run(context, &arguments),
        Command::Doctor => doctor::run(context),
        Command::Bench(arguments) => bench::run(context, &arguments),
        Command::Backup(arguments) => backup::back_up(context, &arguments),
        Command::Restore(arguments) => backup::restore(context, &arguments),
        Command::Book(command) => book::run(context, &command),
        Command::Migrate(command) => migrate::run(context, &command),
        Command::Config(command) => config::run(context, &command),
        Command::Completions(arguments) => shell::completions(context, &arguments),
        Command::Man(arguments) => shell::man(context, &arguments),
    }
}
