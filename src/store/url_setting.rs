//! What a URL tells a connection, setting by setting, for people who ask where each is from.

/// Settings that a default of Teller could hide, and the variables in which libpq looks for them.
pub(super) const VARIABLES: [(&str, &str); 4] = [
    ("host", "PGHOST"),
    ("service", "PGSERVICE"),
    ("connect_timeout", "PGCONNECT_TIMEOUT"),
    ("target_session_attrs", "PGTARGETSESSIONATTRS"),
];

/// One thing that a connection is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UrlSetting {
    /// As libpq names it; `file` for SQLite.
    pub name: String,
    /// The value.
    pub value: String,
    /// Whether Teller added it.
    pub is_default: bool,
}

impl UrlSetting {
    /// The variable of the environment that can give it, as far as Teller looks at it.
    #[must_use]
    pub fn variable(&self) -> Option<&'static str> {
        VARIABLES.iter().find(|(name, _)| *name == self.name).map(|(_, variable)| *variable)
    }
}
