//! The event with which a new webhook or consumer begins: the first, the latest, or one that is named.

use std::str::FromStr;
use std::time::Duration;

use crate::error::Error;
use crate::ledger::{EventCursor, EventFilter, Ledger};

/// How long writers that are under way are waited for.
const WRITERS_WAIT: Duration = Duration::from_secs(1);

/// Where a webhook or a consumer begins: `latest`, `first`, or the id of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EventStart {
    /// With what happens from now on.
    Latest,
    /// With the first event of the book.
    First,
    /// Behind an event.
    Behind(EventCursor),
}

impl FromStr for EventStart {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "latest" => Ok(Self::Latest),
            "first" => Ok(Self::First),
            cursor => cursor.parse().map(Self::Behind),
        }
    }
}

impl EventStart {
    /// The event behind which it begins; `None` before the first one. A cursor that is behind no event of this book is refused here, and
    /// not when something is to be sent.
    ///
    /// # Errors
    /// [`InputError::CursorForeign`](crate::InputError::CursorForeign), [`Error::Store`].
    pub fn find(self, ledger: &Ledger) -> Result<Option<EventCursor>, Error> {
        match self {
            Self::Latest => ledger.newest_event_cursor(WRITERS_WAIT),
            Self::First => Ok(None),
            Self::Behind(cursor) => {
                ledger.list_events(Some(cursor), &EventFilter::default(), 1, WRITERS_WAIT)?;
                Ok(Some(cursor))
            }
        }
    }
}
