//! What the library says while it works, for people, on stderr.

use std::fmt;

use tracing::level_filters::LevelFilter;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::time::FormatTime;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

use super::failure::Failure;
use crate::clock::Clock;
use crate::config;

/// Writes the log from now on: what `-v` asks for, or else `TELLER_LOG`, or else warnings.
pub(super) fn start(verbose: u8) -> Result<(), Failure> {
    let of_flag = |level| Targets::new().with_default(LevelFilter::WARN).with_target("teller", level);
    let targets = match verbose {
        0 => config::log_targets()?.unwrap_or_else(|| of_flag(LevelFilter::WARN)),
        1 => of_flag(LevelFilter::INFO),
        2 => of_flag(LevelFilter::DEBUG),
        _ => of_flag(LevelFilter::TRACE),
    };
    let lines = tracing_subscriber::fmt::layer().with_writer(anstream::stderr).with_timer(LogTime(Clock::system()));
    // It fails where a program that uses this library has started a log of its own, which then gets it all.
    let _ = tracing_subscriber::registry().with(lines).with(targets).try_init();
    Ok(())
}

struct LogTime(Clock);

impl FormatTime for LogTime {
    fn format_time(&self, writer: &mut Writer<'_>) -> fmt::Result {
        write!(writer, "{}", self.0.now())
    }
}
