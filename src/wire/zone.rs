//! The time zones of people: those in which times without an offset are read, and times are shown.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, FixedOffset, Offset as _, TimeZone as _};
use chrono_tz::Tz;

use crate::facts::Instant;
use crate::wire::moments::TimeZone;

/// A time zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Zone {
    Utc,
    Fixed(FixedOffset),
    Named(Tz),
}

impl FromStr for Zone {
    type Err = String;

    /// Reads `UTC`, `+02:00`, or a name such as `Europe/Berlin`.
    fn from_str(text: &str) -> Result<Self, String> {
        if ["UTC", "Z"].contains(&text) {
            return Ok(Self::Utc);
        }
        let is_offset = text.len() == "+02:00".len() && text.starts_with(['+', '-']);
        let offset = text.parse().ok().filter(|_| is_offset).map(Self::Fixed);
        offset
            .or_else(|| text.parse().ok().map(Self::Named))
            .ok_or_else(|| "no time zone; write UTC, an offset like +02:00, or a name like Europe/Berlin".to_owned())
    }
}

impl fmt::Display for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Utc => f.write_str("UTC"),
            Self::Fixed(offset) => offset.fmt(f),
            Self::Named(zone) => f.write_str(zone.name()),
        }
    }
}

impl TimeZone for Zone {
    fn offset_seconds(&self, at: Instant) -> i32 {
        // Every moment that there is has a day.
        let time = DateTime::from_timestamp_micros(at.micros()).unwrap_or(DateTime::UNIX_EPOCH).naive_utc();
        match self {
            Self::Utc => 0,
            Self::Fixed(offset) => offset.local_minus_utc(),
            Self::Named(zone) => zone.offset_from_utc_datetime(&time).fix().local_minus_utc(),
        }
    }
}

impl Zone {
    /// The names of all places that have a zone.
    #[cfg(feature = "server")]
    pub(crate) fn names() -> impl Iterator<Item = &'static str> {
        chrono_tz::TZ_VARIANTS.iter().map(|zone| zone.name())
    }

    /// A moment to the second as its clocks show it, with the offset: `2026-09-01T12:00:00Z`.
    pub(crate) fn show(self, at: Instant) -> String {
        let seconds = self.offset_seconds(at);
        let local = DateTime::from_timestamp_micros(at.micros() + i64::from(seconds) * 1_000_000);
        let shown = local.unwrap_or(DateTime::UNIX_EPOCH).format("%Y-%m-%dT%H:%M:%S").to_string();
        match FixedOffset::east_opt(seconds) {
            Some(offset) if self != Self::Utc => format!("{shown}{offset}"),
            Some(_) | None => format!("{shown}Z"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::{Utc, read_moments};

    #[test]
    fn a_zone_is_a_name_or_an_offset() {
        let at = "2026-07-01T10:00:00Z".parse().unwrap();
        for (text, shown) in [
            ("UTC", "2026-07-01T10:00:00Z"),
            ("Europe/Berlin", "2026-07-01T12:00:00+02:00"),
            ("Asia/Kathmandu", "2026-07-01T15:45:00+05:45"),
            ("-03:30", "2026-07-01T06:30:00-03:30"),
        ] {
            let zone: Zone = text.parse().unwrap();
            assert_eq!((zone.to_string().as_str(), zone.show(at).as_str()), (text, shown));
            // What is shown is read back, whatever the zone.
            assert_eq!(read_moments(shown, at, &Utc).unwrap().first, at, "{shown}");
        }
        for text in ["", "berlin", "Europe/Berlinn", "+2", "+02", "02:00", "CEST2"] {
            assert!(text.parse::<Zone>().is_err(), "{text}");
        }
    }
}
