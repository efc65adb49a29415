//! The cursors of lists that have filters. A cursor carries the filter, so that the next page is one of the same list. It is opaque to those
//! who pass it on: the hexadecimal digits of a JSON object.

use std::fmt;
use std::str::FromStr;

use serde_json::{Map, Value};

use crate::error::InputError;
use crate::facts::{
    AccountName, AccountState, AccountType, HoldState, Metadata, NamePrefix, Reference, Sequence, TransferId,
    TransferKind,
};
use crate::ledger::{AccountFilter, HoldFilter, JournalFilter, ListOrder, RecordedFilter, TransferFilter};
use crate::wire::amounts::read_amount;
use crate::wire::hex::{bytes_from_hex, to_hex};
use crate::wire::json::{Fields, Json};
use crate::wire::notes::take_metadata;

/// What the cursors of the lists call them, so that none is taken for that of another.
const TRANSFERS: &str = "transfers";
const JOURNALS: &str = "journals";
const HOLDS: &str = "holds";
const ACCOUNTS: &str = "accounts";

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

/// Where the next page of a list of holds begins, and which holds are listed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HoldCursor {
    /// Which holds are listed.
    pub filter: HoldFilter,
    /// The `from` of the page.
    pub from: Sequence,
}

/// Where the next page of a list of accounts begins, and which accounts are listed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountCursor {
    /// Which accounts are listed.
    pub filter: AccountFilter,
    /// The `after` of the page.
    pub after: AccountName,
}

/// A cursor that is written.
struct Written(Map<String, Value>);

impl Written {
    fn new(list: &str, at: impl Into<Value>) -> Self {
        let fields = [("list", Value::from(list)), ("at", at.into())];
        Self(fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
    }

    fn add(&mut self, name: &str, value: Option<impl fmt::Display>) {
        self.0.extend(value.map(|value| (name.to_owned(), Value::from(value.to_string()))));
    }

    fn add_metadata(&mut self, metadata: &Metadata) {
        let entries = metadata.entries().iter().map(|(key, value)| (key.clone(), Value::from(value.as_str())));
        if !metadata.is_empty() {
            self.0.insert("metadata".to_owned(), entries.collect());
        }
    }

    /// Newest first is not written.
    fn add_recorded(&mut self, recorded: &RecordedFilter) {
        let RecordedFilter { actor, metadata, from, to, order } = recorded;
        self.add("actor", actor.as_ref());
        self.add_metadata(metadata);
        self.add("from", *from);
        self.add("to", *to);
        self.add("order", (*order == ListOrder::Oldest).then_some("oldest"));
    }

    fn write(self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&to_hex(Value::from(self.0).to_string().as_bytes()))
    }
}

impl fmt::Display for TransferCursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let TransferFilter { account, kind, journal, hold, reversed, key, min, max, recorded } = &self.filter;
        let mut written = Written::new(TRANSFERS, self.from.0);
        written.add("account", account.as_ref());
        written.add("kind", *kind);
        for (name, reference) in [("journal", journal), ("hold", hold), ("reversed", reversed)] {
            written.add(name, reference.as_ref().map(Reference::id));
        }
        written.add("key", key.as_ref());
        written.add("min", min.as_ref());
        written.add("max", max.as_ref());
        written.add_recorded(recorded);
        written.write(f)
    }
}

impl fmt::Display for JournalCursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let JournalFilter { account, key, recorded } = &self.filter;
        let mut written = Written::new(JOURNALS, self.from.0);
        written.add("account", account.as_ref());
        written.add("key", key.as_ref());
        written.add_recorded(recorded);
        written.write(f)
    }
}

impl fmt::Display for HoldCursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let HoldFilter { account, state, min, max, recorded } = &self.filter;
        let mut written = Written::new(HOLDS, self.from.0);
        written.add("account", account.as_ref());
        written.add("state", *state);
        written.add("min", min.as_ref());
        written.add("max", max.as_ref());
        written.add_recorded(recorded);
        written.write(f)
    }
}

impl fmt::Display for AccountCursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let AccountFilter { prefix, account_type, currency, state, metadata } = &self.filter;
        let mut written = Written::new(ACCOUNTS, self.after.as_str());
        written.add("prefix", Some(prefix).filter(|prefix| !prefix.is_empty()).map(NamePrefix::as_str));
        written.add("type", *account_type);
        written.add("currency", *currency);
        written.add("state", *state);
        written.add_metadata(metadata);
        written.write(f)
    }
}

impl FromStr for TransferCursor {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        read(text, TRANSFERS, |fields| {
            let from = take_place(fields)?;
            let filter = TransferFilter {
                account: fields.take_parsed("account")?,
                kind: take_word(fields, "kind", TransferKind::from_word)?,
                journal: reference(fields, "journal")?,
                hold: reference(fields, "hold")?,
                reversed: reference(fields, "reversed")?,
                key: fields.take_parsed("key")?,
                min: fields.take_text("min")?.as_deref().map(read_amount).transpose()?,
                max: fields.take_text("max")?.as_deref().map(read_amount).transpose()?,
                recorded: take_recorded(fields)?,
            };
            Ok(Self { filter, from })
        })
    }
}

