//! What somebody wrote behind `--when`: a condition on amounts, or what is watched for.

use std::str::FromStr;

use crate::error::InputError;
use crate::server::monitors::condition::WrittenCondition;
use crate::server::monitors::single::What;
use crate::wire::read_lifetime;

const HOLD_EXPIRES: [&str; 3] = ["hold", "expires", "in"];
const DUE_REFUSED: [&str; 2] = ["due", "refused"];

/// What was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum When {
    /// Such as `available < 100.00`.
    Compares(WrittenCondition),
    /// `hold expires in 24h`, or `due refused`, as it is shown.
    Watches(What, String),
}

impl FromStr for When {
    type Err = InputError;

    fn from_str(text: &str) -> Result<Self, InputError> {
        let words: Vec<_> = text.split_whitespace().collect();
        if let Some(time) = words.strip_prefix(&HOLD_EXPIRES) {
            let what = What::HoldExpires(read_lifetime(&time.join(" "))?);
            return Ok(Self::Watches(what, words.join(" ")));
        }
        if words == DUE_REFUSED {
            return Ok(Self::Watches(What::DueRefused, words.join(" ")));
        }
        text.parse().map(Self::Compares)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn what_is_watched_for_is_read_with_any_blanks() {
        let day = What::HoldExpires(Duration::from_hours(24));
        for (text, what, shown) in [
            ("hold expires in 24h", day, "hold expires in 24h"),
            (" hold  expires in 1d ", day, "hold expires in 1d"),
            ("hold expires in 1h 30m", What::HoldExpires(Duration::from_mins(90)), "hold expires in 1h 30m"),
            ("due  refused", What::DueRefused, "due refused"),
        ] {
            assert_eq!(text.parse(), Ok(When::Watches(what, shown.to_owned())), "{text}");
        }
        assert!(matches!("available < 1".parse(), Ok(When::Compares(_))));
    }

    #[test]
    fn a_hold_expires_in_some_time_and_nothing_else_is_refused_of_a_due() {
        for text in [
            "hold expires in",
            "hold expires in 0s",
            "hold expires in 1M",
            "hold expires",
            "due",
            "due posted",
            "due refused 1",
        ] {
            assert!(text.parse::<When>().is_err(), "{text}");
        }
    }
}
