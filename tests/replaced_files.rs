//! An SQLite book whose file, or the log beside it, goes while it is open: nothing is acknowledged that nobody will find again.

use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use teller::facts::TransferId;
use teller::store::{StoreError, StoreOptions};
use teller::{Error, Ledger, Mode};

use crate::support::http::{TestServer, keys};
use crate::support::operational::{run, schema};
use crate::support::{Program, TestBook, assert_whole, check, on_every_backend, transfer};

fn file_of(book: &TestBook) -> PathBuf {
    book.url.strip_prefix("sqlite://").unwrap().into()
}

fn with_suffix(file: &Path, suffix: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

fn book_with_accounts() -> TestBook {
    let book = TestBook::on_sqlite();
    check(&book, "account a asset EUR\naccount b asset EUR");
    book
}

#[track_caller]
fn assert_replaced<T: std::fmt::Debug>(answer: Result<T, Error>) {
    match answer {
        Err(error @ Error::Store(StoreError::Replaced { .. })) => {
            assert!(error.code() == "file_replaced" && !error.is_retryable(), "{error}");
        }
        other => panic!("it was not noticed: {other:?}"),
    }
}

#[test]
fn a_file_that_is_removed_takes_no_more_writes_and_none_is_made_in_its_place() {
    let book = book_with_accounts();
    let ledger = book.ledger();
    ledger.post(transfer("k1", "a", "b", "1"), Mode::Commit).unwrap();
    fs::remove_file(file_of(&book)).unwrap();
    for _ in 0..3 {
        assert_replaced(ledger.post(transfer("k2", "a", "b", "1"), Mode::Commit));
        assert_replaced(ledger.get_account(&"a".parse().unwrap()));
    }
    assert!(!file_of(&book).exists());
}

#[test]
fn a_file_that_is_moved_away_takes_writes_again_when_it_is_back() {
    let book = book_with_accounts();
    let (file, away) = (file_of(&book), with_suffix(&file_of(&book), ".away"));
    let ledger = book.ledger();
    ledger.post(transfer("k1", "a", "b", "1"), Mode::Commit).unwrap();
    fs::rename(&file, &away).unwrap();
    assert_replaced(ledger.post(transfer("k2", "a", "b", "1"), Mode::Commit));
    fs::rename(&away, &file).unwrap();
    ledger.post(transfer("k2", "a", "b", "1"), Mode::Commit).unwrap();
    assert_whole(&ledger, 2);
}

#[test]
fn another_book_in_the_place_of_the_first_is_not_written_to() {
    let (book, other) = (book_with_accounts(), book_with_accounts());
    let ledger = book.ledger();
    ledger.get_account(&"a".parse().unwrap()).unwrap();
    fs::rename(file_of(&other), file_of(&book)).unwrap();
    assert_replaced(ledger.post(transfer("k1", "a", "b", "1"), Mode::Commit));
    assert_replaced(ledger.post(transfer("k1", "a", "b", "1"), Mode::Commit));
    drop(ledger);
    assert_whole(&book.ledger(), 0);
}

#[test]
fn a_link_that_leads_elsewhere_is_noticed() {
    let (book, other) = (book_with_accounts(), book_with_accounts());
    let folder = TempDir::new().unwrap();
    let link = folder.path().join("link.db");
    std::os::unix::fs::symlink(file_of(&book), &link).unwrap();
    let url = format!("sqlite://{}", link.display());
    let ledger = Ledger::open(url.parse().unwrap(), StoreOptions::default()).unwrap();
    ledger.post(transfer("k1", "a", "b", "1"), Mode::Commit).unwrap();
    fs::remove_file(&link).unwrap();
    std::os::unix::fs::symlink(file_of(&other), &link).unwrap();
    assert_replaced(ledger.post(transfer("k2", "a", "b", "1"), Mode::Commit));
}

#[test]
fn a_log_that_is_removed_takes_no_more_writes() {
    let book = book_with_accounts();
    let log = with_suffix(&file_of(&book), "-wal");
    let ledger = book.ledger();
    ledger.post(transfer("k1", "a", "b", "1"), Mode::Commit).unwrap();
    assert!(log.exists());
    fs::remove_file(&log).unwrap();
    assert_replaced(ledger.post(transfer("k2", "a", "b", "1"), Mode::Commit));
    // What was answered is in the connection's log, which is written back when the last one closes.
    drop(ledger);
    assert_whole(&book.ledger(), 1);
}

#[test]
fn an_import_whose_book_is_removed_ends_with_a_fault() {
    let book = book_with_accounts();
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("transfers.csv");
    fs::write(&file, format!("from,to,amount\n{}", "a,b,0.01\n".repeat(20_000))).unwrap();
    let program = Program::on(&book, &["import", "transfers", file.to_str().unwrap()]).command(|command| {
        command.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped());
    });
    let import = program.spawn();
    while book.query_i64("select count(*) from transfers") < 1_000 {}
    fs::remove_file(file_of(&book)).unwrap();
    let answer = crate::support::Answer::from(import.wait_with_output().unwrap());
    answer.ends(69).says("was removed, moved or replaced while it was open").says("put its file");
}

/// What is not noticed is said in docs/disaster-recovery.md: a log that was removed while nobody had the book open.
#[test]
fn many_connections_and_many_books_see_their_own_files() {
    let book = book_with_accounts();
    let ledgers = [book.ledger(), book.ledger()];
    for (number, ledger) in ledgers.iter().cycle().take(10).enumerate() {
        let id = TransferId::from_key(&number.to_string()).unwrap();
        ledger.post(crate::support::transfer_with_id(id, "a", "b", "1"), Mode::Commit).unwrap();
    }
    drop(ledgers);
    assert_whole(&book.ledger(), 10);
}

