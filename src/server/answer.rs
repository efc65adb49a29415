//! What a client gets: a record, with the status and the headers that belong to it.

use std::fmt::Display;

use axum::http::StatusCode;
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use serde_json::{Map, Value};

use crate::facts::{Account, Instant};
use crate::ledger::{Mode, Receipt};
use crate::server::problem::Problem;
use crate::wire::{AccountRecord, Next, ReceiptRecord, TransferRecord, write_json};

pub(super) const JSON: &str = "application/json";
pub(super) const NDJSON: &str = "application/x-ndjson";
pub(super) const EVENT_STREAM: &str = "text/event-stream";
pub(super) const CSV: &str = "text/csv";
pub(super) const CSV_WITH_CHARSET: &str = "text/csv; charset=utf-8";
/// What the list of a page is called.
pub(super) const ITEMS: &str = "items";
/// How far a search came that ended before it had found enough.
pub(super) const SEARCHED_TO: &str = "searched_to";
pub(super) const PROBLEM: &str = "application/problem+json";

/// An answer that is not a problem.
#[derive(Clone, Debug)]
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) content_type: &'static str,
    pub(super) body: Vec<u8>,
    pub(super) etag: Option<String>,
    pub(super) is_replayed: bool,
    /// Where what was made, or is being made, is found.
    pub(super) location: Option<String>,
    /// Where a list goes on that has no place for it in its body.
    pub(super) next_cursor: Option<String>,
    /// The number of the lease that the client reads by.
    pub(super) lease: Option<i64>,
    /// How a posting ended, for the metrics.
    pub(super) replay_or_new: Option<&'static str>,
}

impl Answer {
    pub(super) fn text(content_type: &'static str, body: impl Into<Vec<u8>>) -> Self {
        let (status, etag) = (StatusCode::OK, None);
        Self {
            status,
            content_type,
            body: body.into(),
            etag,
            is_replayed: false,
            location: None,
            next_cursor: None,
            lease: None,
            replay_or_new: None,
        }
    }

    /// An answer that says no more than that nothing is refused.
    pub(super) fn nothing() -> Result<Self, Problem> {
        Self::one(&Map::new())
    }

    /// One record.
    pub(super) fn one(record: &(impl Serialize + ?Sized)) -> Result<Self, Problem> {
        let mut body = Vec::with_capacity(1_024);
        write_json(&mut body, record).map_err(unwritten)?;
        body.push(b'\n');
        Ok(Self::text(JSON, body))
    }

    /// A page of a list.
    pub(super) fn page<R: Serialize, C: Display>(items: &[R], next: Option<C>) -> Result<Self, Problem> {
        Self::page_within(&Map::new(), ITEMS, items, next)
    }

    /// A page of a search, and the moment that it came to where it ended before it had found enough.
    pub(super) fn searched<R: Serialize>(
        items: &[R],
        next: Option<String>,
        cut_at: Option<Instant>,
    ) -> Result<Self, Problem> {
        let mut tail = fields(&Next::new(next))?;
        tail.extend(cut_at.map(|at| (SEARCHED_TO.to_owned(), at.to_string().into())));
        Self::list_between(&Map::new(), ITEMS, items, &tail)
    }

    /// A page of a list that has a head.
    pub(super) fn page_within<R: Serialize, C: Display>(
        head: &impl Serialize,
        name: &str,
        items: &[R],
        next: Option<C>,
    ) -> Result<Self, Problem> {
        Self::list_between(head, name, items, &Next::new(next))
    }

    /// A list that has a head and a tail.
    pub(super) fn list_between<R: Serialize>(
        head: &impl Serialize,
        name: &str,
        items: &[R],
        tail: &impl Serialize,
    ) -> Result<Self, Problem> {
        Self::one(&List { head: fields(head)?, name, items, tail: fields(tail)? })
    }

    /// A list that is whole.
    pub(super) fn list<R: Serialize>(items: &[R]) -> Result<Self, Problem> {
        Self::page(items, None::<String>)
    }

    /// The answer to a write: 201 where it was done now, 200 where it was done before or only tried.
    pub(super) fn written(self, is_replayed: bool, mode: Mode) -> Self {
        let is_new = !is_replayed && mode == Mode::Commit;
        let status = if is_new { StatusCode::CREATED } else { StatusCode::OK };
        let word = if is_replayed { "replayed" } else { "posted" };
        Self { status, is_replayed, replay_or_new: (mode == Mode::Commit).then_some(word), ..self }
    }

    /// The same, which does not count as a posting.
    pub(super) fn without_posting(self) -> Self {
        Self { replay_or_new: None, ..self }
    }

    /// An account, and the mark of its version.
    pub(super) fn account(account: &Account) -> Result<Self, Problem> {
        let etag = Some(etag(account));
        Ok(Self { etag, ..Self::one(&AccountRecord::from(account))? })
    }

    /// The one transfer that a request made.
    pub(super) fn transfer(receipt: &Receipt, mode: Mode) -> Result<Self, Problem> {
        match receipt.transfers.as_slice() {
            [one] => Ok(Self::one(&TransferRecord::new(one, mode))?.written(receipt.replayed, mode)),
            _ => Self::receipt(receipt, mode),
        }
    }

    /// All transfers that a request made.
    pub(super) fn receipt(receipt: &Receipt, mode: Mode) -> Result<Self, Problem> {
        Ok(Self::one(&ReceiptRecord::new(receipt, mode))?.written(receipt.replayed, mode))
    }
}

/// The mark of an account's version: how many transfers it has had, and the newest link of its chain, which every change of it moves.
pub(super) fn etag(account: &Account) -> String {
    let head: String = account.head.to_string().chars().take(16).collect();
    format!("\"{}-{head}\"", account.version)
}

/// A list between the fields of its head and of its tail.
struct List<'a, R> {
    head: Map<String, Value>,
    name: &'a str,
    items: &'a [R],
    tail: Map<String, Value>,
}

impl<R: Serialize> Serialize for List<'_, R> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fields = serializer.serialize_map(None)?;
        for (name, value) in &self.head {
            fields.serialize_entry(name, value)?;
        }
        fields.serialize_entry(self.name, self.items)?;
        for (name, value) in &self.tail {
            fields.serialize_entry(name, value)?;
        }
        fields.end()
    }
}

fn fields(record: &impl Serialize) -> Result<Map<String, Value>, Problem> {
    match serde_json::to_value(record).map_err(unwritten)? {
        Value::Object(fields) => Ok(fields),
        _ => Ok(Map::new()),
    }
}

fn unwritten(error: impl std::fmt::Display) -> Problem {
    Problem::new(crate::server::status::ServerCode::Panic, format!("the answer cannot be written: {error}"))
}
