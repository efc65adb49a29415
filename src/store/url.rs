//! Parsing, checking and displaying the URL of a database without its password.

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use thiserror::Error;

use crate::store::driver::Secrets;
use crate::store::postgres_url::{PostgresUrl, without_password};
use crate::store::postgres_url_check::check;
use crate::store::url_setting::UrlSetting;

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

    /// What no message may show of it.
    pub(super) fn secrets(&self) -> Secrets {
        match self {
            Self::Postgres(url) => Secrets::of(&PostgresUrl::new(url).secret_texts()),
            Self::Sqlite(_) => Secrets::default(),
        }
    }

    /// Refuses a URL that was not read from a text, and that the driver would not read as it is meant.
    pub(super) fn check(&self) -> Result<(), UrlError> {
        match self {
            Self::Postgres(url) => check(url).map_err(|problem| UrlError { shown: SHOWN_POSTGRES.into(), problem }),
            Self::Sqlite(path) => check_path(path.to_str().unwrap_or_default())
                .map_err(|problem| UrlError { shown: format!("{:?}", path.display().to_string()), problem }),
        }
    }

    /// Whether one of several servers may answer.
    pub(super) fn has_several_hosts(&self) -> bool {
        matches!(self, Self::Postgres(url) if PostgresUrl::new(url).has_several_hosts())
    }
}

impl FromStr for DatabaseUrl {
    type Err = UrlError;

    fn from_str(text: &str) -> Result<Self, UrlError> {
        if text.contains('\0') {
            return Err(UrlError { shown: "the URL".into(), problem: "has a NUL character" });
        }
        if text.starts_with("postgres://") || text.starts_with("postgresql://") {
            let url = Self::Postgres(text.to_owned());
            return url.check().map(|()| url);
        }
        let path = text.strip_prefix("sqlite://").or_else(|| text.strip_prefix("sqlite:"));
        let problem = match path.map(|path| (path, check_path(path))) {
            Some((path, Ok(()))) => return Ok(Self::Sqlite(Path::new(path).to_owned())),
            Some((_, Err(problem))) => problem,
            None => "is not a database URL",
        };
        Err(UrlError { shown: shown(text), problem })
    }
}

const SHOWN_POSTGRES: &str = "the PostgreSQL URL";

/// A path is taken as it is written: percent signs, blanks and all. What other programs read as more than a path is refused.
fn check_path(path: &str) -> Result<(), &'static str> {
    match path {
        "" => Err("names no file"),
        ":memory:" => Err("would be lost when the program ends; name a file"),
        _ if path.starts_with("file:") => {
            Err("is a URI of SQLite, which is not read here; write the path alone, or ./file:… for a file of that name")
        }
        _ if path.contains("://") => Err("has a URL where the path of a file should be"),
        _ if path.contains('?') => Err("has parameters, which SQLite files do not take here"),
        _ => Ok(()),
    }
}

