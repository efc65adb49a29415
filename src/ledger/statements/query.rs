//! What a statement over a span covers, and in which order.

use std::fmt;
use std::str::FromStr;

use crate::facts::{Instant, Sequence};

/// The order of a statement, and which of a transfer's two times counts for its bounds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum StatementOrder {
    /// By recorded time: when the ledger took a transfer.
    #[default]
    Recorded,
    /// By effective time: when a transfer counts for the books.
    Effective,
}

/// The last entry of a page. The next, older page begins after it.
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
    /// The last entry of the page before. `None`: the first page.
    pub cursor: Option<EntryCursor>,
}
