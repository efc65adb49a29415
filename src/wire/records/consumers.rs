//! The record of a consumer: its cursor, its lag and its lease.

use crate::facts::Instant;

record! {
    /// A reader of the feed that is known by name.
    pub struct ConsumerRecord {
        /// Its name.
        pub name: String,
        /// `free`, `held` while somebody reads as it, or `foreign` where the book does not have the event of its cursor: it is another book, or was
        /// restored to an earlier state, and the consumer has to be moved.
        pub state: &'static str,
        /// Everything up to this event was acknowledged; null before the first event.
        pub cursor: Option<String>,
        /// How far the sequence of the newest event is ahead: at least as many as there are events left. Null where its cursor is foreign.
        pub behind: Option<i64>,
        /// When something was acknowledged last; null where nothing was.
        pub acknowledged_at: Option<Instant>,
        /// Who reads as it now; null where nobody does.
        pub holder: Option<String>,
        /// When the reader's lease ends unless it is renewed; null where nobody reads.
        pub leased_until: Option<Instant>,
        /// The number of its newest lease, which rises with each.
        pub epoch: i64,
        /// When it was added.
        pub created_at: Instant,
    }
    table { name, state, cursor, behind, holder, leased_until }
}

impl ConsumerRecord {
    /// The state of one whose cursor is of another book, or of a state of this one that a restore has undone.
    pub const FOREIGN: &'static str = "foreign";
}
