//! Records of a CSV file, read strictly: a quote opens a field only at the field's start, and closes it only right before the delimiter or
//! the line's end.
//!
//! A quote elsewhere leaves open where the records end, and text from outside, such as a description, could be read as a payment. So the
//! first such fault is the end of the file.

#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::io::{BufRead, BufReader, Read};

use memchr::{memchr, memchr2};

use crate::error::{Error, InputError};

/// The most bytes of a field, far beyond any text that is stored.
pub(crate) const FIELD_BYTES_MAX: usize = 64 << 10;
const _: () = assert!(FIELD_BYTES_MAX == 65_536, "the message names it");
/// The most bytes of a record, with all its quotes.
pub(crate) const RECORD_BYTES_MAX: usize = 1 << 20;
/// How many bytes are read at once.
const READ_BYTES: usize = 64 << 10;

/// One record, as it stands in the file.
#[derive(Debug)]
pub(crate) struct Record {
    /// The line that it begins on, counted from 1.
    pub(crate) line: u64,
    /// Where it begins in the file, in bytes.
    pub(crate) offset: u64,
    /// Its bytes, without the end of its last line.
    pub(crate) raw: Vec<u8>,
    fields: Vec<Field>,
}

/// Where a field stands in its record.
#[derive(Clone, Copy, Debug)]
struct Field {
    start: usize,
    end: usize,
    /// Whether quotes stand around it.
    is_quoted: bool,
}

impl Record {
    pub(crate) fn len(&self) -> usize {
        self.fields.len()
    }

    /// What the fields say.
    pub(crate) fn values(&self) -> impl Iterator<Item = Cow<'_, [u8]>> {
        self.fields.iter().map(|field| {
            let raw = &self.raw[field.start..field.end];
            if field.is_quoted { unquoted(&raw[1..raw.len() - 1]) } else { Cow::Borrowed(raw) }
        })
    }

    /// The fields with their quotes.
    pub(crate) fn raw_fields(&self) -> impl Iterator<Item = &[u8]> {
        self.fields.iter().map(|field| &self.raw[field.start..field.end])
    }
}

/// What stands between quotes, where each quote inside is written as two.
fn unquoted(inside: &[u8]) -> Cow<'_, [u8]> {
    let Some(mut quote) = memchr(b'"', inside) else { return Cow::Borrowed(inside) };
    let mut value = Vec::with_capacity(inside.len());
    let mut rest = inside;
    loop {
        value.extend_from_slice(&rest[..=quote]);
        rest = &rest[quote + 2..];
        match memchr(b'"', rest) {
            Some(next) => quote = next,
            None => break,
        }
    }
    value.extend_from_slice(rest);
    Cow::Owned(value)
}

/// Reads records. Lines end in LF, CR LF or CR; blank ones are passed over, and counted.
pub(crate) struct Records<R> {
    reader: BufReader<R>,
    /// How many bytes were read.
    offset: u64,
    /// The line that is read next, counted from 1.
    line: u64,
    /// Whether the last line ended in a CR, to which a LF may belong.
    is_after_cr: bool,
    /// Whether the end of the file or a fault was seen.
    is_over: bool,
    /// The end of the first line.
    line_end: Option<&'static str>,
}

impl<R: Read> Records<R> {
    pub(crate) fn new(reader: R) -> Self {
        let reader = BufReader::with_capacity(READ_BYTES, reader);
        Self { reader, offset: 0, line: 1, is_after_cr: false, is_over: false, line_end: None }
    }

