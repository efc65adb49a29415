//! Events serialized once for all readers, with fields hidden from keys that may not see an account.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;

use crate::error::Error;
use crate::facts::NamePrefix;
use crate::ledger::{Event, EventCursor, EventFilter, EventPage, Ledger};
use crate::wire::{EventRecord, write_json};

/// What an event says of an account that only those may see who may see the account. A change of a transfer's metadata stands in the chain of
/// the account that it debited, and is told of the other one too. Why a due was refused may be about either account.
const OF_ACCOUNTS: [(&str, &[&str]); 3] = [
    ("debit_account", &["debit_version", "debit_balance", "code", "message"]),
    ("credit_account", &["credit_version", "credit_balance", "code", "message"]),
    (
        "account",
        &[
            "event",
            "version",
            "state_before",
            "state_after",
            "min_balance_before",
            "min_balance_after",
            "max_balance_before",
            "max_balance_after",
            "per_transfer_before",
            "per_transfer_after",
            "per_day_before",
            "per_day_after",
            "per_month_before",
            "per_month_after",
        ],
    ),
];

/// An event, and how it is written, once for all readers.
#[derive(Debug)]
pub(in crate::server) struct Told {
    pub(in crate::server) event: Event,
    pub(in crate::server) cursor: EventCursor,
    pub(in crate::server) json: String,
}

impl Told {
    fn new(event: Event) -> Self {
        let mut json = Vec::with_capacity(1_024);
        // Writing to memory cannot fail.
        let _ = write_json(&mut json, &EventRecord::new(&event));
        Self { cursor: event.cursor(), event, json: String::from_utf8_lossy(&json).into_owned() }
    }

    /// The next events of the book, written, and what else is known of their page.
    pub(in crate::server) fn list(
        ledger: &Ledger,
        after: Option<EventCursor>,
        filter: &EventFilter,
        (limit, wait): (u32, Duration),
    ) -> Result<(Vec<Arc<Self>>, EventPage), Error> {
        let mut page = ledger.list_events(after, filter, limit, wait)?;
        let events = std::mem::take(&mut page.events);
        Ok((events.into_iter().map(|event| Arc::new(Self::new(event))).collect(), page))
    }

    /// An event as a key may see it that is for the accounts whose names begin so: what the other account of a transfer has is null, and what it
    /// may do.
    pub(in crate::server) fn shown_to(&self, prefix: &NamePrefix) -> Cow<'_, str> {
        if prefix.is_empty() {
            return Cow::Borrowed(&self.json);
        }
        let Ok(mut event) = serde_json::from_str::<Value>(&self.json) else { return Cow::Borrowed("{}") };
        for (account, fields) in OF_ACCOUNTS {
            let Some(name) = event["data"].get(account).and_then(Value::as_str) else { continue };
            if !name.starts_with(prefix.as_str()) {
                for field in fields {
                    if let Some(value) = event["data"].get_mut(field) {
                        *value = Value::Null;
                    }
                }
            }
        }
        Cow::Owned(event.to_string())
    }
}
