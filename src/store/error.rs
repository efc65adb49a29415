//! Faults of the database and their codes, as callers see them. How they are told apart is in `store/driver`.

use std::borrow::Cow;

use strum::{IntoStaticStr, VariantNames};
use thiserror::Error;

use crate::models::CorruptRow;
use crate::store::causes::{NotOffered, UnreachableCause};
use crate::store::driver::Secrets;
use crate::store::url::UrlError;

/// A fault of the database or of the way to it. Nothing was written, unless a variant says otherwise.
///
/// [`StoreError::code`] is what programs tell faults by; `docs/errors.md` lists the codes.
#[derive(Clone, Debug, Error, IntoStaticStr, VariantNames)]
#[strum(serialize_all = "snake_case")]
#[non_exhaustive]
pub enum StoreError {
    /// The URL is not one.
    #[error(transparent)]
    #[strum(serialize = "url_invalid")]
    Url(#[from] UrlError),
    /// No connection could be made.
    #[error("cannot connect to {address}: {reason}")]
    #[strum(serialize = "database_unreachable")]
    Unreachable {
        /// The database, without its password.
        address: String,
        /// What the driver says, on one line.
        reason: String,
        /// Why, as far as that can be told.
        cause: UnreachableCause,
        /// Whether that may pass by itself: the server is down or far away, rather than asked for in a wrong way.
        may_pass: bool,
    },
    /// The database does not let this user in, or not do this.
    #[error("{address} does not allow it: {reason}")]
    #[strum(serialize = "not_allowed")]
    Denied {
        /// The database, without its password.
        address: String,
        /// What the database says.
        reason: String,
    },
    /// The database holds something else.
    #[error("{address} is not a Teller book")]
    #[strum(serialize = "not_a_book")]
    NotABook {
        /// The database, without its password.
        address: String,
    },
    /// The URL names an SQLite file that is not there. None was made.
    #[error("there is no such book: {address}")]
    #[strum(serialize = "book_unknown")]
    Missing {
        /// The file.
        address: String,
    },
    /// The book that the URL or `--book` names is not in the database.
    #[error("the database has no book of that name, or this role may not look into it")]
    BookUnknown,
    /// What was asked for is not done here.
    #[error(transparent)]
    NotOffered(#[from] NotOffered),
    /// The book lacks migrations that this program needs.
    #[error("{address} lacks {} of Teller's migrations: {}", pending.len(), pending.join(", "))]
    NotMigrated {
        /// The database, without its password.
        address: String,
        /// The migrations that are missing.
        pending: Vec<String>,
    },
    /// The book has migrations that this program does not know.
    #[error("{address} has migrations that this program does not know: {}", unknown.join(", "))]
    #[strum(serialize = "newer_schema")]
    Newer {
        /// The database, without its password.
        address: String,
        /// Their versions.
        unknown: Vec<String>,
    },
    /// The database takes no writes.
    #[error("the database is read-only: {reason}")]
    ReadOnly {
        /// What the database says.
        reason: String,
    },
    /// The server only follows another one, or was left behind by it. After a failover another one takes the writes.
    #[error("the server takes no writes: {reason}")]
    Standby {
        /// How that is known.
        reason: String,
    },
    /// Others hold what this needs, and it was waited for in vain.
    #[error("the database is busy: {reason}")]
    Busy {
        /// What was waited for.
        reason: String,
    },
    /// The database undid the transaction in favour of another one.
    #[error("the transaction lost against others: {reason}")]
    Conflict {
        /// What the database says.
        reason: String,
    },
    /// The connection broke before the commit.
    #[error("the connection to the database was lost: {reason}")]
    #[strum(serialize = "connection_lost")]
    Lost {
        /// What the driver says.
        reason: String,
    },
    /// The connection broke during the commit, or not all nodes of a cluster took it, and no later attempt could find out whether it
    /// happened. Only the same request, with the same id, can.
    #[error("the outcome is unknown, the commit was not confirmed: {reason}")]
    OutcomeUnknown {
        /// What the driver says, and what later attempts failed of.
        reason: String,
    },
    /// The file that was opened is not at its place any more, or its write-ahead log is not. What was written to it since may be lost.
    #[error("{file} was removed, moved or replaced while it was open")]
    #[strum(serialize = "file_replaced")]
    Replaced {
        /// The file.
        file: String,
    },
    /// What is kept beside the book for its server was made for another book, which was at this place before.
    #[error("the keys, webhooks, consumers and monitors in {place} are those of another book than {book}")]
    #[strum(serialize = "server_foreign")]
    ServerForeign {
        /// The file or the schema in which they are.
        place: String,
        /// The book, without its password.
        book: String,
    },
    /// The database cannot store every text.
    #[error("{address} stores text as {encoding}, and a book needs UTF8")]
    #[strum(serialize = "database_not_utf8")]
    NotUtf8 {
        /// The database, without its password.
        address: String,
        /// Its encoding, as PostgreSQL names it.
        encoding: String,
    },
    /// A bound that no database can keep.
    #[error("the option {name} is {value}; it must be {bounds}")]
    #[strum(serialize = "options_invalid")]
    Options {
        /// The field of [`StoreOptions`](crate::store::StoreOptions).
        name: &'static str,
        /// What it was.
        value: String,
        /// What it may be.
        bounds: String,
    },
    /// There is no room left.
    #[error("the database's disk is full: {reason}")]
    #[strum(serialize = "disk_full")]
    Full {
        /// What the database says.
        reason: String,
    },
    /// The disk fails, or the file on it is damaged.
    #[error("the disk or the file on it is damaged: {reason}")]
    #[strum(serialize = "disk_failed")]
    Disk {
        /// What the database says.
        reason: String,
    },
    /// A stored row is not one that Teller writes.
    #[error(transparent)]
    #[strum(serialize = "corrupt_row")]
    Corrupt(#[from] CorruptRow),
    /// Anything else that the database refuses.
    #[error("the database refused a statement: {reason}")]
    #[strum(serialize = "statement_refused")]
    Statement {
        /// What the database says.
        reason: String,
    },
    /// A migration failed; the schema is as it was.
    #[error("a migration failed: {reason}")]
    #[strum(serialize = "migration_failed")]
    Migration {
        /// What the database says.
        reason: String,
    },
}

impl StoreError {
    /// The stable code, as in JSON and in `docs/errors.md`.
    #[must_use]
    pub fn code(&self) -> &'static str {
        self.into()
    }

    /// Whether the same request, sent again with the same ids, can succeed without anyone changing it: the fault passes by itself, or
    /// when someone makes room. The ledger has tried again already where that can help at once, as
    /// [`StoreOptions`](crate::store::StoreOptions) say.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        self.is_transient() || matches!(self, Self::Full { .. })
    }

    /// Whether the same transaction can succeed when it is run again at once.
    pub(super) fn is_transient(&self) -> bool {
        match self {
            Self::Standby { .. }
            | Self::Busy { .. }
            | Self::Conflict { .. }
            | Self::Lost { .. }
            | Self::OutcomeUnknown { .. } => true,
            Self::Unreachable { may_pass, .. } => *may_pass,
            Self::Url(_)
            | Self::Denied { .. }
            | Self::NotABook { .. }
            | Self::Missing { .. }
            | Self::BookUnknown
            | Self::NotOffered(_)
            | Self::NotMigrated { .. }
            | Self::Newer { .. }
            | Self::ReadOnly { .. }
            | Self::Replaced { .. }
            | Self::ServerForeign { .. }
            | Self::NotUtf8 { .. }
            | Self::Options { .. }
            | Self::Full { .. }
            | Self::Disk { .. }
            | Self::Corrupt(_)
            | Self::Statement { .. }
            | Self::Migration { .. } => false,
        }
    }

    /// The driver's words in it, where it has some.
    fn reason_mut(&mut self) -> Option<&mut String> {
        match self {
            Self::Unreachable { reason, .. }
            | Self::Denied { reason, .. }
            | Self::ReadOnly { reason }
            | Self::Standby { reason }
            | Self::Busy { reason }
            | Self::Conflict { reason }
            | Self::Lost { reason }
            | Self::OutcomeUnknown { reason }
            | Self::Full { reason }
            | Self::Disk { reason }
            | Self::Statement { reason }
            | Self::Migration { reason } => Some(reason),
            Self::Url(_)
            | Self::NotABook { .. }
            | Self::Missing { .. }
            | Self::BookUnknown
            | Self::NotOffered(_)
            | Self::NotMigrated { .. }
            | Self::Newer { .. }
            | Self::Replaced { .. }
            | Self::ServerForeign { .. }
            | Self::NotUtf8 { .. }
            | Self::Options { .. }
            | Self::Corrupt(_) => None,
        }
    }

    /// The same fault, with every secret in the driver's words hidden.
    pub(super) fn without(mut self, secrets: &Secrets) -> Self {
        if let Some(reason) = self.reason_mut()
            && let Cow::Owned(hidden) = secrets.hide(reason)
        {
            *reason = hidden;
        }
        self
    }

    /// Whether it can have come of one request among many, so that each may succeed without the others.
    pub(crate) const fn may_be_of_one_request(&self) -> bool {
        matches!(self, Self::Corrupt(_) | Self::Statement { .. })
    }

    /// Whether the connection is of no more use.
    pub(super) fn is_lost(&self) -> bool {
        matches!(self, Self::Lost { .. } | Self::OutcomeUnknown { .. } | Self::Standby { .. } | Self::Replaced { .. })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cause_has_the_code_of_its_fault() {
        let (row, missing) = (CorruptRow::new("transfers", 7, "kind", "x"), NotOffered::RolesOfSqlite);
        let faults = [StoreError::from(row.clone()), StoreError::from(missing.clone())];
        assert_eq!(faults.each_ref().map(StoreError::code), [row.code(), missing.code()]);
        assert_eq!(faults.each_ref().map(StoreError::is_retryable), [row.is_retryable(), missing.is_retryable()]);
    }
}
