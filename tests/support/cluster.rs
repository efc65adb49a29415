//! PostgreSQL servers of a test's own, to be killed, frozen, cut off and promoted.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use diesel::Connection;
use diesel::connection::SimpleConnection;
use diesel::pg::PgConnection;
use diesel::prelude::*;
use diesel::sql_types::Text;
use tempfile::TempDir;

use super::process::{Supervised, as_server, free_port, postgres_binaries, server_folder, signal};

/// The superuser of every cluster.
pub const ROLE: &str = "teller";

/// The longest that a state is waited for.
const WAIT_MAX: Duration = Duration::from_mins(1);
const POLL_INTERVAL: Duration = Duration::from_millis(10);

/// One server's data, and the server while it runs.
pub struct Cluster {
    /// The port that it listens on, also after a restart.
    pub port: u16,
    folder: TempDir,
    server: Option<Supervised>,
}

impl Cluster {
    /// A new primary. It runs.
    pub fn primary(settings: &[&str]) -> Self {
        let mut cluster = Self::new();
        let data = cluster.data();
        run_program(
            "initdb",
            &[
                "--pgdata",
                &data,
                "--username",
                ROLE,
                "--auth",
                "trust",
                "--encoding",
                "UTF8",
                "--locale",
                "C",
                "--no-sync",
            ],
        );
        cluster.configure(&[
            "listen_addresses = '127.0.0.1'",
            "max_connections = 50",
            "fsync = off",
            "wal_keep_size = '64MB'",
        ]);
        cluster.configure(settings);
        cluster.start();
        cluster
    }

    /// A standby of this primary, by the name `standby`. It runs.
    pub fn standby_of(primary: &Self) -> Self {
        let mut cluster = Self::new();
        let data = cluster.data();
        let source = format!("host=127.0.0.1 port={} user={ROLE}", primary.port);
        run_program(
            "pg_basebackup",
            &["--pgdata", &data, "--dbname", &source, "--write-recovery-conf", "--checkpoint", "fast", "--no-sync"],
        );
        cluster.configure(&[
            "cluster_name = 'standby'",
            &format!("primary_conninfo = '{source} application_name=standby'"),
        ]);
        cluster.start();
        cluster
    }

    fn new() -> Self {
        Self { port: free_port(), folder: server_folder(), server: None }
    }

    /// Writes lines into the server's settings, for its next start.
    pub fn configure(&self, lines: &[&str]) {
        self.append("postgresql.auto.conf", lines);
    }

    /// Writes lines at the end of one of the server's files.
    pub fn append(&self, file: &str, lines: &[&str]) {
        let path = Path::new(&self.data()).join(file);
        let mut file = OpenOptions::new().append(true).open(path).unwrap();
        for line in lines {
            writeln!(file, "{line}").unwrap();
        }
    }

    /// Replaces one of the server's files.
    pub fn replace(&self, file: &str, text: &str) {
        fs::write(Path::new(&self.data()).join(file), text).unwrap();
    }

    /// Starts the server, and waits until it answers.
    pub fn start(&mut self) {
        let folder = self.folder.path();
        let settings = [format!("port={}", self.port), format!("unix_socket_directories={}", folder.display())];
        let mut arguments = vec!["-D".to_owned(), self.data()];
        arguments.extend(settings.into_iter().flat_map(|setting| ["-c".to_owned(), setting]));
        let program = postgres_binaries().join("postgres");
        let log = folder.join("log");
        let server = self.server.insert(Supervised::start(&program, &arguments, &log, "QUIT"));
        let url = url(self.port);
        wait_until("the server answers", || {
            assert!(server.is_running(), "the server ended: {}", fs::read_to_string(&log).unwrap());
            PgConnection::establish(&url).is_ok()
        });
    }

    /// Ends the server as a power failure would.
    pub fn kill(&mut self) {
        let mut server = self.server.take().expect("the server runs");
        let processes = processes(server.pid);
        server.signal("KILL");
        server.wait();
        // Its children notice and follow. They may be in the middle of a commit until then.
        wait_until("all of the server is gone", || processes.iter().all(|pid| !is_alive(*pid)));
    }

