//! Where a setting is said, besides the command line: in the environment, in the nearest `.env` file, or in the nearest `teller.toml`. The
//! first that says it counts.

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::config::dotenv;
use crate::config::error::ConfigError;

/// The file of environment variables.
const DOTENV: &str = ".env";
/// The file of settings.
const SETTINGS: &str = "teller.toml";
/// The table of its profiles, and the variable that chooses one of them.
const PROFILES: &str = "profiles";
const PROFILE: &str = "TELLER_PROFILE";
/// The most bytes of a file of settings.
const BYTES_MAX: u64 = 1 << 20;

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

/// All of them. `teller.toml` has no other fields, and neither has a profile.
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
    /// This field of a profile of this `teller.toml`.
    Profile(PathBuf, String, &'static str),
    /// Nobody said.
    Default,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flag(name) => f.write_str(name),
            Self::Environment(variable) => write!(f, "{variable} in the environment"),
            Self::DotEnv(file, name) | Self::File(file, name) => write!(f, "{name} in {}", file.display()),
            Self::Profile(file, profile, name) => write!(f, "{name} of the profile {profile} in {}", file.display()),
            Self::Default => f.write_str("the default"),
        }
    }
}

/// What is said of a setting, and where. `None` where nobody said.
pub(super) fn said(name: Name, file: DotEnvFile) -> Result<Option<(String, Origin)>, ConfigError> {
    match from_variable(name.variable, file)? {
        Some(found) => Ok(Some(found)),
        None => from_settings(name.field, from_variable(PROFILE, file)?.filter(|(profile, _)| !profile.is_empty())),
    }
}

/// What the environment or else `.env` says.
fn from_variable(name: &'static str, file: DotEnvFile) -> Result<Option<(String, Origin)>, ConfigError> {
    if let Some(text) = from_environment(name)? {
        return Ok(Some((text, Origin::Environment(name))));
    }
    match file {
        DotEnvFile::Read => Ok(from_dotenv(name)?.map(|(text, file)| (text, Origin::DotEnv(file, name)))),
        DotEnvFile::PassOver => Ok(None),
    }
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

/// What `teller.toml` says: the profile that was chosen, or else the fields that are of none.
fn from_settings(
    field: &'static str,
    chosen: Option<(String, Origin)>,
) -> Result<Option<(String, Origin)>, ConfigError> {
    let found = nearest(SETTINGS)?;
    let settings = match &found {
        Some((text, file)) => {
            Settings::read(text).map_err(|problem| ConfigError::SettingsFile { file: file.clone(), problem })?
        }
        None => Settings::default(),
    };
    let profile = chosen.map(|(name, from)| settings.profile(name, &from)).transpose()?;
    let Some((_, file)) = found else { return Ok(None) };
    let of_profile = profile.and_then(|(name, fields)| Some((name, fields.get(field)?)));
    Ok(match of_profile {
        Some((name, text)) => Some((text.clone(), Origin::Profile(file, name, field))),
        None => settings.fields.get(field).map(|text| (text.clone(), Origin::File(file, field))),
    })
}

/// What `teller.toml` has. Every field must be a setting, so that a slip is no default.
#[derive(Debug, Default)]
struct Settings {
    fields: BTreeMap<String, String>,
    profiles: BTreeMap<String, BTreeMap<String, String>>,
}

impl Settings {
    fn read(text: &str) -> Result<Self, String> {
        let line_of = |place: usize| text.get(..place).unwrap_or_default().matches('\n').count() + 1;
        let mut table: toml::Table = toml::from_str(text).map_err(|error| {
            let line = error.span().map(|span| format!("line {}: ", line_of(span.start)));
            format!("{}{}", line.unwrap_or_default(), error.message())
        })?;
        let profiles = match table.remove(PROFILES) {
            None => toml::Table::new(),
            Some(toml::Value::Table(profiles)) => profiles,
            Some(_) => {
                return Err(format!("{PROFILES} is no table; write [{PROFILES}.NAME] above the settings of a profile"));
            }
        };
        let profiles = profiles.into_iter().map(|(name, profile)| match profile {
            toml::Value::Table(fields) => {
                let fields = fields_of(fields).map_err(|problem| format!("in the profile {name}: {problem}"))?;
                Ok((name, fields))
            }
            _ => Err(format!("the profile {name} is no table; write [{PROFILES}.{name}] above its settings")),
        });
        Ok(Self { profiles: profiles.collect::<Result<_, String>>()?, fields: fields_of(table)? })
    }

    /// The profile of a name, which somebody chose.
    fn profile(&self, name: String, from: &Origin) -> Result<(String, &BTreeMap<String, String>), ConfigError> {
        if let Some(fields) = self.profiles.get(&name) {
            return Ok((name, fields));
        }
        let known = self.profiles.keys().map(String::as_str).collect::<Vec<_>>().join(", ");
        let known = if known.is_empty() { "there are none".to_owned() } else { format!("they are {known}") };
        let problem = format!("no profile of {SETTINGS}; {known}");
        Err(ConfigError::Invalid { from: from.to_string(), text: name, problem })
    }
}

fn fields_of(table: toml::Table) -> Result<BTreeMap<String, String>, String> {
    let text = |(field, value): (String, toml::Value)| {
        if ALL.iter().all(|name| name.field != field) {
            let fields = ALL.map(|name| name.field).join(", ");
            return Err(format!("{field} is no setting; the settings are {fields}"));
        }
        match value {
            toml::Value::String(text) => Ok((field, text)),
            toml::Value::Integer(number) => Ok((field, number.to_string())),
            _ => Err(format!("{field} is neither a text nor a whole number")),
        }
    };
    table.into_iter().map(text).collect()
}

/// The nearest file of that name. It is looked for in the working directory, and then in each folder above, where it is given by its whole
/// path. A file that is there and cannot be read is an error, so that no setting becomes a default unnoticed.
fn nearest(name: &str) -> Result<Option<(String, PathBuf)>, ConfigError> {
    let here = PathBuf::from(name);
    let folder = std::env::current_dir().unwrap_or_default();
    let above = folder.ancestors().skip(1).map(|above| above.join(name));
    for file in std::iter::once(here).chain(above) {
        match read_bounded(&file) {
            Ok(Some(text)) => return Ok(Some((text, file))),
            Ok(None) => {}
            Err(source) => return Err(ConfigError::DotEnvFile { file, source }),
        }
    }
    Ok(None)
}

/// What a file of settings says. `None` where there is none.
fn read_bounded(file: &Path) -> io::Result<Option<String>> {
    let status = match fs::metadata(file) {
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
            return Ok(None);
        }
        status => status?,
    };
    // Other programs have folders of that name, such as Python with its environments.
    if status.is_dir() && file.ends_with(DOTENV) {
        return Ok(None);
    }
    if !status.is_file() {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "it is no file"));
    }
    if status.len() > BYTES_MAX {
        return Err(io::Error::new(
            io::ErrorKind::FileTooLarge,
            "it has more than 1 MiB, and so is no file of settings",
        ));
    }
    fs::read_to_string(file).map(Some)
}