#[test]
fn names_of_files_are_taken_as_they_are_written() {
    let folder = TempDir::new().unwrap();
    let run = |url: &str, arguments: &[&str]| {
        Program::new(&[&["--database-url", url], arguments].concat())
            .command(|command| {
                command.current_dir(folder.path());
            })
            .run()
    };
    let open = ["account", "open", "a", "--currency", "EUR"];
    for name in ["./file:bank.db", "a%20b.db", "a#b.db", "a b.db", "ä.db", "./:memory:", "sub:x.db", "./sqlite:x.db"] {
        run(&format!("sqlite://{name}"), &open).ends(0);
        assert!(folder.path().join(name).is_file(), "{name}");
        run(&format!("sqlite://{name}"), &["account", "list"]).ends(0).shows("EUR");
        run(&format!("sqlite://{name}"), &["backup", &format!("{name}.copy")]).ends(0);
        assert!(folder.path().join(format!("{name}.copy")).metadata().unwrap().len() > 0, "{name}");
        let copy = format!("{name}.copy");
        run(&format!("sqlite://{name}.again"), &["restore", &copy]).ends(0);
        assert!(folder.path().join(format!("{name}.again")).is_file(), "{name}");
    }
    for name in ["file::memory:", "file:bank.db", ":memory:", "file:bank.db?mode=memory"] {
        run(&format!("sqlite://{name}"), &open).ends(78);
    }
    // Not by a URL alone can a name come that SQLite would read as a URI.
    for name in ["file:copy.db", "file::memory:", "sqlite://copy.db"] {
        fs::create_dir_all(folder.path().join("sqlite:")).unwrap();
        run("sqlite://ä.db", &["backup", name]).ends(0);
        assert!(folder.path().join(name).is_file(), "{name}");
        run(&format!("sqlite://{}.db", name.len()), &["restore", name]).ends(0);
        run(&format!("sqlite://{}.db", name.len()), &["account", "list"]).ends(0).shows("EUR");
    }
    let beside = folder.path().display().to_string();
    run(&format!("sqlite:///{beside}/two-slashes.db"), &open).ends(0);
    run(&format!("sqlite://{beside}/back.db"), &["restore", &format!("/{beside}/two-slashes.db")]).ends(0);
}

on_every_backend! {
    fn what_was_kept_for_another_book_at_the_same_place_is_refused(book: &TestBook) {
        TestServer::on(book).stop().unwrap();
        book.run_as_owner("key list").ends(0).shows("admin");
        let of_another = "update {}.of_book set book_id = '00000000-0000-4000-8000-000000000000'";
        run(book, &of_another.replace("{}", &schema(book)));
        for command in ["key list", "key create payments --scope admin", "webhook list", "consumer list", "monitor list"] {
            let answer = book.run_as_owner(command).ends(78).says("are those of another book than").says("server");
            answer.says("put the book back");
        }
        let fault = keys(book).list().unwrap_err();
        assert_eq!(fault.code(), "server_foreign");
        book.run_as_owner("doctor --quick").ends(1).shows("beside_the_book").shows("those of another book than");
    }
}

#[test]
fn a_book_that_is_made_at_the_place_of_another_does_not_take_its_keys_over() {
    let (book, other) = (book_with_accounts(), book_with_accounts());
    book.run("key create payments --scope admin").ends(0);
    fs::rename(file_of(&other), file_of(&book)).unwrap();
    let served = with_suffix(&file_of(&book), "-server");
    let (old, new) = (served.display().to_string(), file_of(&book).display().to_string());
    for command in ["key list", "key create payments --scope admin", "serve"] {
        book.run(command).ends(78).says(&old).says(&new).says("move the file away");
    }
    fs::rename(&served, with_suffix(&served, ".old")).unwrap();
    let _ = fs::remove_file(with_suffix(&served, "-wal"));
    book.run("key list").ends(0);
    book.run("key create payments --scope admin").ends(0);
}

#[test]
fn a_server_whose_keys_are_removed_says_so() {
    let book = book_with_accounts();
    let server = TestServer::on(&book);
    server.get("/readyz").is(200);
    server.get("/v1/keys").is(200);
    let kept = with_suffix(&file_of(&book), "-server");
    let away = with_suffix(&kept, ".away");
    fs::rename(&kept, &away).unwrap();
    server.get("/v1/keys").problem(503, "file_replaced");
    server
        .request("POST", "/v1/keys")
        .json(r#"{"name": "late", "scopes": ["admin"]}"#)
        .send()
        .problem(503, "file_replaced");
    for path in ["/v1/webhooks", "/v1/consumers", "/v1/monitors"] {
        server.get(path).problem(503, "file_replaced");
    }
    let hook = r#"{"url": "https://hooks.example/"}"#;
    server.post("/v1/webhooks", hook).problem(503, "file_replaced");
    let begin = std::time::Instant::now();
    while server.get("/readyz").status == 200 {
        assert!(begin.elapsed().as_secs() < 60, "it stays ready");
    }
    assert!(server.get("/readyz").is(503).body.starts_with("no keys"));
    server.get("/v1/accounts").is(200);
    assert!(!kept.exists());
    fs::rename(&away, &kept).unwrap();
    while server.get("/readyz").status != 200 {
        assert!(begin.elapsed().as_secs() < 60, "it stays unready");
    }
}
