//! The time by which a command has ended, whatever the database does.
//!
//! The store gives up in time whatever it can: it bounds waits, statements and attempts. Against a server that lives and says nothing
//! it has no means, as its thread sits inside the driver. Then the whole program ends, which cuts the connection.

use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use crate::cli::failure::Failure;
use crate::cli::interrupt;
use crate::cli::output::Output;
use crate::config::Setting;
use crate::facts::RequestId;
use crate::store::StoreOptions;

/// The deadline of commands that do one short thing, where none is given.
const DEADLINE_DEFAULT: Duration = Duration::from_mins(2);

/// The commands that take as long as there is something to do. They have no deadline where none is given.
pub(super) const LONG_COMMANDS: &[&str] = &[
    "audit",
    "backup",
    "batch",
    "bench",
    "book",
    "demo",
    "events",
    "export",
    "import",
    "migrate",
    "report",
    "restore",
    "schedule run",
    "seal",
    #[cfg(feature = "server")]
    "serve",
    "verify",
];

/// What the store gets to end in order before the program is ended.
const GRACE: Duration = Duration::from_millis(250);

/// The units that a time can be given in.
const UNITS: [(&str, u64); 4] = [("ms", 1), ("s", 1_000), ("m", 60_000), ("h", 3_600_000)];

/// How long a command may take, and what its user must know when it takes longer.
#[derive(Clone)]
pub(super) struct Deadline {
    /// What the user said.
    time: Option<Duration>,
    request: Arc<Mutex<Option<RequestId>>>,
}

impl Deadline {
    pub(super) fn new(time: Option<Duration>) -> Self {
        Self { time, request: Arc::default() }
    }

    /// The bounds of the store that fit what the user said.
    pub(super) fn bound(&self, options: StoreOptions) -> StoreOptions {
        self.time.map_or(options, |time| options.with_deadline(time))
    }

    /// When commands give up, for `teller config show`.
    pub(super) fn setting(&self) -> Setting {
        let (value, origin) = match self.time {
            Some(time) => (humantime::format_duration(time).to_string(), "--deadline"),
            None => (
                format!("{} for commands that do one short thing", humantime::format_duration(DEADLINE_DEFAULT)),
                "Teller's default",
            ),
        };
        Setting { name: "deadline".to_owned(), value, origin: origin.to_owned() }
    }

    /// Takes note of the request that must be repeated when its answer does not come.
    pub(super) fn expect_answer_to(&self, id: &RequestId) {
        *self.request.lock().unwrap_or_else(PoisonError::into_inner) = Some(id.clone());
    }

    /// Ends the program when the time is over: the user's, or else that of the command of this name. Once there are results to write the database has
    /// answered, and how fast they are read is the reader's matter.
    pub(super) fn watch(&self, command: &str, output: &Output) {
        let Some(time) = self.time.or_else(|| default_of(command)) else { return };
        let request = Arc::clone(&self.request);
        let (look, has_results) = (output.look, Arc::clone(&output.has_begun));
        thread::spawn(move || {
            thread::sleep(time.saturating_add(GRACE));
            if has_results.load(Ordering::Relaxed) {
                return;
            }
            let request = request.lock().unwrap_or_else(PoisonError::into_inner).take();
            let failure = Failure::of_deadline(time, request.as_ref());
            Output::new(look).failure(&failure);
            interrupt::end(failure.exit);
        });
    }
}

/// By when a command has surely ended where nothing is wrong; `None` where that depends on how much there is to do.
fn default_of(command: &str) -> Option<Duration> {
    let is_long = LONG_COMMANDS.iter().any(|long| command == *long || command.starts_with(&format!("{long} ")));
    (!is_long).then_some(DEADLINE_DEFAULT)
}

/// A time such as `500ms`, `30s`, `5m` or `1h`.
pub(super) fn parse_time(text: &str) -> Result<Duration, String> {
    let digits = text.find(|character: char| !character.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    let unit = UNITS.iter().find(|(name, _)| *name == unit);
    let millis = unit.and_then(|(_, millis)| number.parse::<u64>().ok()?.checked_mul(*millis));
    match millis {
        Some(millis) if millis > 0 => Ok(Duration::from_millis(millis)),
        _ => Err("write a time like 500ms, 30s, 5m or 1h".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_has_no_deadline_where_it_or_the_one_above_it_is_long() {
        for (command, is_long) in [
            ("verify", true),
            ("import book", true),
            ("schedule run", true),
            ("schedule add", false),
            ("balance", false),
            ("bookmark", false),
        ] {
            assert_eq!(default_of(command).is_none(), is_long, "{command}");
        }
    }

    #[test]
    fn a_time_has_a_number_and_a_unit() {
        for (text, millis) in [("500ms", 500), ("30s", 30_000), ("5m", 300_000), ("1h", 3_600_000)] {
            assert_eq!(parse_time(text), Ok(Duration::from_millis(millis)), "{text}");
        }
        for text in ["", "30", "s", "-1s", "1.5s", "0s", "1d", "30 s", "99999999999999999999s", "9999999999999999h"] {
            assert!(parse_time(text).is_err(), "{text}");
        }
    }
}
