//! Citus, which keeps the tables of a schema on other servers: what its coordinator is told by.

/// In SQL, whether the server is of a Citus cluster. A setting that a session has taken back is empty.
pub(super) const IS_CITUS: &str = "coalesce(current_setting('citus.version', true), '') <> ''";
