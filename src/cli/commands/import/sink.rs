//! What an import tells while it runs, and the file of the lines that it refuses.

use std::io::{self, Read};
use std::ops::ControlFlow;
use std::path::Path;

use crate::cli::advice;
use crate::cli::args::count;
use crate::cli::commands::import::arguments::ImportArgs;
use crate::cli::commands::import::preview::Preview;
use crate::cli::context::Context;
use crate::cli::failure::Failure;
use crate::cli::interrupt;
use crate::cli::new_files::create_next_to_taken;
use crate::cli::progress::Progress;
use crate::cli::talk::say;
use crate::error::{Error, InputError};
use crate::interchange::{Lines, RejectsFile};
use crate::ledger::{ImportCounts, ImportSink, Mode, Refused};

/// How many refused lines are told on stderr where all of them are in the rejects file.
const REFUSED_SHOWN_MAX: u64 = 10;

/// Tells of what happens, and writes down what was refused.
pub(super) struct Sink {
    /// `None` in a dry run, which leaves no trace.
    pub(super) rejects: Option<RejectsFile>,
    pub(super) preview: Option<Preview>,
    pub(super) progress: Progress,
    counts: ImportCounts,
    refused: u64,
}

impl Sink {
    pub(super) fn new(progress: Progress, rejects: Option<RejectsFile>, preview: Option<Preview>) -> Self {
        Self { rejects, preview, progress, counts: ImportCounts::default(), refused: 0 }
    }

    pub(super) fn say_stopped(&self) {
        if self.rejects.is_none() {
            say(format_args!("Stopped after {} of a dry run; nothing was imported.", count(self.counts.lines, "line")));
            return;
        }
        let refused = if self.refused > 0 { " Lines that were refused so far are refused again then." } else { "" };
        say(format_args!(
            "Stopped after {}; what was imported stays. Import the same file again to go on.{refused}",
            count(self.counts.lines, "line")
        ));
    }

    pub(super) fn stopped_by(&self, error: Error) -> Failure {
        match error {
            Error::Input(InputError::Csv { .. }) => Failure::from(error).with_hint(advice::mend_csv(self.counts.done)),
            error @ Error::Input(_) => error.into(),
            error => {
                self.say_stopped();
                error.into()
            }
        }
    }
}

impl ImportSink for Sink {
    fn refuse(&mut self, refused: &Refused) -> io::Result<()> {
        self.refused += 1;
        let message = message_of(refused);
        if let Some(preview) = &self.preview {
            preview.refuse(refused.number, &message);
        }
        if self.refused <= REFUSED_SHOWN_MAX || self.rejects.is_none() {
            let fault = &refused.fault;
            let message = &message;
            let column = if fault.column.is_empty() { String::new() } else { format!(", column {}", fault.column) };
            self.progress.suspend(|| {
                say(format_args!("line {}{column}: {}: {message}", refused.number, fault.code));
            });
        } else if self.refused == REFUSED_SHOWN_MAX + 1 {
            self.progress.suspend(|| say("More lines are refused; all of them are in the rejects file."));
        }
        self.rejects.as_mut().map_or(Ok(()), |rejects| rejects.write(refused, &message))
    }

    fn accept(&mut self, number: u64, replayed: bool) {
        if let Some(preview) = &self.preview {
            preview.accept(number, replayed);
        }
    }

    fn progress(&mut self, counts: &ImportCounts) -> ControlFlow<()> {
        self.counts = *counts;
        self.progress.show(counts.lines);
        if interrupt::is_requested() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }
}

/// What is wrong with a line, and what to do about it.
fn message_of(refused: &Refused) -> String {
    let message = &refused.fault.message;
    let hint = match &refused.rejection {
        Some(rejection) => advice::of_one_among_many(rejection),
        None => advice::of_line(&refused.fault).map(Into::into),
    };
    match hint {
        Some(hint) => format!("{message}; {hint}"),
        None => message.clone(),
    }
}

/// Begins the rejects file before anything is imported, so that it can be written when a line is refused.
pub(super) fn rejects<R: Read, T>(
    context: &Context,
    arguments: &ImportArgs,
    lines: &Lines<R, T>,
    mode: Mode,
) -> Result<Option<RejectsFile>, Failure> {
    if mode == Mode::DryRun {
        return Ok(None);
    }
    let Some(path) = arguments.rejects.clone() else {
        // An earlier import's rejects may be being mended, so that the next free name is taken.
        let beside = if arguments.file == Path::new("-") { Path::new("stdin") } else { &arguments.file };
        let file = create_next_to_taken(context, &beside.with_extension("rejects.csv"))?;
        return Ok(Some(RejectsFile::new(file, lines)));
    };
    let is_input = path.canonicalize().is_ok_and(|path| arguments.file.canonicalize().is_ok_and(|file| file == path));
    if is_input {
        let source = io::Error::other("it is the file to import");
        return Err(Error::File { doing: format!("write rejects to {}", path.display()), source }.into());
    }
    Ok(Some(RejectsFile::new(arguments.force.create(context, &path)?, lines)))
}