/// The folder that a relative path in a setting starts at. `None` where that is the working directory.
pub(super) fn folder_of(origin: &Origin) -> Option<&Path> {
    match origin {
        Origin::DotEnv(file, _) | Origin::File(file, _) | Origin::Profile(file, ..) => {
            Some(file.parent().unwrap_or(Path::new("")))
        }
        Origin::Flag(_) | Origin::Environment(_) | Origin::Default => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_texts_or_whole_numbers_and_nothing_else_is_a_setting() {
        let text = "# bank\ndatabase_url = \"sqlite://a.db\"\nconnections_max = 4\n[profiles.live]\nlog = \"info\"\n";
        let settings = Settings::read(text).unwrap();
        assert_eq!(settings.fields["database_url"], "sqlite://a.db");
        assert_eq!(settings.fields["connections_max"], "4");
        assert_eq!(settings.fields.get("log"), None);
        assert_eq!(settings.profiles["live"]["log"], "info");
        for (text, problem) in [
            ("datbase_url = \"x\"", "datbase_url is no setting"),
            ("log = true", "log is neither a text nor a whole number"),
            ("a = 1\nlog = ", "line 2: "),
            ("profiles = 1", "profiles is no table; write [profiles.NAME]"),
            ("profiles.live = 1", "the profile live is no table; write [profiles.live]"),
            ("[profiles.live]\nlgo = 1", "in the profile live: lgo is no setting"),
            ("[profiles.live]\nlog = true", "in the profile live: log is neither"),
        ] {
            assert!(Settings::read(text).is_err_and(|error| error.starts_with(problem)), "{text}");
        }
    }
}
