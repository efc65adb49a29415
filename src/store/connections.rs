//! The connections of a pool, on whichever backend its URL names. The only place that tells the backends apart.

use diesel::pg::PgConnection;
use diesel::sqlite::SqliteConnection;

use crate::store::StoreError;
use crate::store::options::StoreOptions;
use crate::store::slots::Slots;
use crate::store::url::DatabaseUrl;

pub(super) enum Connections {
    Postgres(Slots<PgConnection>),
    Sqlite(Slots<SqliteConnection>),
}

impl Connections {
    /// Connects once. The connection is kept.
    pub(super) fn open(url: &DatabaseUrl, options: StoreOptions) -> Result<Self, StoreError> {
        match url {
            DatabaseUrl::Postgres(_) => Slots::connect(url, options).map(Self::Postgres),
            DatabaseUrl::Sqlite(_) => Slots::connect(url, options).map(Self::Sqlite),
        }
    }
}

/// Runs the same code on whichever backend a pool is for.
macro_rules! on_backend {
    ($pool:expr, $slots:ident => $run:expr) => {
        match &$pool.connections {
            $crate::store::connections::Connections::Postgres($slots) => $run,
            $crate::store::connections::Connections::Sqlite($slots) => $run,
        }
    };
}

pub(super) use on_backend;
