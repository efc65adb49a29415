//! The command line: arguments, one call of a service, output. Thin on purpose.
//!
//! Results go to stdout, talk goes to stderr. Every failure becomes words and an exit code in one place, `failure.rs`.

mod account;
mod args;
mod backup;
mod balance;
mod book;
mod command;
mod currency;
mod demo;
mod doctor;
mod failure;
mod import;
mod interrupt;
mod log;
mod migrate;
mod output;
mod progress;
mod shell;
mod statement;
mod transfer;
mod verify;

use std::process::ExitCode;

use clap::Parser;

use self::command::{Arguments, Command, GlobalArgs};
use self::failure::Failure;
use self::output::Output;
use crate::config::{self, ConfigError, Origin};
use crate::service::Ledger;
use crate::store::{DatabaseUrl, Pool, StoreOptions};

/// A check found something.
const EXIT_FOUND: u8 = 1;

/// What every command has at hand.
struct Context {
    database_url: Option<String>,
    book: Option<String>,
    output: Output,
}

/// How a command ends that did not fail.
enum Ending {
    /// All is done.
    Done,
    /// A check found something, and said so.
    Found,
    /// Part of it was refused, and it was said which.
    Refused,
    /// It was interrupted between two steps, and said how to go on.
    Stopped,
    /// Part of the input was not understood, and it was said which.
    BadInput,
}

impl Context {
    fn ledger(&self) -> Result<Ledger, Failure> {
        Ok(Ledger::open(self.url()?.0, one_connection()?)?)
    }

    /// The connections without a look at the schema, for the commands that are about the schema.
    fn pool(&self) -> Result<Pool, Failure> {
        Ok(Pool::connect(self.url()?.0, one_connection()?)?)
    }

    /// The book to work on, and where its database was named.
    fn url(&self) -> Result<(DatabaseUrl, Origin), Failure> {
        let (url, origin) = config::database_url(self.database_url.as_deref())?;
        let Some(book) = &self.book else { return Ok((url, origin)) };
        Ok((url.in_book(&args::parse(book)?)?, origin))
    }
}

/// A command does one thing after the other.
fn one_connection() -> Result<StoreOptions, ConfigError> {
    let mut options = StoreOptions { connections_max: 1, ..StoreOptions::default() };
    options.slow_statement_min = config::slow_statement_min()?.unwrap_or(options.slow_statement_min);
    Ok(options)
}

/// Runs the program that the command line asks for.
#[must_use]
pub fn run() -> ExitCode {
    let arguments = Arguments::parse();
    let GlobalArgs { database_url, book, format, verbose } = arguments.global;
    let context = Context { database_url, book, output: Output::new(format) };
    let outcome = log::start(verbose).and_then(|()| run_command(&context, arguments.command)).and_then(|ending| {
        context.output.finish()?;
        Ok(ending)
    });
    match outcome {
        Ok(Ending::Done) => ExitCode::SUCCESS,
        Ok(Ending::Found) => ExitCode::from(EXIT_FOUND),
        Ok(Ending::Refused) => ExitCode::from(failure::EXIT_REFUSED),
        Ok(Ending::Stopped) => ExitCode::from(failure::EXIT_TRY_AGAIN),
        Ok(Ending::BadInput) => ExitCode::from(failure::EXIT_BAD_INPUT),
        Err(failure) => {
            context.output.failure(&failure);
            ExitCode::from(failure.exit_code)
        }
    }
}

fn run_command(context: &Context, command: Command) -> Result<Ending, Failure> {
    match command {
        Command::Demo => demo::run(context),
        Command::Account(command) => account::run(context, command),
        Command::Currency(command) => currency::run(context, command),
        Command::Deposit(arguments) => transfer::deposit(context, &arguments),
        Command::Withdraw(arguments) => transfer::withdraw(context, &arguments),
        Command::Transfer(arguments) => transfer::transfer(context, &arguments),
        Command::Post(arguments) => transfer::post(context, &arguments),
        Command::Balance(arguments) => balance::run(context, &arguments),
        Command::Statement(arguments) => statement::run(context, &arguments),
        Command::Import(command) => import::run(context, &command),
        Command::Verify => verify::run(context),
        Command::Doctor => doctor::run(context),
        Command::Backup(arguments) => backup::back_up(context, &arguments),
        Command::Restore(arguments) => backup::restore(context, &arguments),
        Command::Book(command) => book::run(context, &command),
        Command::Migrate(command) => migrate::run(context, &command),
        Command::Completions(arguments) => shell::completions(context, &arguments),
        Command::Man => shell::man(context),
    }
}
