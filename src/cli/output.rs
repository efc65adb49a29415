//! All that goes to stdout. The only place that writes there. How a result looks in each format is in `results.rs`.

use std::cell::{Cell, RefCell};
use std::fs::File;
use std::io::{self, IsTerminal, Write};
use std::os::fd::AsFd;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use serde::Serialize;
use terminal_size::{Height, Width, terminal_size_of};

use crate::cli::cells::Cells;
use crate::cli::committed::Committed;
use crate::cli::failure::Failure;
use crate::cli::format::Format;
use crate::cli::look::Look;
use crate::cli::pager::Outlet;
use crate::cli::screen::{Screen, WIDTH_MIN, WIDTH_USUAL};
use crate::config;
use crate::wire::{TerminalJson, write_json, write_json_pretty};

/// Most records have fewer bytes in JSON.
const LINE_BYTES_USUAL: usize = 1_024;

/// Where results go.
pub(super) struct Output {
    pub(super) format: Format,
    pub(super) look: Look,
    outlet: RefCell<Outlet>,
    screen: Screen,
    /// Whether there were results to write.
    pub(super) has_begun: Arc<AtomicBool>,
    is_terminal: bool,
    /// Whether nobody reads them any more.
    reader_is_gone: Cell<bool>,
    committed: RefCell<Option<Committed>>,
}

impl Output {
    pub(super) fn new(look: Look) -> Self {
        let (reader_is_gone, committed) = (Cell::new(false), RefCell::new(None));
        let is_terminal = io::stdout().is_terminal();
        let size =
            terminal_size_of(io::stdout()).map(|(Width(width), Height(height))| [width, height].map(usize::from));
        let [width, height] = size.unwrap_or_default();
        let outlet =
            RefCell::new(Outlet::new(io::stdout(), (is_terminal && look.has_pager && height > 1).then(|| height - 1)));
        let width = if width > 0 { width } else { config::columns().unwrap_or(WIDTH_USUAL) };
        let width = (!look.is_wide).then(|| width.max(WIDTH_MIN));
        let screen = Screen { width, zone: look.zone, has_color: look.color.is_on(is_terminal) };
        Self {
            format: look.format,
            look,
            outlet,
            screen,
            has_begun: Arc::default(),
            is_terminal,
            reader_is_gone,
            committed,
        }
    }

    /// The same kind of output, with nothing in it yet.
    pub(super) fn again(&self) -> Self {
        Self::new(self.look)
    }

    /// Where people read it.
    pub(super) const fn screen(&self) -> Screen {
        self.screen
    }

    /// Takes note of what was committed, which must be told when its result cannot be written.
    pub(super) fn committed(&self, committed: Committed) {
        self.committed.replace(Some(committed));
    }

    /// What must be told when results were lost.
    pub(super) fn take_committed(&self) -> Option<Committed> {
        self.committed.take()
    }

    /// Whether results go to a file that has something in it already.
    pub(super) fn is_in_a_file() -> bool {
        let file = io::stdout().as_fd().try_clone_to_owned().map(File::from);
        file.and_then(|file| file.metadata()).is_ok_and(|file| file.is_file() && file.len() > 0)
    }

    /// Writes bytes as they are.
    pub(super) fn raw(&self, bytes: &[u8]) -> Result<(), Failure> {
        self.write(|stdout| stdout.write_all(bytes))
    }

    /// Writes one line for people.
    pub(super) fn text_line(&self, line: &str) -> Result<(), Failure> {
        self.write(|stdout| writeln!(stdout, "{}", line.trim_end()))
    }

    /// Writes one JSON document on several lines.
    pub(super) fn document(&self, value: &(impl Serialize + ?Sized)) -> Result<(), Failure> {
        self.write(|stdout| {
            write_json_pretty(&mut *stdout, value)?;
            stdout.write_all(b"\n")
        })
    }

    /// Writes one JSON document on one line.
    pub(super) fn line(&self, value: &impl Serialize) -> Result<(), Failure> {
        let mut line = Vec::with_capacity(LINE_BYTES_USUAL);
        write_json(&mut line, value)?;
        line.push(b'\n');
        self.raw(&line)
    }

    /// Writes one line of CSV.
    pub(super) fn csv_line(&self, texts: impl IntoIterator<Item = impl AsRef<str>>) -> Result<(), Failure> {
        let cells = Cells { texts: self.look.text_cells, are_for_a_terminal: self.is_terminal };
        let mut line = csv::Writer::from_writer(Vec::new());
        line.write_record(texts.into_iter().map(|text| cells.cell(text.as_ref()).into_owned()))
            .map_err(io::Error::other)?;
        self.raw(&line.into_inner().map_err(|error| io::Error::other(error.to_string()))?)
    }

    /// What writes past the formats. On a terminal it shows deceptive characters as JSON does.
    pub(super) fn stream(&self) -> Box<dyn Write + Send> {
        self.has_begun.store(true, Ordering::Relaxed);
        // It writes past the pager, behind what was written so far.
        let _ = self.finish();
        let stdout = io::stdout();
        if self.is_terminal { Box::new(TerminalJson::new(stdout)) } else { Box::new(stdout) }
    }

    /// Writes a failure to stderr, in the format that the results would have, and gives the code that the program ends with.
    pub(super) fn failure(&self, failure: &Failure) -> ExitCode {
        // What was written before it is flushed first, so that it stands first where both go to one place.
        let _ = self.finish();
        failure.tell()
    }

    /// Writes what is still kept back.
    pub(super) fn finish(&self) -> Result<(), Failure> {
        let flushed = self.outlet.borrow_mut().end();
        self.keep(flushed)
    }

    /// Whether results were lost: who leaves the pager has seen what they wanted.
    pub(super) fn is_lost(&self) -> bool {
        self.reader_is_gone() && !self.outlet.borrow().is_paged()
    }

    /// Whether what is written from now on is read by nobody.
    pub(super) const fn reader_is_gone(&self) -> bool {
        self.reader_is_gone.get()
    }

    fn write(&self, write: impl FnOnce(&mut Outlet) -> io::Result<()>) -> Result<(), Failure> {
        self.has_begun.store(true, Ordering::Relaxed);
        if self.reader_is_gone() {
            return Ok(());
        }
        let written = write(&mut self.outlet.borrow_mut());
        self.keep(written)
    }

    /// A reader that has gone away, such as `head`, has had enough. The work goes on, and ends as it would have.
    fn keep(&self, written: io::Result<()>) -> Result<(), Failure> {
        match written {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {
                self.reader_is_gone.set(true);
                Ok(())
            }
            written => Ok(written?),
        }
    }
}
