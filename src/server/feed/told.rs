use std::sync::Arc;
use std::time::Duration;

use crate::error::Error;
use crate::ledger::{Event, EventCursor, EventFilter, EventPage, Ledger};
use crate::wire::{EventRecord, write_json};

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
}
