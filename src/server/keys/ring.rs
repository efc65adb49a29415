//! The keys that are valid now, as the server remembers them. It reads them anew every second, and when a key comes that it does not know.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant as Stopwatch};

use crate::error::Error;
use crate::facts::{AccountName, Actor, Instant, NamePrefix};
use crate::server::keys::kept::{KeptKey, Keys};
use crate::server::keys::scope::Scope;
use crate::server::keys::secret::{self, Presented};

/// How often an unknown key may make the server look for it.
const LOOK_INTERVAL: Duration = Duration::from_millis(100);
/// How often the last use of a key is noted.
const NOTE_INTERVAL_MICROS: i64 = 60_000_000;
/// The name of the key that a server makes itself where there is none.
const FIRST: &str = "first-start";

/// Who asks.
#[derive(Debug)]
pub(in crate::server) struct Principal {
    /// The key's id.
    pub(in crate::server) id: String,
    pub(in crate::server) name: Actor,
    scopes: Vec<Scope>,
    /// Empty for all accounts.
    pub(in crate::server) prefix: NamePrefix,
}

impl Principal {
    pub(in crate::server) fn may(&self, scope: Scope) -> bool {
        self.scopes.contains(&scope) || self.scopes.contains(&Scope::Admin)
    }

    pub(in crate::server) fn scopes(&self) -> impl Iterator<Item = &'static str> {
        self.scopes.iter().map(|scope| scope.as_str())
    }

    pub(in crate::server) fn reaches(&self, account: &AccountName) -> bool {
        self.prefix.begins(account)
    }
}

/// What became of a key that was presented.
pub(in crate::server) enum Found {
    Valid(Arc<Principal>),
    Revoked,
    Expired,
    Unknown,
}

pub(in crate::server) struct Ring {
    keys: Keys,
    state: Mutex<State>,
    /// Looks are taken by turns, so that what an earlier one has read never replaces what a later one has. A request that waits for its turn
    /// takes no thread meanwhile.
    turn: Arc<Turn>,
}

type Turn = tokio::sync::Mutex<()>;

#[derive(Default)]
struct State {
    known: HashMap<String, (KeptKey, Arc<Principal>)>,
    /// Made by this server, in its memory alone, while there is no other.
    first: Option<(String, Arc<Principal>, String)>,
    used: HashMap<String, i64>,
    /// When the newest look began.
    looked_at: Option<Stopwatch>,
    /// When the newest look began that could read the keys.
    known_at: Option<Stopwatch>,
}

impl Ring {
    pub(in crate::server) fn new(keys: Keys) -> Self {
        Self { keys, state: Mutex::default(), turn: Arc::default() }
    }

