//! What is sent to an endpoint for the first time: an event of the feed, or a crossing of a monitor.

use uuid::Uuid;

use crate::error::{Error, InputError};
use crate::ledger::{Event, EventCursor};
use crate::server::monitors::crossing::Crossing;
use crate::server::webhooks::body;
use crate::store::{CROSSINGS_BEHIND, Moved};
use crate::wire::{EventRecord, event_type};

/// How far an endpoint has come, in the feed or among the crossings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reached {
    /// Behind this event.
    Event(EventCursor),
    /// Behind the crossing of this number.
    Crossing(i64),
}

impl Reached {
    /// Notes it in what is written.
    pub(super) fn note(self, moved: &mut Moved) {
        match self {
            Self::Event(cursor) => moved.cursor = Some(cursor.to_string()),
            Self::Crossing(number) => moved.crossing = Some(number),
        }
    }
}

/// What is sent.
#[derive(Clone, Debug)]
pub(super) struct Notice {
    /// The same at every attempt.
    pub(super) id: String,
    /// Its type, with `teller.` before it.
    pub(super) kind: String,
    /// Its number among the deliveries.
    pub(super) sequence: i64,
    pub(super) body: String,
    /// How far the endpoint has come behind it.
    pub(super) reached: Reached,
}

impl Notice {
    pub(super) fn of_event(event: &Event) -> Result<Self, Error> {
        let cursor = event.cursor();
        Ok(Self {
            id: cursor.to_string(),
            kind: event_type(event.kind),
            sequence: event.sequence.0,
            body: body::of(&EventRecord::new(event)).map_err(|error| unreadable(&error))?,
            reached: Reached::Event(cursor),
        })
    }

    pub(super) fn of_crossing(crossing: &Crossing, book: Uuid) -> Result<Self, Error> {
        let record = crossing.record(book);
        Ok(Self {
            id: record.id.clone(),
            kind: record.r#type.clone(),
            sequence: CROSSINGS_BEHIND + crossing.number,
            body: body::of(&record).map_err(|error| unreadable(&error))?,
            reached: Reached::Crossing(crossing.number),
        })
    }
}

fn unreadable(error: &serde_json::Error) -> Error {
    InputError::request(error.to_string()).into()
}
