//! A client of HTTP as plain as can be, so that tests see the bytes that a server gets and gives.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::thread::JoinHandle;
use std::time::Duration;

use serde_json::Value;

use teller::server::{Keys, NewKey, Scope, Server, ServerOptions, Stopper};
use teller::store::StoreOptions;
use teller::{Clock, Error};

use super::TestBook;

/// A server in this process, which ends with the test.
pub struct TestServer {
    pub address: SocketAddr,
    /// A key that may do all.
    pub key: String,
    stopper: Stopper,
    running: Option<JoinHandle<Result<(), Error>>>,
}

/// What a server answered.
#[derive(Debug)]
pub struct HttpAnswer {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: String,
}

/// A request that is being put together.
pub struct HttpRequest<'s> {
    server: &'s TestServer,
    head: String,
    key: Option<String>,
    headers: String,
    body: String,
}

/// Any port, and no time lost in the end.
pub fn options() -> ServerOptions {
    ServerOptions {
        listen: "127.0.0.1:0".parse().unwrap(),
        drain_time: Duration::ZERO,
        readers: 2,
        clockwork_interval: None,
        ..ServerOptions::default()
    }
}

/// The keys of a book, by its owner.
pub fn keys(book: &TestBook) -> Keys {
    Keys::of_book(&book.owner_url.parse().unwrap(), StoreOptions::default())
}

/// Makes a key with these scopes.
pub fn make_key(book: &TestBook, name: &str, scopes: &[&str]) -> String {
    let scopes = scopes.iter().map(|scope| scope.parse::<Scope>().unwrap());
    keys(book).create(NewKey::new(name.parse().unwrap(), scopes), Clock::system().now()).unwrap().text
}

impl TestServer {
    /// On a book, with a key of the name `admin`.
    pub fn on(book: &TestBook) -> Self {
        Self::with(book, options())
    }

    pub fn with(book: &TestBook, options: ServerOptions) -> Self {
        Self::start(book, options, make_key(book, "admin", &["admin"]))
    }

    /// On a book that has had a server.
    pub fn again(book: &TestBook, options: ServerOptions) -> Self {
        let rotated = keys(book).rotate("admin", Duration::from_hours(1), Clock::system().now());
        Self::start(book, options, rotated.unwrap().text)
    }

    fn start(book: &TestBook, options: ServerOptions, key: String) -> Self {
        let server = Server::open(&book.url.parse().unwrap(), StoreOptions::default(), options).expect("it opens");
        Self::running(server, key)
    }

    /// A server that was opened, and a key of its book that may do all.
    pub fn running(server: Server, key: String) -> Self {
        let (address, stopper) = (server.address(), server.stopper());
        Self { address, key, stopper, running: Some(std::thread::spawn(move || server.run())) }
    }

    /// Ends it, and waits until it has.
    pub fn stop(mut self) -> Result<(), Error> {
        self.stopper.stop();
        self.running.take().unwrap().join().unwrap()
    }

    pub fn stopper(&self) -> Stopper {
        self.stopper.clone()
    }

    pub fn request(&self, method: &str, target: &str) -> HttpRequest<'_> {
        let head = format!("{method} {target} HTTP/1.1");
        HttpRequest { server: self, head, key: Some(self.key.clone()), headers: String::new(), body: String::new() }
    }

    pub fn get(&self, target: &str) -> HttpAnswer {
        self.request("GET", target).send()
    }

    /// Sends JSON.
    pub fn post(&self, target: &str, body: &str) -> HttpAnswer {
        self.request("POST", target).json(body).send()
    }

    /// Sends JSON to a server that may end meanwhile. The status, or `None` where there was no answer.
    pub fn try_post(&self, target: &str, body: &str) -> Option<u16> {
        let mut connection = TcpStream::connect(self.address).ok()?;
        let request = self.request("POST", target).json(body);
        connection.write_all(request.bytes().as_bytes()).ok()?;
        Some(read(connection).status).filter(|status| *status != 0)
    }

    /// Sends bytes, and reads what comes until the end of the connection.
    pub fn raw(&self, bytes: &[u8]) -> HttpAnswer {
        let mut connection = TcpStream::connect(self.address).expect("the server listens");
        connection.set_read_timeout(Some(Duration::from_mins(1))).unwrap();
        connection.write_all(bytes).unwrap();
        read(connection)
    }

    /// Opens accounts of the currency euro.
    pub fn open_accounts(&self, names: &[&str]) {
        for name in names {
            let body = format!(r#"{{"account":"{name}","currency":"EUR"}}"#);
            self.post("/v1/accounts", &body).is(201);
        }
    }
}

