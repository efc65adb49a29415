//! Translating the error of a statement or migration into a fault of the store, by its code or its text.

use diesel::result::{DatabaseErrorKind, Error as DieselError};

use crate::store::StoreError;
use crate::store::driver::one_line;

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
            _ if says(&["deadlock detected", "conflict with recovery"]) || says(&CITUS_CONFLICTS) => {
                Self::Conflict { reason }
            }
            // Some nodes may have committed their part of it, and the others may follow.
            _ if says(&["could not commit transaction for shard"]) => Self::OutcomeUnknown { reason },
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

/// What Citus says where it has rolled a transaction back that can succeed the next time.
const CITUS_CONFLICTS: [&str; 3] =
    ["involved in a distributed deadlock", "failure on connection marked as essential", "failed to COPY to shard"];

/// SQLite's words, and the system's by way of PostgreSQL.
const NO_ROOM: [&str; 3] = ["No space left", "disk is full", ": wrote only"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_database_says_is_told_apart_by_its_words() {
        for (kind, message, code, is_retryable) in [
            (DatabaseErrorKind::SerializationFailure, "could not serialize access", "conflict", true),
            (
                DatabaseErrorKind::SerializationFailure,
                "canceling statement due to conflict with recovery",
                "conflict",
                true,
            ),
            (
                DatabaseErrorKind::SerializationFailure,
                "terminating connection due to conflict with recovery",
                "connection_lost",
                true,
            ),
            (DatabaseErrorKind::UniqueViolation, "duplicate key value", "conflict", true),
            (DatabaseErrorKind::ReadOnlyTransaction, "cannot execute INSERT", "read_only", false),
            (DatabaseErrorKind::Unknown, "deadlock detected", "conflict", true),
            (DatabaseErrorKind::Unknown, "canceling statement due to lock timeout", "busy", true),
            (DatabaseErrorKind::Unknown, "database is locked", "busy", true),
            (
                DatabaseErrorKind::Unknown,
                "terminating connection due to administrator command",
                "connection_lost",
                true,
            ),
            (DatabaseErrorKind::Unknown, "current transaction is aborted, commands ignored", "connection_lost", true),
            (
                DatabaseErrorKind::Unknown,
                "could not extend file \"base/5/1\": No space left on device",
                "disk_full",
                true,
            ),
            (
                DatabaseErrorKind::Unknown,
                "could not extend file \"a\": wrote only 4096 of 8192 bytes",
                "disk_full",
                true,
            ),
            (DatabaseErrorKind::Unknown, "database or disk is full", "disk_full", true),
            (DatabaseErrorKind::Unknown, "disk I/O error", "disk_failed", false),
            (DatabaseErrorKind::Unknown, "database disk image is malformed", "disk_failed", false),
            (DatabaseErrorKind::Unknown, "attempt to write a readonly database", "read_only", false),
            (DatabaseErrorKind::Unknown, "file is not a database", "not_a_book", false),
            (DatabaseErrorKind::Unknown, "permission denied for table accounts", "not_allowed", false),
            (DatabaseErrorKind::CheckViolation, "sabotage", "statement_refused", false),
        ] {
            let fault = StoreError::from(DieselError::DatabaseError(kind, Box::new(message.to_owned())));
            assert_eq!((fault.code(), fault.is_retryable()), (code, is_retryable), "{message}");
        }
        for (message, code) in [
            ("cannot execute CREATE TABLE in a read-only transaction", "read_only"),
            ("must be owner of table accounts", "not_allowed"),
            ("database or disk is full", "disk_full"),
            ("syntax error", "migration_failed"),
        ] {
            assert_eq!(of_migration(message.into()).code(), code, "{message}");
        }
    }

    #[test]
    fn a_cluster_that_lost_a_node_or_found_a_deadlock_is_asked_again() {
        for (message, code) in [
            ("canceling the transaction since it was involved in a distributed deadlock", "conflict"),
            ("failure on connection marked as essential: worker:5432", "conflict"),
            ("failed to COPY to shard 102010 on worker:5432", "conflict"),
            ("could not commit transaction for shard 102010 on any active node", "outcome_unknown"),
        ] {
            let kind = DatabaseErrorKind::Unknown;
            let fault = StoreError::from(DieselError::DatabaseError(kind, Box::new(message.to_owned())));
            assert_eq!((fault.code(), fault.is_retryable()), (code, true), "{message}");
        }
    }
}
