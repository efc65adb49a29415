//! What libpq finds by itself: passwords and services in files.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use tempfile::TempDir;

use teller::Ledger;
use teller::store::{Pool, StoreError, StoreOptions};

use crate::support::cluster::Cluster;
use crate::support::{Answer, Program, TestBook};

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

/// The word that stands in every password below, in whole or behind what breaks it.
const SECRET: &str = "topsecret";

/// No server is behind any of them. Where libpq would cut the URL elsewhere than its author, a piece of the password is something else.
const NASTY_URLS: [&str; 26] = [
    "postgres://u:topsecret@127.0.0.1:1/d",
    "postgres://u:abc@topsecret@127.0.0.1:1/d",
    "postgres://u:abc/topsecret@127.0.0.1:1/d",
    "postgres://u:abc?topsecret@127.0.0.1:1/d",
    "postgres://u:12?user=topsecret@127.0.0.1:1/d",
    "postgres://u:12?topsecret=a@127.0.0.1:1/d",
    "postgres://u:abc topsecret@127.0.0.1:1/d",
    "postgres://u:abc#topsecret@127.0.0.1:1/d",
    "postgres://u:%topsecret@127.0.0.1:1/d",
    "postgres://u:abc%00topsecret@127.0.0.1:1/d",
    "postgres://u:abc%40topsecret@127.0.0.1:1/d",
    "postgres://u:t%6fpsecret@127.0.0.1:1/d",
    "postgres://u:a:topsecret:b@127.0.0.1:1/d?sslmode=bogus",
    "postgres://u:topsecret@127.0.0.1:1/d?connect_timeout=x",
    "postgres://u:topsecret@127.0.0.1:topsecret/d",
    "postgres://u:topsecret/d",
    "postgres://u@127.0.0.1:1/d?password=topsecret",
    "postgres://u@127.0.0.1:1/d?p%61ssword=topsecret",
    "postgres://u@127.0.0.1:1/d?sslpassword=topsecret&sslmode=bogus",
    "postgres://u@127.0.0.1:1/d?options=-cmy.password%3Dtopsecret",
    "postgres:u:topsecret@127.0.0.1",
    "host=127.0.0.1 port=1 user=u password=topsecret",
    "host=127.0.0.1 port=1 password='abc topsecret'",
    "mysql://u:topsecret@127.0.0.1/d",
    " postgres://u:topsecret@127.0.0.1:1/d",
    "'postgres://u:topsecret@127.0.0.1:1/d'",
];

#[test]
fn no_piece_of_a_password_is_shown_wherever_text_comes_out() {
    let folder = TempDir::new().unwrap();
    let run = |arguments: &[&str], url: Option<&str>| {
        let program = Program::new(arguments).command(|command| {
            command.current_dir(folder.path()).envs(url.map(|url| ("DATABASE_URL", url)));
        });
        let answer = program.run();
        let all = format!("{}{}", answer.stdout, answer.stderr).replace("%6f", "o");
        assert!(!all.contains(SECRET), "{arguments:?} with {url:?} shows it: {all}");
        answer
    };
    for url in NASTY_URLS {
        for arguments in [
            &["-vvv", "account", "list"][..],
            &["doctor", "--format", "json"],
            &["config", "show", "--origin"],
            &["migrate", "run"],
            &["bench", "single", "--seconds", "1"],
        ] {
            let answer = run(arguments, Some(url));
            assert!(matches!(answer.code, Some(0 | 2 | 69 | 77 | 78)), "{arguments:?} with {url}: {}", answer.stderr);
            run(&[&["--database-url", url], arguments].concat(), None);
        }
        for line in [format!("DATABASE_URL={url}"), format!("DATABASE_URL=\"{url}\""), format!("nonsense {url}")] {
            fs::write(folder.path().join(".env"), line).unwrap();
            run(&["-v", "account", "list"], None);
        }
        fs::remove_file(folder.path().join(".env")).unwrap();
    }
}

#[test]
fn a_url_that_libpq_would_misread_is_refused_with_what_to_write() {
    let run = |url: &str| Program::new(&["--database-url", url, "account", "list"]).run();
    run("postgres://u:abc@topsecret@h/d").ends(78).says("write an @ in a password as %40");
    run("postgres://u:a/b@h/d").ends(78).says("in a password / as %2F");
    run("postgres://u:100%@h/d").ends(78).says("write a % as %25");
}

#[test]
fn a_dollar_in_a_dotenv_file_is_kept_or_refused_and_never_replaced() {
    let folder = TempDir::new().unwrap();
    let run = |line: &str| {
        fs::write(folder.path().join(".env"), format!("A=$HOME\n{line}\n")).unwrap();
        let program = Program::new(&["config", "show", "--format", "csv"]).command(|command| {
            command.current_dir(folder.path()).env("X", "replaced");
        });
        program.run()
    };
    run("DATABASE_URL='sqlite://a$X.db'").ends(0).shows("sqlite://a$X.db");
    for line in ["DATABASE_URL=sqlite://a$X.db", "DATABASE_URL=\"sqlite://a${X}.db\"", "DATABASE_URL=sqlite://a\\b.db"]
    {
        run(line).ends(78).says("line 2 has a ").says("put '' around the value");
    }
}

/// A server that answers, and says no in its own words.
#[test]
fn what_a_server_says_shows_no_password_either() {
    let book = TestBook::on_postgres();
    let url = book.url.replacen('@', ":abc%40topsecret@", 1);
    for arguments in [
        &["-vvv", "account", "open", "a", "--currency", "EUR"][..],
        &["-vvv", "verify"],
        &["doctor"],
        &["config", "show", "--origin"],
        &["bench", "single", "--seconds", "1", "--accounts", "2", "--compare", "--format", "json"],
        &["book", "create", "nowhere"],
    ] {
        let answer = Program::new(&[&["--database-url", &url], arguments].concat()).run();
        assert!(!format!("{}{}", answer.stdout, answer.stderr).contains(SECRET), "{arguments:?}: {answer:?}");
    }
    let ledger = Ledger::open(url.parse().unwrap(), StoreOptions::default()).unwrap();
    assert!(format!("{ledger:?}").contains(":***@"));
    // A password that the server's words happen to have in them.
    let fault = Pool::connect(url.replace("/postgres", "/topsecret").parse().unwrap(), StoreOptions::default());
    let StoreError::Unreachable { reason, .. } = fault.unwrap_err() else { panic!("there is no such database") };
    assert!(reason.ends_with("database \"***\" does not exist"), "{reason}");
}

#[test]
fn broken_password_and_service_files_are_not_shown() {
    let folder = TempDir::new().unwrap();
    let write = |name: &str, text: &str| {
        let file = folder.path().join(name);
        fs::write(&file, text).unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
        file
    };
    let passwords = write("passwords", "127.0.0.1:1:d:topsecret\n127.0.0.1:1:*:u:topsecret\n");
    for text in ["[s]\nhost=127.0.0.1\nport=1\npassword=topsecret\n", "[s]\ntopsecret\n", "[s]\npassword topsecret\n"] {
        let services = write("services", text);
        for arguments in [&["-vvv", "account", "list"][..], &["config", "show", "--origin"]] {
            let program =
                Program::new(&[&["--database-url", "postgres://u@127.0.0.1:1/d?service=s"], arguments].concat());
            let answer = program
                .command(|command| {
                    command.env("PGSERVICEFILE", &services).env("PGPASSFILE", &passwords);
                    command.env("PGPASSWORD", SECRET);
                })
                .run();
            assert!(!format!("{}{}", answer.stdout, answer.stderr).contains(SECRET), "{answer:?}");
        }
    }
}
