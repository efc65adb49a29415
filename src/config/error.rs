//! Why settings cannot be used.

use std::io;
use std::path::PathBuf;

use strum::{IntoStaticStr, VariantNames};
use thiserror::Error;

use crate::config::dotenv::DotEnvError;
use crate::store::UrlError;

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
    /// The `.env` file, or the file of settings, cannot be read.
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
    #[strum(serialize = "setting_invalid")]
    #[error("{from} is {text:?}, which is {problem}")]
    Invalid {
        /// Where it was found.
        from: String,
        /// What it says.
        text: String,
        /// What is wrong with it, and what to write.
        problem: String,
    },
    /// The file of settings cannot be understood.
    #[error("the file {} cannot be used: {problem}", file.display())]
    #[strum(serialize = "settings_file_invalid")]
    SettingsFile {
        /// The file.
        file: PathBuf,
        /// What is wrong with it.
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

    /// Whether a file of settings cannot be read or understood, whatever setting is looked for.
    #[must_use]
    pub const fn is_of_file(&self) -> bool {
        matches!(self, Self::DotEnvFile { .. } | Self::DotEnv { .. } | Self::SettingsFile { .. })
    }

    /// Whether the same settings can be used later without anyone changing them: never.
    #[must_use]
    pub const fn is_retryable(&self) -> bool {
        false
    }
}