    /// How the lines of the file end, by its first.
    pub(crate) fn line_end(&self) -> &'static str {
        self.line_end.unwrap_or("\n")
    }

    /// Whether the next bytes are one of these.
    pub(crate) fn begins_with(&mut self, beginnings: &[&[u8]]) -> Result<bool, Error> {
        let next = self.reader.fill_buf().map_err(unreadable)?;
        Ok(beginnings.iter().any(|beginning| next.starts_with(beginning)))
    }

    /// Passes over so many lines, blank ones too, whatever stands in them.
    pub(crate) fn skip_lines(&mut self, count: u64) -> Result<(), Error> {
        for _ in 0..count {
            let is_ended = self.append_line(&mut Vec::new())?;
            if self.is_after_cr {
                self.take_if_lf()?;
            }
            if !is_ended {
                break;
            }
        }
        Ok(())
    }

    /// The next line that is not blank, for the header, whose delimiter is found out.
    pub(crate) fn next_line(&mut self) -> Result<Option<(u64, Vec<u8>)>, Error> {
        let begun = self.begin()?;
        // How the lines end must be known before the next one is read.
        if self.is_after_cr {
            self.take_if_lf()?;
        }
        Ok(begun.map(|record| (record.line, record.raw)))
    }

    /// The next record. After a fault there is none.
    pub(crate) fn next_record(&mut self, delimiter: u8) -> Result<Option<Record>, Error> {
        if self.is_over {
            return Ok(None);
        }
        let record = self.read_record(delimiter);
        self.is_over |= record.is_err();
        record
    }

    fn read_record(&mut self, delimiter: u8) -> Result<Option<Record>, Error> {
        let Some(mut record) = self.begin()? else { return Ok(None) };
        let mut parser = Parser::new(delimiter);
        loop {
            let parsed = parser.parse(&mut record);
            let is_complete = parsed.map_err(|fault| located(record.line, &record.raw, &fault))?;
            if is_complete {
                return Ok(Some(record));
            }
            // A quoted field goes on: the end of the line is a part of it.
            if !self.go_on(&mut record)? {
                let problem = "a quote opens this field, and the file ends before one closes it";
                return Err(located(record.line, &record.raw, &Fault { place: parser.start, problem }).into());
            }
        }
    }

    /// Reads lines up to one that is not blank.
    fn begin(&mut self) -> Result<Option<Record>, Error> {
        let mut raw = Vec::new();
        loop {
            if self.is_after_cr {
                self.take_if_lf()?;
            }
            let (line, offset) = (self.line, self.offset);
            let is_ended = self.append_line(&mut raw)?;
            if !raw.is_empty() {
                return Ok(Some(Record { line, offset, raw, fields: Vec::new() }));
            }
            if !is_ended {
                return Ok(None);
            }
        }
    }

    /// Adds the end of the last line and the next line. `false` where the file ended before.
    fn go_on(&mut self, record: &mut Record) -> Result<bool, Error> {
        if self.is_after_cr {
            record.raw.push(b'\r');
            if self.take_if_lf()? {
                record.raw.push(b'\n');
            }
        } else if self.offset > record.offset + record.raw.len() as u64 {
            record.raw.push(b'\n');
        } else {
            return Ok(false);
        }
        self.append_line(&mut record.raw)?;
        Ok(true)
    }

    /// Reads up to the end of a line, which is not added. `false` where the file ends first.
    fn append_line(&mut self, raw: &mut Vec<u8>) -> Result<bool, Error> {
        let line = self.line;
        loop {
            let chunk = self.reader.fill_buf().map_err(unreadable)?;
            if chunk.is_empty() {
                return Ok(false);
            }
            let end = memchr2(b'\n', b'\r', chunk);
            let piece = &chunk[..end.unwrap_or(chunk.len())];
            if raw.len() + piece.len() > RECORD_BYTES_MAX {
                let problem = format!("the record has more than {RECORD_BYTES_MAX} bytes, the most that one may have");
                return Err(InputError::Csv { line, column: 1, problem }.into());
            }
            raw.extend_from_slice(piece);
            let Some(end) = end else {
                let read = chunk.len();
                self.take(read);
                continue;
            };
            self.is_after_cr = chunk[end] == b'\r';
            self.line += 1;
            self.take(end + 1);
            if self.line_end.is_none() {
                self.line_end = Some(if self.is_after_cr { "\r" } else { "\n" });
            }
            return Ok(true);
        }
    }

    /// The LF of a CR LF belongs to the same end of a line.
    fn take_if_lf(&mut self) -> Result<bool, Error> {
        self.is_after_cr = false;
        let is_lf = self.reader.fill_buf().map_err(unreadable)?.first() == Some(&b'\n');
        if is_lf {
            self.take(1);
            if self.line_end == Some("\r") && self.line == 2 {
                self.line_end = Some("\r\n");
            }
        }
        Ok(is_lf)
    }

    fn take(&mut self, bytes: usize) {
        self.reader.consume(bytes);
        self.offset += bytes as u64;
    }
}

