use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use thiserror::Error;

use super::postgres_url::{self, PostgresUrl, without_password};

/// Where a book is: a PostgreSQL database, or an SQLite file. Shown without its password.
#[derive(Clone, PartialEq, Eq)]
pub enum DatabaseUrl {
    /// A URL as libpq takes it, `postgres://user:password@host:port/database?…`.
    Postgres(String),
    /// A file, from `sqlite://path`.
    Sqlite(PathBuf),
}

impl DatabaseUrl {
    /// What the connection is told, setting by setting, with what Teller adds. Passwords are left out.
    #[must_use]
    pub fn settings(&self) -> Vec<UrlSetting> {
        match self {
            Self::Postgres(url) => PostgresUrl::new(url).settings(),
            Self::Sqlite(path) => {
                let file = path.display().to_string();
                vec![UrlSetting { name: "file".into(), value: file, is_default: false }]
            }
        }
    }

    /// The same URL, with those of libpq's settings in it that only the environment gives, by the names of their variables. Without
    /// this Teller's own defaults would hide them.
    #[must_use]
    pub fn with_environment(&self, variable: impl Fn(&'static str) -> Option<String>) -> Self {
        match self {
            Self::Postgres(url) => Self::Postgres(PostgresUrl::new(url).with_environment(variable)),
            Self::Sqlite(_) => self.clone(),
        }
    }

    /// Whether one of several servers may answer.
    pub(super) fn has_several_hosts(&self) -> bool {
        matches!(self, Self::Postgres(url) if PostgresUrl::new(url).has_several_hosts())
    }
}

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
        postgres_url::variable(&self.name)
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
}
