//! Faults of the database, told apart in one place.

use diesel::result::{ConnectionError, DatabaseErrorKind, Error as DieselError};
use thiserror::Error;

use super::url::{DatabaseUrl, UrlError};
use crate::models::CorruptRow;

/// A fault of the database or of the way to it. Nothing was written, unless a variant says otherwise.
#[derive(Debug, Error)]
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
    /// The connection broke. When that happened during a commit, the outcome is unknown.
    #[error("the connection to the database was lost: {reason}")]
    Lost {
        /// What the driver says.
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
    Statement(#[source] DieselError),
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
            Self::Busy { .. } | Self::Conflict { .. } | Self::Lost { .. } => true,
            Self::Url(_)
            | Self::Unreachable { .. }
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

    /// A connection that could not be made.
    pub(super) fn from_connection(error: &ConnectionError, url: &DatabaseUrl) -> Self {
        let reason = one_line(&match error {
            ConnectionError::BadConnection(message) => message.clone(),
            other => other.to_string(),
        });
        let address = url.to_string();
        let says = |texts: &[&str]| texts.iter().all(|text| reason.contains(text));
        if ["password authentication failed", "no pg_hba.conf entry", "permission denied"]
            .iter()
            .any(|text| says(&[text]))
        {
            return Self::Denied { address, reason };
        }
        if ["too many clients", "connection slots", "the database system is"].iter().any(|text| says(&[text])) {
            return Self::Busy { reason };
        }
        let hints: [(&[&str], &'static str); 9] = [
            (&["database", "does not exist"], "create the database first, for example with: createdb NAME"),
            (&["role", "does not exist"], "create the role first, or name another user in the URL"),
            (&["could not translate host name"], "check the host name in the URL"),
            (&["Connection refused"], "check that the server runs and that host and port are right"),
            (&["No such file or directory"], "check that the server runs and that the folder of its socket is right"),
            (&["timeout expired"], "the server does not answer; check the address and the firewalls on the way"),
            (&["SSL"], "check sslmode and sslrootcert in the URL"),
            (&["certificate"], "check sslmode and sslrootcert in the URL"),
            (&["unable to open database file"], "check that the folder exists and may be written to"),
        ];
        let hint = hints.iter().find(|(texts, _)| says(texts)).map_or("check the database URL", |(_, hint)| hint);
        Self::Unreachable { address, reason, hint }
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
                other => Self::Statement(other),
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
            _ => Self::Statement(error),
        }
    }
}

/// A driver's message without its line breaks.
fn one_line(message: &str) -> String {
    message.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_way_a_connection_can_fail_says_what_to_do() {
        let url: DatabaseUrl = "postgres://bob:s3cret@db/bank".parse().unwrap();
        for (message, expected) in [
            ("FATAL:  database \"bank\" does not exist", "createdb"),
            ("FATAL:  role \"bob\" does not exist", "create the role"),
            ("could not translate host name \"db\" to address", "host name"),
            ("connection to server at \"db\", port 5432 failed: Connection refused", "server runs"),
            ("connection to server on socket \"/x/.s.PGSQL.5432\" failed: No such file or directory", "socket"),
            ("connection to server at \"db\" failed: timeout expired", "firewalls"),
            ("server does not support SSL, but SSL was required", "sslmode"),
            ("certificate verify failed", "sslrootcert"),
            ("anything else", "URL"),
            ("FATAL:  password authentication failed for user \"bob\"", "does not allow"),
            ("FATAL:  no pg_hba.conf entry for host \"::1\"", "does not allow"),
            ("FATAL:  sorry, too many clients already", "busy"),
            ("FATAL:  the database system is starting up", "busy"),
        ] {
            let error = StoreError::from_connection(&ConnectionError::BadConnection(message.to_owned()), &url);
            let hint = if let StoreError::Unreachable { hint, .. } = &error { hint } else { "" };
            let shown = format!("{error} {hint}");
            assert!(shown.contains(expected) && !shown.contains("s3cret"), "{message}: {shown}");
        }
    }
}
