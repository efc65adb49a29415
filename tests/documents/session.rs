//! The shell in which a page's commands are run, as its reader would.

use std::env;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use tempfile::TempDir;

use super::page::{Page, Step};
use super::pattern::matches;
use crate::support::cluster::{Cluster, ROLE, url};
use crate::support::process::postgres_binaries;
use crate::support::{Program, TestBook};

/// Each command has a shell of its own, which ends at the first fault. It begins with the variables that the last one had exported.
const SHELL: &str = r#"
exec 2>&1
[ ! -e "$1" ] || { unset DATABASE_URL; . "$1"; }
trap 'export -p >"$1"' EXIT
"#;

/// What a command says only where it has to wait, as on a busy machine. No page shows it.
const WAITING: &str = "The index is being built: ";

/// Shows how the command before it ended.
const SHOW_CODE: &str = "echo $?";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Backend {
    Sqlite,
    Postgres,
}

impl Backend {
    pub const ALL: [Self; 2] = [Self::Sqlite, Self::Postgres];

    pub fn name(self) -> &'static str {
        match self {
            Self::Sqlite => "sqlite",
            Self::Postgres => "postgresql",
        }
    }
}

/// An empty folder, and where the commands in it find their book.
pub struct Session {
    folder: TempDir,
    /// Where the variables are kept from command to command.
    exported: TempDir,
    server: Server,
    /// How the last command ended.
    code: i32,
}

/// What keeps the book that `DATABASE_URL` names.
enum Server {
    /// No variable names a book: it is the file `teller.db` in the folder.
    None,
    Shared(TestBook),
    /// A page that makes databases and roles has a server for itself.
    Own(Cluster),
}

impl Server {
    fn own() -> Self {
        // A page about PostgreSQL is about its settings too.
        let server = Cluster::primary(&["fsync = on"]);
        Program::new(&["--database-url", &url(server.port), "migrate", "run"]).run().ends(0);
        Self::Own(server)
    }
}

impl Session {
    pub fn new(page: &Page, backend: Backend) -> Self {
        let server = match backend {
            Backend::Sqlite => Server::None,
            Backend::Postgres if page.names(backend) => Server::own(),
            Backend::Postgres => Server::Shared(TestBook::on_postgres()),
        };
        let folder = || TempDir::new().unwrap();
        Self { folder: folder(), exported: folder(), server, code: 0 }
    }

    /// Runs a command, and says what differs from the page.
    pub fn run(&mut self, step: &Step, next: Option<&Step>) -> Result<(), String> {
        let printed = if step.command == SHOW_CODE { format!("{}\n", self.code) } else { self.execute(&step.command) };
        let shown: Vec<_> = step.shows.iter().map(String::as_str).collect();
        let lines: Vec<_> = printed.lines().filter(|line| !line.starts_with(WAITING)).collect();
        if !matches(&shown, &lines) {
            return Err(format!("shows\n{}\nbut the page has\n{}", printed.trim_end(), step.shows.join("\n")));
        }
        let tells_code = next.is_some_and(|next| next.command == SHOW_CODE);
        let tells_error = shown.iter().any(|line| line.starts_with("error: ") || line.starts_with("{\"error\":"));
        if step.command != SHOW_CODE && self.code != 0 && !tells_code && !tells_error {
            return Err(format!("ends with {}, and the page does not show it", self.code));
        }
        Ok(())
    }

    fn execute(&mut self, command: &str) -> String {
        let mut shell = Command::new("sh");
        shell.args(["-e", "-c", &format!("{SHELL}{command}"), "sh"]).arg(self.exported.path().join("variables"));
        shell.current_dir(self.folder.path()).stdin(Stdio::null()).env("LC_ALL", "C.UTF-8");
        // A busy machine is no reason for a warning.
        shell.env_remove("DATABASE_URL").env_remove("TELLER_LOG").env("TELLER_SLOW_STATEMENT_MS", "3600000");
        let mut programs = vec![PathBuf::from(env!("CARGO_BIN_EXE_teller")).parent().unwrap().to_owned()];
        match &self.server {
            Server::None => (),
            Server::Shared(book) => {
                shell.env("DATABASE_URL", &book.owner_url);
            }
            Server::Own(server) => {
                let port = server.port.to_string();
                shell.env("DATABASE_URL", url(server.port));
                shell.envs([("PGHOST", "127.0.0.1"), ("PGPORT", &port), ("PGUSER", ROLE)]);
                programs.push(postgres_binaries());
            }
        }
        let path = env::var_os("PATH").unwrap_or_default();
        shell.env("PATH", env::join_paths(programs.into_iter().chain(env::split_paths(&path))).unwrap());
        let output = shell.output().expect("sh starts");
        self.code = output.status.code().expect("no signal ends it");
        String::from_utf8([output.stdout, output.stderr].concat()).expect("commands print UTF-8")
    }
}
