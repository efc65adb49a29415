//! What PostgreSQL's own programs are told of a URL, and what may be shown of what they say.

use crate::store::url::DatabaseUrl;

impl DatabaseUrl {
    /// The URL with its password, for another program that speaks to PostgreSQL by libpq.
    #[must_use]
    pub(crate) fn for_libpq(&self) -> Option<&str> {
        match self {
            Self::Postgres(url) => Some(url),
            Self::Sqlite(_) => None,
        }
    }

    /// A text of another program that was given this URL, without the passwords in it.
    #[must_use]
    pub(crate) fn without_secrets(&self, text: &str) -> String {
        self.secrets().hide(text).into_owned()
    }
}
