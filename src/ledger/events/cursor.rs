//! The position of a reader in the event feed, as text that detects a book restored to an earlier state.

use std::fmt;
use std::str::FromStr;

use serde::{Serialize, Serializer};

use crate::facts::{Hash, Sequence};

/// How many bytes of an event's hash a cursor has.
const MARK_BYTES: usize = 8;

/// Where a reader of events stands: behind one event, which it tells by its sequence and the beginning of its hash. A book that was restored to
/// an earlier state and went on otherwise has another event at that sequence, so the reader notices it.
///
/// Its text is the sequence and 16 hexadecimal digits, `17-0a1b2c3d4e5f6071`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EventCursor {
    /// The event's number in the book's one order.
    pub sequence: Sequence,
    mark: u64,
}

impl EventCursor {
    /// Behind the event with that sequence and hash.
    #[must_use]
    pub fn behind(sequence: Sequence, hash: &Hash) -> Self {
        let mark = hash.0.iter().take(MARK_BYTES).fold(0, |mark, byte| (mark << 8) | u64::from(*byte));
        Self { sequence, mark }
    }
}

impl fmt::Display for EventCursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{:016x}", self.sequence, self.mark)
    }
}

impl Serialize for EventCursor {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl FromStr for EventCursor {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let parsed = text.split_once('-').and_then(|(sequence, mark)| {
            let are_digits = |text: &str, are: fn(&u8) -> bool| text.bytes().all(|byte| are(&byte));
            let is_whole = mark.len() == 2 * MARK_BYTES && are_digits(mark, u8::is_ascii_hexdigit);
            (is_whole && are_digits(sequence, u8::is_ascii_digit))
                .then(|| {
                    Some(Self { sequence: Sequence(sequence.parse().ok()?), mark: u64::from_str_radix(mark, 16).ok()? })
                })
                .flatten()
        });
        parsed.ok_or_else(|| {
            format!("{text:?} is no cursor of events; use the id of an event, or the one that the page before told")
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_is_read_as_it_is_written_and_nothing_else_is() {
        let cursor = EventCursor { sequence: Sequence(17), mark: 0x0a1b_2c3d_4e5f_6071 };
        assert_eq!(cursor.to_string(), "17-0a1b2c3d4e5f6071");
        assert_eq!("17-0a1b2c3d4e5f6071".parse(), Ok(cursor));
        for text in [
            "",
            "17",
            "17-",
            "-0a1b2c3d4e5f6071",
            "+17-0a1b2c3d4e5f6071",
            "17-+a1b2c3d4e5f6071",
            "17-0a1b2c3d4e5f607",
            "@17",
        ] {
            assert!(text.parse::<EventCursor>().is_err(), "{text}");
        }
    }
}
