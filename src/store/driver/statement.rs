use diesel::result::{DatabaseErrorKind, Error as DieselError};

use super::one_line;
use crate::store::StoreError;

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
                other => Self::Statement { reason: one_line(&other.to_string()) },
            };
        };
        let reason = one_line(information.message());
        let says = |texts: &[&str]| texts.iter().any(|text| reason.contains(text));
        match kind {
            // A unique violation means that two transactions used one id at the same moment; the next try finds the winner's.
            DatabaseErrorKind::SerializationFailure if reason.contains("terminating connection") => {
                Self::Lost { reason }
            }
            DatabaseErrorKind::SerializationFailure | DatabaseErrorKind::UniqueViolation => Self::Conflict { reason },
            DatabaseErrorKind::ReadOnlyTransaction => Self::ReadOnly { reason },
            DatabaseErrorKind::ClosedConnection | DatabaseErrorKind::UnableToSendCommand => Self::Lost { reason },
            _ if says(&["deadlock detected", "conflict with recovery"]) => Self::Conflict { reason },
            _ if says(&["lock timeout", "statement timeout", "due to user request", "is locked"]) => {
                Self::Busy { reason }
            }
            _ if says(&[
                "terminating connection",
                "server closed the connection",
                "the database system is",
                // The transaction was broken before this statement; a fresh connection has none.
                "current transaction is aborted",
            ]) =>
            {
                Self::Lost { reason }
            }
            _ if says(&NO_ROOM) => Self::Full { reason },
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
            _ => Self::Statement { reason },
        }
    }
}

/// What made a migration fail.
#[allow(clippy::needless_pass_by_value, reason = "the signature that map_err wants")]
pub(in crate::store) fn of_migration(error: Box<dyn std::error::Error + Send + Sync>) -> StoreError {
    let reason = one_line(&error.to_string());
    // Diesel hands the database's words over, and nothing else.
    let says = |texts: &[&str]| texts.iter().any(|text| reason.contains(text));
    if says(&["must be owner of", "permission denied"]) {
        return StoreError::Denied { address: "the database".into(), reason };
    }
    if says(&NO_ROOM) {
        return StoreError::Full { reason };
    }
    if says(&["in a read-only transaction", "during recovery", "readonly database"]) {
        return StoreError::ReadOnly { reason };
    }
    StoreError::Migration { reason }
}

/// SQLite's words, and the system's by way of PostgreSQL.
const NO_ROOM: [&str; 3] = ["No space left", "disk is full", "; wrote only"];
