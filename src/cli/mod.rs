//! The command line: arguments, one call of a service, output. Thin on purpose.
//!
//! Results go to stdout, talk goes to stderr. Every failure becomes words and an exit code in one place, `failure.rs`.

mod account;
mod account_state;
mod args;
mod balance;
mod batch;
mod command;
mod config;
mod currency;
mod deadline;
mod demo;
mod doctor;
mod exchange;
mod failure;
mod hold;
mod import;
mod interrupt;
mod journal;
mod migrate;
mod output;
mod progress;
mod request;
mod reverse;
mod seal;
mod shell;
mod statement;
mod transfer;
mod verify;

use std::process::ExitCode;

use clap::Parser;

use self::command::{Arguments, Command, GlobalArgs};
use self::deadline::Deadline;
use self::failure::Failure;
use self::output::Output;
use crate::service::Ledger;
use crate::store::{Pool, StoreOptions};

/// A check found something.
const EXIT_FOUND: u8 = 1;

/// What every command has at hand.
struct Context {
    database_url: Option<String>,
    deadline: Deadline,
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
        let (url, _) = crate::config::database_url(self.database_url.as_deref())?;
        Ok(Ledger::open(url, self.options())?)
    }

    /// The connections without a look at the schema, for the commands that are about the schema.
    fn pool(&self) -> Result<Pool, Failure> {
        let (url, _) = crate::config::database_url(self.database_url.as_deref())?;
        Ok(Pool::connect(url, self.options())?)
    }

    /// A command does one thing after the other.
    fn options(&self) -> StoreOptions {
        self.deadline.bound(StoreOptions { connections_max: 1, ..StoreOptions::default() })
    }
}

/// Runs the program that the command line asks for.
#[must_use]
pub fn run() -> ExitCode {
    let arguments = Arguments::parse();
    let GlobalArgs { database_url, deadline, format } = arguments.global;
    let deadline = Deadline::new(deadline);
    let output = Output::new(format);
    deadline.watch(arguments.command.deadline_default(), &output);
    let context = Context { database_url, deadline, output };
    let outcome = run_command(&context, arguments.command).and_then(|ending| {
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
        Command::Exchange(arguments) => exchange::run(context, &arguments),
        Command::Hold(arguments) => hold::run(context, &arguments),
        Command::Capture(arguments) => hold::capture(context, &arguments),
        Command::Release(arguments) => hold::release(context, &arguments),
        Command::Reverse(arguments) => reverse::run(context, &arguments),
        Command::Journal(command) => journal::run(context, &command),
        Command::Batch(arguments) => batch::run(context, &arguments),
        Command::Balance(arguments) => balance::run(context, &arguments),
        Command::Statement(arguments) => statement::run(context, &arguments),
        Command::Import(command) => import::run(context, &command),
        Command::Verify(arguments) => verify::run(context, &arguments),
        Command::Seal(arguments) => seal::run(context, &arguments),
        Command::Doctor => doctor::run(context),
        Command::Migrate(command) => migrate::run(context, &command),
        Command::Config(command) => config::run(context, &command),
        Command::Completions(arguments) => shell::completions(context, &arguments),
        Command::Man => shell::man(context),
    }
}
