//! The command line: arguments, one call of a service, output. Thin on purpose.
//!
//! Results go to stdout, talk goes to stderr. Every failure becomes words and an exit code in one place, `failure.rs`.

mod account;
mod account_state;
mod args;
mod backup;
mod balance;
mod batch;
mod bench;
mod book;
mod command;
mod config;
mod currency;
mod deadline;
mod demo;
mod doctor;
mod exchange;
mod export;
mod failure;
mod hold;
mod import;
mod import_book;
mod interrupt;
mod journal;
mod log;
mod metadata;
mod migrate;
mod output;
mod period;
mod progress;
mod request;
mod reverse;
mod schedule;
mod schedule_add;
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
use crate::config::Origin;
use crate::error::Error;
use crate::service::Ledger;
use crate::store::{DatabaseUrl, Pool, StoreOptions};

/// A check found something.
const EXIT_FOUND: u8 = 1;

/// What every command has at hand.
struct Context {
    database_url: Option<String>,
    book: Option<String>,
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
        self.open(Ledger::open)
    }

    /// The book, also where an import has not come to its end.
    fn ledger_to_import(&self) -> Result<Ledger, Failure> {
        self.open(Ledger::open_incomplete)
    }

    /// Says so where a new book was made: whoever named another file than meant would look for accounts in vain.
    fn open(&self, open: fn(DatabaseUrl, StoreOptions) -> Result<Ledger, Error>) -> Result<Ledger, Failure> {
        let (url, _) = self.url()?;
        let (is_new, address) = (url.is_new_file(), url.to_string());
        let ledger = open(url, self.options()?)?;
        if is_new {
            args::say(format_args!("Made a new book: {address}"));
        }
        Ok(ledger)
    }

    /// The connections without a look at the schema, for the commands that are about the schema.
    fn pool(&self) -> Result<Pool, Failure> {
        Ok(Pool::connect(self.url()?.0, self.options()?)?)
    }

    /// The book to work on, and where its database was named.
    fn url(&self) -> Result<(DatabaseUrl, Origin), Failure> {
        let (url, origin) = crate::config::database_url(self.database_url.as_deref())?;
        let Some(book) = &self.book else { return Ok((url, origin)) };
        Ok((url.in_book(&args::parse(book)?)?, origin))
    }

    /// A command does one thing after the other.
    fn options(&self) -> Result<StoreOptions, Failure> {
        let mut options = StoreOptions { connections_max: 1, ..StoreOptions::default() };
        options.slow_statement_min = crate::config::slow_statement_min()?.unwrap_or(options.slow_statement_min);
        Ok(self.deadline.bound(options))
    }
}

/// Runs the program that the command line asks for.
#[must_use]
pub fn run() -> ExitCode {
    let arguments = Arguments::parse();
    let GlobalArgs { database_url, book, deadline, format, verbose } = arguments.global;
    let deadline = Deadline::new(deadline);
    let output = Output::new(format);
    deadline.watch(arguments.command.deadline_default(), &output);
    let context = Context { database_url, book, deadline, output };
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
        Command::Metadata(command) => metadata::run(context, &command),
        Command::Period(command) => period::run(context, &command),
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
        Command::Man => shell::man(context),
    }
}
