//! Bodies of requests: how large they are, how long they take to come, and how much room all of them have.

use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body as HttpBody, to_bytes};
use axum::http::{HeaderMap, header};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, timeout, timeout_at};

use crate::facts::LengthOfTime;
use crate::server::answer::{CSV, JSON, NDJSON};
use crate::server::endpoint::Body;
use crate::server::problem::Problem;
use crate::server::status::ServerCode;

/// How long a body may take to come.
const BODY_TIME_MAX: Duration = Duration::from_secs(30);
const MIB: usize = 1 << 20;
/// How much all batches and files may have together, until each is answered.
const LARGE_MIB_MAX: usize = 128;

/// The room for large bodies. Small ones are bounded by the connections.
#[derive(Debug)]
pub(super) struct Bodies(Arc<Semaphore>);

impl Default for Bodies {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(LARGE_MIB_MAX)))
    }
}

impl Bodies {
    /// Waits for room, which is given back when what is returned is dropped.
    pub(super) async fn room_for(
        &self,
        expected: Body,
        headers: &HeaderMap,
        deadline: Instant,
    ) -> Result<Option<OwnedSemaphorePermit>, Problem> {
        let most = expected.bytes_max();
        if most <= MIB {
            return Ok(None);
        }
        // What does not tell its length may be as long as any.
        let bytes = length(headers).map_or(most, |length| length.min(most));
        let mib = u32::try_from(bytes.div_ceil(MIB).max(1)).unwrap_or(u32::MAX);
        let room = timeout_at(deadline, Arc::clone(&self.0).acquire_many_owned(mib)).await;
        let no_room = || Problem::new(ServerCode::ServerBusy, "too many batches and files come in; nothing was done");
        Ok(Some(room.map_err(|_| no_room())?.map_err(|_| no_room())?))
    }
}

fn length(headers: &HeaderMap) -> Option<usize> {
    headers.get(header::CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

/// Reads a body to its end.
pub(super) async fn read(expected: Body, headers: &HeaderMap, body: HttpBody) -> Result<Vec<u8>, Problem> {
    let most = expected.bytes_max();
    let too_large = || Problem::new(ServerCode::BodyTooLarge, format!("the body has more than {most} bytes"));
    if length(headers).is_some_and(|length| length > most) {
        return Err(too_large());
    }
    let read = timeout(BODY_TIME_MAX, to_bytes(body, most)).await;
    let late = || format!("the body did not come in {}", LengthOfTime(BODY_TIME_MAX));
    let read = read.map_err(|_| Problem::new(ServerCode::BodyTimeout, late()))?;
    let bytes: Vec<u8> = read.map(Into::into).map_err(|error| {
        // The type of this fault is in a crate that is not named here.
        let is_too_large = error.to_string().contains("length limit");
        if is_too_large { too_large() } else { Problem::invalid("the body was cut") }
    })?;
    if expected == Body::None {
        let refuse = || Problem::invalid("this takes no body; leave it out");
        return is_nothing(&bytes).then(Vec::new).ok_or_else(refuse);
    }
    if !bytes.is_empty() {
        check_encoding(headers)?;
        check_media_type(expected, headers)?;
    }
    Ok(bytes)
}

/// Whether a body says nothing: many clients send an empty object where they have nothing to say.
fn is_nothing(bytes: &[u8]) -> bool {
    let text: Vec<_> = bytes.iter().filter(|byte| !byte.is_ascii_whitespace()).copied().collect();
    text.is_empty() || text == b"{}"
}

/// What was compressed is not read as if it were not.
pub(super) fn check_encoding(headers: &HeaderMap) -> Result<(), Problem> {
    let values = headers.get_all(header::CONTENT_ENCODING).iter().map(|value| value.to_str().unwrap_or("unreadable"));
    let mut encodings = values.flat_map(|value| value.split(',')).map(str::trim);
    match encodings.find(|encoding| !encoding.is_empty() && !encoding.eq_ignore_ascii_case("identity")) {
        None => Ok(()),
        Some(encoding) => {
            let detail = format!("the body is encoded as {encoding:?}; send it without Content-Encoding");
            Err(Problem::new(ServerCode::MediaTypeUnsupported, detail))
        }
    }
}

fn check_media_type(expected: Body, headers: &HeaderMap) -> Result<(), Problem> {
    let value = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let essence = value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let known: &[&str] = match expected {
        Body::Batch => &[JSON, NDJSON],
        Body::Csv => &[CSV],
        Body::None | Body::Json(_) => &[JSON],
    };
    if known.contains(&essence.as_str()) {
        return Ok(());
    }
    let detail = format!("the body is {essence:?}; send it with Content-Type: {}", known.join(" or "));
    Err(Problem::new(ServerCode::MediaTypeUnsupported, detail))
}
