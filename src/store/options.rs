use std::time::Duration;

/// Bounds on what a ledger may take of its database, and on how long it tries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StoreOptions {
    /// The most connections at once.
    pub connections_max: u32,
    /// How long a caller waits for one of them.
    pub connection_wait_max: Duration,
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
            connection_wait_max: Duration::from_secs(30),
            statement_time_max: Duration::from_mins(1),
            lock_wait_max: Duration::from_secs(10),
            attempts_max: 20,
            retry_time_max: Duration::from_secs(30),
            slow_statement_min: Duration::from_secs(2),
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
}