impl Drop for TestServer {
    fn drop(&mut self) {
        self.stopper.stop();
        if let Some(running) = self.running.take() {
            let _ = running.join();
        }
    }
}

impl HttpRequest<'_> {
    pub fn with_key(self, key: &str) -> Self {
        Self { key: Some(key.to_owned()), ..self }
    }

    pub fn without_key(self) -> Self {
        Self { key: None, ..self }
    }

    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.extend([name, ": ", value, "\r\n"]);
        self
    }

    pub fn json(self, body: &str) -> Self {
        Self { body: body.to_owned(), ..self }.header("content-type", "application/json")
    }

    pub fn body(self, media_type: &str, body: &str) -> Self {
        Self { body: body.to_owned(), ..self }.header("content-type", media_type)
    }

    pub fn send(self) -> HttpAnswer {
        let server = self.server;
        server.raw(self.bytes().as_bytes())
    }

    fn bytes(self) -> String {
        let Self { head, key, headers, body, .. } = self;
        let key = key.map(|key| format!("authorization: Bearer {key}\r\n")).unwrap_or_default();
        let length = body.len();
        format!("{head}\r\nhost: teller\r\nconnection: close\r\n{key}{headers}content-length: {length}\r\n\r\n{body}")
    }
}

impl HttpAnswer {
    #[track_caller]
    pub fn is(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{self:?}");
        self
    }

    /// It must be a problem with that code.
    #[track_caller]
    pub fn problem(self, status: u16, code: &str) -> Self {
        assert_eq!((self.status, self.json()["code"].as_str()), (status, Some(code)), "{self:?}");
        assert_eq!(self.header("content-type"), Some("application/problem+json"));
        assert_eq!(self.json()["request_id"].as_str(), self.header("x-request-id"), "{self:?}");
        self
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(one, _)| one == name).map(|(_, value)| value.as_str())
    }

    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error} in {self:?}"))
    }

    pub fn is_replayed(&self) -> bool {
        self.header("idempotent-replayed") == Some("true")
    }
}

/// Reads an answer to the end of its connection.
pub fn read(mut connection: TcpStream) -> HttpAnswer {
    let mut bytes = Vec::new();
    // A server that closes while there is still something to read resets the connection; what came before counts.
    let _ = connection.read_to_end(&mut bytes);
    let text = String::from_utf8(bytes).expect("answers are UTF-8");
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or((text.as_str(), ""));
    let mut lines = head.lines();
    let status = lines.next().and_then(|line| line.split(' ').nth(1)?.parse().ok()).unwrap_or(0);
    let pair = |line: &str| line.split_once(": ").map(|(name, value)| (name.to_lowercase(), value.to_owned()));
    let headers: Vec<_> = lines.filter_map(pair).collect();
    let is_chunked = headers.iter().any(|(name, value)| name == "transfer-encoding" && value == "chunked");
    let body = if is_chunked { unchunked(body) } else { body.to_owned() };
    HttpAnswer { status, headers, body }
}

fn unchunked(mut text: &str) -> String {
    let mut body = String::new();
    while let Some((size, rest)) = text.split_once("\r\n") {
        let size = usize::from_str_radix(size, 16).unwrap_or(0);
        if size == 0 || rest.len() < size {
            break;
        }
        body += &rest[..size];
        text = rest[size..].trim_start_matches("\r\n");
    }
    body
}
