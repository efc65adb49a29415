//! Events on their way to a client that gets more than a page: all up to now as lines, or a stream without end.

use std::fmt::Write as _;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::time::{Duration, Instant as Stopwatch};

use axum::body::{Body, Bytes};
use axum::http::HeaderMap;
use tokio::sync::mpsc;
use tracing::warn;

use crate::facts::NamePrefix;
use crate::server::consumers::held::Held;
use crate::server::feed::reader::{Reader, Step};
use crate::server::feed::told::Told;
use crate::server::problem::Problem;
use crate::server::state::State;
use crate::server::stream;

/// From how many bytes on a chunk is sent. One more is made ahead of the reader.
const CHUNK_BYTES: usize = 16 << 10;
const CHUNKS_AHEAD: usize = 1;
/// How often it is seen whether the key of a stream, or the session, is still valid.
const CHECK: Duration = Duration::from_secs(1);
/// After how long a reader in whose stream nothing came is told that the connection lives.
const BEAT: Duration = Duration::from_secs(15);

/// Whether the follower's key or session is still valid, by the headers of its request.
pub(in crate::server) type StillMay = fn(Arc<State>, HeaderMap) -> Pin<Box<dyn Future<Output = bool> + Send>>;

/// Events on their way to one client.
pub(in crate::server) struct Sending {
    state: Arc<State>,
    reader: Reader,
    /// What the names of the key's accounts begin with.
    prefix: NamePrefix,
    sender: mpsc::Sender<io::Result<Bytes>>,
    /// What is written and not sent yet.
    text: String,
}

/// The client is gone.
struct Gone;

impl Sending {
    /// What sends, and the body that it fills.
    pub(in crate::server) fn to_client(state: &Arc<State>, reader: Reader, prefix: NamePrefix) -> (Self, Body) {
        let (sender, chunks) = mpsc::channel(CHUNKS_AHEAD);
        (Self { state: Arc::clone(state), reader, prefix, sender, text: String::new() }, stream::body(chunks))
    }

    /// All events up to now, a line each, and no more than so many.
    pub(in crate::server) async fn lines(mut self, first: Vec<Arc<Told>>, limit: u64) {
        let (mut events, mut left) = (first, limit);
        loop {
            events.truncate(usize::try_from(left).unwrap_or(usize::MAX));
            left = left.saturating_sub(events.len() as u64);
            let line = |text: &mut String, _: &Told, json: &str| {
                text.push_str(json);
                text.push('\n');
            };
            if self.send(events, line).await.is_err() || left == 0 {
                return;
            }
            match self.reader.look(&self.state).await {
                Ok(Some(next)) => events = next,
                Ok(None) => return,
                Err(problem) => return self.break_off(problem).await,
            }
        }
    }

    /// Sends events, each as it is to be written, and how many bytes. None is held longer than until it is written.
    async fn send(&mut self, events: Vec<Arc<Told>>, write: impl Fn(&mut String, &Told, &str)) -> Result<usize, Gone> {
        let mut sent = 0;
        for told in events {
            write(&mut self.text, &told, &told.shown_to(&self.prefix));
            if self.text.len() >= CHUNK_BYTES {
                sent += self.send_text().await?;
            }
        }
        Ok(sent + self.send_text().await?)
    }

    /// Sends what is written, and how many bytes that was.
    async fn send_text(&mut self) -> Result<usize, Gone> {
        if self.text.is_empty() {
            return Ok(0);
        }
        let text = std::mem::take(&mut self.text);
        let count = text.len();
        self.sender.send(Ok(text.into())).await.map(|()| count).map_err(|_| Gone)
    }

    /// The events as they happen, as long as the client listens and may.
    pub(in crate::server) async fn stream(
        mut self,
        first: Vec<Arc<Told>>,
        who: (HeaderMap, StillMay),
        held: Option<Held>,
    ) {
        self.stream_events(first, who, held.as_ref()).await;
        if let Some(held) = held {
            held.give_back().await;
        }
    }

    async fn stream_events(
        &mut self,
        first: Vec<Arc<Told>>,
        (headers, still_may): (HeaderMap, StillMay),
        held: Option<&Held>,
    ) {
        self.text.push_str(": events\n\n");
        let check = held.map_or(CHECK, |held| held.interval().min(CHECK));
        let (mut events, mut beat, mut checked) = (first, Stopwatch::now(), Stopwatch::now());
        loop {
            let message = |text: &mut String, told: &Told, json: &str| {
                // Writing to a string cannot fail.
                let _ = write!(text, "id: {}\ndata: {json}\n\n", told.cursor);
            };
            match self.send(events, message).await {
                Ok(0) => {}
                Ok(_) => beat = Stopwatch::now(),
                Err(Gone) => return,
            }
            if checked.elapsed() >= check {
                if !self.still_may(&headers, still_may, held).await {
                    return;
                }
                checked = Stopwatch::now();
            }
            let step = tokio::select! {
                step = self.reader.next(&self.state, check) => step,
                () = self.sender.closed() => return,
            };
            match step {
                Ok(Step::Events(next)) => events = next,
                Ok(Step::Nothing) => {
                    events = Vec::new();
                    if beat.elapsed() >= BEAT {
                        self.text.push_str(": still here\n\n");
                    }
                }
                Ok(Step::End) => return,
                Err(problem) => return self.break_off(problem).await,
            }
        }
    }

    /// Whether the client's key is still valid, and its lease still its own.
    async fn still_may(&self, headers: &HeaderMap, still_may: StillMay, held: Option<&Held>) -> bool {
        if !still_may(Arc::clone(&self.state), headers.clone()).await {
            return false;
        }
        match held {
            Some(held) => held.keep(&self.state).await,
            None => true,
        }
    }

    async fn break_off(&self, problem: Problem) {
        warn!(code = problem.code, detail = problem.detail, "a stream of events was broken off");
        // A reader that is gone is not told.
        let _ = self.sender.send(Err(io::Error::other(problem.detail))).await;
    }
}
