//! What the program is told from outside. The only place where the environment is read.

mod dotenv;

use std::fmt;
use std::fs;
use std::io;
use std::path::Path;
use std::time::Duration;

use strum::{IntoStaticStr, VariantNames};
use thiserror::Error;
use tracing_subscriber::filter::Targets;

pub use self::dotenv::{DotEnvError, Problem as DotEnvProblem};
use crate::store::{DatabaseUrl, UrlError, UrlSetting};

/// The book of someone who has not said which: a file in the working directory.
const DATABASE_URL_DEFAULT: &str = "sqlite://teller.db";

/// Where a setting comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// The command line.
    Flag,
    /// The environment.
    Environment,
    /// A `.env` file, in the working directory or above.
    DotEnv,
    /// Nobody said.
    Default,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Flag => "--database-url",
            Self::Environment => "DATABASE_URL in the environment",
            Self::DotEnv => "DATABASE_URL in .env",
            Self::Default => "the default",
        })
    }
}

/// One setting of the connection, and where it is from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setting {
    /// `database_url`, or a setting as libpq names it.
    pub name: String,
    /// The value. Passwords are not shown.
    pub value: String,
    /// Who said so.
    pub origin: String,
}

/// Why the settings cannot be used.
#[derive(Debug, Error, IntoStaticStr, VariantNames)]
#[non_exhaustive]
pub enum ConfigError {
    /// The database URL is not one.
    #[error("the database URL from {from} cannot be used: {source}")]
    #[strum(serialize = "url_invalid")]
    Url {
        /// Where it was found.
        from: &'static str,
        /// What is wrong with it.
        source: UrlError,
    },
    /// The `.env` file cannot be read.
    #[error("the .env file cannot be read: {0}")]
    #[strum(serialize = "dotenv_invalid")]
    DotEnvFile(io::Error),
    /// The `.env` file cannot be understood.
    #[error("the .env file cannot be read: {0}")]
    #[strum(serialize = "dotenv_invalid")]
    DotEnv(DotEnvError),
    /// A setting cannot be understood.
    #[strum(serialize = "environment_invalid")]
    #[error("the environment variable {name} is {text:?}, which is {problem}")]
    Invalid {
        /// The variable.
        name: &'static str,
        /// What it says.
        text: String,
        /// What is wrong with it, and what to write.
        problem: String,
    },
    /// An environment variable is no text.
    #[strum(serialize = "environment_invalid")]
    #[error("the environment variable {name} is not UTF-8")]
    NotText {
        /// The variable.
        name: &'static str,
    },
}

impl ConfigError {
    /// The stable code, as in JSON and in `docs/errors.md`.
    #[must_use]
    pub fn code(&self) -> &'static str {
        self.into()
    }
}

/// The book to work on, and where that was said: the flag, then `DATABASE_URL`, then `.env`, then `sqlite://teller.db`.
///
/// # Errors
/// [`ConfigError`], when what was said cannot be used. It is then not passed over for the next.
pub fn database_url(flag: Option<&str>) -> Result<(DatabaseUrl, Origin), ConfigError> {
    let (url, origin) = url_as_said(flag)?;
    Ok((url.with_environment(variable), origin))
}

/// Every setting of a connection to a book, with its origin. Its database is the one that [`database_url`] gives for the flag.
///
/// # Errors
/// As [`database_url`].
pub fn settings(flag: Option<&str>, url: &DatabaseUrl) -> Result<Vec<Setting>, ConfigError> {
    let (said, origin) = url_as_said(flag)?;
    let said = said.settings();
    let setting = |setting: UrlSetting| Setting {
        origin: match setting.variable() {
            _ if setting.is_default => "Teller's default".into(),
            _ if said.contains(&setting) => origin.to_string(),
            Some(variable) => format!("{variable} in the environment"),
            None => "--book".into(),
        },
        name: setting.name,
        value: setting.value,
    };
    let whole = Setting { name: "database_url".into(), value: url.to_string(), origin: origin.to_string() };
    Ok([whole].into_iter().chain(url.settings().into_iter().map(setting)).collect())
}

