//! Lines of a CSV file with named columns, read one at a time.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashSet};
use std::io::Read;
use std::str::FromStr;

use crate::error::{Error, InputError};
use crate::facts::{Description, Instant, Metadata, TransferId};
use crate::interchange::csv::dates::read_usual;
use crate::interchange::csv::dialect::{Delimiter, Dialect, read_header};
use crate::interchange::csv::encoding::{Text, TextEncoding};
use crate::interchange::csv::records::{Record, Records};
use crate::ledger::{Line, Malformed};

/// Columns that begin so hold metadata, under the rest of their name.
const METADATA_PREFIX: &str = "metadata.";
/// Columns that begin so were added by [`RejectsFile`](crate::wire::RejectsFile). They are passed over when its lines come back, but for the id.
pub(crate) const REJECT_PREFIX: &str = "reject_";
/// The column with the id of a line that has no key.
pub(crate) const REJECT_ID: &str = "reject_id";
/// How a rejects file begins.
const REJECT_LINE: &[u8] = b"reject_line";
const QUOTED_REJECT_LINE: &[u8] = b"\"reject_line\"";
/// How many characters of a header are shown.
const SHOWN_MAX: usize = 80;

/// One line, by the names of its columns.
pub struct CsvColumns<'a> {
    header: &'a [String],
    fields: &'a [Cow<'a, str>],
    dialect: &'a Dialect,
}

impl<'a> CsvColumns<'a> {
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

    /// An amount in digits and a point, however it is written.
    pub(crate) fn amount(&self, column: &str) -> Result<Option<Cow<'a, str>>, Malformed> {
        let plain = self.get(column).map(|text| self.dialect.numbers.plain(text)).transpose();
        plain.map_err(|problem| fault(column, "amount_invalid", problem))
    }

    /// A day stands for its first moment.
    pub(crate) fn moment(&self, column: &str) -> Result<Option<Instant>, Malformed> {
        let Some(text) = self.get(column) else { return Ok(None) };
        match &self.dialect.dates {
            Some(format) => format.read(text).map(Some).map_err(|problem| fault(column, "time_invalid", problem)),
            None if read_usual(text).is_some() => Ok(read_usual(text)),
            None => self.parse(column),
        }
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

/// Understands a line by its columns. `None` for a line that is passed over.
type Parse<T> = Box<dyn Fn(&CsvColumns<'_>) -> Result<Option<T>, Malformed> + Send>;

/// A file's lines, each understood by `parse`, and the header they stand under.
pub struct Lines<R, T> {
    records: Records<Text<R>>,
    dialect: Dialect,
    delimiter: Delimiter,
    header: Vec<String>,
    /// The columns that say which line a line is.
    keys: Vec<String>,
    parse: Parse<T>,
}

/// Which columns a file has.
pub(crate) struct Known {
    /// Those that it must have.
    pub(crate) required: Vec<String>,
    /// Those that it may have, beside metadata. `None` if it may have any, as it is somebody else's file.
    pub(crate) names: Option<&'static [&'static str]>,
    /// Those of a file without a header.
    pub(crate) without_header: Option<Vec<String>>,
    /// Those that say which line a line is.
    pub(crate) keys: Vec<String>,
    /// How the names of other columns begin that it may have.
    pub(crate) families: &'static [&'static str],
}

impl Known {
    /// For a file whose columns have our own names.
    pub(crate) fn own(required: &[&str], names: &'static [&'static str]) -> Self {
        let [required, keys] = [required, &["id", "key"]].map(|names| names.iter().map(|&name| name.into()).collect());
        Self { required, names: Some(names), without_header: None, keys, families: &[METADATA_PREFIX, REJECT_PREFIX] }
    }

    /// For a file that has these columns, and no others.
    #[cfg(any(feature = "cli", feature = "server"))]
    pub(crate) fn exactly(names: &'static [&'static str]) -> Self {
        Self { families: &[], ..Self::own(names, names) }
    }

    /// The columns as they are told to somebody whose file has others.
    fn shown(&self, names: &[&str]) -> String {
        let others = if self.families.contains(&METADATA_PREFIX) { ", and metadata.NAME for any name" } else { "" };
        format!("{}{others}", names.join(", "))
    }
}

