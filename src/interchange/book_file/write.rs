//! Writing the records of a whole book, one a line.

use std::io::{self, Write};

use sha2::{Digest, Sha256};

use crate::interchange::book_file::line::append_line;
use crate::ledger::{BookPart, BookSink};

/// Writes a book's file.
pub struct BookWriter<W> {
    writer: W,
    hasher: Sha256,
    /// Begins the file anew, where that can be done.
    restart: fn(&mut W) -> io::Result<()>,
    line: Vec<u8>,
}

impl<W: Write> BookWriter<W> {
    /// Writes to something; `restart` takes back what was written.
    pub fn new(writer: W, restart: fn(&mut W) -> io::Result<()>) -> Self {
        Self { writer, hasher: Sha256::new(), restart, line: Vec::new() }
    }

    /// What was written to.
    pub fn into_inner(self) -> W {
        self.writer
    }
}

impl<W: Write> BookSink for BookWriter<W> {
    fn write(&mut self, record: &BookPart) -> io::Result<()> {
        self.line.clear();
        append_line(&mut self.line, record, &self.hasher)?;
        self.hasher.update(&self.line);
        self.writer.write_all(&self.line)
    }

    fn restart(&mut self) -> io::Result<()> {
        self.hasher = Sha256::new();
        (self.restart)(&mut self.writer)
    }
}