/// The URL without what else the environment says about the connection.
fn url_as_said(flag: Option<&str>) -> Result<(DatabaseUrl, Origin), ConfigError> {
    let (text, origin) = match flag {
        Some(text) => (text.to_owned(), Origin::Flag),
        None => database_url_from_outside()?,
    };
    let from = match origin {
        Origin::Flag => "--database-url",
        Origin::Environment => "DATABASE_URL",
        Origin::DotEnv => ".env",
        Origin::Default => "the default",
    };
    match text.parse() {
        Ok(url) => Ok((url, origin)),
        Err(source) => Err(ConfigError::Url { from, source }),
    }
}

/// The login name: who changes something, where nobody says.
#[must_use]
pub fn login_name() -> Option<String> {
    whoami::username().ok().filter(|name| !name.is_empty())
}

/// What is written to the log, from `TELLER_LOG`: `debug`, or `warn,teller::store=trace`. `None` where nobody said.
///
/// # Errors
/// [`ConfigError::NotText`], [`ConfigError::Invalid`].
pub fn log_targets() -> Result<Option<Targets>, ConfigError> {
    const NAME: &str = "TELLER_LOG";
    let Some(text) = from_environment(NAME)? else { return Ok(None) };
    match text.parse() {
        Ok(targets) => Ok(Some(targets)),
        Err(error) => {
            let problem = format!("no list of levels ({error}); write for example: info or teller::store=debug");
            Err(ConfigError::Invalid { name: NAME, text, problem })
        }
    }
}

/// From when on a statement is slow, from `TELLER_SLOW_STATEMENT_MS`. `None` where nobody said.
///
/// # Errors
/// [`ConfigError::NotText`], [`ConfigError::Invalid`].
pub fn slow_statement_min() -> Result<Option<Duration>, ConfigError> {
    const NAME: &str = "TELLER_SLOW_STATEMENT_MS";
    let Some(text) = from_environment(NAME)? else { return Ok(None) };
    let problem = "no number of milliseconds; write for example: 500".to_owned();
    let milliseconds = text.parse().map_err(|_| ConfigError::Invalid { name: NAME, text, problem })?;
    Ok(Some(Duration::from_millis(milliseconds)))
}

fn from_environment(name: &'static str) -> Result<Option<String>, ConfigError> {
    match std::env::var(name) {
        Ok(text) => Ok(Some(text)),
        Err(std::env::VarError::NotPresent) => Ok(None),
        Err(std::env::VarError::NotUnicode(_)) => Err(ConfigError::NotText { name }),
    }
}

/// A variable that libpq would look at. One that is no text is libpq's to complain of.
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

fn database_url_from_outside() -> Result<(String, Origin), ConfigError> {
    if let Some(text) = from_environment("DATABASE_URL")? {
        return Ok((text, Origin::Environment));
    }
    match database_url_from_dotenv()? {
        Some(text) => Ok((text, Origin::DotEnv)),
        None => Ok((DATABASE_URL_DEFAULT.to_owned(), Origin::Default)),
    }
}

/// From the nearest `.env` file, in the working directory or above.
fn database_url_from_dotenv() -> Result<Option<String>, ConfigError> {
    let folder = std::env::current_dir().map_err(ConfigError::DotEnvFile)?;
    let Some(file) = folder.ancestors().map(|folder| folder.join(".env")).find(|file| file.is_file()) else {
        return Ok(None);
    };
    let text = read_text(&file)?;
    dotenv::value_of(&text, "DATABASE_URL").map_err(ConfigError::DotEnv)
}

fn read_text(file: &Path) -> Result<String, ConfigError> {
    fs::read_to_string(file).map_err(ConfigError::DotEnvFile)
}
