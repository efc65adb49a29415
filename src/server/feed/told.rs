use uuid::Uuid;

use crate::ledger::{Event, EventCursor};
use crate::wire::{EventRecord, write_json};

/// An event, and how it is written, once for all readers.
#[derive(Debug)]
pub(in crate::server) struct Told {
    pub(in crate::server) event: Event,
    pub(in crate::server) cursor: EventCursor,
    pub(in crate::server) json: String,
}

impl Told {
    pub(in crate::server) fn new(book: Uuid, event: Event) -> Self {
        let mut json = Vec::with_capacity(1_024);
        // Writing to memory cannot fail.
        let _ = write_json(&mut json, &EventRecord::new(book, &event));
        Self { cursor: event.cursor(), event, json: String::from_utf8_lossy(&json).into_owned() }
    }
}
