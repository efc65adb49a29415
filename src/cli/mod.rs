//! The command line: arguments, one call of a service, output. Thin on purpose.
//!
//! Results go to stdout, talk goes to stderr. Every failure becomes words and an exit code in one place, `failure.rs`.

mod args;
mod cells;
mod command;
mod commands;
mod committed;
mod deadline;
mod failure;
mod interrupt;
mod listing;
mod log;
mod output;
mod pages;
mod progress;
mod request;
mod table;
mod talk;
mod usage;

use std::panic;
use std::process::ExitCode;

use crate::cli::command::{Arguments, GlobalArgs};
use crate::cli::committed::Committed;
use crate::cli::deadline::Deadline;
use crate::cli::failure::Failure;
use crate::cli::output::Output;
use crate::config::Origin;
use crate::ledger::{Ledger, Mode};
use crate::store::{DatabaseUrl, MissingBook, Pool, StoreOptions};

/// A check found something.
const EXIT_FOUND: u8 = 1;

/// What every command has at hand.
struct Context {
    database_url: Option<String>,
    book: Option<String>,
    missing: MissingBook,
    verbose: u8,
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
    /// The book, which must be there unless `--create` is given.
    fn ledger(&self) -> Result<Ledger, Failure> {
        self.open(Ledger::open, self.missing)
    }

    /// The book, which is made where it is not there, for the commands that books begin with. A dry run makes none.
    fn ledger_to_begin(&self, mode: Mode) -> Result<Ledger, Failure> {
        self.open(Ledger::open, self.missing_to_begin(mode))
    }

    /// The book to import into, also where an import has not come to its end.
    fn ledger_to_import(&self, mode: Mode) -> Result<Ledger, Failure> {
        self.open(Ledger::open_incomplete, self.missing_to_begin(mode))
    }

    /// The connections without a look at the schema, for the commands that are about the schema.
    fn pool(&self) -> Result<Pool, Failure> {
        self.open(Pool::connect, self.missing)
    }

    /// The same for the command that makes a schema.
    fn pool_to_begin(&self, mode: Mode) -> Result<Pool, Failure> {
        self.open(Pool::connect, self.missing_to_begin(mode))
    }

    const fn missing_to_begin(&self, mode: Mode) -> MissingBook {
        match mode {
            Mode::Commit => MissingBook::Make,
            Mode::DryRun => self.missing,
        }
    }

    /// Says so where a new book was made: whoever named another file than meant would look for accounts in vain.
    fn open<T, E>(
        &self,
        open: fn(DatabaseUrl, StoreOptions) -> Result<T, E>,
        missing_book: MissingBook,
    ) -> Result<T, Failure>
    where
        Failure: From<E>,
    {
        let (url, _) = self.url()?;
        let (is_new, address) = (url.is_new_file(), url.to_string());
        let opened = open(url, StoreOptions { missing_book, ..self.options()? })?;
        if is_new {
            talk::say(format_args!("Made a new book: {address}"));
        }
        Ok(opened)
    }

    /// The book to work on, and where its database was named.
    fn url(&self) -> Result<(DatabaseUrl, Origin), Failure> {
        let (url, origin) = crate::config::database_url(self.database_url.as_deref())?;
        let Some(book) = &self.book else { return Ok((url, origin)) };
        Ok((url.in_book(&args::parse(book)?)?, origin))
    }

    /// Takes note of what was done, which is told when its result cannot be written. A dry run did nothing.
    fn committed(&self, mode: Mode, committed: Committed) {
        if mode == Mode::Commit {
            self.output.committed(committed);
        }
    }

    /// Adds what may have been meant, where an account is unknown. Where that cannot be found out, the failure is told as it is.
    fn with_similar(&self, failure: Failure) -> Failure {
        let similar = failure
            .unknown_account
            .as_ref()
            .map(|name| self.ledger()?.find_similar_accounts(name).map_err(Failure::from));
        match similar {
            Some(Ok(names)) => failure.or_meant(&names),
            Some(Err(_)) | None => failure,
        }
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
    // The hook of the standard library would write past the one place for talk.
    panic::set_hook(Box::new(|panic| talk::say_failure(&Failure::of_panic(panic))));
    let outcome = panic::catch_unwind(|| match usage::read(&crate::config::arguments()) {
        Ok(arguments) => run_arguments(arguments),
        Err(exit_code) => exit_code,
    });
    outcome.unwrap_or(ExitCode::from(failure::EXIT_FAULT))
}

fn run_arguments(arguments: Arguments) -> ExitCode {
    let GlobalArgs { database_url, book, create, deadline, format, verbose } = arguments.global;
    let deadline = Deadline::new(deadline);
    let output = Output::new(format);
    deadline.watch(arguments.command.deadline_default(), &output);
    let missing = if create { MissingBook::Make } else { MissingBook::Refuse };
    let context = Context { database_url, book, missing, verbose, deadline, output };
    let outcome = log::start(verbose).and_then(|()| commands::run(&context, arguments.command)).and_then(|ending| {
        context.output.finish()?;
        Ok(ending)
    });
    let committed = context.output.take_committed();
    let outcome = match (outcome, committed) {
        (Ok(_), Some(committed)) if context.output.reader_is_gone() => Err(Failure::of_lost_result(committed)),
        (outcome, committed) => outcome.map_err(|failure| context.with_similar(failure.after(committed))),
    };
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
