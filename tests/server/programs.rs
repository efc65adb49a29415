//! The server as it is started by people and by systemd.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::os::fd::OwnedFd;
use std::os::unix::net::{UnixListener, UnixStream};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Sender, channel};

use crate::support::http::{make_key, read};
use crate::support::{Program, Random, TestBook, on_every_backend};

const SERVE: &[&str] = &["serve", "--listen", "127.0.0.1:0", "--drain-seconds", "0"];

/// A server that was started as a program.
pub struct Serving {
    child: Child,
    pub address: String,
    /// What it said before it listened, and the line behind that.
    pub said: String,
}

impl Serving {
    pub fn on(book: &TestBook, arguments: &[&str]) -> Self {
        Self::of(Program::on(book, &[SERVE, arguments].concat()))
    }

    /// One of the book at a URL.
    pub fn at(url: &str, arguments: &[&str]) -> Self {
        Self::of(Program::new(&[&["--database-url", url], SERVE, arguments].concat()))
    }

    fn of(program: Program) -> Self {
        let mut child = program.command(|command| _ = command.stderr(Stdio::piped())).spawn();
        let mut lines = BufReader::new(child.stderr.take().unwrap());
        let mut said = String::new();
        while !said.contains("://127.0.0.1:") {
            assert_ne!(lines.read_line(&mut said).unwrap(), 0, "it ended: {said}");
        }
        let address = said.split("://").nth(1).unwrap().split_whitespace().next().unwrap().to_owned();
        // What it says later must not fill the pipe.
        std::thread::spawn(move || lines.read_to_end(&mut Vec::new()));
        Self { child, address, said }
    }

    pub fn signal(&self, name: &str) {
        let status = Command::new("kill").args(["-s", name, &self.child.id().to_string()]).status().unwrap();
        assert!(status.success());
    }

