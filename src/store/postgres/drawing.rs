//! The lock that shows which transactions draw sequences: see [`Drawing`].

use std::collections::BTreeSet;

use diesel::pg::PgConnection;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable, Text};

use crate::store::StoreError;
use crate::store::diagnosis::Fact;
use crate::store::drawing::{Drawing, Writer};

/// Takes the lock. The first number is Teller's own, the second is that of the book's sequence, which no other book has.
pub(super) const SHOW_WRITER: &str =
    "pg_advisory_xact_lock_shared(1952803948, 'transfers_sequence_seq'::regclass::oid::integer)";

/// Which rows of `pg_locks` are this lock: one of two numbers has the mark 2. There are none where there is no book.
macro_rules! is_shown {
    () => {
        "locktype = 'advisory' and objsubid = 2 and classid = 1952803948 \
         and objid = to_regclass('transfers_sequence_seq') \
         and database = (select oid from pg_database where datname = current_database())"
    };
}

/// Who has the lock.
const WRITERS: &str = concat!("select virtualtransaction as name from pg_locks where ", is_shown!());

/// The session with the lock whose transaction began first. Sessions that this role may not see come last, and have no beginning.
const OLDEST: &str = concat!(
    "select pid::bigint as pid, extract(epoch from now() - xact_start)::bigint as seconds \
     from pg_locks join pg_stat_activity using (pid) where ",
    is_shown!(),
    " order by xact_start nulls last limit 1"
);

#[derive(QueryableByName)]
struct OldestRow {
    #[diesel(sql_type = BigInt)]
    pid: i64,
    #[diesel(sql_type = Nullable<BigInt>)]
    seconds: Option<i64>,
}

/// From when on a writer is worth a warning.
const SECONDS_MAX: i64 = 10;

/// The writer that holds events back for longest, if there is one.
pub(super) fn fact(connection: &mut PgConnection) -> Result<Fact, StoreError> {
    let oldest: Option<OldestRow> = diesel::sql_query(OLDEST).get_result(connection).optional()?;
    Ok(match oldest {
        None => Fact::new("feed", "no writer holds events back"),
        Some(OldestRow { pid, seconds }) => Fact::checked(
            "feed",
            format!("the session {pid} writes, and began {} s ago", seconds.unwrap_or(0)),
            seconds.is_none_or(|seconds| seconds < SECONDS_MAX),
            "no event behind it is told until it ends; see what it waits for, or end it with pg_terminate_backend",
        ),
    })
}

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
