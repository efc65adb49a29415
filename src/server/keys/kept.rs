//! Making, listing and ending keys.

use std::time::Duration;

use crate::error::{Error, InputError};
use crate::facts::{Actor, Instant, NamePrefix};
use crate::server::keys::scope::Scope;
use crate::server::keys::secret;
use crate::store::{ApiKeyRow, ApiKeys, DatabaseUrl, KeyTime, SessionRow, StoreOptions};
use crate::wire::ShownKey;

/// The keys of a book's API. They are kept beside the book, and are no part of it.
///
/// ```
/// use teller::server::{Keys, NewKey, Scope};
///
/// # let folder = tempfile::tempdir()?;
/// # let url: teller::store::DatabaseUrl = format!("sqlite://{}", folder.path().join("book.db").display()).parse()?;
/// # teller::Ledger::open_or_create(url.clone(), Default::default())?;
/// let keys = Keys::of_book(&url, Default::default());
/// let now = teller::Clock::system().now();
/// let made = keys.create(NewKey::new("payments".parse()?, [Scope::TransfersWrite]), now)?;
/// assert!(made.text.starts_with("tlr_"));
/// assert_eq!(keys.list()?.len(), 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Keys(ApiKeys);

/// A key that is to be made.
#[derive(Clone, Debug)]
pub struct NewKey {
    /// The actor of everything that it does.
    pub name: Actor,
    /// What it may do.
    pub scopes: Vec<Scope>,
    /// What the names of its accounts begin with; empty for all accounts.
    pub prefix: NamePrefix,
    /// When it ends by itself.
    pub expires_at: Option<Instant>,
}

impl NewKey {
    /// A key for all accounts that never expires.
    #[must_use]
    pub fn new(name: Actor, scopes: impl IntoIterator<Item = Scope>) -> Self {
        Self { name, scopes: scopes.into_iter().collect(), prefix: NamePrefix::default(), expires_at: None }
    }

    /// Refuses a key that may do nothing.
    pub(in crate::server) fn check_scopes(&self) -> Result<(), InputError> {
        if self.scopes.is_empty() { Err(InputError::request("the key has no scope")) } else { Ok(()) }
    }
}

/// A key that was just made.
#[derive(Clone, Debug)]
pub struct MadeKey {
    /// What the client sends. It is kept nowhere.
    pub text: String,
    /// The key as it is kept.
    pub key: KeptKey,
}

/// A key as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptKey {
    /// The part of it that is no secret.
    pub id: String,
    /// The actor of everything that it does.
    pub name: Actor,
    /// What it may do.
    pub scopes: Vec<Scope>,
    /// What the names of its accounts begin with; empty for all accounts.
    pub prefix: NamePrefix,
    /// When it was made.
    pub created_at: Instant,
    /// When it ends by itself.
    pub expires_at: Option<Instant>,
    /// When it was revoked.
    pub revoked_at: Option<Instant>,
    /// When it was last used, as of a minute ago or so.
    pub used_at: Option<Instant>,
    pub(in crate::server) digest: String,
}

impl KeptKey {
    /// What is shown of it.
    #[must_use]
    pub fn shown(&self) -> ShownKey {
        ShownKey {
            id: self.id.clone(),
            name: self.name.clone(),
            scopes: self.scopes.iter().map(|scope| scope.as_str()).collect(),
            prefix: self.prefix.clone(),
            created_at: self.created_at,
            expires_at: self.expires_at,
            revoked_at: self.revoked_at,
            used_at: self.used_at,
        }
    }

    /// Whether it can be used.
    #[must_use]
    pub fn is_valid(&self, now: Instant) -> bool {
        self.revoked_at.is_none() && self.expires_at.is_none_or(|end| now < end)
    }
}

impl Keys {
    /// Those of a book. Nothing is connected to before it is needed.
    #[must_use]
    pub fn of_book(url: &DatabaseUrl, options: StoreOptions) -> Self {
        Self(ApiKeys::of_book(url, options))
    }

