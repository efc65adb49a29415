//! Lines of a CSV file with named columns, read one at a time.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashSet};
use std::io::Read;
use std::str::FromStr;

use crate::error::{Error, InputError};
use crate::facts::{Description, Instant, Metadata, TransferId};
use crate::interchange::csv::dialect::{Delimiter, Unmarked, read_header, unmarked};
use crate::interchange::csv::records::{Record, Records};
use crate::ledger::{Line, Malformed};

/// Columns that begin so hold metadata, under the rest of their name.
const METADATA_PREFIX: &str = "metadata.";
/// Columns that begin so were added by [`RejectsFile`](crate::wire::RejectsFile). They are passed over when its lines come back, but for the id.
pub(crate) const REJECT_PREFIX: &str = "reject_";
/// The column with the id of a line that has no key.
pub(crate) const REJECT_ID: &str = "reject_id";
/// How many characters of a header are shown.
const SHOWN_MAX: usize = 80;

/// One line, by the names of its columns.
pub struct Columns<'a> {
    header: &'a [String],
    fields: &'a [Cow<'a, str>],
}

impl<'a> Columns<'a> {
    /// What stands in a column, or `None` where it is empty or missing.
    pub(crate) fn get(&self, column: &str) -> Option<&'a str> {
        let index = self.header.iter().position(|name| name == column)?;
        self.fields.get(index).map(|field| &**field).filter(|text| !text.is_empty())
    }

    pub(crate) fn require(&self, column: &str) -> Result<&'a str, Malformed> {
        self.get(column).ok_or_else(|| fault(column, "column_missing", format!("the {column} is missing")))
    }

    /// What stands in a column, read as a value whose faults are [`InputError`]s.
    pub(crate) fn parse<T>(&self, column: &str) -> Result<Option<T>, Malformed>
    where
        T: FromStr,
        InputError: From<T::Err>,
    {
        self.get(column).map(|text| text.parse::<T>().map_err(|error| Malformed::new(column, error))).transpose()
    }

    pub(crate) fn require_parsed<T>(&self, column: &str) -> Result<T, Malformed>
    where
        T: FromStr,
        InputError: From<T::Err>,
    {
        self.require(column)?.parse::<T>().map_err(|error| Malformed::new(column, error))
    }

    pub(crate) fn description(&self) -> Result<Option<Description>, Malformed> {
        self.parse("description")
    }

    pub(crate) fn effective_at(&self) -> Result<Option<Instant>, Malformed> {
        self.parse("effective_at")
    }

    /// The id that the line was refused under, where it comes from a rejects file.
    pub(crate) fn rejected_id(&self) -> Option<TransferId> {
        self.get(REJECT_ID)?.parse().ok()
    }

    pub(crate) fn metadata(&self) -> Result<Metadata, Malformed> {
        let pairs = self.header.iter().zip(self.fields);
        let entries: BTreeMap<_, _> = pairs
            .filter(|(_, value)| !value.is_empty())
            .filter_map(|(name, value)| {
                Some((name.strip_prefix(METADATA_PREFIX)?.to_owned(), value.clone().into_owned()))
            })
            .collect();
        Metadata::new(entries).map_err(|error| Malformed::new("metadata", error))
    }
}

pub(crate) fn fault(column: &str, code: &'static str, message: String) -> Malformed {
    Malformed { column: column.to_owned(), code, message, id: None }
}

/// A file's lines, each understood by `parse`, and the header they stand under.
pub struct Lines<R, T> {
    records: Records<Unmarked<R>>,
    delimiter: Delimiter,
    header: Vec<String>,
    parse: fn(&Columns<'_>) -> Result<T, Malformed>,
}

/// Which columns a file has.
pub(crate) struct Known {
    /// Those that it must have.
    pub(crate) required: &'static [&'static str],
    /// Those that it may have, beside metadata.
    pub(crate) names: &'static [&'static str],
}

