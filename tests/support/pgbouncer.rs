//! A PgBouncer in front of the tests' server.

use std::env;
use std::fs;
use std::path::PathBuf;

use diesel::Connection;
use diesel::pg::PgConnection;
use tempfile::TempDir;

use super::cluster::wait_until;
use super::process::{Supervised, free_port, server_folder};

/// Where Debian keeps it, which is not in everyone's PATH.
const PACKAGED: &str = "/usr/sbin";

/// A running PgBouncer.
pub struct PgBouncer {
    /// Where it listens.
    pub address: String,
    _program: Supervised,
    _folder: TempDir,
}

impl PgBouncer {
    /// In front of the server at this address, which lets this role in, with more lines of settings.
    pub fn to(server: &str, role: &str, settings: &str) -> Self {
        let (host, port) = server.split_once(':').expect("the server is at a port");
        let folder = server_folder();
        let (address, users) = (format!("127.0.0.1:{}", free_port()), folder.path().join("users"));
        fs::write(&users, format!("\"{role}\" \"\"\n")).unwrap();
        let file = folder.path().join("pgbouncer.ini");
        let text = format!(
            "[databases]\n* = host={host} port={port}\n[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {}\n\
             unix_socket_dir =\nauth_type = trust\nauth_file = {}\n{settings}\n",
            address.split_once(':').unwrap().1,
            users.display(),
        );
        fs::write(&file, text).unwrap();
        let arguments = [file.display().to_string()];
        let log = folder.path().join("log");
        let mut program = Supervised::start(&find(), &arguments, &log, "TERM");
        let url = format!("postgres://{role}@{address}/postgres");
        wait_until("PgBouncer answers", || {
            assert!(program.is_running(), "PgBouncer ended: {}", fs::read_to_string(&log).unwrap());
            PgConnection::establish(&url).is_ok()
        });
        Self { address, _program: program, _folder: folder }
    }
}

fn find() -> PathBuf {
    let path = env::var_os("PATH").unwrap_or_default();
    let folders = env::split_paths(&path).chain([PACKAGED.into()]);
    folders
        .map(|folder| folder.join("pgbouncer"))
        .find(|program| program.is_file())
        .expect("PgBouncer is in PATH or /usr/sbin; on Debian: apt-get install pgbouncer")
}