    /// All keys, also those that are not valid any more, in the order in which they were made.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub fn list(&self) -> Result<Vec<KeptKey>, Error> {
        self.0.list()?.into_iter().map(kept).collect()
    }

    /// Makes a key.
    ///
    /// # Errors
    /// [`Error::Input`] where there is no scope, or a valid key of that name; [`Error::Store`]; [`Error::File`] where the system gives no
    /// random bytes.
    pub fn create(&self, new: NewKey, now: Instant) -> Result<MadeKey, Error> {
        if let Some(valid) = self.list()?.iter().find(|key| key.name == new.name && key.is_valid(now)) {
            let problem = format!("there is a key {} already, {}; revoke or rotate it", valid.name, valid.id);
            return Err(InputError::request(problem).into());
        }
        self.add(new, now)
    }

    fn add(&self, new: NewKey, now: Instant) -> Result<MadeKey, Error> {
        new.check_scopes()?;
        let NewKey { name, scopes, prefix, expires_at } = new;
        if let Some(end) = expires_at.filter(|end| *end <= now) {
            return Err(InputError::request(format!("the key would end at {end}, and it is {now}")).into());
        }
        let random = |source| Error::File { doing: "read random bytes".to_owned(), source };
        let fresh = secret::make().map_err(random)?;
        let row = ApiKeyRow {
            id: fresh.id,
            name: name.to_string(),
            digest: fresh.digest,
            scopes: scopes.iter().map(|scope| scope.as_str()).collect::<Vec<_>>().join(" "),
            prefix: prefix.to_string(),
            created_at: now.micros(),
            expires_at: expires_at.map(Instant::micros),
            revoked_at: None,
            used_at: None,
        };
        self.0.add(&row)?;
        Ok(MadeKey { text: fresh.text, key: kept(row)? })
    }

    /// Ends the valid keys of that name, or with that id, and returns them.
    ///
    /// # Errors
    /// [`Error::Input`] where there is none; [`Error::Store`].
    pub fn revoke(&self, name: &str, now: Instant) -> Result<Vec<KeptKey>, Error> {
        let mut keys = self.valid(name, now)?;
        let times: Vec<_> = keys.iter().map(|key| (key.id.clone(), now.micros())).collect();
        self.0.note(KeyTime::Revoked, &times)?;
        for key in &mut keys {
            key.revoked_at = Some(now);
        }
        Ok(keys)
    }

    /// Makes another key with the same name, scopes and prefix, and ends the old ones after a time.
    ///
    /// # Errors
    /// [`Error::Input`] where there is none; [`Error::Store`]; [`Error::File`].
    pub fn rotate(&self, name: &str, old_valid_for: Duration, now: Instant) -> Result<MadeKey, Error> {
        let old = self.valid(name, now)?;
        let Some(newest) = old.last() else { unreachable!("there is a valid key") };
        let new = NewKey {
            name: newest.name.clone(),
            scopes: newest.scopes.clone(),
            prefix: newest.prefix.clone(),
            expires_at: newest.expires_at,
        };
        let made = self.add(new, now)?;
        let end = now.after(old_valid_for);
        let ends = old.iter().map(|key| (key.id.clone(), key.expires_at.map_or(end, |own| own.min(end)).micros()));
        self.0.note(KeyTime::Expires, &ends.collect::<Vec<_>>())?;
        Ok(made)
    }

    fn valid(&self, name: &str, now: Instant) -> Result<Vec<KeptKey>, Error> {
        let mut keys = self.list()?;
        keys.retain(|key| key.is_valid(now) && (key.name.as_str() == name || key.id == name));
        if keys.is_empty() {
            let shown: String = name.chars().take(40).collect();
            return Err(InputError::request(format!("there is no valid key {shown:?}")).into());
        }
        Ok(keys)
    }

    /// Keeps a session of the dashboard.
    pub(in crate::server) fn add_session(&self, session: &SessionRow, now: Instant) -> Result<(), Error> {
        Ok(self.0.add_session(session, now.micros())?)
    }

    /// The session with that digest, whether it is over or not.
    pub(in crate::server) fn find_session(&self, digest: &str) -> Result<Option<SessionRow>, Error> {
        Ok(self.0.find_session(digest)?)
    }

    pub(in crate::server) fn end_session(&self, digest: &str) -> Result<(), Error> {
        Ok(self.0.end_session(digest)?)
    }

    /// Notes when keys were last used.
    pub(in crate::server) fn note_used(&self, times: &[(String, i64)]) -> Result<(), Error> {
        Ok(self.0.note(KeyTime::Used, times)?)
    }
}

fn kept(row: ApiKeyRow) -> Result<KeptKey, Error> {
    let time = |micros: Option<i64>| micros.and_then(Instant::from_micros);
    Ok(KeptKey {
        name: row.name.parse().map_err(InputError::from)?,
        scopes: row.scopes.split(' ').map(str::parse).collect::<Result<_, _>>()?,
        // One that was kept in another spelling reaches what it says.
        prefix: row.prefix.into(),
        created_at: Instant::from_micros(row.created_at).unwrap_or(Instant::EPOCH),
        expires_at: time(row.expires_at),
        revoked_at: time(row.revoked_at),
        used_at: time(row.used_at),
        id: row.id,
        digest: row.digest,
    })
}
