use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use thiserror::Error;

/// Where a book is: a PostgreSQL database, or an SQLite file. Shown without its password.
#[derive(Clone, PartialEq, Eq)]
pub enum DatabaseUrl {
    /// A URL as libpq takes it, `postgres://user:password@host:port/database?…`.
    Postgres(String),
    /// A file, from `sqlite://path`.
    Sqlite(PathBuf),
}

/// What libpq is asked for where the URL does not say otherwise: to give up on a server that is not there, and to notice one that
/// has gone away.
const POSTGRES_DEFAULTS: [(&str, &str); 7] = [
    ("connect_timeout", "10"),
    ("keepalives", "1"),
    ("keepalives_idle", "30"),
    ("keepalives_interval", "10"),
    ("keepalives_count", "3"),
    ("tcp_user_timeout", "60000"),
    ("application_name", "teller"),
];

impl DatabaseUrl {
    /// The URL for libpq, with the defaults that it leaves open.
    pub(super) fn with_postgres_defaults(url: &str) -> String {
        let mut full = url.to_owned();
        let query = url.split_once('?').map(|(_, query)| query);
        let has =
            |name: &str| query.is_some_and(|query| query.split('&').any(|pair| pair.split('=').next() == Some(name)));
        let mut separator = if query.is_some() { "&" } else { "?" };
        for (name, value) in POSTGRES_DEFAULTS {
            if !has(name) {
                full.extend([separator, name, "=", value]);
                separator = "&";
            }
        }
        full
    }
}

impl FromStr for DatabaseUrl {
    type Err = UrlError;

    fn from_str(text: &str) -> Result<Self, UrlError> {
        if text.contains('\0') {
            return Err(UrlError { shown: "the URL".into(), problem: "has a NUL character" });
        }
        if text.starts_with("postgres://") || text.starts_with("postgresql://") {
            return Ok(Self::Postgres(text.to_owned()));
        }
        let problem = match text.strip_prefix("sqlite://").or_else(|| text.strip_prefix("sqlite:")) {
            Some("") => "names no file",
            Some(":memory:") => "would be lost when the program ends; name a file",
            Some(path) if path.contains('?') => "has parameters, which SQLite files do not take here",
            Some(path) => return Ok(Self::Sqlite(Path::new(path).to_owned())),
            None => "is not a database URL",
        };
        Err(UrlError { shown: format!("{:?}", without_password(text)), problem })
    }
}

impl fmt::Display for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Postgres(url) => f.write_str(&without_password(url)),
            Self::Sqlite(path) => write!(f, "sqlite://{}", path.display()),
        }
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The URL with `***` for the password, wherever libpq lets one stand: behind the user, or as a parameter.
fn without_password(url: &str) -> String {
    let (scheme, rest) = url.split_once("://").map_or(("", url), |(scheme, rest)| (scheme, rest));
    let (address, query) = rest.split_once('?').map_or((rest, None), |(address, query)| (address, Some(query)));
    let address = match address.rsplit_once('@') {
        Some((user, host)) => match user.split_once(':') {
            Some((user, _)) => format!("{user}:***@{host}"),
            None => address.to_owned(),
        },
        None => address.to_owned(),
    };
    let shown_pair = |pair: &str| match pair.split_once('=') {
        Some((name, _)) if name.ends_with("password") => format!("{name}=***"),
        _ => pair.to_owned(),
    };
    let query = query.map_or_else(String::new, |query| {
        format!("?{}", query.split('&').map(shown_pair).collect::<Vec<_>>().join("&"))
    });
    let scheme = if scheme.is_empty() { String::new() } else { format!("{scheme}://") };
    format!("{scheme}{address}{query}")
}

/// A text that is not a database URL.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("{shown} {problem}; write sqlite://FILE, or postgres://USER:PASSWORD@HOST/DATABASE")]
pub struct UrlError {
    /// What was given, without its password.
    pub shown: String,
    /// What is wrong with it.
    pub problem: &'static str,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_never_shown() {
        for url in [
            "postgres://bob:s3cret@db/bank",
            "postgres://bob:s3c@ret@db/bank?sslmode=require",
            "postgresql://db/bank?user=bob&password=s3cret",
            "postgres://db/bank?sslpassword=s3cret",
        ] {
            let shown = format!("{0} {0:?}", url.parse::<DatabaseUrl>().unwrap());
            assert!(!shown.contains("s3c") && shown.contains("***"), "{shown}");
        }
        assert!(!"mysql://bob:s3cret@db/bank".parse::<DatabaseUrl>().unwrap_err().to_string().contains("s3cret"));
    }

    #[test]
    fn a_bare_word_is_not_a_database_url() {
        for text in [
            "",
            "bank",
            "teller.db",
            "sqlite://",
            "sqlite::memory:",
            "sqlite://a.db?mode=ro",
            "mysql://db/bank",
            "sqlite://\0",
        ] {
            assert!(text.parse::<DatabaseUrl>().is_err(), "{text:?}");
        }
        assert_eq!("sqlite:///var/bank.db".parse(), Ok(DatabaseUrl::Sqlite("/var/bank.db".into())));
        assert_eq!("sqlite://bank.db".parse(), Ok(DatabaseUrl::Sqlite("bank.db".into())));
    }

    #[test]
    fn what_the_url_says_is_not_overruled_by_defaults() {
        let full = DatabaseUrl::with_postgres_defaults("postgres://db/bank?connect_timeout=3");
        assert!(full.starts_with("postgres://db/bank?connect_timeout=3&keepalives=1&"), "{full}");
        assert!(DatabaseUrl::with_postgres_defaults("postgres://db/bank").contains("bank?connect_timeout=10&"));
    }
}
