//! All that goes to stdout: results, in the format that is asked for. The only place that writes there.

use std::cell::{Cell, RefCell};
use std::io::{self, BufWriter, IsTerminal, Stdout, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use clap::ValueEnum;
use serde::Serialize;
use serde_json::{Map, Value};

use crate::cli::cells::Cells;
use crate::cli::committed::Committed;
use crate::cli::failure::Failure;
use crate::cli::listing::Listing;
use crate::cli::table::single_line;
use crate::wire::{Record, TerminalJson, write_json, write_json_pretty};

/// How results are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// Columns for people
    Table,
    /// One JSON document
    Json,
    /// One JSON document a line
    Ndjson,
    /// Comma-separated values with a header; a text that a spreadsheet would compute has a ' before it
    Csv,
    /// The same with every text as it is, for programs
    CsvRaw,
}

/// Where results go.
pub(super) struct Output {
    pub(super) format: Format,
    stdout: RefCell<BufWriter<Stdout>>,
    /// Whether there were results to write.
    pub(super) has_begun: Arc<AtomicBool>,
    is_terminal: bool,
    /// Whether nobody reads them any more.
    reader_is_gone: Cell<bool>,
    committed: RefCell<Option<Committed>>,
}

/// Which of a record's fields a table shows; every other format shows all.
pub(super) type Columns = &'static [&'static str];

impl Output {
    pub(super) fn new(format: Format) -> Self {
        let stdout = RefCell::new(BufWriter::new(io::stdout()));
        let (reader_is_gone, committed) = (Cell::new(false), RefCell::new(None));
        let is_terminal = io::stdout().is_terminal();
        Self { format, stdout, has_begun: Arc::default(), is_terminal, reader_is_gone, committed }
    }

    /// The same kind of output, with nothing in it yet.
    pub(super) fn again(&self) -> Self {
        Self::new(self.format)
    }

    /// Takes note of what was committed, which must be told when its result cannot be written.
    pub(super) fn committed(&self, committed: Committed) {
        self.committed.replace(Some(committed));
    }

    /// What must be told when results were lost.
    pub(super) fn take_committed(&self) -> Option<Committed> {
        self.committed.take()
    }

    /// A list of one kind, which is written page by page.
    pub(super) fn list<R: Record>(&self) -> Listing<'_, R> {
        Listing::new(self)
    }

    /// Writes one result.
    pub(super) fn one(&self, record: &impl Serialize, columns: &[&str]) -> Result<(), Failure> {
        match self.format {
            Format::Json => self.document(record),
            Format::Ndjson => self.line(record),
            Format::Csv | Format::CsvRaw => {
                let fields = fields_of(record)?;
                self.csv_line(fields.keys().map(String::as_str))?;
                self.csv_row(&fields)
            }
            Format::Table => {
                let row = fields_of(record)?;
                let table = crate::cli::table::Table::of(columns, std::slice::from_ref(&row));
                self.text_line(&table.header())?;
                self.text_line(&table.row(&row))
            }
        }
    }

    /// Writes many results of one kind.
    pub(super) fn many<R: Record>(&self, records: &[R], columns: &[&str]) -> Result<(), Failure> {
        let mut list = self.list();
        list.add(records, columns)?;
        list.end()
    }

    /// Writes one result with all its fields, in a table one below the other.
    pub(super) fn details(&self, record: &impl Serialize) -> Result<(), Failure> {
        if self.format != Format::Table {
            return self.one(record, &[]);
        }
        let fields = fields_of(record)?;
        let width = fields.keys().map(String::len).max().unwrap_or_default() + 3;
        for (name, value) in &fields {
            self.text_line(&format!("{:<width$}{}", name.replace('_', " "), single_line(&cell(value))))?;
        }
        Ok(())
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
        self.write(|stdout| {
            write_json(&mut *stdout, value)?;
            stdout.write_all(b"\n")
        })
    }

    /// Writes one row of CSV.
    pub(super) fn csv_row(&self, fields: &Map<String, Value>) -> Result<(), Failure> {
        self.csv_line(fields.values().map(cell))
    }

    pub(super) fn csv_line(&self, texts: impl IntoIterator<Item = impl AsRef<str>>) -> Result<(), Failure> {
        let cells = Cells { are_raw: self.format == Format::CsvRaw, are_for_a_terminal: self.is_terminal };
        let mut line = csv::Writer::from_writer(Vec::new());
        line.write_record(texts.into_iter().map(|text| cells.cell(text.as_ref()).into_owned()))
            .map_err(io::Error::other)?;
        self.raw(&line.into_inner().map_err(|error| io::Error::other(error.to_string()))?)
    }

    /// What writes past the formats. On a terminal it shows deceptive characters as JSON does.
    pub(super) fn stream(&self) -> Box<dyn Write + Send> {
        self.has_begun.store(true, Ordering::Relaxed);
        let stdout = io::stdout();
        if self.is_terminal { Box::new(TerminalJson::new(stdout)) } else { Box::new(stdout) }
    }

    /// Writes a failure to stderr, in the format that the results would have.
    pub(super) fn failure(&self, failure: &Failure) {
        // What was written before it is flushed first, so that it stands first where both go to one place.
        let _ = self.finish();
        failure.tell();
    }

    /// Writes what is still kept back.
    pub(super) fn finish(&self) -> Result<(), Failure> {
        let flushed = self.stdout.borrow_mut().flush();
        self.keep(flushed)
    }

    /// Whether what is written from now on is read by nobody.
    pub(super) const fn reader_is_gone(&self) -> bool {
        self.reader_is_gone.get()
    }

    fn write(&self, write: impl FnOnce(&mut BufWriter<Stdout>) -> io::Result<()>) -> Result<(), Failure> {
        self.has_begun.store(true, Ordering::Relaxed);
        if self.reader_is_gone() {
            return Ok(());
        }
        let written = write(&mut self.stdout.borrow_mut());
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

/// The fields of a record, in their order.
pub(super) fn fields_of(record: &impl Serialize) -> Result<Map<String, Value>, Failure> {
    match serde_json::to_value(record).map_err(io::Error::from)? {
        Value::Object(fields) => Ok(fields),
        other => Ok(Map::from_iter([("value".to_owned(), other)])),
    }
}

/// A value as one cell of a table or of CSV.
pub(super) fn cell(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Object(entries) if entries.is_empty() => String::new(),
        other => other.to_string(),
    }
}
