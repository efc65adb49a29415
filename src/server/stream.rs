//! Bodies that are made while the client reads them.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use axum::body::{Body, Bytes, HttpBody};
use tokio::sync::mpsc;

/// A body of the chunks that come through a channel. A fault among them ends the connection, so that the client sees that something is missing.
pub(super) fn body(chunks: mpsc::Receiver<io::Result<Bytes>>) -> Body {
    Body::new(Chunks(chunks))
}

struct Chunks(mpsc::Receiver<io::Result<Bytes>>);

impl HttpBody for Chunks {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<io::Result<http_body::Frame<Bytes>>>> {
        self.0.poll_recv(context).map(|chunk| chunk.map(|chunk| chunk.map(http_body::Frame::data)))
    }
}
