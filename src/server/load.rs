//! A load for a server: clients on this machine that keep their connections and wait for each answer.

use std::io;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

use crate::bench::{Latencies, Measured};
use crate::error::Error;

/// The most bytes that are read at once.
const CHUNK_BYTES: usize = 64 << 10;

/// Whom the clients ask, and for how long.
#[derive(Clone, Debug)]
pub struct Load {
    /// The server.
    pub address: SocketAddr,
    /// A key that may do what is asked.
    pub key: String,
    /// How many clients there are, each with a connection of its own.
    pub clients: u32,
    /// How long they ask.
    pub time: Duration,
}

/// One request of a client.
#[derive(Clone, Debug)]
pub struct LoadRequest {
    /// `GET` or `POST`.
    pub method: &'static str,
    /// The path.
    pub target: String,
    /// JSON, or nothing.
    pub body: String,
    /// How many transfers it makes, or how many answers it reads.
    pub count: u32,
}

/// What makes the requests of one client.
pub type LoadSource = Box<dyn FnMut() -> LoadRequest + Send>;

struct Client {
    connection: TcpStream,
    head: String,
    received: Vec<u8>,
}

impl Load {
    /// Lets the clients ask, and tells how many were answered and how long each waited.
    ///
    /// # Errors
    /// [`Error::File`] where a connection fails or an answer is no success.
    pub fn run(&self, work: String, mut source: impl FnMut(u64) -> LoadSource) -> Result<Measured, Error> {
        let failed = |source| Error::File { doing: format!("measure the server at {}", self.address), source };
        let sources: Vec<_> = (0..u64::from(self.clients)).map(&mut source).collect();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(failed)?;
        let (transfers, time, calls) = runtime.block_on(self.ask(sources)).map_err(failed)?;
        Ok(Measured {
            work,
            transfers,
            time,
            latencies: Latencies::of(calls),
            bytes_per_transfer: None,
            peak_memory_bytes: None,
        })
    }

    async fn ask(&self, sources: Vec<LoadSource>) -> io::Result<(u64, Duration, Vec<Duration>)> {
        let mut clients = Vec::new();
        for source in sources {
            clients.push((Client::connect(self).await?, source));
        }
        let begin = Instant::now();
        let end = begin + self.time;
        let mut asking = JoinSet::new();
        for (client, source) in clients {
            asking.spawn(client.ask_until(end, source));
        }
        let (mut transfers, mut calls) = (0, Vec::new());
        while let Some(done) = asking.join_next().await {
            let (count, times) = done.map_err(io::Error::other)??;
            transfers += count;
            calls.extend(times);
        }
        Ok((transfers, begin.elapsed(), calls))
    }
}

impl Client {
    async fn connect(load: &Load) -> io::Result<Self> {
        let connection = TcpStream::connect(load.address).await?;
        connection.set_nodelay(true)?;
        let head = format!("host: teller\r\nauthorization: Bearer {}\r\ncontent-type: application/json\r\n", load.key);
        Ok(Self { connection, head, received: Vec::new() })
    }

    async fn ask_until(mut self, end: Instant, mut source: LoadSource) -> io::Result<(u64, Vec<Duration>)> {
        let (mut count, mut times) = (0, Vec::new());
        let mut begin = Instant::now();
        while begin < end {
            let request = source();
            self.ask(&request).await?;
            count += u64::from(request.count);
            let now = Instant::now();
            times.push(now - begin);
            begin = now;
        }
        Ok((count, times))
    }

    /// Sends a request, and reads its answer to the end.
    async fn ask(&mut self, request: &LoadRequest) -> io::Result<()> {
        let LoadRequest { method, target, body, .. } = request;
        let length = body.len();
        let text = format!("{method} {target} HTTP/1.1\r\n{}content-length: {length}\r\n\r\n{body}", self.head);
        self.connection.write_all(text.as_bytes()).await?;
        loop {
            if let Some((status, whole)) = length_of_answer(&self.received)?
                && self.received.len() >= whole
            {
                let answer: Vec<u8> = self.received.drain(..whole).collect();
                let is_success = (200..300).contains(&status);
                return if is_success { Ok(()) } else { Err(io::Error::other(String::from_utf8_lossy(&answer))) };
            }
            self.received.reserve(CHUNK_BYTES);
            if self.connection.read_buf(&mut self.received).await? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
        }
    }
}

/// The status of an answer and its length in bytes, where its head is there. The server tells the length of everything but a stream.
fn length_of_answer(received: &[u8]) -> io::Result<Option<(u16, usize)>> {
    let Some(end) = received.windows(4).position(|window| window == b"\r\n\r\n") else { return Ok(None) };
    let head = String::from_utf8_lossy(&received[..end]).to_ascii_lowercase();
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok());
    let length = head.lines().find_map(|line| line.strip_prefix("content-length:")?.trim().parse::<usize>().ok());
    match (status, length) {
        (Some(status), Some(length)) => Ok(Some((status, end + 4 + length))),
        _ => Err(io::Error::other(format!("this is no answer: {head}"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_as_long_as_it_says() {
        let answer = b"HTTP/1.1 201 Created\r\nContent-Length: 3\r\n\r\n{}\n";
        assert_eq!(length_of_answer(answer).unwrap(), Some((201, answer.len())));
        assert_eq!(length_of_answer(&answer[..20]).unwrap(), None);
        assert!(length_of_answer(b"HTTP/1.1 200 OK\r\n\r\n").is_err());
    }
}
