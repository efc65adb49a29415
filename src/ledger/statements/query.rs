//! What a statement covers, and in which order.

use std::fmt;
use std::str::FromStr;

use crate::facts::{AccountName, Instant, Sequence};
use crate::ledger::transfers::filter::ListPage;

/// The order of a statement, and which of a transfer's two times counts for its bounds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum StatementOrder {
    /// By recorded time: when the ledger took a transfer.
    #[default]
    Recorded,
    /// By effective time: when a transfer counts for the books.
    Effective,
}

/// The last entry that was read for a page. The next, older page begins behind it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EntryCursor {
    /// The entry's time in the statement's order.
    pub time: Instant,
    /// The entry's transfer.
    pub sequence: Sequence,
}

impl fmt::Display for EntryCursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.time, self.sequence)
    }
}

impl FromStr for EntryCursor {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let parsed = text.split_once('/').and_then(|(time, sequence)| {
            Some(Self { time: time.parse().ok()?, sequence: Sequence(sequence.parse().ok()?) })
        });
        parsed.ok_or_else(|| format!("{text:?} is not a cursor; use the one that the page before told"))
    }
}

/// The part of an account's history that a statement covers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Span {
    /// The order, and the time that the bounds are compared with.
    pub order: StatementOrder,
    /// The first moment of the span. `None`: from the first transfer on.
    pub from: Option<Instant>,
    /// The first moment after the span. `None`: up to the newest transfer.
    pub to: Option<Instant>,
}

/// Which of an account's transfers a statement has, and which page of them. The usual value is the newest 100, by recorded time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatementQuery {
    /// The order, and the part of the history.
    pub span: Span,
    /// Only transfers with this other account. The balances stay those of the statement's own.
    pub counterparty: Option<AccountName>,
    /// Where the page goes on: the `next` of the page before. `None` for the first page.
    pub cursor: Option<EntryCursor>,
    /// The most transfers that the page has. 0 means 1.
    pub limit: u32,
    /// The most transfers that are read to find those with the other account. 0 means 1.
    pub reads_max: u64,
}

impl StatementQuery {
    /// The newest transfers, as many as `limit`.
    #[must_use]
    pub fn newest(limit: u32) -> Self {
        Self { limit, ..Self::default() }
    }

    /// The latest transfers of a span, as many as `limit`.
    #[must_use]
    pub fn of_span(span: Span, limit: u32) -> Self {
        Self { span, limit, ..Self::default() }
    }
}

impl Default for StatementQuery {
    fn default() -> Self {
        let ListPage { limit, reads_max, .. } = ListPage::default();
        Self { span: Span::default(), counterparty: None, cursor: None, limit, reads_max }
    }
}
