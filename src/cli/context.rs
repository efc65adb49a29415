//! What every command has at hand, and how it ends.

use crate::cli::args::parse;
use crate::cli::committed::Committed;
use crate::cli::deadline::Deadline;
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::output::Output;
use crate::cli::talk::say;
use crate::cli::times::Times;
use crate::cli::writing::WriteArgs;
use crate::config::{self, DotEnvFile, Flag, Origin};
use crate::facts::Actor;
use crate::ledger::{Ledger, Mode};
use crate::store::{DatabaseUrl, Lifetime, MissingBook, Pool, StoreOptions};

/// What every command has at hand.
pub(super) struct Context {
    pub(super) database_url: Option<String>,
    pub(super) dotenv: DotEnvFile,
    pub(super) book: Option<String>,
    pub(super) write: WriteArgs,
    pub(super) missing: MissingBook,
    pub(super) verbose: u8,
    pub(super) deadline: Deadline,
    pub(super) output: Output,
    pub(super) program: Program,
}

/// The program around a command, for commands that are about it. They get it handed, because they know nothing that stands above them.
#[derive(Clone, Copy)]
pub(super) struct Program {
    /// All its arguments.
    pub(super) arguments: fn() -> clap::Command,
    /// Runs one of its command lines, given without its name.
    pub(super) run: fn(&Context, &str) -> Result<Ending, Failure>,
}

/// How a command ends that did not fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ending {
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

impl From<Ending> for Exit {
    fn from(ending: Ending) -> Self {
        match ending {
            Ending::Done => Self::Done,
            Ending::Found => Self::Found,
            Ending::Refused => Self::Refused,
            Ending::Stopped => Self::TryAgain,
            Ending::BadInput => Self::BadInput,
        }
    }
}

impl Context {
    /// The book, which must be there unless `--create` is given.
    pub(super) fn ledger(&self) -> Result<Ledger, Failure> {
        self.write.for_writes_of(self.open(Ledger::open, self.missing)?)
    }

    /// The book, which is made where it is not there, for the commands that books begin with. A dry run makes none.
    pub(super) fn ledger_to_begin(&self, mode: Mode) -> Result<Ledger, Failure> {
        self.write.for_writes_of(self.open(Ledger::open, self.missing_to_begin(mode))?)
    }

    /// The book to import into, also where an import has not come to its end.
    pub(super) fn ledger_to_import(&self, mode: Mode) -> Result<Ledger, Failure> {
        self.write.for_writes_of(self.open(Ledger::open_incomplete, self.missing_to_begin(mode))?)
    }

    /// Who asks, as [`WriteArgs::actor`] says.
    pub(super) fn actor(&self) -> Result<Option<Actor>, Failure> {
        self.write.actor()
    }

    /// By what its times are read.
    pub(super) const fn times<'a>(&self, ledger: &'a Ledger) -> Times<'a> {
        Times { ledger, zone: self.output.look.zone }
    }

    /// The connections without a look at the schema, for the commands that are about the schema.
    pub(super) fn pool(&self) -> Result<Pool, Failure> {
        self.open(Pool::connect, self.missing)
    }

    /// The same for the command that makes a schema.
    pub(super) fn pool_to_begin(&self, mode: Mode) -> Result<Pool, Failure> {
        self.open(Pool::connect, self.missing_to_begin(mode))
    }

    const fn missing_to_begin(&self, mode: Mode) -> MissingBook {
        match mode {
            Mode::Commit => MissingBook::Make,
            Mode::DryRun => self.missing,
        }
    }

    /// Says when it made a new book, because a mistyped path would otherwise look like an empty book.
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
            say(format_args!("Made a new book: {address}"));
        }
        Ok(opened)
    }

    /// The database that the command line names.
    pub(super) fn database_url_flag(&self) -> Option<Flag<'_>> {
        self.database_url.as_deref().map(|value| Flag { name: "--database-url", value })
    }

    /// The book to work on, and where its database was named.
    pub(super) fn url(&self) -> Result<(DatabaseUrl, Origin), Failure> {
        let (url, origin) = config::database_url(self.database_url_flag(), self.dotenv)?;
        let Some(book) = &self.book else { return Ok((url, origin)) };
        Ok((url.in_book(&parse(book)?)?, origin))
    }

    /// Takes note of what was done, which is told when its result cannot be written. A dry run did nothing.
    pub(super) fn committed(&self, mode: Mode, committed: Committed) {
        if mode == Mode::Commit {
            self.output.committed(committed);
        }
    }

    /// Adds what may have been meant, where something is unknown. Where that cannot be found out, the failure is told as it is.
    pub(super) fn with_similar(&self, failure: Failure) -> Failure {
        let similar = failure.unknown.as_ref().map(|unknown| unknown.similar(&self.ledger()?).map_err(Failure::from));
        match similar {
            Some(Ok(names)) => failure.or_meant(&names),
            Some(Err(_)) | None => failure,
        }
    }

    /// A command does one thing after the other.
    pub(super) fn options(&self) -> Result<StoreOptions, Failure> {
        Ok(self.deadline.bound(self.options_without_deadline()?))
    }

    /// The same as the settings say it, before the deadline bounds it.
    pub(super) fn options_without_deadline(&self) -> Result<StoreOptions, Failure> {
        let config::Bounds { connections_max, attempts_max, retry_time_max, slow_statement_min } =
            config::bounds(self.dotenv)?;
        let usual = StoreOptions::default();
        let connections_max = connections_max.map_or(1, |said| said.value);
        Ok(StoreOptions {
            connections_max,
            lifetime: if connections_max == 1 { Lifetime::Short } else { Lifetime::Long },
            attempts_max: attempts_max.map_or(usual.attempts_max, |said| said.value),
            retry_time_max: retry_time_max.map_or(usual.retry_time_max, |said| said.value),
            slow_statement_min: slow_statement_min.map_or(usual.slow_statement_min, |said| said.value),
            ..usual
        })
    }
}
