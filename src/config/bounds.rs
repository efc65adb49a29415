//! The bounds of the work on a database, as far as somebody said them.

use std::time::Duration;

use crate::config::error::ConfigError;
use crate::config::sources::{
    ATTEMPTS_MAX, CONNECTIONS_MAX, DotEnvFile, Name, Origin, RETRY_TIME_MAX, SLOW_STATEMENT, said,
};

const COUNT: &str = "no whole number from 1 on; write for example: 4";

/// A value, and where it was said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said<T> {
    /// The value.
    pub value: T,
    /// Who said so.
    pub origin: Origin,
}

/// What was said of the bounds. `None` is for the default.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Bounds {
    /// How many connections a command opens at most.
    pub connections_max: Option<Said<u32>>,
    /// How often one transaction is begun.
    pub attempts_max: Option<Said<u32>>,
    /// How long one transaction is tried again.
    pub retry_time_max: Option<Said<Duration>>,
    /// From when on a statement is slow.
    pub slow_statement_min: Option<Said<Duration>>,
}

/// Reads the bounds.
///
/// # Errors
/// [`ConfigError`], when what was said cannot be used.
pub fn bounds(file: DotEnvFile) -> Result<Bounds, ConfigError> {
    let count = |text: &str| text.parse().ok().filter(|&number: &u32| number > 0);
    let milliseconds = |text: &str| text.parse().ok().map(Duration::from_millis);
    let time = |text: &str| humantime::parse_duration(text).ok();
    Ok(Bounds {
        connections_max: read(CONNECTIONS_MAX, file, count, COUNT)?,
        attempts_max: read(ATTEMPTS_MAX, file, count, COUNT)?,
        retry_time_max: read(RETRY_TIME_MAX, file, time, "no length of time; write for example: 30s")?,
        slow_statement_min: read(
            SLOW_STATEMENT,
            file,
            milliseconds,
            "no number of milliseconds; write for example: 500",
        )?,
    })
}

fn read<T>(
    name: Name,
    file: DotEnvFile,
    parse: impl FnOnce(&str) -> Option<T>,
    problem: &str,
) -> Result<Option<Said<T>>, ConfigError> {
    let Some((text, origin)) = said(name, file)? else { return Ok(None) };
    match parse(&text) {
        Some(value) => Ok(Some(Said { value, origin })),
        None => Err(ConfigError::Invalid { from: origin.to_string(), text, problem: problem.to_owned() }),
    }
}