impl FromStr for JournalCursor {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        read(text, JOURNALS, |fields| {
            let from = take_place(fields)?;
            let filter = JournalFilter {
                account: fields.take_parsed("account")?,
                key: fields.take_parsed("key")?,
                recorded: take_recorded(fields)?,
            };
            Ok(Self { filter, from })
        })
    }
}

impl FromStr for HoldCursor {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        read(text, HOLDS, |fields| {
            let from = take_place(fields)?;
            let filter = HoldFilter {
                account: fields.take_parsed("account")?,
                state: take_word(fields, "state", HoldState::from_word)?,
                min: fields.take_text("min")?.as_deref().map(read_amount).transpose()?,
                max: fields.take_text("max")?.as_deref().map(read_amount).transpose()?,
                recorded: take_recorded(fields)?,
            };
            Ok(Self { filter, from })
        })
    }
}

impl FromStr for AccountCursor {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        read(text, ACCOUNTS, |fields| {
            let after = fields.require_parsed("at")?;
            let filter = AccountFilter {
                prefix: fields.take_text("prefix")?.unwrap_or_default().into(),
                account_type: take_word(fields, "type", AccountType::from_word)?,
                currency: fields.take_text("currency")?.map(|code| code.parse()).transpose()?,
                state: take_word(fields, "state", AccountState::from_word)?,
                metadata: take_metadata(fields, &Metadata::default())?,
            };
            Ok(Self { filter, after })
        })
    }
}

/// Reads a cursor of a list, all of it.
fn read<T>(text: &str, list: &str, cursor: impl FnOnce(&mut Fields) -> Result<T, InputError>) -> Result<T, String> {
    let read = || {
        let json = Json::parse(&String::from_utf8(bytes_from_hex(text)?).ok()?).ok()?;
        let mut fields = json.into_fields().ok()?;
        fields.take_text("list").ok().flatten().filter(|name| name == list)?;
        let cursor = cursor(&mut fields).ok()?;
        fields.finish("a filter").ok()?;
        Some(cursor)
    };
    let shown: String = text.chars().take(40).collect();
    read().ok_or_else(|| format!("{shown:?} is not a cursor of {list}; use the one that the page before told"))
}

fn take_place(fields: &mut Fields) -> Result<Sequence, InputError> {
    match fields.take("at") {
        Some(Json::Number(place)) => Ok(Sequence(place)),
        Some(_) | None => Err(InputError::request("the place is missing")),
    }
}

fn take_recorded(fields: &mut Fields) -> Result<RecordedFilter, InputError> {
    Ok(RecordedFilter {
        actor: fields.take_parsed("actor")?,
        metadata: take_metadata(fields, &Metadata::default())?,
        from: fields.take_parsed("from")?,
        to: fields.take_parsed("to")?,
        order: take_order(fields)?,
    })
}

fn take_order(fields: &mut Fields) -> Result<ListOrder, InputError> {
    let order = take_word(fields, "order", |word| (word == "oldest").then_some(ListOrder::Oldest))?;
    Ok(order.unwrap_or_default())
}

fn take_word<T>(
    fields: &mut Fields,
    name: &str,
    from_word: impl Fn(&str) -> Option<T>,
) -> Result<Option<T>, InputError> {
    let Some(word) = fields.take_text(name)? else { return Ok(None) };
    from_word(&word).map(Some).ok_or_else(|| InputError::request(format!("{word:?} means nothing here")))
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
            key: Some("k".parse().unwrap()),
            min: Some(read_amount("1.005").unwrap()),
            max: Some(read_amount("20").unwrap()),
            recorded: RecordedFilter {
                actor: Some("ops".parse().unwrap()),
                metadata: metadata(),
                from: Some("2026-01-01T00:00:00Z".parse().unwrap()),
                to: Some("2026-01-31T12:00:00.000001Z".parse().unwrap()),
                order: ListOrder::Oldest,
            },
        }
    }

    fn metadata() -> Metadata {
        Metadata::new([("invoice".to_owned(), "7 \u{e9}".to_owned()), ("at".to_owned(), String::new())].into()).unwrap()
    }

    #[test]
    fn a_cursor_carries_the_whole_filter() {
        for filter in [filter(), TransferFilter::default()] {
            let cursor = TransferCursor { filter, from: Sequence(17) };
            assert_eq!(cursor.to_string().parse(), Ok(cursor));
        }
        let TransferFilter { account, key, min, max, recorded, .. } = filter();
        let of_holds = HoldFilter {
            account: account.clone(),
            state: Some(HoldState::Expired),
            min,
            max,
            recorded: recorded.clone(),
        };
        for filter in [of_holds, HoldFilter::default()] {
            let cursor = HoldCursor { filter, from: Sequence(17) };
            assert_eq!(cursor.to_string().parse(), Ok(cursor));
        }
        let of_journals = JournalFilter { account, key, recorded };
        for filter in [of_journals, JournalFilter::default()] {
            let cursor = JournalCursor { filter, from: Sequence(17) };
            assert_eq!(cursor.to_string().parse(), Ok(cursor));
        }
        let of_accounts = AccountFilter {
            prefix: "customers:".into(),
            account_type: Some(AccountType::Liability),
            currency: Some("EUR".parse().unwrap()),
            state: Some(AccountState::DebitsFrozen),
            metadata: self::metadata(),
        };
        for filter in [of_accounts, AccountFilter::default()] {
            let cursor = AccountCursor { filter, after: "customers:\u{e9}va".parse().unwrap() };
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
