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

/// How many chunks are made ahead of the reader.
const CHUNKS_AHEAD: usize = 4;
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
}

impl Sending {
    /// What sends, and the body that it fills.
    pub(in crate::server) fn to_client(state: &Arc<State>, reader: Reader, prefix: NamePrefix) -> (Self, Body) {
        let (sender, chunks) = mpsc::channel(CHUNKS_AHEAD);
        (Self { state: Arc::clone(state), reader, prefix, sender }, stream::body(chunks))
    }

    /// All events up to now, a line each.
    pub(in crate::server) async fn lines(mut self, first: Vec<Arc<Told>>) {
        let mut events = first;
        loop {
            let mut lines = String::new();
            for told in &events {
                lines.push_str(&told.shown_to(&self.prefix));
                lines.push('\n');
            }
            if !lines.is_empty() && self.sender.send(Ok(lines.into())).await.is_err() {
                return;
            }
            match self.reader.look(&self.state).await {
                Ok(Some(next)) => events = next,
                Ok(None) => return,
                Err(problem) => return self.break_off(problem).await,
            }
        }
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
        let mut text = ": events\n\n".to_owned();
        let check = held.map_or(CHECK, |held| held.interval().min(CHECK));
        let (mut events, mut beat, mut checked) = (first, Stopwatch::now(), Stopwatch::now());
        loop {
            for told in &events {
                let (id, json) = (told.cursor, told.shown_to(&self.prefix));
                // Writing to a string cannot fail.
                let _ = write!(text, "id: {id}\ndata: {json}\n\n");
            }
            if !text.is_empty() {
                if self.sender.send(Ok(std::mem::take(&mut text).into())).await.is_err() {
                    return;
                }
                beat = Stopwatch::now();
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
                        text.push_str(": still here\n\n");
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
