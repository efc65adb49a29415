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

pub(super) use on_each_backend;
