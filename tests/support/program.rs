//! The program, started as a person or a script starts it.

use std::env;
use std::net::Shutdown;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::process::{Child, Command, Output, Stdio};

use super::TestBook;
use super::book::BookClock;

/// What the program said, and how it ended.
#[derive(Debug)]
pub struct Answer {
    /// The exit code, or `None` where a signal ended it.
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

/// What nobody reads, as behind a `head` that has ended. The reader is shut down rather than closed: a program that another test starts at
/// the same moment inherits the reader for a while, and what is written meanwhile would count as read.
pub fn unread() -> Stdio {
    let (reader, writer) = UnixStream::pair().expect("two ends");
    reader.shutdown(Shutdown::Both).expect("it is open");
    OwnedFd::from(writer).into()
}

/// The program with its arguments, not started yet. Nothing of the environment names a book.
pub struct Program {
    command: Command,
    /// The clock of the book that it is for. The program goes by that of the machine, and no book's clock goes back.
    clock: Option<BookClock>,
}

impl Program {
    /// Without a book.
    pub fn new(arguments: &[&str]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_teller"));
        command.args(arguments).env_remove("DATABASE_URL").env_remove("TELLER_LOG");
        // A busy machine is no reason for a warning.
        command.env("TELLER_SLOW_STATEMENT_MS", "3600000");
        command.current_dir(env::temp_dir()).stdin(Stdio::null());
        Self { command, clock: None }
    }

    /// On a book.
    pub fn on(book: &TestBook, arguments: &[&str]) -> Self {
        Self { clock: Some(book.own_clock()), ..Self::new(&[&["--database-url", &book.url], arguments].concat()) }
    }

    /// Started by another program, which is given it and its arguments.
    pub fn under(self, starter: &[&str]) -> Self {
        let mut command = Command::new(starter[0]);
        let given = &self.command;
        command.args(&starter[1..]).arg(given.get_program()).args(given.get_args());
        command.env_remove("DATABASE_URL").env_remove("TELLER_LOG").env("TELLER_SLOW_STATEMENT_MS", "3600000");
        command.current_dir(given.get_current_dir().expect("it has one")).stdin(Stdio::null());
        Self { command, clock: self.clock }
    }

    /// The command, for whatever else it needs.
    pub fn command(mut self, change: impl FnOnce(&mut Command)) -> Self {
        change(&mut self.command);
        self
    }

    /// Runs it to its end.
    pub fn run(mut self) -> Answer {
        let answer = self.command.output().expect("the program starts").into();
        if let Some(clock) = &self.clock {
            clock.catch_up();
        }
        answer
    }

    /// Starts it, and leaves what it says unread.
    pub fn start(mut self) -> Child {
        self.command.stdout(Stdio::null()).stderr(Stdio::null());
        self.spawn()
    }

    /// Starts it with the streams that the command says.
    pub fn spawn(mut self) -> Child {
        self.command.spawn().expect("the program starts")
    }
}

impl From<Output> for Answer {
    fn from(output: Output) -> Self {
        let text = |bytes| String::from_utf8(bytes).expect("the program writes UTF-8");
        Self { code: output.status.code(), stdout: text(output.stdout), stderr: text(output.stderr) }
    }
}

impl Answer {
    /// The program must have ended so.
    #[track_caller]
    pub fn ends(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "stdout:\n{}\nstderr:\n{}", self.stdout, self.stderr);
        self
    }

    /// It must have said so on stderr.
    #[track_caller]
    pub fn says(self, text: &str) -> Self {
        assert!(self.stderr.contains(text), "{text:?} is not in stderr:\n{}", self.stderr);
        self
    }

    /// It must have written so to stdout.
    #[track_caller]
    pub fn shows(self, text: &str) -> Self {
        assert!(self.stdout.contains(text), "{text:?} is not in stdout:\n{}", self.stdout);
        self
    }

    /// What stdout holds, as JSON.
    #[track_caller]
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error} in stdout:\n{}", self.stdout))
    }
}

impl TestBook {
    /// Runs the program on the book; the arguments are separated by blanks.
    pub fn run(&self, arguments: &str) -> Answer {
        Program::on(self, &arguments.split(' ').collect::<Vec<_>>()).run()
    }

    /// As [`TestBook::run`], in the name of the book's owner.
    pub fn run_as_owner(&self, arguments: &str) -> Answer {
        let arguments: Vec<_> = ["--database-url", &self.owner_url].into_iter().chain(arguments.split(' ')).collect();
        Program { clock: Some(self.own_clock()), ..Program::new(&arguments) }.run()
    }
}
