//! Writing the rows of one table as CSV or as JSON lines.

use std::io::{self, Write};

use crate::interchange::flat::columns::{columns, values};
use crate::interchange::flat::texts::TextCells;
use crate::interchange::flat::{csv, ndjson};
use crate::ledger::{FlatRow, FlatSink, FlatTable};

/// How rows are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FlatFormat {
    /// Comma-separated values with a header.
    Csv(TextCells),
    /// One JSON object a line.
    Ndjson,
}

/// Writes a flat file.
pub struct FlatWriter<W> {
    writer: W,
    table: FlatTable,
    format: FlatFormat,
    /// Begins the file anew, where that can be done.
    restart: fn(&mut W) -> io::Result<()>,
    has_begun: bool,
    line: Vec<u8>,
}

impl<W: Write> FlatWriter<W> {
    /// Writes the rows of a table to something; `restart` takes back what was written.
    pub fn new(writer: W, table: FlatTable, format: FlatFormat, restart: fn(&mut W) -> io::Result<()>) -> Self {
        Self { writer, table, format, restart, has_begun: false, line: Vec::new() }
    }

    /// Ends the file, and returns what was written to. A file of CSV without rows has its header.
    ///
    /// # Errors
    /// What the system says.
    pub fn finish(mut self) -> io::Result<W> {
        self.begin()?;
        Ok(self.writer)
    }

    fn begin(&mut self) -> io::Result<()> {
        if !std::mem::replace(&mut self.has_begun, true)
            && let FlatFormat::Csv(_) = self.format
        {
            self.line.clear();
            csv::append_header(&mut self.line, columns(self.table))?;
            self.writer.write_all(&self.line)?;
        }
        Ok(())
    }
}

impl<W: Write> FlatSink for FlatWriter<W> {
    fn write(&mut self, row: &FlatRow) -> io::Result<()> {
        self.begin()?;
        self.line.clear();
        match self.format {
            FlatFormat::Csv(texts) => csv::append_row(&mut self.line, &values(row), texts)?,
            FlatFormat::Ndjson => ndjson::append_row(&mut self.line, columns(self.table), &values(row))?,
        }
        self.writer.write_all(&self.line)
    }

    fn restart(&mut self) -> io::Result<()> {
        self.has_begun = false;
        (self.restart)(&mut self.writer)
    }
}
