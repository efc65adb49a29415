//! Faults of the database, told apart in one place.

use std::sync::Arc;

use diesel::result::{DatabaseErrorKind, Error as DieselError};
use thiserror::Error;

use super::url::UrlError;
use crate::models::CorruptRow;

/// A fault of the database or of the way to it. Nothing was written, unless a variant says otherwise.
#[derive(Clone, Debug, Error)]
pub enum StoreError {
    /// The URL is not one.
    #[error(transparent)]
    Url(#[from] UrlError),
    /// No connection could be made.
    #[error("cannot connect to {address}: {reason}")]
    Unreachable {
        /// The database, without its password.
        address: String,
        /// What the driver says, on one line.
        reason: String,
        /// What to do about it.
        hint: &'static str,
        /// Whether that may pass by itself: the server is down or far away, rather than asked for in a wrong way.
        may_pass: bool,
    },
    /// The database does not let this user in, or not do this.
    #[error("{address} does not allow it: {reason}")]
    Denied {
        /// The database, without its password.
        address: String,
        /// What the database says.
        reason: String,
    },
    /// The database holds something else.
    #[error("{address} is not a Teller book")]
    NotABook {
        /// The database, without its password.
        address: String,
    },
    /// The book that the URL or `--book` names is not in the database.
    #[error("the database has no book of that name, or this role may not look into it")]
    BookUnknown,
    /// What was asked for is not done here.
    #[error("{problem}")]
    NotOffered {
        /// Why.
        problem: &'static str,
        /// What to do instead.
        hint: String,
    },
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
    Lost {
        /// What the driver says.
        reason: String,
    },
    /// The connection broke during the commit, and no later attempt could find out whether that happened. Only the same request, with
    /// the same id, can.
    #[error("the outcome is unknown, the connection to the database was lost during the commit: {reason}")]
    OutcomeUnknown {
        /// What the driver says, and what later attempts failed of.
        reason: String,
    },
    /// There is no room left.
    #[error("the database's disk is full: {reason}")]
    Full {
        /// What the database says.
        reason: String,
    },
    /// The disk fails, or the file on it is damaged.
    #[error("the disk or the file on it is damaged: {reason}")]
    Disk {
        /// What the database says.
        reason: String,
    },
    /// A stored row is not one that Teller writes.
    #[error(transparent)]
    Corrupt(#[from] CorruptRow),
    /// Anything else that the database refuses.
    #[error("the database refused a statement")]
    Statement(#[source] Arc<DieselError>),
    /// A migration failed; the schema is as it was.
    #[error("a migration failed: {reason}")]
    Migration {
        /// What the database says.
        reason: String,
    },
}

impl StoreError {
    /// Whether the same transaction can succeed when it is run again.
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
            | Self::BookUnknown
            | Self::NotOffered { .. }
            | Self::NotMigrated { .. }
            | Self::Newer { .. }
            | Self::ReadOnly { .. }
            | Self::Full { .. }
            | Self::Disk { .. }
            | Self::Corrupt(_)
            | Self::Statement(_)
            | Self::Migration { .. } => false,
        }
    }

    /// Whether it can have come of one request among many, so that each may succeed without the others.
    pub(crate) const fn may_be_of_one_request(&self) -> bool {
        matches!(self, Self::Corrupt(_) | Self::Statement(_))
    }

    /// Whether the connection is of no more use.
    pub(super) fn is_lost(&self) -> bool {
        matches!(self, Self::Lost { .. } | Self::OutcomeUnknown { .. } | Self::Standby { .. })
    }

    /// The same fault, when it came of a commit that writes: where the connection was lost, the answer was too.
    pub(super) fn of_commit(self) -> Self {
        match self {
            Self::Lost { reason } => Self::OutcomeUnknown { reason },
            other => other,
        }
    }
}

/// Diesel knows PostgreSQL's code for a few faults only and SQLite's for none; the rest arrives as `Unknown` and is told apart by the
/// words. Those are PostgreSQL's English ones: with another `lc_messages` a deadlock is reported and not retried.
impl From<DieselError> for StoreError {
    fn from(error: DieselError) -> Self {
        let DieselError::DatabaseError(kind, information) = &error else {
            return match error {
                // The transaction was broken from outside, which the next connection will not be.
                DieselError::BrokenTransactionManager | DieselError::AlreadyInTransaction => {
                    Self::Lost { reason: error.to_string() }
                }
                DieselError::RollbackErrorOnCommit { commit_error, .. } => Self::from(*commit_error),
                other => Self::Statement(Arc::new(other)),
            };
        };
        let reason = one_line(information.message());
        let says = |texts: &[&str]| texts.iter().any(|text| reason.contains(text));
        match kind {
            // A unique violation means that two transactions used one id at the same moment; the next try finds the winner's.
            DatabaseErrorKind::SerializationFailure | DatabaseErrorKind::UniqueViolation => Self::Conflict { reason },
            DatabaseErrorKind::ReadOnlyTransaction => Self::ReadOnly { reason },
            DatabaseErrorKind::ClosedConnection | DatabaseErrorKind::UnableToSendCommand => Self::Lost { reason },
            _ if says(&["deadlock detected"]) => Self::Conflict { reason },
            _ if says(&["lock timeout", "statement timeout", "due to user request", "is locked"]) => {
                Self::Busy { reason }
            }
            _ if says(&["terminating connection", "server closed the connection", "the database system is"]) => {
                Self::Lost { reason }
            }
            _ if says(&["No space left", "disk is full"]) => Self::Full { reason },
            _ if says(&[
                "disk I/O error",
                "disk image is malformed",
                "could not read block",
                "invalid page in block",
            ]) =>
            {
                Self::Disk { reason }
            }
            _ if says(&["readonly database"]) => Self::ReadOnly { reason },
            _ if says(&["file is not a database"]) => Self::NotABook { address: "the file".into() },
            _ if says(&["permission denied", "must be owner of", "must have admin option"]) => {
                Self::Denied { address: "the database".into(), reason }
            }
            _ => Self::Statement(Arc::new(error)),
        }
    }
}

/// A driver's message without its line breaks.
pub(super) fn one_line(message: &str) -> String {
    message.split_whitespace().collect::<Vec<_>>().join(" ")
}
