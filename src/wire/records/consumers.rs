use crate::facts::Instant;

record! {
    /// A reader of the feed that is known by name.
    pub struct ConsumerRecord {
        /// Its name.
        pub name: String,
        /// Everything up to this event was acknowledged; null before the first event.
        pub cursor: Option<String>,
        /// How far the sequence of the newest event is ahead: at least as many as there are events left.
        pub behind: i64,
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
    table { name, cursor, behind, holder, leased_until }
}
