//! How far long work has come: a bar, how fast it is and how long it will take, in one style for all commands.
//!
//! It stands on stderr, and is not there where stderr is no terminal.

use std::fmt::{self, Write};
use std::io::Read;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressState, ProgressStyle};

use crate::cli::talk;

/// What stands beside a bar at the most: what is done, how far, how fast and how long still.
const BESIDE_BAR: usize = 66;
/// How wide a bar is that has room, and how narrow it may be.
const BAR_WIDTHS: (usize, usize) = (30, 6);
/// Where it is not.
const TEMPLATE_ENDLESS: &str = "{prefix} {done}, {rate}";

/// What is shown of some work as long as it goes on.
pub(super) struct Progress {
    bar: ProgressBar,
    /// How many units are done, where the position of the bar is something else.
    done: Arc<AtomicU64>,
}

impl Progress {
    /// Work of some units (`lines`), of which it is told how many there are while it goes on.
    pub(super) fn new(doing: &'static str, unit: &'static str) -> Self {
        Self::with_template(&template(talk::width()), doing, unit)
    }

    /// Work that ends when there is nothing left to do.
    pub(super) fn endless(doing: &'static str, unit: &'static str) -> Self {
        Self::with_template(TEMPLATE_ENDLESS, doing, unit)
    }

    /// Work on a file of so many bytes, or 0 for something that has no length. How far it has come is how many of them were read, so that
    /// nobody must count the lines first.
    pub(super) fn of_file(doing: &'static str, unit: &'static str, bytes: u64) -> Self {
        if bytes == 0 {
            return Self::endless(doing, unit);
        }
        let progress = Self::new(doing, unit);
        progress.bar.set_length(bytes);
        progress
    }

    fn with_template(template: &str, doing: &'static str, unit: &'static str) -> Self {
        let done = Arc::new(AtomicU64::new(0));
        let of = |show: fn(u64, Duration, &str) -> String| {
            let done = Arc::clone(&done);
            move |state: &ProgressState, out: &mut dyn Write| {
                let _: fmt::Result = out.write_str(&show(done.load(Ordering::Relaxed), state.elapsed(), unit));
            }
        };
        let style = style(template).with_key("done", of(|done, _, unit| format!("{done} {unit}")));
        let style = style.with_key("rate", of(rate));
        // A bar is no JSON document.
        let bar = if talk::is_json() || talk::is_quiet() { ProgressBar::hidden() } else { ProgressBar::no_length() };
        Self { bar: bar.with_prefix(doing).with_style(style), done }
    }

    /// Something whose reading is the progress of the work.
    pub(super) fn of_reading<R: Read>(&self, reader: R) -> impl Read + use<R> {
        self.bar.wrap_read(reader)
    }

    /// So many units are done, of a file or of nobody knows how many.
    pub(super) fn show(&self, done: u64) {
        self.done.store(done, Ordering::Relaxed);
        self.bar.tick();
    }

    /// So many units are done of so many.
    pub(super) fn show_of(&self, done: u64, total: u64) {
        self.show_part(done, done, total);
    }

    /// So many units are done, and the work has come to a position of so many, which counts something else.
    pub(super) fn show_part(&self, done: u64, position: u64, total: u64) {
        self.done.store(done, Ordering::Relaxed);
        if self.bar.length() != Some(total) {
            self.bar.set_length(total);
        }
        self.bar.set_position(position);
    }

    /// The work is over, and there is nothing more to show.
    pub(super) fn finish(&self) {
        self.bar.finish_and_clear();
    }

    /// Says something, which must not get into the bar.
    pub(super) fn suspend(&self, say: impl FnOnce()) {
        self.bar.suspend(say);
    }
}

/// It goes with the work at the latest, so that what is said of a failure stands alone.
impl Drop for Progress {
    fn drop(&mut self) {
        self.finish();
    }
}

/// Where it is known how much there is to do, on a line of that width.
fn template(width: usize) -> String {
    let (most, least) = BAR_WIDTHS;
    let bar = width.saturating_sub(BESIDE_BAR).clamp(least, most);
    format!("{{prefix}} {{bar:{bar}}} {{percent:>3}}% {{done}}, {{rate}}, {{eta}} left")
}

/// How many units a second, on the whole.
fn rate(done: u64, elapsed: Duration, unit: &str) -> String {
    let millis = elapsed.as_millis().max(1);
    format!("{} {unit}/s", u128::from(done) * 1_000 / millis)
}

/// A bar of another kind of work, in a style of its own.
pub(super) fn bar(total: u64, template: &str) -> ProgressBar {
    let bar = if talk::is_quiet() { ProgressBar::hidden() } else { ProgressBar::new(total) };
    bar.with_style(style(template))
}

/// The templates are constants of this program; a wrong one shows as the default bar.
fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_leaves_room_for_what_stands_beside_it() {
        for (width, bar) in [(200, "{bar:30}"), (80, "{bar:14}"), (40, "{bar:6}")] {
            assert!(template(width).contains(bar), "{}", template(width));
        }
        let longest = "Exporting  100% 9999999999 transfers, 870000 transfers/s, 12m left".len();
        assert!(longest <= BESIDE_BAR, "{longest}");
    }

    #[test]
    fn the_rate_is_that_of_the_whole_work() {
        assert_eq!(rate(3_000, Duration::from_millis(1_500), "lines"), "2000 lines/s");
        assert_eq!(rate(1, Duration::from_mins(1), "transfers"), "0 transfers/s");
        assert_eq!(rate(5, Duration::ZERO, "lines"), "5000 lines/s");
        assert_eq!(rate(u64::MAX, Duration::from_secs(1), "lines"), format!("{} lines/s", u64::MAX));
    }

    #[test]
    fn a_file_is_as_far_as_its_bytes_are_read() {
        let file = [0; 1_000];
        let progress = Progress::of_file("Importing", "lines", file.len() as u64);
        progress.of_reading(&file[..]).read_exact(&mut [0; 250]).unwrap();
        progress.show(7);
        assert_eq!((progress.bar.position(), progress.bar.length()), (250, Some(1_000)));
    }
}
