//! A PostgreSQL server is destroyed, and its books come back: to any moment that the archive covers, and no further.

mod server;

use std::process::Command;

use self::server::OwnServer;
use crate::support::process::postgres_binaries;
use crate::support::{Program, TestBook, assert_whole, check};

/// Transfers with the keys of a range; how many of them were posted before is the answer.
fn post(server: &OwnServer, keys: std::ops::Range<u32>) -> usize {
    let post = |key: u32| {
        let answer = server.run(&format!("transfer a b 1 --idempotency-key k{key} --format json")).ends(0);
        answer.json()["replayed"].as_bool().unwrap()
    };
    keys.map(post).filter(|is_replayed| *is_replayed).count()
}

/// A migrated book with five transfers, of which there is a base backup.
fn backed_up_server() -> OwnServer {
    let server = OwnServer::start();
    server.run("migrate run").ends(0);
    for account in ["a", "b"] {
        server.run(&format!("account open {account} --currency EUR --type asset")).ends(0);
    }
    assert_eq!(post(&server, 0..5), 0);
    server.shell(r#""$BIN/pg_basebackup" --dbname="$URL" --pgdata=base --checkpoint=fast --no-sync"#);
    server
}

#[test]
fn a_book_goes_back_to_the_moment_before_a_mistake() {
    let server = backed_up_server();
    post(&server, 5..10);
    let moment = server.query("select clock_timestamp()::text");
    server.execute("alter table transfers disable trigger user; delete from transfers where sequence > 3");
    server.archive();
    server.run("verify").ends(1);
    server.destroy();

    server.recover(&format!("recovery_target_time = '{moment}'\nrecovery_target_action = promote"));
    server.run("verify").ends(0).says("Verified 10 transfers and 2 accounts: the book is whole.");
    assert_eq!(post(&server, 8..12), 2, "what was posted before the moment is known, and the rest is posted anew");
    server.run("verify").ends(0).says("Verified 12 transfers");
}

#[test]
fn a_lost_server_comes_back_as_far_as_its_archive_goes() {
    let server = backed_up_server();
    let fact = |name: &str| {
        let facts = server.run("doctor --format json").json();
        facts["items"].as_array().unwrap().iter().find(|fact| fact["fact"] == name).unwrap().clone()
    };
    // Over a socket the server's disk is this machine's.
    assert!(fact("free_disk")["value"].as_str().unwrap().ends_with(" bytes"), "{}", fact("free_disk"));
    post(&server, 5..8);
    server.archive();
    let archiving = fact("archiving");
    assert!(
        archiving["value"].as_str().unwrap().starts_with("on, last 0") && archiving["warning"].is_null(),
        "{archiving}"
    );

    // From here on nothing reaches the archive, and doctor says so.
    server.execute("alter system set archive_command = 'false'");
    server.execute("select pg_reload_conf()");
    while server.query("show archive_command") != "false" {}
    post(&server, 8..10);
    server.archive();
    assert!(fact("archiving")["warning"].as_str().unwrap().contains("could not be archived"));
    server.destroy();

    server.recover("");
    server.run("verify").ends(0).says("Verified 8 transfers and 2 accounts: the book is whole.");
    assert_eq!(post(&server, 0..10), 8, "all can be sent again, and only what was lost is posted");
}

#[test]
fn a_book_is_dumped_and_restored_into_another_database() {
    let book = TestBook::on_postgres();
    check(
        &book,
        "account a asset EUR\naccount b asset EUR\ntransfer k1: a b 5 -> posted\ntransfer a b 6 -> posted\nlimits a max 9 -> changed",
    );
    let schema = book.query_text("select current_schema()::text");
    let run = |program: &str, arguments: &[&str]| {
        let output =
            Command::new(postgres_binaries().join(program)).args(arguments).output().expect("the program starts");
        assert!(output.status.success(), "{program}: {}", String::from_utf8_lossy(&output.stderr));
    };
    let folder = tempfile::TempDir::new().unwrap();
    let file = folder.path().join("book.dump");
    let file = file.to_str().unwrap();
    // What a PostgreSQL program takes as a URL is what Teller takes.
    run("pg_dump", &["--dbname", &book.url, "--schema", &schema, "--format=custom", "--file", file]);

    let database = format!("{schema}_restored");
    book.raw(&format!("create database {database}")).unwrap();
    let url = format!("{}&dbname={database}", book.url);
    run("pg_restore", &["--dbname", &url, "--exit-on-error", file]);
    let restored = |arguments: &[&str]| Program::new(&[&["--database-url", &url], arguments].concat()).run();
    restored(&["verify"]).ends(0).says("Verified 2 transfers and 2 accounts: the book is whole.");
    let again = restored(&["transfer", "a", "b", "5", "--idempotency-key", "k1", "--format", "json"]).ends(0);
    assert_eq!(again.json()["replayed"], true);
    restored(&["transfer", "a", "b", "1"]).ends(0);
    book.raw(&format!("drop database {database}")).unwrap();
    assert_whole(&book.ledger(), 2);
}
