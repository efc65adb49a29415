//! Reading a book's file line by line, and refusing any line that Teller would write differently.

use std::io::{BufRead, Read};

use sha2::{Digest, Sha256};

use crate::error::{Error, InputError};
use crate::facts::Hash;
use crate::files::{BOM, foreign_encoding};
use crate::interchange::book_file::fields::Currencies;
use crate::interchange::book_file::line::{append_line, digest, read_line};
use crate::ledger::{BookLine, BookPart, BookSource};

/// The longest line, in bytes: beyond all that a transfer can say, also where every character of its metadata is escaped.
const LINE_LENGTH_MAX: u64 = 1 << 20;

/// Reads a book's file.
pub struct BookReader<R> {
    reader: R,
    number: u64,
    hasher: Sha256,
    currencies: Currencies,
    line: Vec<u8>,
    /// The line as it should be written.
    written: Vec<u8>,
}

impl<R: BufRead> BookReader<R> {
    /// Reads from something.
    pub fn new(reader: R) -> Self {
        let (hasher, currencies) = (Sha256::new(), Currencies::new());
        Self { reader, number: 0, hasher, currencies, line: Vec::new(), written: Vec::new() }
    }

    /// Skips a byte order mark, which is no part of the book. The error for another encoding names that encoding.
    fn check_first_bytes(&mut self) -> Result<(), InputError> {
        if self.line.starts_with(BOM) {
            self.line.drain(..BOM.len());
        }
        match foreign_encoding(&self.line) {
            Some(problem) => Err(InputError::BookFile { line: 1, problem: problem.to_owned() }),
            None => Ok(()),
        }
    }

    fn read(&mut self) -> Result<BookPart, String> {
        if !self.line.ends_with(b"\n") {
            return Err("it has no end: the file was cut off, or the line is longer than any line of a book".to_owned());
        }
        let (record, sha256) = read_line(&self.line, &self.currencies)?;
        self.written.clear();
        append_line(&mut self.written, &record, &self.hasher).map_err(|error| error.to_string())?;
        if let Some(sha256) = sha256
            && sha256 != digest(&self.hasher)
        {
            return Err(format!("sha256 is {sha256}, the lines before it come to {}", digest(&self.hasher)));
        }
        if self.written != self.line {
            let same = self.line.iter().zip(&self.written).take_while(|(found, right)| found == right).count();
            return Err(format!("it is not written as Teller writes it, from byte {} on", same + 1));
        }
        if let BookPart::Currency(named) = &record {
            self.currencies.insert(named.currency.code().to_string(), named.currency);
        }
        Ok(record)
    }
}

impl<R: BufRead> BookSource for BookReader<R> {
    fn next_line(&mut self) -> Result<Option<BookLine>, Error> {
        self.line.clear();
        let read = self.reader.by_ref().take(LINE_LENGTH_MAX).read_until(b'\n', &mut self.line);
        read.map_err(|source| Error::File { doing: format!("read line {} of the book", self.number + 1), source })?;
        if self.number == 0 {
            self.check_first_bytes()?;
        }
        if self.line.is_empty() {
            return Ok(None);
        }
        self.number += 1;
        let number = self.number;
        let record = self.read().map_err(|problem| InputError::BookFile { line: number, problem })?;
        self.hasher.update(&self.line);
        Ok(Some(BookLine { number, record }))
    }

    fn digest(&self) -> Hash {
        digest(&self.hasher)
    }
}
