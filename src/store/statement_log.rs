//! Logging how long each SQL statement took, without its values.

use std::fmt::{self, Display, Write};
use std::time::{Duration, Instant};

use diesel::connection::{Instrumentation, InstrumentationEvent, get_default_instrumentation};
use tracing::{debug, trace, warn};

use crate::store::options::StoreOptions;

/// What stands between a statement and its values where Diesel shows both.
const VALUES_MARK: &str = " -- binds: ";
/// A statement over many rows is long and says the same again and again, so only its two ends are shown.
const SHOWN_END_LENGTH: usize = 160;

/// Logs how long each statement of a connection took, and never what values it carried.
pub(super) struct StatementLog {
    slow_min: Duration,
    begin: Option<Instant>,
    /// What the application asks of all connections.
    default: Option<Box<dyn Instrumentation>>,
}

impl StatementLog {
    pub(super) fn new(options: &StoreOptions) -> Self {
        Self { slow_min: options.slow_statement_min, begin: None, default: get_default_instrumentation() }
    }

    fn end(&mut self, query: &dyn Display, is_refused: bool) {
        let Some(time) = self.begin.take().map(|begin| begin.elapsed()) else { return };
        let microseconds = time.as_micros();
        if time >= self.slow_min {
            warn!(microseconds, is_refused, statement = shown(query), "slow statement");
        } else {
            debug!(microseconds, is_refused, statement = shown(query), "statement");
        }
    }
}

impl Instrumentation for StatementLog {
    fn on_connection_event(&mut self, event: InstrumentationEvent<'_>) {
        match &event {
            InstrumentationEvent::StartQuery { .. } => self.begin = Some(Instant::now()),
            InstrumentationEvent::FinishQuery { query, error, .. } => self.end(query, error.is_some()),
            InstrumentationEvent::BeginTransaction { .. } => trace!("transaction begins"),
            InstrumentationEvent::CommitTransaction { .. } => trace!("transaction is committed"),
            InstrumentationEvent::RollbackTransaction { .. } => trace!("transaction is rolled back"),
            // A connection is made before this log is put on it; its URL has a password.
            _ => {}
        }
        self.default.on_connection_event(event);
    }
}

/// The statement up to its values, on one line.
fn shown(query: &dyn Display) -> String {
    let mut text = WithoutValues(String::new());
    // It ends early, which is no fault.
    let _ = write!(text, "{query}");
    let statement = text.0.split(VALUES_MARK).next().unwrap_or_default();
    let line = statement.split_whitespace().collect::<Vec<_>>().join(" ");
    let length = line.chars().count();
    if length <= 2 * SHOWN_END_LENGTH {
        return line;
    }
    let begin: String = line.chars().take(SHOWN_END_LENGTH).collect();
    let end: String = line.chars().skip(length - SHOWN_END_LENGTH).collect();
    format!("{begin} … {end}")
}

/// Takes text up to the mark, and stops whoever writes it there.
struct WithoutValues(String);

impl Write for WithoutValues {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0.push_str(text);
        if self.0.contains(VALUES_MARK) { Err(fmt::Error) } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_statement_is_shown_without_its_values() {
        let select = "select *\n  from accounts where name = $1";
        assert_eq!(
            shown(&format!("{select} -- binds: [\"s3cret -- binds: \"]")),
            "select * from accounts where name = $1"
        );
        assert_eq!(shown(&select), "select * from accounts where name = $1");
        let long = format!("insert {} returning id", "(?, ?), ".repeat(1_000));
        let shown = shown(&long);
        assert_eq!(shown.chars().count(), 2 * SHOWN_END_LENGTH + 3);
        assert!(shown.starts_with("insert (?, ?),") && shown.ends_with("returning id"), "{shown}");
    }
}
