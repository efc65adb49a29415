//! The server as it is started by people and by systemd.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::os::unix::net::UnixStream;
use std::process::{Child, Command, Stdio};

use crate::support::http::{make_key, read};
use crate::support::{Program, TestBook, on_every_backend};

/// A server that was started as a program.
pub struct Serving {
    child: Child,
    pub address: String,
    /// What it said before it listened, and the line behind that.
    pub said: String,
}

impl Serving {
    pub fn on(book: &TestBook, arguments: &[&str]) -> Self {
        let arguments = [&["serve", "--listen", "127.0.0.1:0", "--drain-seconds", "0"], arguments].concat();
        let mut child = Program::on(book, &arguments).command(|command| _ = command.stderr(Stdio::piped())).spawn();
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

fn transfer(key: usize) -> String {
    format!(r#"{{"key":"t{key}","debit":"cash:b","credit":"cash:a","amount":"1.00"}}"#)
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
        let mut posted = 0;
        for (round, signal) in ["KILL", "TERM", "KILL", "TERM", "INT", "KILL"].iter().enumerate() {
            let mut server = Serving::on(book, &[]);
            let done: usize = std::thread::scope(|threads| {
                let clients: Vec<_> = (0..4)
                    .map(|client| {
                        let (server, key) = (&server, &key);
                        threads.spawn(move || {
                            // The same keys as in the round before: what is not acknowledged is sent again.
                            let mine = (0..100_000).map(|number| number * 4 + client);
                            mine.take_while(|number| matches!(server.send(key, "POST", "/v1/transfers", &transfer(*number)), 200 | 201)).count()
                        })
                    })
                    .collect();
                while server.send(&key, "POST", "/v1/transfers", &transfer(posted + 1)) == 0 {}
                for number in 0..=5 + round {
                    server.send(&key, "POST", "/v1/transfers", &transfer(number));
                }
                server.signal(signal);
                clients.into_iter().map(|client| client.join().unwrap()).sum()
            });
            if *signal != "KILL" {
                assert!(server.child.wait().unwrap().success(), "a server that is told to end ends well");
            }
            posted = posted.max(done);
        }
        let server = Serving::on(book, &[]);
        assert!(posted > 0);
        // Every key that was ever used is there once: sent again it adds nothing.
        let version = |server: &Serving| {
            let mut connection = TcpStream::connect(&server.address).unwrap();
            let admin = make_reader(book);
            connection.write_all(request(&admin, "GET", "/v1/accounts/cash:b", "").as_bytes()).unwrap();
            let account = read(connection).is(200).json();
            assert_eq!(account["posted"], format!("{}.00", account["version"]), "each transfer moves 1.00");
            account["version"].as_u64().unwrap()
        };
        let before = version(&server);
        let replayed = (0..4 * posted).filter(|number| server.send(&key, "POST", "/v1/transfers", &transfer(*number)) == 200).count();
        assert!(version(&server) - before + replayed as u64 == 4 * posted as u64, "each key is posted once");
        book.run("verify").ends(0);
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

/// A key that may read, made where there is none yet.
fn make_reader(book: &TestBook) -> String {
    static NUMBER: std::sync::atomic::AtomicU64 = std::sync::atomic::AtomicU64::new(0);
    let number = NUMBER.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
    make_key(book, &format!("reader {number}"), &["accounts:read"])
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
