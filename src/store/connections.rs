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
