//! Who is logged in to the dashboard. A session ends after eight hours, when it is logged out, and when its key ends.
//!
//! Only the SHA-256 of what a browser sends is kept. The sessions of the key that a server made itself are kept in memory, as that key is.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::error::Error;
use crate::facts::Instant;
use crate::server::keys::ring::{Principal, Ring};
use crate::server::keys::secret::{digest_of, make_token};
use crate::store::SessionRow;

/// How long a session lasts.
pub(in crate::server) const TIME: Duration = Duration::from_hours(8);

#[derive(Debug, Default)]
pub(in crate::server) struct Sessions(Mutex<Own>);

#[derive(Debug, Default)]
struct Own {
    /// The digest of the link that logs in once, and the key that it is for.
    link: Option<(String, String)>,
    /// The sessions of the server's own key, by their digests.
    sessions: HashMap<String, SessionRow>,
}

impl Sessions {
    fn own(&self) -> MutexGuard<'_, Own> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Makes the secret of a link that logs in once with a key.
    pub(in crate::server) fn make_link(&self, key_id: &str) -> Result<String, Error> {
        let (token, digest) = make_token().map_err(no_random)?;
        self.own().link = Some((digest, key_id.to_owned()));
        Ok(token)
    }

    /// The key that a link is for. The link is used up.
    pub(in crate::server) fn take_link(&self, token: &str) -> Option<String> {
        let digest = digest_of(token);
        self.own().link.take_if(|(link, _)| *link == digest).map(|(_, key_id)| key_id)
    }

    /// Begins a session of a key, and gives what the browser sends from then on. Blocks.
    pub(in crate::server) fn begin(&self, ring: &Ring, key_id: &str, now: Instant) -> Result<String, Error> {
        let (token, digest) = make_token().map_err(no_random)?;
        let session = SessionRow { id: digest, key_id: key_id.to_owned(), expires_at: now.after(TIME).micros() };
        if ring.is_first(key_id) {
            let mut own = self.own();
            own.sessions.retain(|_, session| session.expires_at > now.micros());
            own.sessions.insert(session.id.clone(), session);
        } else {
            ring.keys().add_session(&session, now)?;
        }
        Ok(token)
    }

    /// Who sends this, if that session goes on. Blocks.
    pub(in crate::server) fn find(
        &self,
        ring: &Ring,
        token: &str,
        now: Instant,
    ) -> Result<Option<Arc<Principal>>, Error> {
        let digest = digest_of(token);
        let own = self.own().sessions.get(&digest).cloned();
        let session = match own {
            Some(session) => Some(session),
            None => ring.keys().find_session(&digest)?,
        };
        let Some(session) = session.filter(|session| session.expires_at > now.micros()) else { return Ok(None) };
        if !ring.knows(&session.key_id) {
            // The key was made a moment ago, and another server took the login.
            ring.refresh()?;
        }
        Ok(ring.principal(&session.key_id, now))
    }

    /// Ends a session. Blocks.
    pub(in crate::server) fn end(&self, ring: &Ring, token: &str) -> Result<(), Error> {
        let digest = digest_of(token);
        if self.own().sessions.remove(&digest).is_some() {
            return Ok(());
        }
        ring.keys().end_session(&digest)
    }
}

fn no_random(source: std::io::Error) -> Error {
    Error::File { doing: "read random bytes".to_owned(), source }
}
