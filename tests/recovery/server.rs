//! A PostgreSQL server of one test's own, which archives its log, and can be destroyed and put back.

use std::io::{BufRead, BufReader};
use std::process::{Child, Stdio};

use diesel::connection::SimpleConnection;
use diesel::dsl::sql;
use diesel::pg::PgConnection;
use diesel::prelude::*;
use diesel::sql_types::Text;

use crate::support::process::{as_server, postgres_binaries};
use crate::support::{Answer, Program};

/// Makes a folder, and takes it away with the server in it when its input closes, however the test ends.
const KEEPER: &str = r#"
exec 3<&0 </dev/null
folder=$(mktemp -d) && chmod 755 "$folder" && echo "$folder" || exit 1
while read -r _; do :; done <&3
[ ! -e "$folder/data/postmaster.pid" ] || "$BIN/pg_ctl" -D "$folder/data" -m immediate -w stop >"$folder/stop" 2>&1
rm -rf "$folder"
"#;

const MAKE: &str = r#"
"$BIN/initdb" --pgdata=data --username=teller --auth=trust --encoding=UTF8 --locale=C --no-sync --data-checksums
mkdir archive
cat >>data/postgresql.conf <<END
listen_addresses = ''
unix_socket_directories = '$FOLDER'
wal_level = replica
archive_mode = on
archive_command = 'cp %p $FOLDER/archive/%f'
fsync = off
END
"#;

const START: &str = r#""$BIN/pg_ctl" -D data -w -l log start"#;

/// Only reachable over a socket in its folder, so that no port has to be free.
pub struct OwnServer {
    pub url: String,
    folder: String,
    keeper: Child,
}

impl OwnServer {
    pub fn start() -> Self {
        let mut keeper = as_server("sh");
        let mut keeper = keeper
            .args(["-c", KEEPER])
            .env("BIN", postgres_binaries())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("sh starts");
        let mut folder = String::new();
        BufReader::new(keeper.stdout.take().unwrap()).read_line(&mut folder).unwrap();
        let folder = folder.trim().to_owned();
        let url = format!("postgres://teller@/postgres?host={}", folder.replace('/', "%2F"));
        let server = Self { url, folder, keeper };
        server.shell(MAKE);
        server.shell(START);
        server
    }

    /// Runs a script in the server's folder, as the server's user.
    pub fn shell(&self, script: &str) {
        let script = format!("set -e; cd \"$FOLDER\"; {script}");
        let mut command = as_server("sh");
        command.args(["-c", &script]).env("BIN", postgres_binaries()).env("FOLDER", &self.folder).env("URL", &self.url);
        // A server that stays must not keep the test waiting for the end of its output, so that goes to a file.
        let output = command.stdin(Stdio::null()).output().expect("sh starts");
        assert!(output.status.success(), "{script}:\n{}", String::from_utf8_lossy(&output.stderr));
    }

    /// All that the server has is gone, without a chance to say goodbye.
    pub fn destroy(&self) {
        self.shell(r#""$BIN/pg_ctl" -D data -m immediate -w stop >stop; rm -rf data"#);
    }

    /// Puts the base backup back, and brings it forward through the archive as far as the settings say.
    pub fn recover(&self, settings: &str) {
        let script = format!(
            "cp -r base data; touch data/recovery.signal
            cat >>data/postgresql.conf <<END
restore_command = 'cp $FOLDER/archive/%f %p'
{settings}
END
            {START}"
        );
        self.shell(&script);
        while self.query("select pg_is_in_recovery()::text") == "true" {}
    }

    /// Ends a part of the log, and waits until the archive has it, or has refused it.
    pub fn archive(&self) {
        let file = self.query("select pg_walfile_name(pg_switch_wal())");
        let state = format!(
            "select (last_archived_wal >= '{file}' or last_failed_wal >= '{file}')::text from pg_stat_archiver"
        );
        while self.query(&format!("select coalesce(({state}), 'false')")) == "false" {}
    }

    /// Runs the program on the book that is there; the arguments are separated by blanks.
    pub fn run(&self, arguments: &str) -> Answer {
        let arguments: Vec<_> = ["--database-url", &self.url].into_iter().chain(arguments.split(' ')).collect();
        Program::new(&arguments).run()
    }

    pub fn execute(&self, script: &str) {
        self.connect().batch_execute(script).unwrap();
    }

    pub fn query(&self, query: &str) -> String {
        sql::<Text>(query).get_result(&mut self.connect()).unwrap()
    }

    fn connect(&self) -> PgConnection {
        PgConnection::establish(&self.url).expect("the server answers")
    }
}

impl Drop for OwnServer {
    fn drop(&mut self) {
        drop(self.keeper.stdin.take());
        let _ = self.keeper.wait();
    }
}
