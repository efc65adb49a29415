//! Bounds on connections, waits and retries, and the choice whether a missing SQLite file is created.

use std::time::Duration;

use crate::facts::LengthOfTime;
use crate::store::StoreError;

/// 2^31 - 1 milliseconds, a little less than 25 days: the longest time that both databases take.
const TIME_MAX: Duration = Duration::from_millis(i32::MAX as u64);

/// More than any server has room for. Each has its place from the beginning.
const CONNECTIONS_MAX: u32 = 10_000;

/// Bounds on what a ledger may take of its database, and on how long it tries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StoreOptions {
    /// The most connections at once.
    pub connections_max: u32,
    /// How many callers may wait for one of them at once; the next is told that the database is busy.
    pub connection_waiters_max: u32,
    /// How long a caller waits for one of them.
    pub connection_wait_max: Duration,
    /// How long a server that is down is waited for when a book is opened, and one that takes no writes when something is written. Where
    /// the URL names several servers, they are waited for at least as long as a transaction is tried again: one of them may be about to
    /// take over. A program that reaches its servers by one address, which moves from one to another, should set this.
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
    /// What happens where the URL names an SQLite file that is not there.
    pub missing_book: MissingBook,
    /// How long the book stays open.
    pub lifetime: Lifetime,
}

/// How long a program keeps a book open, which says whether it is worth finding out whether a connection pooler is on the way to a
/// PostgreSQL server. Where that is not known, nothing is prepared and each transaction brings its settings, as if one were.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Lifetime {
    /// For long: the way is found out when the book is opened, by a second connection that is closed at once.
    #[default]
    Long,
    /// For a moment, as a command does.
    Short,
}

/// What happens when an SQLite book is connected to and its file is not there, or is empty. A PostgreSQL database is never made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MissingBook {
    /// It is refused, and no file is made. A wrong path must not look like an empty book.
    #[default]
    Refuse,
    /// The file is made.
    Make,
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
            missing_book: MissingBook::Refuse,
            lifetime: Lifetime::Long,
        }
    }
}

impl StoreOptions {
    /// The same bounds for opening a book that may have to be made first.
    #[must_use]
    pub const fn making_missing(self) -> Self {
        Self { missing_book: MissingBook::Make, ..self }
    }

    /// Refuses bounds that one database would take and another would not, or that both would take for something else.
    pub(super) fn check(&self) -> Result<(), StoreError> {
        let refuse = |name, value, bounds| Err(StoreError::Options { name, value, bounds });
        if !(1..=CONNECTIONS_MAX).contains(&self.connections_max) {
            let bounds = format!("from 1 to {CONNECTIONS_MAX}");
            return refuse("connections_max", self.connections_max.to_string(), bounds);
        }
        if self.attempts_max == 0 {
            return refuse("attempts_max", "0".into(), "at least 1".into());
        }
        for (name, time) in [("statement_time_max", self.statement_time_max), ("lock_wait_max", self.lock_wait_max)] {
            if !(Duration::from_millis(1)..=TIME_MAX).contains(&time) {
                return refuse(name, LengthOfTime(time).to_string(), format!("from 1ms to {}", LengthOfTime(TIME_MAX)));
            }
        }
        if self.connection_wait_max > TIME_MAX {
            let value = LengthOfTime(self.connection_wait_max).to_string();
            return refuse("connection_wait_max", value, format!("at most {}", LengthOfTime(TIME_MAX)));
        }
        Ok(())
    }

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
    /// Reads by a single statement, which sees one consistent snapshot without a transaction around it. Holds nobody up.
    ReadOnce,
    /// Reads and writes.
    Write,
    /// Reads one consistent snapshot in which no write is half done: every number below the newest is taken or never will be. Holds
    /// writers up until it ends.
    Settled,
    /// Reads and writes while nobody else writes. Holds writers up until it ends.
    Alone,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_that_no_database_can_keep_are_refused() {
        let usual = StoreOptions::default();
        for (options, is_taken) in [
            (usual, true),
            (usual.with_deadline(Duration::MAX), true),
            (StoreOptions { lock_wait_max: TIME_MAX, connections_max: CONNECTIONS_MAX, ..usual }, true),
            (StoreOptions { retry_time_max: Duration::MAX, connection_wait_max: Duration::ZERO, ..usual }, true),
            (StoreOptions { lock_wait_max: TIME_MAX + Duration::from_millis(1), ..usual }, false),
            (StoreOptions { lock_wait_max: Duration::ZERO, ..usual }, false),
            (StoreOptions { statement_time_max: Duration::MAX, ..usual }, false),
            (StoreOptions { statement_time_max: Duration::from_micros(999), ..usual }, false),
            (StoreOptions { connection_wait_max: Duration::MAX, ..usual }, false),
            (StoreOptions { connections_max: 0, ..usual }, false),
            (StoreOptions { connections_max: u32::MAX, ..usual }, false),
            (StoreOptions { attempts_max: 0, ..usual }, false),
        ] {
            assert_eq!(options.check().is_ok(), is_taken, "{options:?}");
        }
    }
}