    pub(in crate::server) const fn keys(&self) -> &Keys {
        &self.keys
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Reads the keys, and notes which were used. Blocks.
    pub(in crate::server) fn refresh(&self) -> Result<(), Error> {
        let _turn = self.turn.blocking_lock();
        self.look()
    }

    /// Looks, for who has the turn.
    fn look(&self) -> Result<(), Error> {
        let begun = Stopwatch::now();
        self.state().looked_at = Some(begun);
        let kept = self.keys.list()?;
        let due = {
            let mut state = self.state();
            state.known_at = Some(begun);
            state.know(kept);
            state.take_used()
        };
        self.keys.note_used(&due)
    }

    /// Whether there is a valid key.
    pub(in crate::server) fn has_valid(&self, now: Instant) -> bool {
        self.state().known.values().any(|(key, _)| key.is_valid(now))
    }

    /// Makes a key that may do all and lives as long as this server and until there is another. Gives its id and its text.
    pub(in crate::server) fn make_first(&self) -> Result<(String, String), Error> {
        let random = |source| Error::File { doing: "read random bytes".to_owned(), source };
        let fresh = secret::make().map_err(random)?;
        let name = FIRST.parse()?;
        let principal =
            Principal { id: fresh.id.clone(), name, scopes: vec![Scope::Admin], prefix: NamePrefix::default() };
        self.state().first = Some((fresh.id.clone(), Arc::new(principal), fresh.digest));
        Ok((fresh.id, fresh.text))
    }

    /// Whether a key is the one that this server made itself.
    pub(in crate::server) fn is_first(&self, id: &str) -> bool {
        self.state().is_first(id)
    }

    /// Whether this server has read of a key, or made it itself.
    pub(in crate::server) fn knows(&self, id: &str) -> bool {
        let state = self.state();
        state.known.contains_key(id) || state.is_first(id)
    }

    /// Who logged in with that key, as long as it is valid.
    pub(in crate::server) fn principal(&self, id: &str, now: Instant) -> Option<Arc<Principal>> {
        let mut state = self.state();
        if let Some((first, principal, _)) = &state.first
            && first == id
        {
            let has_other = state.known.values().any(|(key, _)| key.is_valid(now));
            return (!has_other).then(|| Arc::clone(principal));
        }
        let (_, principal) = state.known.get(id).filter(|(key, _)| key.is_valid(now))?;
        let principal = Arc::clone(principal);
        state.used.insert(principal.id.clone(), now.micros());
        Some(principal)
    }

    /// Has the keys read by a look that begins from now on, its own or another's, and says whether they could be. It waits a little first, so
    /// that many unknown keys cannot keep the database busy.
    pub(in crate::server) async fn look_again(self: &Arc<Self>) -> bool {
        let (asked, looked_at) = (Stopwatch::now(), self.state().looked_at);
        let pause = looked_at.map_or(Duration::ZERO, |looked| LOOK_INTERVAL.saturating_sub(looked.elapsed()));
        tokio::time::sleep(pause).await;
        let turn = Arc::clone(&self.turn).lock_owned().await;
        if self.state().looked_at.is_none_or(|looked| looked < asked) {
            let ring = Arc::clone(self);
            let look = move || {
                let _turn = turn;
                ring.look()
            };
            // Whether it could read the keys stands in `known_at`, also for those who waited for this look.
            let _ = tokio::task::spawn_blocking(look).await;
        }
        self.state().known_at.is_some_and(|known| known >= asked)
    }

    pub(in crate::server) fn find(&self, presented: &Presented<'_>, now: Instant) -> Found {
        let mut state = self.state();
        if let Some((id, principal, digest)) = &state.first
            && id == presented.id
        {
            let has_other = state.known.values().any(|(key, _)| key.is_valid(now));
            let is_valid = !has_other && presented.matches(digest);
            return if is_valid { Found::Valid(Arc::clone(principal)) } else { Found::Unknown };
        }
        let Some((key, principal)) = state.known.get(presented.id) else { return Found::Unknown };
        if !presented.matches(&key.digest) {
            return Found::Unknown;
        }
        if key.revoked_at.is_some() {
            return Found::Revoked;
        }
        if !key.is_valid(now) {
            return Found::Expired;
        }
        let principal = Arc::clone(principal);
        state.used.insert(principal.id.clone(), now.micros());
        Found::Valid(principal)
    }
}

impl State {
    fn is_first(&self, id: &str) -> bool {
        self.first.as_ref().is_some_and(|(first, _, _)| first == id)
    }

    fn know(&mut self, kept: Vec<KeptKey>) {
        let entry = |key: KeptKey| {
            let principal = Principal {
                id: key.id.clone(),
                name: key.name.clone(),
                scopes: key.scopes.clone(),
                prefix: key.prefix.clone(),
            };
            (key.id.clone(), (key, Arc::new(principal)))
        };
        self.known = kept.into_iter().map(entry).collect();
    }

    /// The uses that are worth a note: the first of a key, and those a minute later than what is noted.
    fn take_used(&mut self) -> Vec<(String, i64)> {
        let known = &self.known;
        let is_due = |id: &String, at: &i64| {
            let noted = known.get(id).and_then(|(key, _)| key.used_at);
            noted.is_none_or(|noted| at - noted.micros() >= NOTE_INTERVAL_MICROS)
        };
        let due: Vec<_> =
            self.used.iter().filter(|(id, at)| is_due(id, at)).map(|(id, at)| (id.clone(), *at)).collect();
        self.used.retain(|id, _| !due.iter().any(|(noted, _)| noted == id));
        due
    }
}