/// As much of a text that is no URL as can hold no password.
fn shown(text: &str) -> String {
    const LENGTH_MAX: usize = 60;
    let is_plain =
        |text: &str| text.chars().all(|c| c.is_alphanumeric() || "._-/".contains(c)) && text.len() <= LENGTH_MAX;
    let file = text.strip_prefix("sqlite:").map(|path| path.split_once('?').map_or(path, |(path, _)| path));
    match (file, text.split_once("://")) {
        (Some(path), _) if path.trim_start_matches('/').contains("://") => "the SQLite URL".to_owned(),
        (Some(path), _) => format!("{:?}", format!("sqlite:{path}")),
        (None, _) if is_plain(text) => format!("{text:?}"),
        (None, Some((scheme, _))) if is_plain(scheme) => format!("a URL that begins with {:?}", format!("{scheme}://")),
        (None, _) => "the text".to_owned(),
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
#[non_exhaustive]
pub struct UrlError {
    /// What was given, without its password.
    pub shown: String,
    /// What is wrong with it.
    pub problem: &'static str,
}

impl UrlError {
    /// The stable code, as in JSON and in docs/errors.md.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        "url_invalid"
    }

    /// Whether the same can succeed without anyone changing it: never.
    #[must_use]
    pub const fn is_retryable(&self) -> bool {
        false
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_password_is_never_shown() {
        for url in [
            "postgres://bob:s3cret@db/bank",
            "postgres://bob:s3c%40ret@db/bank?sslmode=require",
            "postgresql://db/bank?user=bob&password=s3cret",
            "postgres://db/bank?sslpassword=s3cret",
            "postgres://db/bank?p%61ssw%6frd=s3cret",
            "postgres://db/bank?options=-c%20password%3Ds3cret",
            "postgres://db/bank?dbname=postgres:%2F%2Fbob:s3cret%40h",
            "postgres://db/bank?oauth_client_secret=s3cret&scram_client_key=s3cret",
            "postgres://:s3cret@/",
        ] {
            let shown = format!("{0} {0:?} {1:?}", url.parse::<DatabaseUrl>().unwrap(), url.parse::<DatabaseUrl>());
            assert!(!shown.contains("s3c") && shown.contains("***"), "{shown}");
        }
        for text in [
            "mysql://bob:s3cret@db/bank",
            "bob:s3cret@db",
            "host=db password=s3cret",
            "host=db password='s3 cret'",
            "postgres://bob:s3c@ret@db/bank",
            "postgres://bob:s3c/ret@db/bank",
            "postgres:bob:s3cret@db",
            "POSTGRES://bob:s3cret@db",
            "sqlite://a.db?key=s3cret",
            " postgres://bob:s3cret@db",
            "\"postgres://bob:s3cret@db\"",
        ] {
            let error = text.parse::<DatabaseUrl>().unwrap_err();
            let shown = format!("{error} {error:?} {:?}", DatabaseUrl::Postgres(text.to_owned()));
            assert!(!shown.contains("s3") && !shown.contains("cret"), "{shown}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_a_url_or_not_and_never_shows_its_password(
            text in any::<String>(),
            before in "(postgres://|sqlite://|mysql://|host=h password=)?[a-z:@/?&=%]{0,9}",
            after in "[a-z:@/?&=%]{0,9}",
        ) {
            for (text, secret) in [(text, None), (format!("{before}:s3cr3t@{after}"), Some("s3cr3t"))] {
                let shown = match text.parse::<DatabaseUrl>() {
                    Ok(url @ DatabaseUrl::Postgres(_)) => format!("{url} {url:?} {:?}", url.settings()),
                    // All of this is a path.
                    Ok(DatabaseUrl::Sqlite(_)) => continue,
                    Err(_) if text.starts_with("sqlite:") => continue,
                    Err(error) => format!("{error} {error:?}"),
                };
                prop_assert!(secret.is_none_or(|secret| !shown.contains(secret)), "{}", shown);
            }
        }
    }

    #[test]
    fn a_url_behind_sqlite_is_refused_without_its_password() {
        for text in ["sqlite:postgres://u:s3cret@h/y", "sqlite://postgres://u:s3cret@h/y"] {
            let shown = format!("{0} {0:?}", text.parse::<DatabaseUrl>().unwrap_err());
            assert!(shown.contains("URL where the path") && !shown.contains("s3cret"), "{shown}");
        }
    }

    #[test]
    fn a_bare_word_is_not_a_database_url() {
        for text in [
            "",
            "bank",
            "teller.db",
            "sqlite://",
            "sqlite::memory:",
            "sqlite://file::memory:",
            "sqlite:file:bank.db",
            "sqlite://a.db?mode=ro",
            "mysql://db/bank",
            "sqlite://\0",
        ] {
            assert!(text.parse::<DatabaseUrl>().is_err(), "{text:?}");
        }
        assert_eq!("sqlite:///var/bank.db".parse(), Ok(DatabaseUrl::Sqlite("/var/bank.db".into())));
        for path in ["bank.db", "a%20b.db", "a b#c.db", "./file:bank.db", ":memory:.db"] {
            assert_eq!(format!("sqlite://{path}").parse(), Ok(DatabaseUrl::Sqlite(path.into())));
        }
    }
}
