//! The table of dashboard sessions, stored beside the API keys.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};

use crate::store::StoreError;
use crate::store::operational::api_keys::ApiKeys;
use crate::store::operational::tables::SESSIONS;

/// Who is logged in to the dashboard: kept beside the keys, so that every server of a book knows, and a restart logs nobody out. Times are
/// microseconds since 1970.
#[derive(Clone, Debug, PartialEq, Eq, QueryableByName)]
pub(crate) struct SessionRow {
    /// The SHA-256 of what the browser sends, in hexadecimal digits.
    #[diesel(sql_type = Text)]
    pub(crate) id: String,
    /// The key that was logged in with.
    #[diesel(sql_type = Text)]
    pub(crate) key_id: String,
    #[diesel(sql_type = BigInt)]
    pub(crate) expires_at: i64,
}

impl ApiKeys {
    /// Keeps a new session, and forgets those that ended before `now`.
    pub(crate) fn add_session(&self, session: &SessionRow, now: i64) -> Result<(), StoreError> {
        self.0.keep(&[&SESSIONS], |tables| {
            tables.execute("delete from {}.api_sessions where expires_at <= $1", &[now.into()])?;
            tables.execute(
                "insert into {}.api_sessions (id, key_id, expires_at) values ($1, $2, $3) on conflict (id) do nothing",
                &[(&session.id).into(), (&session.key_id).into(), session.expires_at.into()],
            )
        })?;
        Ok(())
    }

    /// The session with that id, whether it is over or not.
    pub(crate) fn find_session(&self, id: &str) -> Result<Option<SessionRow>, StoreError> {
        let find = "select * from {}.api_sessions where id = $1";
        Ok(self.0.read(&SESSIONS, |tables| tables.load(find, &[id.into()]))?.unwrap_or_default().pop())
    }

    /// Ends a session, if there is one.
    pub(crate) fn end_session(&self, id: &str) -> Result<(), StoreError> {
        self.0.change(&SESSIONS, |tables| tables.execute("delete from {}.api_sessions where id = $1", &[id.into()]))?;
        Ok(())
    }
}
