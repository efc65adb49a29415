//! What the server could be set to so that many writes cost it less. None of it is about durability.

use diesel::pg::PgConnection;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Text};

use crate::store::StoreError;
use crate::store::diagnosis::Fact;

/// Below this a busy book fills the log so fast that the server begins checkpoints one behind the other.
const MAX_WAL_SIZE_MIN: i64 = 4 << 30;
const CHECKPOINT_SECONDS_MIN: i64 = 900;
/// What a server has that nobody has set.
const SHARED_BUFFERS_UNSET: i64 = 128 << 20;

#[derive(QueryableByName)]
struct Tuning {
    #[diesel(sql_type = Text)]
    shared_buffers: String,
    #[diesel(sql_type = BigInt)]
    shared_buffers_bytes: i64,
    #[diesel(sql_type = Text)]
    max_wal_size: String,
    #[diesel(sql_type = BigInt)]
    max_wal_size_bytes: i64,
    #[diesel(sql_type = Text)]
    checkpoint_timeout: String,
    #[diesel(sql_type = BigInt)]
    checkpoint_seconds: i64,
    #[diesel(sql_type = Text)]
    wal_compression: String,
    #[diesel(sql_type = Bool)]
    has_compression: bool,
}

const QUERY: &str = "\
    select current_setting('shared_buffers') as shared_buffers, \
        pg_size_bytes(current_setting('shared_buffers')) as shared_buffers_bytes, \
        current_setting('max_wal_size') as max_wal_size, \
        pg_size_bytes(current_setting('max_wal_size')) as max_wal_size_bytes, \
        current_setting('checkpoint_timeout') as checkpoint_timeout, \
        extract(epoch from current_setting('checkpoint_timeout')::interval)::bigint as checkpoint_seconds, \
        current_setting('wal_compression') as wal_compression, \
        current_setting('wal_compression') <> 'off' as has_compression";

pub(super) fn facts(connection: &mut PgConnection) -> Result<Vec<Fact>, StoreError> {
    Ok(diesel::sql_query(QUERY).get_result::<Tuning>(connection)?.facts())
}

impl Tuning {
    fn facts(self) -> Vec<Fact> {
        vec![
            advised(
                "shared_buffers",
                self.shared_buffers,
                self.shared_buffers_bytes > SHARED_BUFFERS_UNSET,
                "a quarter of the machine's memory, so that accounts and the newest part of the indexes stay in it",
            )
            .with_measure(self.shared_buffers_bytes, "bytes"),
            advised(
                "max_wal_size",
                self.max_wal_size,
                self.max_wal_size_bytes >= MAX_WAL_SIZE_MIN,
                "4GB or more where much is posted: behind each checkpoint every page is written to the log as a whole once more",
            )
            .with_measure(self.max_wal_size_bytes, "bytes"),
            advised(
                "checkpoint_timeout",
                self.checkpoint_timeout,
                self.checkpoint_seconds >= CHECKPOINT_SECONDS_MIN,
                "15min where much is posted; starting again after a crash then takes longer",
            )
            .with_measure(self.checkpoint_seconds, "seconds"),
            advised(
                "wal_compression",
                self.wal_compression,
                self.has_compression,
                "on: pages that are written as a whole take less room in the log",
            ),
        ]
    }
}

/// A fact that could be better, and then costs time and nothing else.
fn advised(name: &'static str, value: String, is_well: bool, advice: &'static str) -> Fact {
    Fact { advice: (!is_well).then_some(advice), ..Fact::new(name, value) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_that_nobody_has_set_up_is_advised() {
        let tuning = |shared_buffers_bytes, max_wal_size_bytes, checkpoint_seconds, has_compression| Tuning {
            shared_buffers: String::new(),
            shared_buffers_bytes,
            max_wal_size: String::new(),
            max_wal_size_bytes,
            checkpoint_timeout: String::new(),
            checkpoint_seconds,
            wal_compression: String::new(),
            has_compression,
        };
        let count_advised = |tuning: Tuning| tuning.facts().into_iter().filter(|fact| fact.advice.is_some()).count();
        assert_eq!(count_advised(tuning(128 << 20, 1 << 30, 300, false)), 4);
        assert_eq!(count_advised(tuning(4 << 30, 4 << 30, 900, true)), 0);
    }
}
