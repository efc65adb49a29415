//! A PostgreSQL server that lives as long as the test process, and not a moment longer.

use std::env;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::LazyLock;
use std::thread;
use std::time::{Duration, Instant};

use diesel::Connection;
use diesel::pg::PgConnection;

use super::process::{as_server, free_port, postgres_binaries};

const START_TIME_MAX: Duration = Duration::from_mins(1);
const POLL_INTERVAL: Duration = Duration::from_millis(20);
/// Another process can take the free port before the server does.
const STARTS_MAX: u32 = 5;

/// The server's parent. Rust drops no statics and nothing runs after a kill -9, but the pipe to this script's standard input closes
/// however the test process ends. The server gets no part of that pipe, and is stopped by its own process id.
const SUPERVISOR: &str = r#"
# What runs in the background gets an empty standard input, so the pipe moves to another descriptor.
exec 3<&0 </dev/null
folder=$(mktemp -d) || exit 1
trap 'rm -rf "$folder"' EXIT
"$BIN/initdb" --pgdata="$folder/data" --username="$ROLE" --auth=trust --encoding=UTF8 --locale=C --no-sync \
    >"$folder/log" 2>&1 3<&- || { cat "$folder/log" >&2; exit 1; }
"$BIN/postgres" -D "$folder/data" -c listen_addresses=127.0.0.1 -c port="$PORT" -c unix_socket_directories="$folder" \
    -c max_connections=300 -c fsync=off -c full_page_writes=off -c synchronous_commit=off >>"$folder/log" 2>&1 3<&- &
server=$!
(while read -r _; do :; done; kill -INT "$server") <&3 &
watcher=$!
exec 3<&-
wait "$server" || cat "$folder/log" >&2
kill "$watcher" 2>/dev/null
"#;

/// The server for all tests of this process.
pub static SERVER: LazyLock<Server> = LazyLock::new(Server::find_or_start);

pub struct Server {
    /// The URL of a database in which schemas can be made.
    pub url: String,
    /// Distinguishes this process's schemas from those of others on a shared server.
    pub token: String,
    /// Holds the pipe open. `None` for a server that was there before.
    supervisor: Option<Child>,
}

impl Server {
    /// Whether others use the server too.
    pub fn is_shared(&self) -> bool {
        self.supervisor.is_none()
    }

    fn find_or_start() -> Self {
        let token = format!("{:016x}", RandomState::new().build_hasher().finish());
        if let Ok(url) = env::var("TEST_DATABASE_URL") {
            return Self { url, token, supervisor: None };
        }
        let binaries = postgres_binaries();
        let start = || Self::start(&binaries, &token);
        (0..STARTS_MAX).find_map(|_| start()).expect("PostgreSQL does not start; its log is above")
    }

    /// Starts a server and waits until it answers, or returns `None` where it ended instead.
    fn start(binaries: &Path, token: &str) -> Option<Self> {
        let port = free_port();
        // A role that no other server has: whoever else answers on this port is not mistaken for ours.
        let role = format!("teller_{token}");
        let url = format!("postgres://{role}@127.0.0.1:{port}/postgres");
        let mut supervisor = supervisor(binaries, port, &role).spawn().expect("sh starts");
        let begin = Instant::now();
        while begin.elapsed() < START_TIME_MAX {
            if PgConnection::establish(&url).is_ok() {
                return Some(Self { url, token: token.to_owned(), supervisor: Some(supervisor) });
            }
            if supervisor.try_wait().unwrap().is_some() {
                return None;
            }
            thread::sleep(POLL_INTERVAL);
        }
        // Its input closes with this process, which is what stops the server.
        drop(supervisor.stdin.take());
        supervisor.wait().unwrap();
        panic!("PostgreSQL does not answer at {url} after {START_TIME_MAX:?}");
    }
}

fn supervisor(binaries: &Path, port: u16, role: &str) -> Command {
    let mut command = as_server("sh");
    command
        .args(["-c", SUPERVISOR])
        .env("BIN", binaries)
        .env("PORT", port.to_string())
        .env("ROLE", role)
        .stdin(Stdio::piped())
        // A Ctrl-C in the terminal must reach the tests only; the pipe then does the rest in order.
        .process_group(0);
    command
}
