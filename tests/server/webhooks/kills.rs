//! Servers and receivers that are killed while events are on their way.

use std::collections::BTreeSet;
use std::fs;
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use teller::ledger::Mode;
use teller::server::NewWebhook;

use super::{WAIT, add};
use crate::server::programs::Serving;
use crate::support::{Random, TestBook, on_every_backend, transfer};

/// Writes each event down durably before it answers.
const RECEIVER: &str = r"
import http.server, os, sys
log = os.open(sys.argv[2], os.O_WRONLY | os.O_APPEND | os.O_CREAT)
class Receiver(http.server.BaseHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'
    def do_POST(self):
        self.rfile.read(int(self.headers['content-length']))
        os.write(log, (self.headers['webhook-id'] + '\n').encode())
        os.fsync(log)
        self.send_response(204)
        self.end_headers()
    def log_message(self, *words):
        pass
http.server.ThreadingHTTPServer(('127.0.0.1', int(sys.argv[1])), Receiver).serve_forever()
";

/// How many servers and receivers are killed; more of them are for a machine that has the time.
pub fn kills() -> usize {
    std::env::var("TELLER_WEBHOOK_KILLS").map_or(12, |count| count.parse().expect("TELLER_WEBHOOK_KILLS is a number"))
}

/// A receiver that ends with the test.
struct Receiving(Child);

impl Receiving {
    fn start(port: u16, log: &Path) -> Self {
        let mut command = Command::new("python3");
        command.args(["-c", RECEIVER, &port.to_string()]).arg(log).stdout(Stdio::null()).stderr(Stdio::null());
        Self(command.spawn().expect("python3 starts"))
    }
}

impl Drop for Receiving {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn received(log: &Path) -> Vec<String> {
    fs::read_to_string(log).unwrap_or_default().lines().map(str::to_owned).collect()
}

fn wait_for(log: &Path, what: impl Fn(&[String]) -> bool) {
    let begin = Instant::now();
    while !what(&received(log)) {
        assert!(begin.elapsed() < WAIT, "{} events have arrived", received(log).len());
        std::thread::sleep(Duration::from_millis(5));
    }
}

fn serve(book: &TestBook) -> Serving {
    let retries = vec!["50ms"; 1_000].join(",");
    Serving::on(book, &["--lease-seconds", "1", "--no-clockwork", "--webhook-retries", &retries])
}

fn told(book: &TestBook) -> Vec<String> {
    let events = book.run("events --format ndjson").ends(0);
    let id = |line: &str| serde_json::from_str::<Value>(line).unwrap()["id"].as_str().unwrap().to_owned();
    events.stdout.lines().map(id).collect()
}

on_every_backend! {
    fn kills_of_servers_and_receivers_lose_no_event_and_no_order(book: &TestBook) {
        let (received, expected) = killed_while_sending(book, true);
        let mut seen = BTreeSet::new();
        let first: Vec<_> = received.into_iter().filter(|id| seen.insert(id.clone())).collect();
        assert!(first == expected, "each event has arrived, and for the first time behind those before it");
    }

    fn kills_lose_no_event_of_an_unordered_webhook(book: &TestBook) {
        let (received, expected) = killed_while_sending(book, false);
        let all = |ids: Vec<String>| ids.into_iter().collect::<BTreeSet<_>>();
        assert_eq!(all(received), all(expected));
    }
}

/// What has arrived after servers and receivers were killed while events were sent, and what should have.
fn killed_while_sending(book: &TestBook, ordered: bool) -> (Vec<String>, Vec<String>) {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("received");
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    add(book, NewWebhook { ordered, ..NewWebhook::new(format!("http://127.0.0.1:{port}/")) });
    let ledger = book.ledger_of_today();
    for account in ["cash:a", "cash:b"] {
        book.run(&format!("account open {account} --currency EUR")).ends(0);
    }
    let mut random = Random(21);
    let mut server = serve(book);
    let mut receiver = Receiving::start(port, &log);
    for round in 0..kills() {
        let before = received(&log).len();
        for number in 0..40 {
            let request = transfer(&format!("t{round}-{number}"), "cash:a", "cash:b", "1.00");
            ledger.post(request, Mode::Commit).unwrap();
        }
        let more = usize::try_from(random.below(30)).unwrap();
        wait_for(&log, |received| received.len() > before + more);
        if round % 2 == 0 {
            server.signal("KILL");
            server = serve(book);
        } else {
            drop(receiver);
            receiver = Receiving::start(port, &log);
        }
    }
    let expected = told(book);
    wait_for(&log, |received| expected.iter().all(|id| received.contains(id)));
    drop(server);
    (received(&log), expected)
}
