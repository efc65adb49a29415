//! What the environment says of the terminal and of those who read it.

use std::str::FromStr;

use crate::config::bounds::Said;
use crate::config::error::ConfigError;
use crate::config::sources::{DotEnvFile, TIME_ZONE, said};

/// Whether colours are not wanted: `NO_COLOR` is set to something, or the terminal is a dumb one.
#[must_use]
pub fn is_without_color() -> bool {
    let is_set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty());
    is_set("NO_COLOR").is_some() || is_set("TERM").is_some_and(|kind| kind == "dumb")
}

/// The time zone of times without an offset, and where it was said. `None` where nobody said.
///
/// # Errors
/// [`ConfigError`], when what was said cannot be used.
pub fn time_zone<Z: FromStr<Err = String>>(file: DotEnvFile) -> Result<Option<Said<Z>>, ConfigError> {
    let Some((text, origin)) = said(TIME_ZONE, file)? else { return Ok(None) };
    match text.parse() {
        Ok(value) => Ok(Some(Said { value, origin })),
        Err(problem) => Err(ConfigError::Invalid { from: origin.to_string(), problem, text }),
    }
}

/// How wide lines may be, from `COLUMNS`.
#[must_use]
pub fn columns() -> Option<usize> {
    std::env::var("COLUMNS").ok()?.parse().ok()
}

/// The pager and its arguments, from `PAGER`, or else `less`. `None` where it is set to nothing, or to `cat`.
#[must_use]
pub fn pager() -> Option<Vec<String>> {
    let line = std::env::var("PAGER").unwrap_or_else(|_| "less".to_owned());
    let words: Vec<_> = line.split_whitespace().map(str::to_owned).collect();
    (!words.is_empty() && words != ["cat"]).then_some(words)
}

/// What `less` is told where `LESS` says nothing: colours, and no lines that are wrapped.
#[must_use]
pub fn pager_options() -> Option<&'static str> {
    std::env::var_os("LESS").is_none().then_some("RSX")
}
