//! The file of the whole book, written while the client reads it.

use std::io;
use std::ops::ControlFlow;
use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::http::Method;
use tokio::sync::{OwnedSemaphorePermit, mpsc};
use tracing::warn;

use crate::interchange::BookWriter;
use crate::ledger::Ledger;
use crate::server::endpoint::{Action, Body as EndpointBody, Endpoint, Reach};
use crate::server::keys::scope::Scope;
use crate::server::schemas::Shape;
use crate::server::stream;

/// How much is written ahead of the reader.
const CHUNK_BYTES: usize = 64 << 10;
const CHUNKS_AHEAD: usize = 4;

pub(super) fn endpoints() -> Vec<Endpoint> {
    vec![Endpoint {
        judge: None,
        judges_version: false,
        method: Method::GET,
        path: "/v1/export",
        summary: "Write the whole book, to be imported elsewhere or kept; a trailer shows that it is whole",
        scope: Some(Scope::BookExport),
        reach: Reach::Book,
        query: &[],
        body: EndpointBody::None,
        answer: Shape::Lines,
        action: Action::Export,
    }]
}

/// The body of the answer. A reader that goes away ends the export; a fault behind the first byte ends the connection without the file's
/// trailer.
pub(in crate::server) fn stream(ledger: Arc<Ledger>, place: OwnedSemaphorePermit) -> Body {
    let (sender, receiver) = mpsc::channel(CHUNKS_AHEAD);
    tokio::task::spawn_blocking(move || {
        let _place = place;
        let mut sink = Sink { sender: sender.clone(), chunk: Vec::with_capacity(CHUNK_BYTES) };
        let mut writer = BookWriter::new(&mut sink, |_| Err(io::Error::other("what was sent cannot be taken back")));
        let outcome = ledger.export_book(&mut writer, &mut |_| ControlFlow::Continue(()));
        drop(writer);
        let outcome =
            outcome.map_err(|fault| fault.to_string()).and_then(|_| sink.send().map_err(|error| error.to_string()));
        if let Err(fault) = outcome {
            warn!(fault, "an export was not finished");
            // A reader that is gone is not told.
            let _ = sender.blocking_send(Err(io::Error::other(fault)));
        }
    });
    stream::body(receiver)
}

struct Sink {
    sender: mpsc::Sender<io::Result<Bytes>>,
    chunk: Vec<u8>,
}

impl Sink {
    fn send(&mut self) -> io::Result<()> {
        let chunk = std::mem::replace(&mut self.chunk, Vec::with_capacity(CHUNK_BYTES));
        self.sender.blocking_send(Ok(chunk.into())).map_err(|_| io::ErrorKind::BrokenPipe.into())
    }
}

impl io::Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.chunk.extend_from_slice(bytes);
        if self.chunk.len() >= CHUNK_BYTES {
            self.send()?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