    pub fn send(&self, key: &str, method: &str, target: &str, body: &str) -> u16 {
        let Ok(mut connection) = TcpStream::connect(&self.address) else { return 0 };
        let request = request(key, method, target, body);
        if connection.write_all(request.as_bytes()).is_err() {
            return 0;
        }
        read(connection).status
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn request(key: &str, method: &str, target: &str, body: &str) -> String {
    format!(
        "{method} {target} HTTP/1.1\r\nhost: teller\r\nconnection: close\r\nauthorization: Bearer {key}\r\n\
         content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    )
}

/// How many servers are killed or told to end; more of them are for a machine that has the time.
fn kills() -> usize {
    std::env::var("TELLER_SERVER_KILLS").map_or(6, |count| count.parse().expect("TELLER_SERVER_KILLS is a number"))
}

const CLIENTS: usize = 4;

fn transfer(client: usize, number: usize) -> String {
    format!(r#"{{"key":"t{client}-{number}","debit":"cash:b","credit":"cash:a","amount":"1.00"}}"#)
}

/// Sends one request after the other until there is no answer, and tells of each that was acknowledged. Gives the number of the first that was
/// not, which is sent again in the next round.
fn send_until_it_ends(server: &Serving, key: &str, client: usize, begin: usize, acknowledged: &Sender<()>) -> usize {
    let is_done = |number| match server.send(key, "POST", "/v1/transfers", &transfer(client, number)) {
        200 | 201 => true,
        0 | 503 | 504 => false,
        status => panic!("a transfer that can be posted was answered {status}"),
    };
    let mut number = begin;
    while is_done(number) && acknowledged.send(()).is_ok() {
        number += 1;
    }
    number
}

on_every_backend! {
    fn a_server_that_is_killed_or_told_to_end_loses_and_doubles_nothing(book: &TestBook) {
        let key = make_key(book, "payments", &["transfers:write", "accounts:write"]);
        let first = Serving::on(book, &[]);
        assert!(first.said.contains("Listening on http://127.0.0.1:"), "{}", first.said);
        for account in ["cash:a", "cash:b"] {
            let body = format!(r#"{{"account":"{account}","currency":"EUR"}}"#);
            assert_eq!(first.send(&key, "POST", "/v1/accounts", &body), 201);
        }
        drop(first);
        let mut random = Random(20);
        // By client, the first number that was not acknowledged.
        let mut next = [0; CLIENTS];
        for signal in ["KILL", "TERM", "KILL", "INT"].iter().cycle().take(kills()) {
            let mut server = Serving::on(book, &[]);
            next = std::thread::scope(|threads| {
                let (acknowledged, acknowledgements) = channel();
                let clients = [0, 1, 2, 3].map(|client| {
                    let (server, key, acknowledged) = (&server, &key, acknowledged.clone());
                    threads.spawn(move || send_until_it_ends(server, key, client, next[client], &acknowledged))
                });
                drop(acknowledged);
                let count = usize::try_from(random.below(60)).unwrap();
                assert_eq!(acknowledgements.iter().take(count + 1).count(), count + 1, "it answers");
                server.signal(signal);
                // To the end: a client must not stop because nobody counts.
                acknowledgements.iter().for_each(drop);
                clients.map(|client| client.join().unwrap())
            });
            if *signal != "KILL" {
                assert!(server.child.wait().unwrap().success(), "a server that is told to end ends well");
            }
        }
        let server = Serving::on(book, &[]);
        for (client, end) in next.iter().enumerate() {
            assert!(*end > 0);
            for number in 0..*end {
                let status = server.send(&key, "POST", "/v1/transfers", &transfer(client, number));
                assert_eq!(status, 200, "{client}-{number} was acknowledged, so it is there");
            }
            assert!([200, 201].contains(&server.send(&key, "POST", "/v1/transfers", &transfer(client, *end))));
        }
        let mut connection = TcpStream::connect(&server.address).unwrap();
        let reader = make_key(book, "reader", &["accounts:read"]);
        connection.write_all(request(&reader, "GET", "/v1/accounts/cash:b", "").as_bytes()).unwrap();
        let account = read(connection).is(200).json();
        let sent: usize = next.iter().map(|end| end + 1).sum();
        assert_eq!((account["version"].as_u64(), account["posted"].as_str()), (Some(sent as u64), Some(format!("{sent}.00").as_str())), "each key is posted once");
        book.run("verify").ends(0);
    }

    fn a_server_listens_on_the_sockets_that_are_handed_on(book: &TestBook) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("handed.sock");
        let (tcp, unix) = (TcpListener::bind("127.0.0.1:0").unwrap(), UnixListener::bind(&path).unwrap());
        let address = tcp.local_addr().unwrap();
        // As systemd does it: from the third on, with the process that they are for.
        let script = "exec 3<&0 4<&1 0</dev/null 1>/dev/null; LISTEN_PID=$$ LISTEN_FDS=2 exec \"$0\" \"$@\"";
        let mut child = Command::new("sh")
            .args(["-c", script, env!("CARGO_BIN_EXE_teller"), "--database-url", &book.url, "serve", "--drain-seconds", "0"])
            .stdin(OwnedFd::from(tcp))
            .stdout(OwnedFd::from(unix))
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let key = make_key(book, "ops", &["admin"]);
        let asked = request(&key, "GET", "/v1/whoami", "");
        let mut over_tcp = TcpStream::connect(address).unwrap();
        over_tcp.write_all(asked.as_bytes()).unwrap();
        read(over_tcp).is(200);
        let mut over_unix = UnixStream::connect(&path).unwrap();
        over_unix.write_all(asked.as_bytes()).unwrap();
        let mut answer = String::new();
        over_unix.read_to_string(&mut answer).unwrap();
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
        assert!(Command::new("kill").arg(child.id().to_string()).status().unwrap().success());
        assert!(child.wait().unwrap().success());
        assert!(path.exists(), "the socket is not the server's to remove");
    }

    fn a_unix_socket_and_the_first_key_work(book: &TestBook) {
        let folder = tempfile::tempdir().unwrap();
        let socket = folder.path().join("teller.sock");
        let mut server = Serving::on(book, &["--socket", socket.to_str().unwrap()]);
        let key = make_key(book, "ops", &["admin"]);
        let mut connection = until_connected(&socket);
        connection.write_all(request(&key, "GET", "/v1/whoami", "").as_bytes()).unwrap();
        let mut answer = String::new();
        connection.read_to_string(&mut answer).unwrap();
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
        server.signal("TERM");
        assert!(server.child.wait().unwrap().success(), "a server that is told to end ends well");
        assert!(!socket.exists());
    }
}

fn until_connected(path: &std::path::Path) -> UnixStream {
    let begin = std::time::Instant::now();
    loop {
        match UnixStream::connect(path) {
            Ok(connection) => return connection,
            Err(error) => assert!(begin.elapsed().as_secs() < 30, "{error}"),
        }
    }
}
