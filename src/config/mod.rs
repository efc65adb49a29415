//! What the program is told from outside. The only place where the environment is read.

mod dotenv;
mod terminal;

use std::ffi::OsString;
use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use strum::{IntoStaticStr, VariantNames};
use thiserror::Error;
use tracing_subscriber::filter::Targets;

pub use crate::config::dotenv::{DotEnvError, Problem as DotEnvProblem};
pub use crate::config::terminal::{columns, is_without_color, pager, pager_options, time_zone};
use crate::store::{DatabaseUrl, UrlError, UrlSetting};

/// The book of someone who has not said which: a file in the working directory.
const DATABASE_URL_DEFAULT: &str = "sqlite://teller.db";

/// The file that settings are read from where the environment has none.
const DOTENV: &str = ".env";

/// What a flag of the command line says.
#[derive(Clone, Copy, Debug)]
pub struct Flag<'a> {
    /// As it is written there.
    pub name: &'static str,
    /// Its value.
    pub value: &'a str,
}

/// What becomes of a `.env` file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DotEnvFile {
    /// It is read where the environment says nothing.
    #[default]
    Read,
    /// It is as if there were none.
    PassOver,
}

/// Where a setting comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// The command line, by the flag of this name.
    Flag(&'static str),
    /// The environment.
    Environment,
    /// This `.env` file, in the working directory or above.
    DotEnv(PathBuf),
    /// Nobody said.
    Default,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flag(name) => f.write_str(name),
            Self::Environment => f.write_str("DATABASE_URL in the environment"),
            Self::DotEnv(file) => write!(f, "DATABASE_URL in {}", file.display()),
            Self::Default => f.write_str("the default"),
        }
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
        from: String,
        /// What is wrong with it.
        source: UrlError,
    },
    /// The `.env` file cannot be read.
    #[error("the file {} cannot be read: {source}", file.display())]
    #[strum(serialize = "dotenv_invalid")]
    DotEnvFile {
        /// The file.
        file: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// The `.env` file cannot be understood.
    #[error("the file {} cannot be read: {source}", file.display())]
    #[strum(serialize = "dotenv_invalid")]
    DotEnv {
        /// The file.
        file: PathBuf,
        /// Which line, and what is wrong with it.
        source: DotEnvError,
    },
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

    /// Whether the same settings can be used later without anyone changing them: never.
    #[must_use]
    pub const fn is_retryable(&self) -> bool {
        false
    }
}

/// The book to work on, and where that was said: the flag, then `DATABASE_URL`, then `.env`, then `sqlite://teller.db`.
///
/// # Errors
/// [`ConfigError`], when what was said cannot be used. It is then not passed over for the next.
pub fn database_url(flag: Option<Flag<'_>>, file: DotEnvFile) -> Result<(DatabaseUrl, Origin), ConfigError> {
    let (url, origin) = url_as_said(flag, file)?;
    Ok((url.with_environment(variable), origin))
}

/// Every setting of a connection to a book, with its origin. Its database is the one that [`database_url`] gives for the flag, and what
/// the URL has besides is from the flag that names the book in it.
///
/// # Errors
/// As [`database_url`].
pub fn settings(
    flag: Option<Flag<'_>>,
    file: DotEnvFile,
    url: &DatabaseUrl,
    book_flag: &'static str,
) -> Result<Vec<Setting>, ConfigError> {
    let (said, origin) = url_as_said(flag, file)?;
    let said = said.settings();
    let setting = |setting: UrlSetting| Setting {
        origin: match setting.variable() {
            _ if setting.is_default => "Teller's default".into(),
            _ if said.contains(&setting) => origin.to_string(),
            Some(variable) => format!("{variable} in the environment"),
            None => book_flag.into(),
        },
        name: setting.name,
        value: setting.value,
    };
    let whole = Setting { name: "database_url".into(), value: url.to_string(), origin: origin.to_string() };
    Ok([whole].into_iter().chain(url.settings().into_iter().map(setting)).collect())
}

/// The URL without what else the environment says about the connection.
fn url_as_said(flag: Option<Flag<'_>>, file: DotEnvFile) -> Result<(DatabaseUrl, Origin), ConfigError> {
    let (text, origin) = match flag {
        Some(Flag { name, value }) => (value.to_owned(), Origin::Flag(name)),
        None => database_url_from_outside(file)?,
    };
    let url: DatabaseUrl = text.parse().map_err(|source| ConfigError::Url { from: origin.to_string(), source })?;
    match &origin {
        Origin::DotEnv(file) => Ok((url.relative_to(file.parent().unwrap_or(Path::new(""))), origin)),
        Origin::Flag(_) | Origin::Environment | Origin::Default => Ok((url, origin)),
    }
}

/// What the program was started with, its own name first.
#[must_use]
pub fn arguments() -> Vec<OsString> {
    std::env::args_os().collect()
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

fn database_url_from_outside(file: DotEnvFile) -> Result<(String, Origin), ConfigError> {
    if let Some(text) = from_environment("DATABASE_URL")? {
        return Ok((text, Origin::Environment));
    }
    let said = match file {
        DotEnvFile::Read => database_url_from_dotenv()?,
        DotEnvFile::PassOver => None,
    };
    match said {
        Some((text, file)) => Ok((text, Origin::DotEnv(file))),
        None => Ok((DATABASE_URL_DEFAULT.to_owned(), Origin::Default)),
    }
}

fn database_url_from_dotenv() -> Result<Option<(String, PathBuf)>, ConfigError> {
    let Some(file) = dotenv_file() else { return Ok(None) };
    let text = match fs::read_to_string(&file) {
        Ok(text) => text,
        Err(source) => return Err(ConfigError::DotEnvFile { file, source }),
    };
    match dotenv::value_of(&text, "DATABASE_URL") {
        Ok(value) => Ok(value.map(|value| (value, file))),
        Err(source) => Err(ConfigError::DotEnv { file, source }),
    }
}

/// The nearest one: `.env` in the working directory, or else by its whole path in a folder above.
fn dotenv_file() -> Option<PathBuf> {
    let here = PathBuf::from(DOTENV);
    if here.is_file() {
        return Some(here);
    }
    let folder = std::env::current_dir().ok()?;
    folder.ancestors().skip(1).map(|above| above.join(DOTENV)).find(|file| file.is_file())
}
