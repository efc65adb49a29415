//! What the program is told from outside. The only place where the environment is read.

mod bounds;
mod dotenv;
mod error;
#[cfg(feature = "server")]
mod sockets;
mod sources;
mod terminal;

use std::ffi::OsString;

use tracing_subscriber::filter::Targets;

pub use crate::config::bounds::{Bounds, Said, bounds};
pub use crate::config::dotenv::{DotEnvError, Problem as DotEnvProblem};
pub use crate::config::error::ConfigError;
#[cfg(feature = "server")]
pub use crate::config::sockets::{InheritedSockets, inherited_sockets};
use crate::config::sources::{DATABASE_URL, LOG, folder_of, said};
pub use crate::config::sources::{DotEnvFile, Origin};
pub use crate::config::terminal::{columns, is_without_color, pager, pager_options, time_zone};
use crate::store::{DatabaseUrl, UrlSetting};

/// The book of someone who has not said which: a file in the working directory.
const DATABASE_URL_DEFAULT: &str = "sqlite://teller.db";

/// What a flag of the command line says.
#[derive(Clone, Copy, Debug)]
pub struct Flag<'a> {
    /// As it is written there.
    pub name: &'static str,
    /// Its value.
    pub value: &'a str,
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

/// The book to work on, and where that was said: the flag, then `DATABASE_URL`, then `.env`, then `teller.toml`, then
/// `sqlite://teller.db`.
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
        None => said(DATABASE_URL, file)?.unwrap_or_else(|| (DATABASE_URL_DEFAULT.to_owned(), Origin::Default)),
    };
    let url: DatabaseUrl = text.parse().map_err(|source| ConfigError::Url { from: origin.to_string(), source })?;
    match folder_of(&origin) {
        Some(folder) => Ok((url.relative_to(folder), origin)),
        None => Ok((url, origin)),
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

/// What is written to the log, and where that was said: `debug`, or `warn,teller::store=trace`. `None` where nobody said.
///
/// # Errors
/// [`ConfigError`], when what was said cannot be used.
pub fn log_targets(file: DotEnvFile) -> Result<Option<Said<Targets>>, ConfigError> {
    let Some((text, origin)) = said(LOG, file)? else { return Ok(None) };
    match text.parse() {
        Ok(value) => Ok(Some(Said { value, origin })),
        Err(error) => {
            let problem = format!("no list of levels ({error}); write for example: info or teller::store=debug");
            Err(ConfigError::Invalid { from: origin.to_string(), text, problem })
        }
    }
}

/// A variable that libpq would look at. One that is no text is libpq's to complain of.
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}
