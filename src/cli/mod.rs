//! The command line: arguments, one call of a service, output. Thin on purpose.
//!
//! Results go to stdout, talk goes to stderr. What happened is told by the fault, what to do next by `advice.rs`, the exit code by `exit.rs`.
//! Files import downwards: this one and `command.rs` know the commands; commands know `context.rs` and what it stands on; `talk.rs`,
//! `exit.rs` and `format.rs` know nothing of the others.

mod advice;
mod args;
mod asking;
mod block;
mod cells;
mod color;
mod command;
mod commands;
mod committed;
mod completion;
mod context;
mod cut;
mod deadline;
mod exit;
mod failure;
mod fields;
mod format;
mod help;
mod interrupt;
mod listing;
mod log;
mod look;
mod lookup;
mod meant;
mod new_files;
mod output;
mod pager;
mod pages;
mod progress;
mod request;
mod results;
mod screen;
mod table;
mod talk;
mod times;
mod usage;
mod writing;
mod years;

use std::panic;
use std::process::ExitCode;

use clap::CommandFactory;

use crate::cli::command::{Arguments, GlobalArgs};
use crate::cli::context::{Context, Ending, Program};
use crate::cli::deadline::Deadline;
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::format::Format;
use crate::cli::output::Output;
use crate::cli::talk::Notes;
use crate::cli::usage::CommandLine;
use crate::config::{self, DotEnvFile};
use crate::store::MissingBook;

/// Runs the program that the command line asks for.
#[must_use]
pub fn run() -> ExitCode {
    // The hook of the standard library would write past the one place for talk.
    panic::set_hook(Box::new(|panic| {
        Failure::of_panic(panic).tell();
    }));
    let outcome = panic::catch_unwind(|| match completion::answer(Arguments::command) {
        Ok(true) => Exit::Done.into(),
        Ok(false) => match usage::read(&config::arguments()) {
            Ok(command_line) => run_command_line(command_line),
            Err(exit_code) => exit_code,
        },
        Err(error) => Failure::usage(error.to_string()).tell(),
    });
    outcome.unwrap_or(Exit::Fault.into())
}

fn run_command_line(command_line: CommandLine) -> ExitCode {
    let CommandLine { name, arguments: Arguments { global, command } } = command_line;
    let GlobalArgs { database_url, no_dotenv, book, write, create, deadline, look, verbose } = global;
    let deadline = Deadline::new(deadline);
    let dotenv = if no_dotenv { DotEnvFile::PassOver } else { DotEnvFile::Read };
    let look = match look.look(dotenv) {
        Ok(look) => look,
        Err(error) => return Failure::from(error).tell(),
    };
    talk::begin(look.format, look.color, if look.is_quiet { Notes::Dropped } else { Notes::Told });
    let output = Output::new(look);
    deadline.watch(&name, &output);
    let missing = if create { MissingBook::Make } else { MissingBook::Refuse };
    let program = Program { arguments: Arguments::command, run: run_within };
    let context = Context { database_url, dotenv, book, write, missing, verbose, deadline, output, program };
    let started = check_format(context.output.look.format, &name).and_then(|()| log::start(verbose, context.dotenv));
    let outcome = started.and_then(|()| commands::run(&context, &command)).and_then(|ending| {
        context.output.finish()?;
        Ok(ending)
    });
    let committed = context.output.take_committed();
    let outcome = match (outcome, committed) {
        (Ok(_), Some(committed)) if context.output.is_lost() => Err(Failure::of_lost_result(committed)),
        (outcome, committed) => outcome.map_err(|failure| context.with_similar(failure.after(committed))),
    };
    match outcome {
        Ok(ending) => Exit::from(ending).into(),
        Err(failure) => context.output.failure(&failure),
    }
}

/// Refuses pages of what has none, before anything is done.
fn check_format(format: Format, command: &str) -> Result<(), Failure> {
    let has_pages = command.split(' ').next().is_some_and(|noun| matches!(noun, "report" | "statement"));
    if format != Format::Html || has_pages {
        return Ok(());
    }
    Err(Failure::usage("--format html is for statements and reports"))
}

/// Runs a command line of this program inside of another one. It has the context of that one, whatever its own options say.
fn run_within(context: &Context, line: &str) -> Result<Ending, Failure> {
    let words = ["teller"].into_iter().chain(line.split(' '));
    let command_line =
        CommandLine::parse(words, context.output.look.color).map_err(|error| Failure::usage(error.to_string()))?;
    commands::run(context, &command_line.arguments.command)
}
