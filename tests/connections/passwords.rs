//! What libpq finds by itself: passwords and services in files.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use tempfile::TempDir;

use crate::support::cluster::Cluster;
use crate::support::{Answer, Program};

#[test]
fn password_files_and_service_files_are_heard_and_passwords_never_shown() {
    let server = Cluster::primary(&[]);
    server.run("create role bob login password 's3cret'");
    server.run("create database bank owner bob");
    server.replace("pg_hba.conf", "host all bob 127.0.0.1/32 scram-sha-256\nhost all all 127.0.0.1/32 trust\n");
    server.run("select pg_reload_conf()");
    server.wait_until("(select count(*) from pg_hba_file_rules) = 2");

    let folder = TempDir::new().unwrap();
    let (passwords, services) = (folder.path().join("passwords"), folder.path().join("services"));
    let port = server.port;
    fs::write(&passwords, format!("127.0.0.1:{port}:bank:bob:s3cret\n")).unwrap();
    fs::set_permissions(&passwords, fs::Permissions::from_mode(0o600)).unwrap();
    fs::write(&services, format!("[teller]\nhost=127.0.0.1\nport={port}\nuser=bob\ndbname=bank\n")).unwrap();
    let run = |url: &str, has_password: bool| -> Answer {
        let program = Program::new(&["--database-url", url, "migrate", "status"]).command(|command| {
            command.env("PGSERVICEFILE", &services);
            command.env("PGPASSFILE", if has_password { &passwords } else { folder.path() });
        });
        program.run()
    };
    let url = format!("postgres://bob@127.0.0.1:{port}/bank");
    run(&url, true).ends(0);
    run("postgres:///?service=teller", true).ends(0);
    run(&format!("postgres://bob:s3cret@127.0.0.1:{port}/bank"), false).ends(0);
    run(&url, false).ends(77).says("no password supplied");
    let wrong = run(&format!("postgres://bob:s3cret2@127.0.0.1:{port}/bank"), false)
        .ends(77)
        .says("password authentication failed");
    assert!(!wrong.stderr.contains("s3cret"), "{}", wrong.stderr);
    run("postgres:///?service=other", true).ends(69).says("hint: check the service's name");
}
