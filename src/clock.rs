//! The only place where the time is read.
//!
//! A book has one clock. On SQLite it is the machine's. On PostgreSQL it is the server's, so that many hosts agree: [`ServerClock`] knows how
//! it stood when it was measured, and the machine's monotonic clock carries it on.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{self, Duration, SystemTime, UNIX_EPOCH};

use crate::facts::Instant;

/// Tells the time: a book's, or for tests and demonstrations one that the caller moves.
#[derive(Clone)]
pub struct Clock(Source);

#[derive(Clone)]
enum Source {
    System,
    Server(ServerClock),
    Told(Arc<dyn Fn() -> Instant + Send + Sync>),
}

impl Clock {
    /// The machine's clock.
    #[must_use]
    pub const fn system() -> Self {
        Self(Source::System)
    }

    /// A clock that says what the function says. It is believed: nobody compares it with a server's.
    pub fn new(now: impl Fn() -> Instant + Send + Sync + 'static) -> Self {
        Self(Source::Told(Arc::new(now)))
    }

    /// A server's clock.
    pub(crate) const fn of_server(server: ServerClock) -> Self {
        Self(Source::Server(server))
    }

    /// The time.
    #[must_use]
    pub fn now(&self) -> Instant {
        match &self.0 {
            Source::System => system_now(),
            Source::Server(server) => server.now(),
            Source::Told(now) => now(),
        }
    }

    /// The time, for something that is to be written.
    pub(crate) fn read(&self) -> Reading {
        let is_compared = matches!(self.0, Source::Server(_));
        // Before the reading, so that what is told is never earlier than it is.
        let begin = is_compared.then(time::Instant::now);
        Reading { now: self.now(), begin }
    }

    /// Whether it is the machine's own.
    #[cfg(feature = "postgres")]
    pub(crate) const fn is_system(&self) -> bool {
        matches!(self.0, Source::System)
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Clock({})", self.now())
    }
}

/// A time by which something is judged, until that is written.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reading {
    /// The time.
    pub(crate) now: Instant,
    /// When it was read, where a server compares it with its own.
    begin: Option<time::Instant>,
}

impl Reading {
    /// What the clock that was read says at the moment, for a server to compare with its own: [`TOLD_OFF_MAX`] is how far off it may be.
    /// `None` where the clock is not the server's.
    ///
    /// [`TOLD_OFF_MAX`]: crate::store::TOLD_OFF_MAX
    pub(crate) fn told(self) -> Option<Instant> {
        self.begin.map(|begin| self.now.after(begin.elapsed()))
    }
}

/// What the machine's clock says.
fn system_now() -> Instant {
    moment(SystemTime::now())
}

/// A broken clock can stand before 1970, where the standard library and chrono do not count. Beyond the years 1 to 9999 time stands still.
fn moment(time: SystemTime) -> Instant {
    match time.duration_since(UNIX_EPOCH) {
        Ok(since) => i64::try_from(since.as_micros()).ok().and_then(Instant::from_micros).unwrap_or(Instant::MAX),
        Err(before) => i64::try_from(before.duration().as_micros())
            .ok()
            .and_then(|micros| Instant::from_micros(-micros))
            .unwrap_or(Instant::MIN),
    }
}

/// How long a measurement is good for.
const MEASURED_TIME_MAX: Duration = Duration::from_mins(1);
/// How often a measurement that is doubted is made again at most.
const DOUBTED_TIME_MIN: Duration = Duration::from_secs(1);
/// By how much the machine's two clocks may differ in how long ago something was. A machine that slept, or whose clock was set, differs by more.
const CLOCKS_DIFFER_MAX: Duration = Duration::from_secs(1);

/// A server's clock, as it was measured last, and carried on from there.
#[derive(Clone, Debug, Default)]
pub(crate) struct ServerClock(Arc<Mutex<Option<Measured>>>);

#[derive(Clone, Copy, Debug)]
struct Measured {
    /// What the server's clock said, at the same moment as the machine's clocks said these.
    server: Instant,
    monotonic: time::Instant,
    wall: Instant,
    is_doubted: bool,
}

impl ServerClock {
    /// The server's time.
    pub(crate) fn now(&self) -> Instant {
        let measured = *self.lock();
        // Every pool measures when it connects.
        measured.map_or_else(system_now, |measured| measured.server.after(measured.monotonic.elapsed()))
    }

