//! Programs that tests start for themselves, and that never outlive them.

use std::env;
use std::fs;
use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;

/// Where Debian and its kin keep the binaries, one folder a major version, outside of PATH.
pub(super) const PACKAGED_VERSIONS: &str = "/usr/lib/postgresql";

const PROGRAMS: [&str; 3] = ["initdb", "postgres", "pg_basebackup"];

/// The program's parent. Nothing runs in a test that is killed, but the pipe to this script's standard input closes however the test
/// ends. The program gets no part of that pipe, and is stopped by its own process id.
const SUPERVISOR: &str = r#"
log=$1
stop=$2
shift 2
exec 2>>"$log"
# What runs in the background gets an empty standard input, so the pipe moves to another descriptor.
exec 3<&0 </dev/null
"$@" >>"$log" 2>&1 3<&- &
program=$!
echo "$program"
(while read -r _; do :; done; kill -CONT "$program"; kill -s "$stop" "$program") <&3 >/dev/null &
watcher=$!
exec 3<&- >/dev/null
wait "$program"
kill "$watcher" 2>/dev/null
"#;

/// A running program.
pub struct Supervised {
    /// Its process id.
    pub pid: u32,
    supervisor: Child,
}

impl Supervised {
    /// Starts a program as the user that servers run as. What it says goes to the log, and the signal ends it at once.
    pub fn start(program: &Path, arguments: &[String], log: &Path, stop: &str) -> Self {
        let mut command = as_server("sh");
        command.args(["-c", SUPERVISOR, "supervisor"]).arg(log).arg(stop).arg(program).args(arguments);
        command.current_dir("/").stdin(Stdio::piped()).stdout(Stdio::piped());
        // A Ctrl-C in the terminal must reach the tests only; the pipe then does the rest in order.
        command.process_group(0);
        let mut supervisor = command.spawn().expect("sh starts");
        let mut pid = String::new();
        BufReader::new(supervisor.stdout.take().unwrap()).read_line(&mut pid).unwrap();
        Self { pid: pid.trim().parse().expect("the supervisor tells the process id"), supervisor }
    }

    /// Whether it still runs.
    pub fn is_running(&mut self) -> bool {
        self.supervisor.try_wait().unwrap().is_none()
    }

    /// Sends it a signal, such as `KILL`.
    pub fn signal(&self, name: &str) {
        signal(self.pid, name);
    }

    /// Waits for its end.
    pub fn wait(&mut self) {
        self.supervisor.wait().unwrap();
    }
}

impl Drop for Supervised {
    fn drop(&mut self) {
        drop(self.supervisor.stdin.take());
        let _ = self.supervisor.wait();
    }
}

/// Sends a signal to a process that this test has started, if it is still there. By the shell's own `kill`: a bare Debian has no other.
pub fn signal(pid: u32, name: &str) {
    let kill = r#"kill -s "$0" "$1""#;
    let _ = Command::new("sh").args(["-c", kill, name, &pid.to_string()]).stderr(Stdio::null()).status();
}

/// A command that runs as the user that servers run as: PostgreSQL and PgBouncer refuse to run as root.
pub fn as_server(program: &str) -> Command {
    if !is_root() {
        return Command::new(program);
    }
    let mut command = Command::new("runuser");
    command.args(["-u", "postgres", "--", program]).current_dir("/");
    command
}

/// A new folder that belongs to the user that servers run as.
pub fn server_folder() -> TempDir {
    let folder = TempDir::new().unwrap();
    if is_root() {
        let status = Command::new("chown").arg("postgres").arg(folder.path()).status().expect("chown starts");
        assert!(status.success(), "the user postgres is there");
    }
    folder
}

/// A port that nobody listens on. Another process can still take it before its user does.
pub fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).unwrap().port()
}

pub(super) fn is_root() -> bool {
    let output = Command::new("id").arg("-u").output().expect("id starts");
    output.stdout.trim_ascii() == b"0"
}

/// The folder of `initdb`, `postgres` and `pg_basebackup`: the first one in PATH, else that of the newest packaged version.
pub fn postgres_binaries() -> PathBuf {
    find_binaries().unwrap_or_else(|| {
        panic!(
            "PostgreSQL was not found in PATH or {PACKAGED_VERSIONS}: install it (on Debian: apt-get install \
             postgresql), or set TEST_DATABASE_URL to the URL of a database to make schemas in"
        )
    })
}

fn find_binaries() -> Option<PathBuf> {
    let has_all = |folder: &PathBuf| PROGRAMS.iter().all(|program| folder.join(program).is_file());
    let path = env::var_os("PATH").unwrap_or_default();
    if let Some(folder) = env::split_paths(&path).find(has_all) {
        return Some(folder);
    }
    let versions = fs::read_dir(PACKAGED_VERSIONS).ok()?.flatten();
    let version = |name: &str| name.parse::<u32>().unwrap_or_default();
    versions
        .map(|entry| (version(&entry.file_name().to_string_lossy()), entry.path().join("bin")))
        .filter(|(_, folder)| has_all(folder))
        .max()
        .map(|(_, folder)| folder)
}
