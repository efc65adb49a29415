use std::time::Duration;

/// Bounds on what a ledger may take of its database, and on how long it tries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StoreOptions {
    /// The most connections at once.
    pub connections_max: u32,
    /// How many callers may wait for one of them at once; the next is told that the database is busy.
    pub connection_waiters_max: u32,
    /// How long a caller waits for one of them.
    pub connection_wait_max: Duration,
    /// How long a server that is down is waited for when a book is opened. Where the URL names several servers, they are waited for
    /// at least as long as a transaction is tried again: one of them may be about to take over.
    pub connect_time_max: Duration,
    /// How long one statement may run.
    pub statement_time_max: Duration,
    /// How long one statement may wait for a lock.
    pub lock_wait_max: Duration,
    /// How often one transaction is begun before its fault is reported.
    pub attempts_max: u32,
    /// How long one transaction is tried again.
    pub retry_time_max: Duration,
    /// From when on a statement is slow, which is worth a warning in the log.
    pub slow_statement_min: Duration,
}

impl Default for StoreOptions {
    fn default() -> Self {
        Self {
            connections_max: 10,
            connection_waiters_max: 1_000,
            connection_wait_max: Duration::from_secs(30),
            connect_time_max: Duration::ZERO,
            statement_time_max: Duration::from_mins(1),
            lock_wait_max: Duration::from_secs(10),
            attempts_max: 200,
            retry_time_max: Duration::from_secs(30),
            slow_statement_min: Duration::from_secs(2),
        }
    }
}

impl StoreOptions {
    /// The same bounds for someone who wants an answer by then: whatever passes is tried again until that time, however often, and
    /// nothing that can be bounded takes longer.
    #[must_use]
    pub fn with_deadline(self, time: Duration) -> Self {
        Self {
            connection_wait_max: self.connection_wait_max.min(time),
            connect_time_max: time,
            statement_time_max: self.statement_time_max.min(time),
            lock_wait_max: self.lock_wait_max.min(time),
            attempts_max: u32::MAX,
            retry_time_max: time,
            ..self
        }
    }
}

/// What a transaction is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Reads one consistent snapshot. Holds nobody up.
    Read,
    /// Reads and writes.
    Write,
    /// Reads one consistent snapshot in which no write is half done: every number below the newest is taken or never will be. Holds
    /// writers up until it ends.
    Settled,
    /// Reads and writes while nobody else writes. Holds writers up until it ends.
    Alone,
}
