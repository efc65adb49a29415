//! Lines of a CSV file with named columns, read one at a time.

use std::collections::{BTreeMap, HashSet};
use std::io::Read;
use std::str::FromStr;

use csv::{ByteRecord, ByteRecordsIntoIter, Reader, ReaderBuilder, Trim};

use super::line_starts::LineStarts;
use crate::error::{Error, InputError};
use crate::rules::{Description, Instant, Metadata};
use crate::service::{Line, Malformed};

/// Columns that begin so hold metadata, under the rest of their name.
const METADATA_PREFIX: &str = "metadata.";
/// Columns that begin so were added by [`RejectsFile`](super::RejectsFile), and are passed over when its lines come back.
pub(super) const REJECT_PREFIX: &str = "reject_";

/// One line, by the names of its columns.
pub struct Columns<'a> {
    header: &'a [String],
    fields: &'a [String],
}

impl<'a> Columns<'a> {
    /// What stands in a column, or `None` where it is empty or missing.
    pub(super) fn get(&self, column: &str) -> Option<&'a str> {
        let index = self.header.iter().position(|name| name == column)?;
        self.fields.get(index).map(String::as_str).filter(|text| !text.is_empty())
    }

    pub(super) fn require(&self, column: &str) -> Result<&'a str, Malformed> {
        self.get(column).ok_or_else(|| fault(column, "column_missing", format!("the {column} is missing")))
    }

    /// What stands in a column, read as a value whose faults are [`InputError`]s.
    pub(super) fn parse<T>(&self, column: &str) -> Result<Option<T>, Malformed>
    where
        T: FromStr,
        InputError: From<T::Err>,
    {
        self.get(column).map(|text| text.parse::<T>().map_err(|error| Malformed::new(column, error))).transpose()
    }

    pub(super) fn require_parsed<T>(&self, column: &str) -> Result<T, Malformed>
    where
        T: FromStr,
        InputError: From<T::Err>,
    {
        self.require(column)?.parse::<T>().map_err(|error| Malformed::new(column, error))
    }

    pub(super) fn description(&self) -> Result<Option<Description>, Malformed> {
        self.parse("description")
    }

    pub(super) fn effective_at(&self) -> Result<Option<Instant>, Malformed> {
        self.parse("effective_at")
    }

    pub(super) fn metadata(&self) -> Result<Metadata, Malformed> {
        let pairs = self.header.iter().zip(self.fields);
        let entries: BTreeMap<_, _> = pairs
            .filter(|(_, value)| !value.is_empty())
            .filter_map(|(name, value)| Some((name.strip_prefix(METADATA_PREFIX)?.to_owned(), value.clone())))
            .collect();
        Metadata::new(entries).map_err(|error| Malformed::new("metadata", error))
    }
}

pub(super) fn fault(column: &str, code: &'static str, message: String) -> Malformed {
    Malformed { column: column.to_owned(), code, message }
}

/// A file's lines, each understood by `parse`, and the header they stand under.
pub struct Lines<R, T> {
    records: ByteRecordsIntoIter<LineStarts<R>>,
    header: Vec<String>,
    parse: fn(&Columns<'_>) -> Result<T, Malformed>,
}

impl<R: Read, T> Lines<R, T> {
    /// Reads the header, which must name all `required` columns, and else only `known` ones and metadata.
    pub(super) fn new(
        reader: R,
        required: &[&str],
        known: &[&str],
        parse: fn(&Columns<'_>) -> Result<T, Malformed>,
    ) -> Result<Self, Error> {
        let mut reader = ReaderBuilder::new().flexible(true).trim(Trim::None).from_reader(LineStarts::new(reader));
        let header = read_header(&mut reader)?;
        check_header(&header, required, known)?;
        Ok(Self { records: reader.into_byte_records(), header, parse })
    }

    /// The names of the columns.
    #[must_use]
    pub fn header(&self) -> &[String] {
        &self.header
    }

    fn line(&mut self, record: &ByteRecord) -> Line<T> {
        let offset = record.position().map_or(0, csv::Position::byte);
        let number = self.records.reader_mut().get_mut().line_from(offset);
        let fields: Vec<_> = record.iter().map(|field| String::from_utf8_lossy(field).into_owned()).collect();
        let content =
            self.check_record(record).and_then(|()| (self.parse)(&Columns { header: &self.header, fields: &fields }));
        Line { number, fields, content }
    }

    fn check_record(&self, record: &ByteRecord) -> Result<(), Malformed> {
        if record.len() != self.header.len() {
            let message = format!("the line has {} fields, the header has {}", record.len(), self.header.len());
            return Err(fault("", "field_count", message));
        }
        let not_text = |(_, field): &(&String, &[u8])| str::from_utf8(field).is_err();
        match self.header.iter().zip(record).find(not_text) {
            Some((column, _)) => Err(fault(column, "not_utf8", format!("the {column} is not UTF-8"))),
            None => Ok(()),
        }
    }
}

impl<R: Read, T> Iterator for Lines<R, T> {
    type Item = Result<Line<T>, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        let record = self.records.next()?;
        Some(record.map(|record| self.line(&record)).map_err(unreadable))
    }
}

fn read_header(reader: &mut Reader<impl Read>) -> Result<Vec<String>, Error> {
    let header = reader.byte_headers().map_err(unreadable)?;
    Ok(header.iter().map(|name| String::from_utf8_lossy(name).trim().to_owned()).collect())
}

fn check_header(header: &[String], required: &[&str], known: &[&str]) -> Result<(), Error> {
    if let Some(column) = required.iter().find(|column| !header.iter().any(|name| name == *column)) {
        return Err(header_fault(format!("lacks the column {column}"), known));
    }
    let is_known =
        |name: &str| known.contains(&name) || name.starts_with(METADATA_PREFIX) || name.starts_with(REJECT_PREFIX);
    if let Some(column) = header.iter().find(|name| !is_known(name)) {
        return Err(header_fault(format!("has a column {column:?} that means nothing here"), known));
    }
    let mut seen = HashSet::new();
    match header.iter().find(|name| !seen.insert(name.as_str())) {
        Some(column) => Err(header_fault(format!("has the column {column} twice"), known)),
        None => Ok(()),
    }
}

fn header_fault(problem: String, known: &[&str]) -> Error {
    Error::Input(InputError::Header { problem, known: known.join(", ") })
}

fn unreadable(error: csv::Error) -> Error {
    Error::File { doing: "read the file".into(), source: std::io::Error::other(error) }
}
