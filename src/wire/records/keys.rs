//! Records of API keys, with the secret only where the key was just made.

use crate::facts::{Actor, Instant, NamePrefix};

/// What is shown of a key.
#[derive(Clone, Debug)]
pub struct ShownKey {
    /// The part of it that is no secret.
    pub id: String,
    /// The actor of everything that it does.
    pub name: Actor,
    /// The words of its scopes.
    pub scopes: Vec<&'static str>,
    /// What the names of its accounts begin with; empty for all accounts.
    pub prefix: NamePrefix,
    /// When it was made.
    pub created_at: Instant,
    /// When it ends by itself.
    pub expires_at: Option<Instant>,
    /// When it was revoked.
    pub revoked_at: Option<Instant>,
    /// When it was last used.
    pub used_at: Option<Instant>,
}

record! {
    /// A key of the API that was just made.
    pub struct KeyMadeRecord {
        /// The actor of everything that it does.
        name: Actor,
        /// What the client sends. It is shown this once.
        key: String,
        /// The part of it that is no secret.
        id: String,
        /// What it may do, with blanks between the words.
        scopes: String,
        /// What the names of its accounts begin with; null for all accounts.
        prefix: Option<String>,
        /// When it ends by itself; null where it does not.
        expires_at: Option<Instant>,
    }
    table { name, key }
}

impl KeyMadeRecord {
    /// The key, and its text.
    #[must_use]
    pub fn new(text: &str, key: ShownKey) -> Self {
        Self {
            name: key.name,
            key: text.to_owned(),
            id: key.id,
            scopes: key.scopes.join(" "),
            prefix: Some(key.prefix.to_string()).filter(|prefix| !prefix.is_empty()),
            expires_at: key.expires_at,
        }
    }
}

record! {
    /// A key of the API, without what makes it secret.
    pub struct KeyRecord {
        /// The actor of everything that it does.
        name: Actor,
        /// The part of it that is no secret.
        id: String,
        /// Whether it can be used.
        valid: bool,
        /// What it may do, with blanks between the words.
        scopes: String,
        /// What the names of its accounts begin with; null for all accounts.
        prefix: Option<String>,
        /// When it was made.
        created_at: Instant,
        /// When it ends by itself; null where it does not.
        expires_at: Option<Instant>,
        /// When it was revoked; null where it was not.
        revoked_at: Option<Instant>,
        /// When it was last used, as of a minute ago or so; null where it never was.
        used_at: Option<Instant>,
    }
    table { name, id, valid, scopes, prefix, used_at }
}

impl KeyRecord {
    /// The key, and whether it can be used.
    #[must_use]
    pub fn new(key: ShownKey, valid: bool) -> Self {
        Self {
            name: key.name,
            id: key.id,
            valid,
            scopes: key.scopes.join(" "),
            prefix: Some(key.prefix.to_string()).filter(|prefix| !prefix.is_empty()),
            created_at: key.created_at,
            expires_at: key.expires_at,
            revoked_at: key.revoked_at,
            used_at: key.used_at,
        }
    }
}
