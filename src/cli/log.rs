//! What the library says while it works, for people or as JSON, on stderr.

use std::fmt::{self, Debug};

use serde_json::{Map, Value, json};
use tracing::field::{Field, Visit};
use tracing::level_filters::LevelFilter;
use tracing::{Event, Subscriber};
use tracing_subscriber::filter::Targets;
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::time::FormatTime;
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::util::SubscriberInitExt;

use crate::cli::failure::Failure;
use crate::cli::talk::{self, LogLines};
use crate::clock::Clock;
use crate::config::{self, DotEnvFile, Setting};
use crate::wire::write_json;

/// Writes the log from now on: what `-v` asks for, or else the setting, or else warnings.
pub(super) fn start(verbose: u8, file: DotEnvFile) -> Result<(), Failure> {
    let targets = match level_of(verbose) {
        Some(level) => of_flag(level),
        None => config::log_targets(file)?.map_or_else(|| of_flag(LevelFilter::WARN), |said| said.value),
    };
    let lines = tracing_subscriber::fmt::layer().with_ansi(false).with_writer(|| LogLines);
    let registry = tracing_subscriber::registry();
    // It fails where a program that uses this library has started a log of its own, which then gets it all.
    let _ = if talk::is_json() {
        registry.with(lines.event_format(JsonLines(Clock::system()))).with(targets).try_init()
    } else {
        registry.with(lines.with_timer(LogTime(Clock::system()))).with(targets).try_init()
    };
    Ok(())
}

/// What is logged, for `teller config show`.
pub(super) fn setting(verbose: u8, file: DotEnvFile) -> Result<Setting, Failure> {
    let (value, origin) = match (level_of(verbose), config::log_targets(file)?) {
        (Some(level), _) => (level.to_string(), "-v".to_owned()),
        (None, Some(said)) => (said.value.to_string(), said.origin.to_string()),
        (None, None) => (LevelFilter::WARN.to_string(), "Teller's default".to_owned()),
    };
    Ok(Setting { name: "log".to_owned(), value, origin })
}

const fn level_of(verbose: u8) -> Option<LevelFilter> {
    match verbose {
        0 => None,
        1 => Some(LevelFilter::INFO),
        2 => Some(LevelFilter::DEBUG),
        _ => Some(LevelFilter::TRACE),
    }
}

fn of_flag(level: LevelFilter) -> Targets {
    Targets::new().with_default(LevelFilter::WARN).with_target("teller", level)
}

struct LogTime(Clock);

impl FormatTime for LogTime {
    fn format_time(&self, writer: &mut Writer<'_>) -> fmt::Result {
        write!(writer, "{}", self.0.now())
    }
}

/// One JSON document an event: `{"log": {"time": …, "level": …, "target": …, "message": …, …}}`.
struct JsonLines(Clock);

impl<S, N> FormatEvent<S, N> for JsonLines
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(&self, _: &FmtContext<'_, S, N>, mut writer: Writer<'_>, event: &Event<'_>) -> fmt::Result {
        let metadata = event.metadata();
        let mut fields = Fields(Map::new());
        fields.0.insert("time".to_owned(), json!(self.0.now()));
        fields.0.insert("level".to_owned(), json!(metadata.level().as_str()));
        fields.0.insert("target".to_owned(), json!(metadata.target()));
        event.record(&mut fields);
        let mut line = Vec::new();
        write_json(&mut line, &json!({ "log": fields.0 })).map_err(|_| fmt::Error)?;
        writeln!(writer, "{}", String::from_utf8_lossy(&line))
    }
}

struct Fields(Map<String, Value>);

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.0.insert(field.name().to_owned(), json!(format!("{value:?}")));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.0.insert(field.name().to_owned(), json!(value));
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.0.insert(field.name().to_owned(), json!(value));
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.0.insert(field.name().to_owned(), json!(value));
    }

    /// Times come in microseconds. One that does not fit becomes the longest there is.
    fn record_u128(&mut self, field: &Field, value: u128) {
        self.record_u64(field, u64::try_from(value).unwrap_or(u64::MAX));
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.0.insert(field.name().to_owned(), json!(value));
    }
}
