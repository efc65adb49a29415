//! Where a setting is said, besides the command line: in the environment, in the nearest `.env` file, or in the nearest `teller.toml`. The
//! first that says it counts.

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

use crate::config::dotenv;
use crate::config::error::ConfigError;

/// The file of environment variables.
const DOTENV: &str = ".env";
/// The file of settings.
const SETTINGS: &str = "teller.toml";

/// What becomes of a `.env` file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DotEnvFile {
    /// It is read where the environment says nothing.
    #[default]
    Read,
    /// It is as if there were none.
    PassOver,
}

/// A setting, by its names.
#[derive(Clone, Copy, Debug)]
pub(super) struct Name {
    /// In the environment and in `.env`.
    pub(super) variable: &'static str,
    /// In `teller.toml`.
    pub(super) field: &'static str,
}

pub(super) const DATABASE_URL: Name = Name { variable: "DATABASE_URL", field: "database_url" };
pub(super) const LOG: Name = Name { variable: "TELLER_LOG", field: "log" };
pub(super) const SLOW_STATEMENT: Name = Name { variable: "TELLER_SLOW_STATEMENT_MS", field: "slow_statement_ms" };
pub(super) const CONNECTIONS_MAX: Name = Name { variable: "TELLER_CONNECTIONS_MAX", field: "connections_max" };
pub(super) const ATTEMPTS_MAX: Name = Name { variable: "TELLER_ATTEMPTS_MAX", field: "attempts_max" };
pub(super) const RETRY_TIME_MAX: Name = Name { variable: "TELLER_RETRY_TIME_MAX", field: "retry_time_max" };
pub(super) const TIME_ZONE: Name = Name { variable: "TELLER_TIME_ZONE", field: "time_zone" };

/// All of them. `teller.toml` has no other fields.
const ALL: [Name; 7] = [DATABASE_URL, LOG, SLOW_STATEMENT, CONNECTIONS_MAX, ATTEMPTS_MAX, RETRY_TIME_MAX, TIME_ZONE];

/// Where a setting comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// The command line, by the flag of this name.
    Flag(&'static str),
    /// This variable of the environment.
    Environment(&'static str),
    /// This variable in this `.env` file, in the working directory or above.
    DotEnv(PathBuf, &'static str),
    /// This field of this `teller.toml`, in the working directory or above.
    File(PathBuf, &'static str),
    /// Nobody said.
    Default,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flag(name) => f.write_str(name),
            Self::Environment(variable) => write!(f, "{variable} in the environment"),
            Self::DotEnv(file, name) | Self::File(file, name) => write!(f, "{name} in {}", file.display()),
            Self::Default => f.write_str("the default"),
        }
    }
}

/// What is said of a setting, and where. `None` where nobody said.
pub(super) fn said(name: Name, file: DotEnvFile) -> Result<Option<(String, Origin)>, ConfigError> {
    if let Some(text) = from_environment(name.variable)? {
        return Ok(Some((text, Origin::Environment(name.variable))));
    }
    if file == DotEnvFile::Read
        && let Some((text, file)) = from_dotenv(name.variable)?
    {
        return Ok(Some((text, Origin::DotEnv(file, name.variable))));
    }
    Ok(from_settings(name.field)?.map(|(text, file)| (text, Origin::File(file, name.field))))
}

fn from_environment(name: &'static str) -> Result<Option<String>, ConfigError> {
    match std::env::var(name) {
        Ok(text) => Ok(Some(text)),
        Err(std::env::VarError::NotPresent) => Ok(None),
        Err(std::env::VarError::NotUnicode(_)) => Err(ConfigError::NotText { name }),
    }
}

fn from_dotenv(name: &str) -> Result<Option<(String, PathBuf)>, ConfigError> {
    let Some((text, file)) = nearest(DOTENV)? else { return Ok(None) };
    match dotenv::value_of(&text, name) {
        Ok(value) => Ok(value.map(|value| (value, file))),
        Err(source) => Err(ConfigError::DotEnv { file, source }),
    }
}

fn from_settings(field: &str) -> Result<Option<(String, PathBuf)>, ConfigError> {
    let Some((text, file)) = nearest(SETTINGS)? else { return Ok(None) };
    match field_of(&text, field) {
        Ok(value) => Ok(value.map(|value| (value, file))),
        Err(problem) => Err(ConfigError::SettingsFile { file, problem }),
    }
}

/// The text of a field. Every field of the file must be a setting, so that a slip is no default.
fn field_of(text: &str, field: &str) -> Result<Option<String>, String> {
    let line_of = |place: usize| text.get(..place).unwrap_or_default().matches('\n').count() + 1;
    let table: toml::Table = toml::from_str(text).map_err(|error| {
        let line = error.span().map(|span| format!("line {}: ", line_of(span.start)));
        format!("{}{}", line.unwrap_or_default(), error.message())
    })?;
    if let Some(unknown) = table.keys().find(|key| ALL.iter().all(|name| name.field != key.as_str())) {
        let fields = ALL.map(|name| name.field).join(", ");
        return Err(format!("{unknown} is no setting; the settings are {fields}"));
    }
    match table.get(field) {
        None => Ok(None),
        Some(toml::Value::String(text)) => Ok(Some(text.clone())),
        Some(toml::Value::Integer(number)) => Ok(Some(number.to_string())),
        Some(_) => Err(format!("{field} is neither a text nor a whole number")),
    }
}

/// The nearest file of that name: in the working directory, or else by its whole path in a folder above.
fn nearest(name: &str) -> Result<Option<(String, PathBuf)>, ConfigError> {
    let here = PathBuf::from(name);
    let above = || {
        let folder = std::env::current_dir().ok()?;
        folder.ancestors().skip(1).map(|above| above.join(name)).find(|file| file.is_file())
    };
    let Some(file) = Some(here).filter(|file| file.is_file()).or_else(above) else { return Ok(None) };
    match fs::read_to_string(&file) {
        Ok(text) => Ok(Some((text, file))),
        Err(source) => Err(ConfigError::DotEnvFile { file, source }),
    }
}

/// The folder that a relative path in a setting starts at. `None` where that is the working directory.
pub(super) fn folder_of(origin: &Origin) -> Option<&Path> {
    match origin {
        Origin::DotEnv(file, _) | Origin::File(file, _) => Some(file.parent().unwrap_or(Path::new(""))),
        Origin::Flag(_) | Origin::Environment(_) | Origin::Default => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_texts_or_whole_numbers_and_nothing_else_is_a_setting() {
        let text = "# bank\ndatabase_url = \"sqlite://a.db\"\nconnections_max = 4\n";
        assert_eq!(field_of(text, "database_url"), Ok(Some("sqlite://a.db".to_owned())));
        assert_eq!(field_of(text, "connections_max"), Ok(Some("4".to_owned())));
        assert_eq!(field_of(text, "log"), Ok(None));
        for (text, problem) in [
            ("datbase_url = \"x\"", "datbase_url is no setting"),
            ("log = true", "log is neither a text nor a whole number"),
            ("a = 1\nlog = ", "line 2: "),
        ] {
            assert!(field_of(text, "log").is_err_and(|error| error.starts_with(problem)), "{text}");
        }
    }
}
