//! The connections of a pool, on whichever backend its URL names. The only place that tells the backends apart.

use crate::store::StoreError;
use crate::store::options::StoreOptions;
use crate::store::slots::Slots;
use crate::store::url::DatabaseUrl;

pub(super) enum Connections {
    #[cfg(feature = "postgres")]
    Postgres(Slots<diesel::pg::PgConnection>),
    #[cfg(feature = "sqlite")]
    Sqlite(Slots<diesel::sqlite::SqliteConnection>),
}

impl Connections {
    /// Connects once. The connection is kept.
    pub(super) fn open(url: &DatabaseUrl, options: StoreOptions) -> Result<Self, StoreError> {
        match url {
            #[cfg(feature = "postgres")]
            DatabaseUrl::Postgres(_) => Slots::connect(url, options).map(Self::Postgres),
            #[cfg(feature = "sqlite")]
            DatabaseUrl::Sqlite(_) => Slots::connect(url, options).map(Self::Sqlite),
            #[cfg(not(feature = "postgres"))]
            DatabaseUrl::Postgres(_) => Err(StoreError::postgres_left_out()),
            #[cfg(not(feature = "sqlite"))]
            DatabaseUrl::Sqlite(_) => Err(StoreError::sqlite_left_out()),
        }
    }
}

/// Runs the same code on whichever backend a pool is for.
macro_rules! on_backend {
    ($pool:expr, $slots:ident => $run:expr) => {
        match &$pool.connections {
            #[cfg(feature = "postgres")]
            $crate::store::connections::Connections::Postgres($slots) => $run,
            #[cfg(feature = "sqlite")]
            $crate::store::connections::Connections::Sqlite($slots) => $run,
        }
    };
}

pub(super) use on_backend;

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_backend_that_is_left_out_is_not_offered_and_one_that_is_compiled_in_is() {
        for (url, is_compiled_in) in [
            ("postgres://127.0.0.1:1/bank", cfg!(feature = "postgres")),
            ("sqlite:///no/such/folder/bank.db", cfg!(feature = "sqlite")),
        ] {
            let options = StoreOptions { connect_time_max: Duration::ZERO, ..StoreOptions::default() };
            let fault = Connections::open(&url.parse().unwrap(), options).err().unwrap();
            assert_eq!(!matches!(fault, StoreError::NotOffered { .. }), is_compiled_in, "{url}: {fault}");
        }
    }
}