/// Says where the fault stands as an editor counts: by lines, and by characters in the line.
fn located(line: u64, raw: &[u8], fault: &Fault) -> InputError {
    let before = String::from_utf8_lossy(&raw[..fault.place]).replace("\r\n", "\n").replace('\r', "\n");
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() as u64 + 1;
    let line = line + before.matches('\n').count() as u64;
    InputError::Csv { line, column, problem: fault.problem.to_owned() }
}

/// The fields of a line that is all of its record.
pub(crate) fn fields_of_line(line: u64, raw: Vec<u8>, delimiter: u8) -> Result<Record, InputError> {
    let mut record = Record { line, offset: 0, raw, fields: Vec::new() };
    match Parser::new(delimiter).parse(&mut record) {
        Ok(true) => Ok(record),
        Ok(false) => {
            let problem = "a quote opens this field, and no quote closes it on the line of the header";
            let place = record.fields.last().map_or(0, |field| field.end + 1);
            Err(located(line, &record.raw, &Fault { place, problem }))
        }
        Err(fault) => Err(located(line, &record.raw, &fault)),
    }
}

fn unreadable(source: std::io::Error) -> Error {
    Error::File { doing: "read the file".into(), source }
}

/// What is wrong at a byte of a record.
struct Fault {
    place: usize,
    problem: &'static str,
}

/// Finds the fields of a record, whose lines come one by one. It never looks at a byte twice, so that a quote that is not closed costs no
/// more than the bytes behind it.
struct Parser {
    delimiter: u8,
    /// Where the field begins that is being read.
    start: usize,
    /// Where to look on for the quote that closes it, if one opened it.
    inside: Option<usize>,
}

impl Parser {
    const fn new(delimiter: u8) -> Self {
        Self { delimiter, start: 0, inside: None }
    }

    /// Reads on to the end of what is there. `false` where a quoted field goes on behind it.
    fn parse(&mut self, Record { raw, fields, .. }: &mut Record) -> Result<bool, Fault> {
        loop {
            let opens = self.inside.is_none() && raw.get(self.start) == Some(&b'"');
            let end = match self.inside.or(opens.then_some(self.start + 1)) {
                Some(from) => match self.quoted_end(raw, from)? {
                    Some(end) => end,
                    None => return Ok(false),
                },
                None => self.plain_end(raw)?,
            };
            if end - self.start > FIELD_BYTES_MAX {
                return Err(self.too_long());
            }
            fields.push(Field { start: self.start, end, is_quoted: raw.get(self.start) == Some(&b'"') });
            if end == raw.len() {
                return Ok(true);
            }
            self.start = end + 1;
            self.inside = None;
        }
    }

    fn plain_end(&self, raw: &[u8]) -> Result<usize, Fault> {
        match memchr2(self.delimiter, b'"', &raw[self.start..]).map(|index| self.start + index) {
            None => Ok(raw.len()),
            Some(end) if raw[end] == self.delimiter => Ok(end),
            Some(place) => {
                let problem =
                    "a quote stands inside a field; put quotes around the whole field, and write each inside as two";
                Err(Fault { place, problem })
            }
        }
    }

    /// Behind the closing quote, or `None` where there is none yet.
    fn quoted_end(&mut self, raw: &[u8], mut from: usize) -> Result<Option<usize>, Fault> {
        while let Some(quote) = memchr(b'"', &raw[from..]).map(|index| from + index) {
            match raw.get(quote + 1) {
                Some(b'"') => from = quote + 2,
                Some(next) if *next != self.delimiter => {
                    let problem = "behind a quote that closes a field stands neither the delimiter nor the end of the line; \
                        either the field's opening quote is not meant, or quotes inside the field are not written as two";
                    return Err(Fault { place: quote + 1, problem });
                }
                _ => return Ok(Some(quote + 1)),
            }
        }
        if raw.len() - self.start > FIELD_BYTES_MAX {
            return Err(self.too_long());
        }
        self.inside = Some(raw.len());
        Ok(None)
    }

    const fn too_long(&self) -> Fault {
        Fault {
            place: self.start,
            problem: "this field has more than 65536 bytes, the most that one may have; a quote that is not closed can be the cause",
        }
    }
}