impl<R: Read, T> Lines<R, T> {
    /// Reads the header, which must name all required columns, and else only known ones and metadata. A rejects file has none of the lines
    /// that are skipped in the file it comes from, and always a header.
    pub(crate) fn new(reader: R, known: Known, dialect: &Dialect, parse: Parse<T>) -> Result<Self, Error> {
        let (text, encoding) = dialect.encoding.open(reader)?;
        let dialect = Dialect { encoding, ..dialect.clone() };
        let mut records = Records::new(text);
        let is_rejects = records.begins_with(&[REJECT_LINE, QUOTED_REJECT_LINE])?;
        if !is_rejects {
            records.skip_lines(dialect.skip)?;
        }
        let (header, delimiter) = if let Some(columns) = known.without_header.clone().filter(|_| !is_rejects) {
            (columns, dialect.delimiter.unwrap_or(Delimiter::COMMA))
        } else {
            let line = records.next_line()?.unwrap_or((1, Vec::new()));
            read_header(line, &known.required, dialect.delimiter)?
        };
        check_header(&header, delimiter, &known)?;
        Ok(Self { records, dialect, delimiter, header, keys: known.keys, parse })
    }

    /// How the characters of the file are written as bytes.
    pub(crate) const fn encoding(&self) -> TextEncoding {
        self.dialect.encoding
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

    /// `None` for a line that is passed over.
    fn line(&self, record: Record) -> Option<Line<T>> {
        let values: Vec<_> = record.values().map(text_of).collect();
        let columns = CsvColumns { header: &self.header, fields: &values, dialect: &self.dialect };
        let content = match self.check_record(&record) {
            Ok(()) => (self.parse)(&columns).transpose()?,
            Err(fault) => Err(fault),
        };
        let content = content.map_err(|fault| Malformed { id: columns.rejected_id(), ..fault });
        let has_key = self.keys.iter().any(|column| columns.get(column).is_some());
        let number = record.line;
        Some(Line { number, has_key, content, raw: self.without_reasons(record) })
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
        let message = format!("the {column} is not UTF-8: byte {place} of the file is 0x{byte:02X}");
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
        loop {
            match self.records.next_record(self.delimiter.byte()) {
                Ok(record) => {
                    if let Some(line) = self.line(record?) {
                        return Some(Ok(line));
                    }
                }
                Err(error) => return Some(Err(error)),
            }
        }
    }
}

fn check_header(header: &[String], delimiter: Delimiter, known: &Known) -> Result<(), Error> {
    let fault = |problem: String| {
        Err(Error::Input(match known.names {
            Some(names) => InputError::Header { problem, known: known.shown(names) },
            None => InputError::HeaderOfRules { problem },
        }))
    };
    if let Some(column) = known.required.iter().find(|column| !header.contains(column)) {
        let found: String = header.join(" | ").chars().take(SHOWN_MAX).collect();
        return fault(format!("lacks the column {column}: it was read as {found:?}, separated by {delimiter}"));
    }
    let is_known = |name: &str| {
        let is_own = known.names.is_none_or(|names| names.contains(&name));
        is_own || known.families.iter().any(|family| name.starts_with(family))
    };
    if let Some(column) = header.iter().find(|name| !is_known(name)) {
        return fault(format!("has a column {column:?} that means nothing here"));
    }
    // In somebody else's file only those columns count that are asked for.
    let counts = |name: &&String| known.names.is_some() || known.required.contains(name);
    let mut seen = HashSet::new();
    match header.iter().filter(counts).find(|name| !seen.insert(name.as_str())) {
        Some(column) => fault(format!("has the column {column} twice")),
        None => Ok(()),
    }
}
