//! A receiver of webhooks in this process, which behaves as the test says.

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

/// Longer than any delivery of a test takes.
const WAIT: Duration = Duration::from_mins(1);

/// A request as it came.
#[derive(Clone, Debug)]
pub struct Received {
    pub headers: HashMap<String, String>,
    pub body: String,
}

/// What the receiver does with a request.
#[derive(Clone, Debug)]
pub enum Reaction {
    /// The status, and other lines of the head.
    Answer(u16, &'static str),
    /// The head comes a byte at a time.
    Trickle,
    /// The connection is closed without an answer.
    Close,
    /// What comes is no HTTP.
    Garbage,
}

/// What the receiver does with the request of that number, from 0.
type React = dyn Fn(usize, &Received) -> Reaction + Send + Sync;

pub struct Receiver {
    pub url: String,
    log: Arc<(Mutex<Vec<Received>>, Condvar)>,
    is_over: Arc<AtomicBool>,
}

impl Received {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }

    pub fn sequence(&self) -> i64 {
        self.json()["sequence"].as_str().unwrap().parse().unwrap()
    }

    pub fn id(&self) -> &str {
        &self.headers["webhook-id"]
    }
}

impl Receiver {
    /// One that takes everything.
    pub fn new() -> Self {
        Self::that(|_, _| Reaction::Answer(204, ""))
    }

    pub fn that(react: impl Fn(usize, &Received) -> Reaction + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/hook", listener.local_addr().unwrap());
        let (log, is_over) = (Arc::<(Mutex<Vec<Received>>, Condvar)>::default(), Arc::new(AtomicBool::new(false)));
        let react: Arc<React> = Arc::new(react);
        let receiver = Self { url, log: Arc::clone(&log), is_over: Arc::clone(&is_over) };
        thread::spawn(move || {
            for connection in listener.incoming() {
                if is_over.load(Ordering::Relaxed) {
                    return;
                }
                let (log, react, is_over) = (Arc::clone(&log), Arc::clone(&react), Arc::clone(&is_over));
                thread::spawn(move || serve(connection.unwrap(), &log, &*react, &is_over));
            }
        });
        receiver
    }

    pub fn received(&self) -> Vec<Received> {
        self.log.0.lock().unwrap().clone()
    }

    /// Waits until so many requests have come.
    #[track_caller]
    pub fn wait_for(&self, count: usize) -> Vec<Received> {
        let deadline = Instant::now() + WAIT;
        let mut log = self.log.0.lock().unwrap();
        while log.len() < count {
            let left = deadline.saturating_duration_since(Instant::now());
            assert!(!left.is_zero(), "only {} of {count} requests came: {log:?}", log.len());
            log = self.log.1.wait_timeout(log, left).unwrap().0;
        }
        log.clone()
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::Relaxed);
        // So that the thread that accepts notices.
        let address = self.url.trim_start_matches("http://").split('/').next().unwrap().to_owned();
        let _ = TcpStream::connect(address);
    }
}

fn serve(connection: TcpStream, log: &(Mutex<Vec<Received>>, Condvar), react: &React, is_over: &AtomicBool) {
    let mut lines = BufReader::new(connection);
    while let Some(received) = read(&mut lines) {
        let number = {
            let mut log = log.0.lock().unwrap();
            log.push(received.clone());
            log.len() - 1
        };
        log.1.notify_all();
        let connection = lines.get_mut();
        let is_answered = match react(number, &received) {
            Reaction::Answer(status, more) => {
                let head = format!("HTTP/1.1 {status} It\r\n{more}content-length: 0\r\n\r\n");
                connection.write_all(head.as_bytes()).is_ok()
            }
            Reaction::Trickle => {
                let _ = connection.write_all(b"HTTP/1.1 200 It\r\nx: ");
                // Until the client has had enough.
                while !is_over.load(Ordering::Relaxed) && connection.write_all(b"H").is_ok() {
                    thread::sleep(Duration::from_millis(20));
                }
                false
            }
            Reaction::Close => false,
            Reaction::Garbage => connection.write_all(b"\0\0 this is no HTTP \r\n\r\n").is_err(),
        };
        if !is_answered {
            return;
        }
    }
}

fn read(lines: &mut BufReader<TcpStream>) -> Option<Received> {
    let mut line = String::new();
    lines.read_line(&mut line).ok().filter(|read| *read > 0)?;
    let mut headers = HashMap::new();
    loop {
        line.clear();
        lines.read_line(&mut line).ok()?;
        let Some((name, value)) = line.trim_end().split_once(": ") else { break };
        headers.insert(name.to_lowercase(), value.to_owned());
    }
    let mut body = vec![0; headers.get("content-length")?.parse().ok()?];
    lines.read_exact(&mut body).ok()?;
    Some(Received { headers, body: String::from_utf8(body).ok()? })
}