    /// Stops every process of the server where it is. Its connections stay open, and nothing answers.
    pub fn freeze(&self) -> Frozen {
        let pids = processes(self.server.as_ref().expect("the server runs").pid);
        for pid in &pids {
            signal(*pid, "STOP");
        }
        Frozen(pids)
    }

    /// Makes a standby the primary, and waits until it is.
    pub fn promote(&self) {
        self.run("select pg_promote()");
        wait_until("the standby is promoted", || self.query_text("select pg_is_in_recovery()::text") == "false");
    }

    /// Waits until the standby follows as a standby of that kind: `sync` or `async`.
    pub fn wait_for_standby(&self, kind: &str) {
        let state = "select coalesce(max(sync_state), '') from pg_stat_replication where state = 'streaming'";
        wait_until("the standby follows", || self.query_text(state) == kind);
    }

    /// Waits until a query gives `true`.
    pub fn wait_until(&self, condition: &str) {
        wait_until(condition, || self.query_text(&format!("select ({condition})::text")) == "true");
    }

    /// Changes a setting of the running server, and waits until it is in force.
    pub fn set(&self, name: &str, value: &str) {
        self.run(&format!("alter system set {name} = '{value}'"));
        self.run("select pg_reload_conf()");
        wait_until(name, || self.query_text(&format!("select current_setting('{name}')")) == value);
    }

    /// Runs a statement as the superuser.
    pub fn run(&self, statement: &str) {
        self.connect().batch_execute(statement).unwrap_or_else(|error| panic!("{statement}: {error}"));
    }

    /// The one text that a query gives.
    pub fn query_text(&self, query: &str) -> String {
        let value = diesel::dsl::sql::<Text>(query).get_result(&mut self.connect());
        value.unwrap_or_else(|error| panic!("{query}: {error}"))
    }

    /// A plain connection of the superuser.
    pub fn connect(&self) -> PgConnection {
        PgConnection::establish(&url(self.port)).expect("the server answers")
    }

    /// The server's log.
    pub fn log(&self) -> PathBuf {
        self.folder.path().join("log")
    }

    /// The folder of the server's data.
    pub fn data(&self) -> String {
        self.folder.path().join("data").display().to_string()
    }
}

fn run_program(name: &str, arguments: &[&str]) {
    let program: PathBuf = postgres_binaries().join(name);
    let output = as_server(program.to_str().unwrap()).args(arguments).output().expect("the program starts");
    assert!(output.status.success(), "{name}: {}", String::from_utf8_lossy(&output.stderr));
}

/// The URL of a server's database.
pub fn url(port: u16) -> String {
    format!("postgres://{ROLE}@127.0.0.1:{port}/postgres")
}

/// A server whose processes stand still, until this goes.
pub struct Frozen(Vec<u32>);

impl Drop for Frozen {
    fn drop(&mut self) {
        for pid in &self.0 {
            signal(*pid, "CONT");
        }
    }
}

/// Asks again and again until the state is there. There is no other way to wait for another program.
pub fn wait_until(state: &str, mut is_there: impl FnMut() -> bool) {
    let begin = Instant::now();
    while !is_there() {
        assert!(begin.elapsed() < WAIT_MAX, "waited in vain until {state}");
        thread::sleep(POLL_INTERVAL);
    }
}

/// A process and its children.
fn processes(pid: u32) -> Vec<u32> {
    let children = fs::read_to_string(format!("/proc/{pid}/task/{pid}/children")).unwrap_or_default();
    [pid].into_iter().chain(children.split_whitespace().map(|child| child.parse().unwrap())).collect()
}

fn is_alive(pid: u32) -> bool {
    fs::read_to_string(format!("/proc/{pid}/stat")).is_ok_and(|stat| !stat.contains(") Z "))
}
