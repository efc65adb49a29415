//! What is the same on both backends, implemented for those that are compiled in.

/// Calls a macro with the type of connection of each backend.
macro_rules! on_each_backend {
    ($implement:ident) => {
        #[cfg(feature = "postgres")]
        $implement!(diesel::pg::PgConnection);
        #[cfg(feature = "sqlite")]
        $implement!(diesel::sqlite::SqliteConnection);
    };
}

/// The same, with the way in which each backend hands on rows one by one.
macro_rules! on_each_backend_row_by_row {
    ($implement:ident) => {
        #[cfg(feature = "postgres")]
        $implement!(diesel::pg::PgConnection, diesel::pg::PgRowByRowLoadingMode);
        #[cfg(feature = "sqlite")]
        $implement!(diesel::sqlite::SqliteConnection, diesel::connection::DefaultLoadingMode);
    };
}

pub(super) use {on_each_backend, on_each_backend_row_by_row};
