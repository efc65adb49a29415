//! A Pgpool-II in front of a primary and its standby.

use std::fs;
use std::path::PathBuf;

use diesel::Connection;
use diesel::pg::PgConnection;
use tempfile::TempDir;

use super::cluster::{Cluster, ROLE, url, wait_until};
use super::process::{Supervised, free_port, server_folder};

/// Where Debian keeps it.
const PACKAGED: &str = "/usr/sbin/pgpool";

/// A running Pgpool-II, which sends what reads to the standby where it balances.
pub struct Pgpool {
    /// Where it listens.
    pub port: u16,
    _program: Supervised,
    _folder: TempDir,
}

impl Pgpool {
    /// `None` where it is not installed.
    pub fn to(primary: &Cluster, standby: &Cluster, load_balance_mode: &str) -> Option<Self> {
        let program = PathBuf::from(PACKAGED);
        if !program.is_file() {
            return None;
        }
        let folder = server_folder();
        let (port, place) = (free_port(), folder.path().display());
        let text = format!(
            "backend_clustering_mode = 'streaming_replication'\nlisten_addresses = '127.0.0.1'\nport = {port}\n\
             unix_socket_directories = '{place}'\npcp_socket_dir = '{place}'\npcp_port = {}\n\
             wd_ipc_socket_dir = '{place}'\nlogdir = '{place}'\npid_file_name = '{place}/pid'\n\
             backend_hostname0 = '127.0.0.1'\nbackend_port0 = {}\nbackend_weight0 = 0\n\
             backend_flag0 = 'ALWAYS_PRIMARY'\n\
             backend_hostname1 = '127.0.0.1'\nbackend_port1 = {}\nbackend_weight1 = 1\n\
             enable_pool_hba = off\nload_balance_mode = {load_balance_mode}\nsr_check_user = '{ROLE}'\n\
             health_check_user = '{ROLE}'\nnum_init_children = 4\n",
            free_port(),
            primary.port,
            standby.port,
        );
        let file = folder.path().join("pgpool.conf");
        fs::write(&file, text).unwrap();
        let arguments = ["-n", "-f", file.to_str().unwrap()].map(str::to_owned);
        let log = folder.path().join("log");
        let mut program = Supervised::start(&program, &arguments, &log, "INT");
        wait_until("Pgpool-II answers", || {
            assert!(program.is_running(), "Pgpool-II ended: {}", fs::read_to_string(&log).unwrap());
            PgConnection::establish(&url(port)).is_ok()
        });
        Some(Self { port, _program: program, _folder: folder })
    }
}
