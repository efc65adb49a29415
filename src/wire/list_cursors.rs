//! The cursors of lists that have filters. A cursor carries the filter, so that the next page is one of the same list. It is opaque to those
//! who pass it on: the hexadecimal digits of a JSON object.

use std::fmt;
use std::str::FromStr;

use serde_json::{Map, Value};

use crate::error::InputError;
use crate::facts::{Reference, Sequence, TransferId, TransferKind};
use crate::ledger::{JournalFilter, TransferFilter};
use crate::wire::amounts::read_amount;
use crate::wire::hex::{bytes_from_hex, to_hex};
use crate::wire::json::{Fields, Json};

/// What the cursors of the two lists call them, so that neither is taken for the other.
const TRANSFERS: &str = "transfers";
const JOURNALS: &str = "journals";

/// Where the next page of a list of transfers begins, and which transfers are listed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TransferCursor {
    /// Which transfers are listed. References are ids.
    pub filter: TransferFilter,
    /// The `from` of the page.
    pub from: Sequence,
}

/// Where the next page of a list of journals begins, and which journals are listed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JournalCursor {
    /// Which journals are listed.
    pub filter: JournalFilter,
    /// The `from` of the page.
    pub from: Sequence,
}

/// A cursor that is written.
struct Written(Map<String, Value>);

impl Written {
    fn new(list: &str, from: Sequence) -> Self {
        let fields = [("list", Value::from(list)), ("at", Value::from(from.0))];
        Self(fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
    }

    fn add(&mut self, name: &str, value: Option<impl fmt::Display>) {
        self.0.extend(value.map(|value| (name.to_owned(), Value::from(value.to_string()))));
    }

    fn write(self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&to_hex(Value::from(self.0).to_string().as_bytes()))
    }
}

impl fmt::Display for TransferCursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let TransferFilter { account, kind, journal, hold, reversed, actor, min, max, from, to } = &self.filter;
        let mut written = Written::new(TRANSFERS, self.from);
        written.add("account", account.as_ref());
        written.add("kind", *kind);
        for (name, reference) in [("journal", journal), ("hold", hold), ("reversed", reversed)] {
            written.add(name, reference.as_ref().map(Reference::id));
        }
        written.add("actor", actor.as_ref());
        written.add("min", min.as_ref());
        written.add("max", max.as_ref());
        written.add("from", *from);
        written.add("to", *to);
        written.write(f)
    }
}

impl fmt::Display for JournalCursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let JournalFilter { actor, from, to } = &self.filter;
        let mut written = Written::new(JOURNALS, self.from);
        written.add("actor", actor.as_ref());
        written.add("from", *from);
        written.add("to", *to);
        written.write(f)
    }
}

impl FromStr for TransferCursor {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        read(text, TRANSFERS, |fields, from| {
            let filter = TransferFilter {
                account: fields.take_parsed("account")?,
                kind: fields.take_text("kind")?.map(|word| kind(&word)).transpose()?,
                journal: reference(fields, "journal")?,
                hold: reference(fields, "hold")?,
                reversed: reference(fields, "reversed")?,
                actor: fields.take_parsed("actor")?,
                min: fields.take_text("min")?.as_deref().map(read_amount).transpose()?,
                max: fields.take_text("max")?.as_deref().map(read_amount).transpose()?,
                from: fields.take_parsed("from")?,
                to: fields.take_parsed("to")?,
            };
            Ok(Self { filter, from })
        })
    }
}

impl FromStr for JournalCursor {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        read(text, JOURNALS, |fields, from| {
            let filter = JournalFilter {
                actor: fields.take_parsed("actor")?,
                from: fields.take_parsed("from")?,
                to: fields.take_parsed("to")?,
            };
            Ok(Self { filter, from })
        })
    }
}

/// Reads a cursor of a list, all of it.
fn read<T>(
    text: &str,
    list: &str,
    filter: impl FnOnce(&mut Fields, Sequence) -> Result<T, InputError>,
) -> Result<T, String> {
    let cursor = || {
        let json = Json::parse(&String::from_utf8(bytes_from_hex(text)?).ok()?).ok()?;
        let mut fields = json.into_fields().ok()?;
        let Some(Json::Number(from)) = fields.take("at") else { return None };
        fields.take_text("list").ok().flatten().filter(|name| name == list)?;
        let cursor = filter(&mut fields, Sequence(from)).ok()?;
        fields.finish("a filter").ok()?;
        Some(cursor)
    };
    let shown: String = text.chars().take(40).collect();
    cursor().ok_or_else(|| format!("{shown:?} is not a cursor of {list}; use the one that the page before told"))
}

fn kind(word: &str) -> Result<TransferKind, InputError> {
    TransferKind::from_word(word).ok_or_else(|| InputError::request(format!("{word:?} is not a kind of transfer")))
}

fn reference(fields: &mut Fields, name: &str) -> Result<Option<Reference>, InputError> {
    let Some(text) = fields.take_text(name)? else { return Ok(None) };
    let id: TransferId = text.parse().map_err(InputError::request)?;
    Ok(Some(id.into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filter() -> TransferFilter {
        TransferFilter {
            account: Some("customers:\u{e9}va".parse().unwrap()),
            kind: Some(TransferKind::Capture),
            journal: Some(TransferId::from_key("j").unwrap().into()),
            hold: Some(TransferId::from_key("h").unwrap().into()),
            reversed: Some(TransferId::from_key("r").unwrap().into()),
            actor: Some("ops".parse().unwrap()),
            min: Some(read_amount("1.005").unwrap()),
            max: Some(read_amount("20").unwrap()),
            from: Some("2026-01-01T00:00:00Z".parse().unwrap()),
            to: Some("2026-01-31T12:00:00.000001Z".parse().unwrap()),
        }
    }

    #[test]
    fn a_cursor_carries_the_whole_filter() {
        for filter in [filter(), TransferFilter::default()] {
            let cursor = TransferCursor { filter, from: Sequence(17) };
            assert_eq!(cursor.to_string().parse(), Ok(cursor));
        }
        let TransferFilter { actor, from, to, .. } = filter();
        for filter in [JournalFilter { actor, from, to }, JournalFilter::default()] {
            let cursor = JournalCursor { filter, from: Sequence(17) };
            assert_eq!(cursor.to_string().parse(), Ok(cursor));
        }
    }

    #[test]
    fn what_is_no_cursor_of_the_list_is_refused() {
        let of_journals = JournalCursor { filter: JournalFilter::default(), from: Sequence(17) }.to_string();
        let hex = |json: &str| to_hex(json.as_bytes());
        for text in [
            "",
            "x",
            "7",
            "\u{e9}\u{e9}",
            &of_journals,
            &hex("{}"),
            &hex(r#"{"list":"transfers"}"#),
            &hex(r#"{"list":"transfers","at":"17"}"#),
            &hex(r#"{"list":"transfers","at":17,"kind":"gift"}"#),
            &hex(r#"{"list":"transfers","at":17,"color":"red"}"#),
        ] {
            assert!(text.parse::<TransferCursor>().is_err(), "{text}");
        }
        assert!(hex(r#"{"list":"transfers","at":17}"#).parse::<TransferCursor>().is_ok());
    }
}
