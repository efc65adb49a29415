//! How a CSV file is written, and what stands between its fields.

use std::fmt;
use std::str::FromStr;

use crate::error::InputError;
use crate::interchange::csv::dates::DateFormat;
use crate::interchange::csv::encoding::TextEncoding;
use crate::interchange::csv::numbers::NumberFormat;
use crate::interchange::csv::records::{Record, fields_of_line};

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

/// How a CSV file is written, as far as that is not found out by the file itself.
///
/// ```
/// use teller::interchange::{Dialect, read_transfers_as};
///
/// let dialect = Dialect { skip: 1, numbers: "1.234,56".parse()?, dates: Some("%d.%m.%Y".parse()?), ..Dialect::default() };
/// let file = "exported by hand\nfrom;to;amount;effective_at\nalice;bob;1.000,50;31.12.2026\n";
/// let line = read_transfers_as(file.as_bytes(), &dialect)?.next().ok_or("a line")??;
/// assert_eq!(line.number, 3);
/// assert_eq!(line.content.map_err(|fault| fault.message)?.amount, "1000.50");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Dialect {
    /// What stands between fields. `None` to find it out by the header.
    pub delimiter: Option<Delimiter>,
    /// How characters are written as bytes.
    pub encoding: TextEncoding,
    /// How many lines stand before the header.
    pub skip: u64,
    /// How amounts are written.
    pub numbers: NumberFormat,
    /// How dates are written. `None` for days like `2026-09-01` and moments with their offset.
    pub dates: Option<DateFormat>,
}

/// The header, and what stands between its fields: the first of the usual delimiters by which it has all columns that it must have; where
/// there is none, commas.
pub(crate) fn read_header(
    (line, raw): (u64, Vec<u8>),
    required: &[String],
    delimiter: Option<Delimiter>,
) -> Result<(Vec<String>, Delimiter), InputError> {
    let names = |delimiter: Delimiter| fields_of_line(line, raw.clone(), delimiter.0).map(|record| names(&record));
    let fits = |delimiter: &Delimiter| {
        names(*delimiter).is_ok_and(|names| required.iter().all(|column| names.contains(column)))
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
            let (names, delimiter) =
                read_header((1, header.into()), &["from", "amount"].map(str::to_owned), None).unwrap();
            (names.join("+"), delimiter.0)
        };
        assert_eq!(found("from,amount"), ("from+amount".into(), b','));
        assert_eq!(found("from;amount;metadata.a,b"), ("from+amount+metadata.a,b".into(), b';'));
        assert_eq!(found("from\t\"amount\""), ("from+amount".into(), b'\t'));
        assert_eq!(found("from | amount"), ("from+amount".into(), b'|'));
        assert_eq!(found("from:amount"), ("from:amount".into(), b','));
        let given = read_header((1, "from:amount".into()), &["from".to_owned()], Some(Delimiter(b':'))).unwrap();
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
}
