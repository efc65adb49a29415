//! What stands between the fields of a CSV file.

use std::fmt;
use std::io::{self, Cursor, Read};
use std::str::FromStr;

use crate::error::{Error, InputError};
use crate::files::{BOM, foreign_encoding};
use crate::interchange::csv::records::{Record, fields_of_line};

/// How many bytes tell what a file is.
const FIRST_BYTES: u64 = 16;

/// The character between two fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Delimiter(u8);

impl Delimiter {
    /// The one that there is where nobody says otherwise.
    pub const COMMA: Self = Self(b',');
    /// Those that are looked for where none is given, in this order.
    const USUAL: [Self; 4] = [Self::COMMA, Self(b';'), Self(b'\t'), Self(b'|')];

    pub(crate) const fn byte(self) -> u8 {
        self.0
    }
}

impl fmt::Display for Delimiter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            b',' => f.write_str("commas"),
            b';' => f.write_str("semicolons"),
            b'\t' => f.write_str("tabs"),
            other => write!(f, "{:?}", char::from(other)),
        }
    }
}

impl FromStr for Delimiter {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.as_bytes() {
            b"tab" | b"\\t" => Ok(Self(b'\t')),
            [byte @ (b'\t' | b' '..=b'~')] if !byte.is_ascii_alphanumeric() && *byte != b'"' => Ok(Self(*byte)),
            _ => Err("write one character that is no letter, digit or quote, such as ';', or tab".to_owned()),
        }
    }
}

/// A reader behind the mark that may stand before UTF-8.
pub(crate) type Unmarked<R> = io::Chain<Cursor<Vec<u8>>, R>;

/// Passes a file on without its byte order mark. A file that is not UTF-8 is refused by its first bytes.
pub(crate) fn unmarked<R: Read>(mut reader: R) -> Result<Unmarked<R>, Error> {
    let failed = |source| Error::File { doing: "read the file".into(), source };
    let mut first = Vec::new();
    reader.by_ref().take(FIRST_BYTES).read_to_end(&mut first).map_err(failed)?;
    if let Some(problem) = foreign_encoding(&first) {
        return Err(failed(io::Error::new(io::ErrorKind::InvalidData, problem)));
    }
    if first.starts_with(BOM) {
        first.drain(..BOM.len());
    }
    Ok(Cursor::new(first).chain(reader))
}

/// The header, and what stands between its fields: the first of the usual delimiters by which it has all columns that it must have; where
/// there is none, commas.
pub(crate) fn read_header(
    (line, raw): (u64, Vec<u8>),
    required: &[&str],
    delimiter: Option<Delimiter>,
) -> Result<(Vec<String>, Delimiter), InputError> {
    let names = |delimiter: Delimiter| fields_of_line(line, raw.clone(), delimiter.0).map(|record| names(&record));
    let fits = |delimiter: &Delimiter| {
        names(*delimiter).is_ok_and(|names| required.iter().all(|column| names.iter().any(|name| name == column)))
    };
    let found = || Delimiter::USUAL.into_iter().find(fits).unwrap_or(Delimiter::COMMA);
    let delimiter = delimiter.unwrap_or_else(found);
    Ok((names(delimiter)?, delimiter))
}

fn names(record: &Record) -> Vec<String> {
    record.values().map(|name| String::from_utf8_lossy(&name).trim().to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_delimiter_is_that_by_which_the_header_has_its_columns() {
        let found = |header: &str| {
            let (names, delimiter) = read_header((1, header.into()), &["from", "amount"], None).unwrap();
            (names.join("+"), delimiter.0)
        };
        assert_eq!(found("from,amount"), ("from+amount".into(), b','));
        assert_eq!(found("from;amount;metadata.a,b"), ("from+amount+metadata.a,b".into(), b';'));
        assert_eq!(found("from\t\"amount\""), ("from+amount".into(), b'\t'));
        assert_eq!(found("from | amount"), ("from+amount".into(), b'|'));
        assert_eq!(found("from:amount"), ("from:amount".into(), b','));
        let given = read_header((1, "from:amount".into()), &["from"], Some(Delimiter(b':'))).unwrap();
        assert_eq!(given.0, ["from", "amount"]);
    }

    #[test]
    fn a_delimiter_is_one_character() {
        for (text, byte) in [(",", b','), (";", b';'), ("tab", b'\t'), ("\\t", b'\t'), ("\t", b'\t'), (" ", b' ')] {
            assert_eq!(text.parse(), Ok(Delimiter(byte)));
        }
        for text in ["", ",,", "x", "0", "\"", "\n", "\r", "€", "\0"] {
            assert!(text.parse::<Delimiter>().is_err(), "{text:?}");
        }
    }

    #[test]
    fn the_mark_before_utf_8_is_passed_over() {
        let read = |bytes: &'static [u8]| {
            let mut text = Vec::new();
            unmarked(bytes).map(|mut reader| reader.read_to_end(&mut text).unwrap()).map(|_| text)
        };
        assert_eq!(read(b"\xef\xbb\xbfa,b").unwrap(), b"a,b");
        assert_eq!(read(b"a,b and more than sixteen bytes").unwrap(), b"a,b and more than sixteen bytes");
        assert_eq!(read(b"").unwrap(), b"");
        let Err(Error::File { source, .. }) = read(b"\xff\xfea\0") else { panic!("it is refused") };
        assert!(source.to_string().contains("UTF-16"));
    }
}