    /// Whether it has to be measured before it is used.
    pub(crate) fn is_stale(&self) -> bool {
        self.lock().is_none_or(|measured| measured.is_stale(system_now()))
    }

    /// Measures it: asks for the server's time, which is taken to be that of the middle of the round trip. A backend that has no server
    /// answers `None`, and leaves this as it is.
    pub(crate) fn measure<E>(&self, ask: impl FnOnce() -> Result<Option<Instant>, E>) -> Result<(), E> {
        let begin = time::Instant::now();
        if let Some(server) = ask()? {
            let monotonic = begin + begin.elapsed() / 2;
            *self.lock() = Some(Measured { server, monotonic, wall: system_now(), is_doubted: false });
        }
        Ok(())
    }

    /// Has it measured again soon: the server did not agree.
    pub(crate) fn doubt(&self) {
        if let Some(measured) = self.lock().as_mut() {
            measured.is_doubted = true;
        }
    }

    fn lock(&self) -> MutexGuard<'_, Option<Measured>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Measured {
    fn is_stale(self, wall: Instant) -> bool {
        let age = self.monotonic.elapsed();
        let differ = wall.micros().abs_diff(self.wall.after(age).micros());
        age > MEASURED_TIME_MAX
            || (self.is_doubted && age > DOUBTED_TIME_MIN)
            || u128::from(differ) > CLOCKS_DIFFER_MAX.as_micros()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_that_stands_at_any_time_is_read() {
        let half_a_second = Duration::from_millis(500);
        let millenium = Duration::from_hours(1_000 * 8_766);
        for (time, expected) in [
            (UNIX_EPOCH, "1970-01-01T00:00:00.000000Z"),
            (UNIX_EPOCH - half_a_second, "1969-12-31T23:59:59.500000Z"),
            (UNIX_EPOCH + half_a_second, "1970-01-01T00:00:00.500000Z"),
            (UNIX_EPOCH - 3 * millenium, "0001-01-01T00:00:00.000000Z"),
            (UNIX_EPOCH + 9 * millenium, "9999-12-31T23:59:59.999999Z"),
        ] {
            assert_eq!(moment(time).to_string(), expected);
        }
    }

    fn at(text: &str) -> Instant {
        text.parse().unwrap()
    }

    fn measured(server: &str) -> ServerClock {
        let clock = ServerClock::default();
        clock.measure(|| Ok::<_, ()>(Some(at(server)))).unwrap();
        clock
    }

    #[test]
    fn a_servers_clock_goes_on_from_where_it_was_measured_whatever_the_machine_believes() {
        for server in ["2036-01-01T00:00:00Z", "1999-12-31T23:59:59Z", "2026-11-29T12:00:00Z"] {
            let clock = measured(server);
            let (first, second) = (clock.now(), clock.now());
            assert!(first >= at(server) && second >= first && first < at(server).after(Duration::from_secs(30)));
            assert!(!clock.is_stale(), "it was measured right now");
        }
    }

    #[test]
    fn a_clock_is_measured_again_after_a_jump_of_the_machines_and_where_the_server_does_not_agree() {
        let now = time::Instant::now();
        let wall = at("2026-11-29T12:00:00Z");
        let measured = Measured { server: at("2026-11-29T13:00:00Z"), monotonic: now, wall, is_doubted: false };
        assert!(!measured.is_stale(wall));
        assert!(measured.is_stale(wall.after(Duration::from_hours(1))), "set forward, or slept");
        assert!(measured.is_stale(at("2016-11-29T12:00:00Z")), "set back");
        let ago = |time| now.checked_sub(time).unwrap();
        let older = Measured { monotonic: ago(Duration::from_secs(2)), ..measured };
        assert!(!older.is_stale(wall.after(Duration::from_secs(2))));
        assert!(Measured { is_doubted: true, ..older }.is_stale(wall.after(Duration::from_secs(2))));
        let old = Measured { monotonic: ago(Duration::from_secs(61)), ..measured };
        assert!(old.is_stale(wall.after(Duration::from_secs(61))));
    }

    #[test]
    fn only_what_the_server_says_is_compared_with_it() {
        assert_eq!(Clock::new(|| Instant::EPOCH).read().told(), None);
        assert_eq!(Clock::system().read().told(), None);
        assert!(Clock::of_server(measured("2036-01-01T00:00:00Z")).read().told().is_some());
    }
}
