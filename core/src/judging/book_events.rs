//! The next link in the chain of what happens to the book as a whole.

use crate::facts::{BookChange, BookEvent, Hash, Instant, Sequence, Signature};
use crate::proof::hash_book_event;

impl BookEvent {
    /// The hash before the first event.
    pub const FIRST_HEAD: Hash = Hash([0; 32]);

    /// The event behind another one, or the first.
    #[must_use]
    pub fn behind(
        last: Option<&Self>,
        sequence: Sequence,
        now: Instant,
        Signature { actor, reason }: Signature,
        change: BookChange,
    ) -> Self {
        let mut event = Self {
            number: last.map_or(0, |last| last.number) + 1,
            sequence,
            recorded_at: last.map_or(now, |last| now.max(last.recorded_at.next())),
            change,
            actor,
            reason,
            hash: Self::FIRST_HEAD,
        };
        event.hash = hash_book_event(&event, last.map_or(Self::FIRST_HEAD, |last| last.hash));
        event
    }
}
