//! The lock that shows which transactions draw sequences: see [`Drawing`].

use std::collections::BTreeSet;

use diesel::pg::PgConnection;
use diesel::prelude::*;
use diesel::sql_types::Text;

use crate::store::StoreError;
use crate::store::drawing::{Drawing, Writer};

/// Takes the lock. The first number is Teller's own, the second is that of the book's sequence, which no other book has.
pub(super) const SHOW_WRITER: &str =
    "pg_advisory_xact_lock_shared(1952803948, 'transfers_sequence_seq'::regclass::oid::integer)";

/// Who has the lock. A lock of two numbers has the mark 2.
const WRITERS: &str = "\
select virtualtransaction as name
from pg_locks
where locktype = 'advisory' and objsubid = 2 and classid = 1952803948
    and objid = 'transfers_sequence_seq'::regclass::oid
    and database = (select oid from pg_database where datname = current_database())";

#[derive(QueryableByName)]
struct WriterRow {
    #[diesel(sql_type = Text)]
    name: String,
}

impl Drawing for PgConnection {
    fn drawing_writers(&mut self) -> Result<BTreeSet<Writer>, StoreError> {
        let rows: Vec<WriterRow> = diesel::sql_query(WRITERS).load(self)?;
        Ok(rows.into_iter().map(|row| Writer::new(row.name)).collect())
    }
}
