//! By when a client wants its answer.

use std::time::Duration;

use axum::http::HeaderMap;
use tokio::time::Instant;

use crate::facts::LengthOfTime;
use crate::server::problem::Problem;
use crate::wire::read_duration;

/// The header, with a length of time such as `500ms` or `30s`.
pub(super) const HEADER: &str = "teller-deadline";
const DEFAULT: Duration = Duration::from_secs(10);
const LONG_DEFAULT: Duration = Duration::from_mins(2);
const MAX: Duration = Duration::from_mins(2);

/// The deadline of a call that tells none.
pub(super) fn default(is_long: bool) -> Instant {
    Instant::now() + if is_long { LONG_DEFAULT } else { DEFAULT }
}

/// The moment at which the client is answered that its outcome is not known, at the latest.
pub(super) fn read(headers: &HeaderMap, is_long: bool) -> Result<Instant, Problem> {
    let default = if is_long { LONG_DEFAULT } else { DEFAULT };
    let time = match headers.get(HEADER) {
        None => default,
        Some(value) => {
            let text = value.to_str().unwrap_or_default();
            read_duration(text).map_err(|error| Problem::invalid(format!("Teller-Deadline: {error}")))?
        }
    };
    if time > MAX {
        let (asked, most) = (LengthOfTime(time), LengthOfTime(MAX));
        return Err(Problem::invalid(format!("Teller-Deadline is {asked}, the most is {most}")));
    }
    Ok(Instant::now() + time)
}