impl<R: Read, T> Lines<R, T> {
    /// Reads the header, which must name all required columns, and else only known ones and metadata.
    pub(crate) fn new(
        reader: R,
        known: &Known,
        delimiter: Option<Delimiter>,
        parse: fn(&Columns<'_>) -> Result<T, Malformed>,
    ) -> Result<Self, Error> {
        let mut records = Records::new(unmarked(reader)?);
        let line = records.next_line()?.unwrap_or((1, Vec::new()));
        let (header, delimiter) = read_header(line, known.required, delimiter)?;
        check_header(&header, delimiter, known)?;
        Ok(Self { records, delimiter, header, parse })
    }

    /// The names of the columns.
    #[must_use]
    pub fn header(&self) -> &[String] {
        &self.header
    }

    /// What stands between the fields.
    #[must_use]
    pub const fn delimiter(&self) -> Delimiter {
        self.delimiter
    }

    /// How the lines end.
    #[must_use]
    pub fn line_end(&self) -> &'static str {
        self.records.line_end()
    }

    fn line(&self, record: Record) -> Line<T> {
        let values: Vec<_> = record.values().map(text_of).collect();
        let columns = Columns { header: &self.header, fields: &values };
        let content = self.check_record(&record).and_then(|()| (self.parse)(&columns));
        let content = content.map_err(|fault| Malformed { id: columns.rejected_id(), ..fault });
        let has_key = ["id", "key"].iter().any(|column| columns.get(column).is_some());
        let number = record.line;
        Line { number, has_key, content, raw: self.without_reasons(record) }
    }

    fn check_record(&self, record: &Record) -> Result<(), Malformed> {
        if record.len() != self.header.len() {
            let message = format!("the line has {} fields, the header has {}", record.len(), self.header.len());
            return Err(fault("", "field_count", message));
        }
        let Err(error) = str::from_utf8(&record.raw) else { return Ok(()) };
        let not_text = |(_, field): &(&String, &[u8])| str::from_utf8(field).is_err();
        let (column, _) = self.header.iter().zip(record.raw_fields()).find(not_text).unzip();
        let column = column.map_or("", String::as_str);
        let (place, byte) = (record.offset + error.valid_up_to() as u64 + 1, record.raw[error.valid_up_to()]);
        let message = format!(
            "the {column} is not UTF-8: byte {place} of the file is 0x{byte:02X}; if the file is Latin-1 or Windows-1252, convert it: \
             iconv -f WINDOWS-1252 -t UTF-8"
        );
        Err(fault(column, "not_utf8", message))
    }

    /// The bytes of the line, but for those columns that a rejects file added.
    fn without_reasons(&self, record: Record) -> Vec<u8> {
        let is_reason = |name: &String| name.starts_with(REJECT_PREFIX);
        if !self.header.iter().any(is_reason) {
            return record.raw;
        }
        let fields = record.raw_fields().enumerate();
        let own = fields.filter(|(index, _)| !self.header.get(*index).is_some_and(is_reason)).map(|(_, field)| field);
        own.collect::<Vec<_>>().join(&self.delimiter.byte())
    }
}

/// Invalid bytes are shown as replacement characters. The line is refused later.
fn text_of(value: Cow<'_, [u8]>) -> Cow<'_, str> {
    match value {
        Cow::Borrowed(bytes) => String::from_utf8_lossy(bytes),
        Cow::Owned(bytes) => Cow::Owned(String::from_utf8_lossy(&bytes).into_owned()),
    }
}

impl<R: Read, T> Iterator for Lines<R, T> {
    type Item = Result<Line<T>, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        match self.records.next_record(self.delimiter.byte()) {
            Ok(record) => record.map(|record| Ok(self.line(record))),
            Err(error) => Some(Err(error)),
        }
    }
}

fn check_header(header: &[String], delimiter: Delimiter, known: &Known) -> Result<(), Error> {
    let fault = |problem| Err(Error::Input(InputError::Header { problem, known: known.names.join(", ") }));
    if let Some(column) = known.required.iter().find(|column| !header.iter().any(|name| name == *column)) {
        let found: String = header.join(" | ").chars().take(SHOWN_MAX).collect();
        return fault(format!("lacks the column {column}: it was read as {found:?}, separated by {delimiter}"));
    }
    let is_known = |name: &str| {
        known.names.contains(&name) || name.starts_with(METADATA_PREFIX) || name.starts_with(REJECT_PREFIX)
    };
    if let Some(column) = header.iter().find(|name| !is_known(name)) {
        return fault(format!("has a column {column:?} that means nothing here"));
    }
    let mut seen = HashSet::new();
    match header.iter().find(|name| !seen.insert(name.as_str())) {
        Some(column) => fault(format!("has the column {column} twice")),
        None => Ok(()),
    }
}
