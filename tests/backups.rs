//! A backup is a whole book or no file at all, and so is what is restored from it.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use diesel::connection::SimpleConnection;
use tempfile::TempDir;

use teller::Mode;
use teller::store::settle_book_file;

use crate::support::{Answer, Program, Random, TestBook, assert_whole, check, transfer, transfer_with_id};

/// A book in a file, and a folder for its copies.
struct Place {
    book: TestBook,
    folder: TempDir,
}

impl Place {
    fn new() -> Self {
        let book = TestBook::on_sqlite();
        check(&book, "account a asset EUR\naccount b asset EUR");
        Self { book, folder: TempDir::new().unwrap() }
    }

    fn post(&self, keys: std::ops::Range<u32>) {
        let ledger = self.book.ledger();
        for key in keys {
            ledger.post(transfer(&format!("k{key}"), "a", "b", "1"), Mode::Commit).unwrap();
        }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn back_up(&self, name: &str) -> Answer {
        Program::on(&self.book, &["backup", self.path(name).to_str().unwrap()]).run()
    }

    /// Restores one file of the folder to another.
    fn restore(&self, from: &str, to: &str) -> Answer {
        run_on(&self.path(to), &["restore", self.path(from).to_str().unwrap()])
    }

    /// How many transfers a copy has, which must be whole.
    fn transfers_in(&self, name: &str) -> u64 {
        let answer = run_on(&self.path(name), &["verify", "--format", "ndjson"]).ends(0);
        answer.json()["transfers"].as_u64().unwrap()
    }

    /// What is in the folder, by name.
    fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(self.folder.path()).unwrap();
        let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort_unstable();
        names
    }
}

fn run_on(file: &Path, arguments: &[&str]) -> Answer {
    let url = format!("sqlite://{}", file.display());
    Program::new(&[&["--database-url", &url], arguments].concat()).run()
}

/// The file of an SQLite book.
fn file_of(book: &TestBook) -> PathBuf {
    book.url.strip_prefix("sqlite://").unwrap().into()
}

#[test]
fn a_backup_is_restored_to_the_same_book() {
    let place = Place::new();
    place.post(0..5);
    let accounts = place.book.run("account list --format ndjson").ends(0).stdout;
    place.back_up("backup.db").ends(0).shows("backup.db");
    place.post(5..8);
    place.restore("backup.db", "book.db").ends(0).says("the book is whole").says("Restored to sqlite://");
    assert_eq!(place.names(), ["backup.db", "book.db"]);
    assert_eq!((place.transfers_in("backup.db"), place.transfers_in("book.db")), (5, 5));
    assert_eq!(run_on(&place.path("book.db"), &["account", "list", "--format", "ndjson"]).ends(0).stdout, accounts);

    // What was posted before it was written is known, and what came later is posted anew.
    let post = |key: u32| {
        let key = format!("k{key}");
        let words = ["transfer", "a", "b", "1", "--idempotency-key", &key, "--format", "json"];
        run_on(&place.path("book.db"), &words).ends(0).json()
    };
    assert_eq!((&post(4)["replayed"], &post(5)["replayed"]), (&true.into(), &false.into()));
    post(6);
    assert_eq!(place.transfers_in("book.db"), 7);
}

#[test]
fn a_backup_while_others_write_is_a_book_as_it_stood_at_one_moment() {
    const BACKUPS: usize = 5;
    let place = Place::new();
    place.post(0..1);
    let has_ended = AtomicBool::new(false);
    let counts: Vec<_> = thread::scope(|scope| {
        for writer in 0..2 {
            let (place, has_ended) = (&place, &has_ended);
            scope.spawn(move || {
                let ledger = place.book.ledger();
                let (from, to) = if writer == 0 { ("a", "b") } else { ("b", "a") };
                while !has_ended.load(Ordering::Relaxed) {
                    let batch: Vec<_> =
                        (0..50).map(|_| transfer_with_id(place.book.next_id(), from, to, "1")).collect();
                    ledger.post_batch(&batch, Mode::Commit).unwrap();
                }
            });
        }
        let back_up = |number| {
            let before = place.book.query_i64("select count(*) from transfers").unsigned_abs();
            place.back_up(&format!("{number}.db")).ends(0);
            let count = place.transfers_in(&format!("{number}.db"));
            assert!(count >= before, "{count} transfers are fewer than the {before} that were there");
            count
        };
        let counts = (0..BACKUPS).map(back_up).collect();
        has_ended.store(true, Ordering::Relaxed);
        counts
    });
    assert!(counts.is_sorted() && counts.first() < counts.last(), "writing went on: {counts:?}");
    // A batch is in it whole or not at all.
    assert!(counts.iter().all(|count| count % 50 == 1), "{counts:?}");
    assert_whole(&place.book.ledger(), place.book.query_i64("select count(*) from transfers").unsigned_abs());
}

#[test]
fn what_is_there_is_never_overwritten() {
    let place = Place::new();
    place.post(0..3);
    place.back_up("backup.db").ends(0);
    let before = fs::read(place.path("backup.db")).unwrap();
    place.back_up("backup.db").ends(65).says("is there already");
    place.restore("backup.db", "backup.db").ends(65).says("is there already");
    assert_eq!(fs::read(place.path("backup.db")).unwrap(), before);
    run_on(&file_of(&place.book), &["restore", place.path("backup.db").to_str().unwrap()]).ends(65);
    assert_whole(&place.book.ledger(), 3);

    // The log that another book left behind would be read as this one's.
    for companion in ["book.db-wal", "book.db-shm", "book.db-journal"] {
        fs::write(place.path(companion), "").unwrap();
        place.restore("backup.db", "book.db").ends(65).says(companion);
        place.back_up("book.db").ends(65).says(companion);
        fs::remove_file(place.path(companion)).unwrap();
    }
    assert_eq!(place.names(), ["backup.db"]);
}

#[test]
fn a_backup_that_is_killed_leaves_a_whole_file_or_none() {
    const KILLS: u32 = 30;
    let place = Place::new();
    let ledger = place.book.ledger();
    let batch: Vec<_> = (0..20_000).map(|_| transfer_with_id(place.book.next_id(), "a", "b", "1")).collect();
    ledger.post_batch(&batch, Mode::Commit).unwrap();
    let mut random = Random(7);
    let (mut complete, mut killed) = (0, 0);
    for number in 0..KILLS {
        let name = format!("{number}.db");
        let mut program = Program::on(&place.book, &["backup", place.path(&name).to_str().unwrap()]).start();
        // The moment is what this test varies; it waits for nothing.
        thread::sleep(Duration::from_micros(random.below(120_000)));
        program.kill().unwrap();
        killed += u32::from(program.wait().unwrap().code().is_none());
        if place.path(&name).exists() {
            assert_eq!(place.transfers_in(&name), 20_000);
            complete += 1;
        }
    }
    assert!(killed > 0 && complete < KILLS, "some are killed before the end");
    assert_whole(&ledger, 20_000);
}

#[test]
fn a_backup_that_is_not_whole_is_not_put_in_place() {
    let place = Place::new();
    place.post(0..300);
    place.back_up("backup.db").ends(0);

    let good = fs::read(place.path("backup.db")).unwrap();
    let page = 4096;
    let mut torn = good.clone();
    torn[page * 8..page * 10].fill(0xa5);
    fs::write(place.path("torn.db"), torn).unwrap();
    fs::write(place.path("cut.db"), &good[..good.len() / 2]).unwrap();
    fs::write(place.path("text.db"), "Dear diary, this is no database. ".repeat(40)).unwrap();
    fs::write(place.path("empty.db"), "").unwrap();
    fs::write(place.path("changed.db"), &good).unwrap();
    let change =
        "drop trigger transfers_are_append_only_on_update; update transfers set amount = 200 where sequence = 2";
    let mut connection =
        <diesel::sqlite::SqliteConnection as diesel::Connection>::establish(place.path("changed.db").to_str().unwrap())
            .unwrap();
    connection.batch_execute(change).unwrap();

    for (name, code, says) in [
        ("torn.db", 70, "damaged"),
        ("cut.db", 70, "damaged"),
        ("text.db", 78, "text.db is not a Teller book"),
        ("empty.db", 78, "empty.db is not a Teller book"),
        ("missing.db", 65, "missing.db"),
        ("changed.db", 1, "Nothing was put in place"),
    ] {
        let before = place.names();
        place.restore(name, "book.db").ends(code).says(says);
        assert_eq!(place.names(), before, "{name}");
    }
}

#[test]
fn a_dry_run_proves_a_backup_and_leaves_no_trace() {
    let place = Place::new();
    place.post(0..3);
    place.back_up("backup.db").ends(0);
    let backup = place.path("backup.db");
    let answer = run_on(&place.path("book.db"), &["restore", backup.to_str().unwrap(), "--dry-run"]).ends(0);
    answer.says("Verified 3 transfers").says("Would restore to");
    assert_eq!(place.names(), ["backup.db"]);
}

#[test]
fn a_backup_of_an_older_schema_is_migrated_where_it_is_restored() {
    let place = Place::new();
    let reverted = place.book.run("migrate revert --discard-everything --yes").ends(0).stderr;
    let name = reverted.trim().strip_prefix("Reverted ").unwrap().trim_end_matches('.').to_owned();
    place.back_up("backup.db").ends(0);
    let before = fs::read(place.path("backup.db")).unwrap();
    place.restore("backup.db", "book.db").ends(0).says(&format!("Applied {name} to the copy."));
    assert_eq!(place.transfers_in("book.db"), 0);
    assert_eq!(fs::read(place.path("backup.db")).unwrap(), before, "the backup is as it was");
}

#[test]
fn a_book_that_is_not_there_is_not_backed_up() {
    let place = Place::new();
    let backup = place.path("backup.db");
    run_on(&place.path("missing.db"), &["backup", backup.to_str().unwrap()]).ends(78).says("there is no such book");
    fs::write(place.path("text.db"), "Dear diary, this is no database. ".repeat(40)).unwrap();
    run_on(&place.path("text.db"), &["backup", backup.to_str().unwrap()]).ends(78);
    fs::write(place.path("empty.db"), "").unwrap();
    run_on(&place.path("empty.db"), &["backup", backup.to_str().unwrap()]).ends(78);
    assert!(!backup.exists());
    Program::on(&place.book, &["backup", place.path("no/folder/backup.db").to_str().unwrap()])
        .run()
        .ends(65)
        .says("cannot write");
}

#[test]
fn postgres_says_how_it_is_backed_up_and_restored() {
    let (book, folder) = (TestBook::on_postgres(), TempDir::new().unwrap());
    let file = folder.path().join("backup");
    let file = file.to_str().unwrap();
    Program::on(&book, &["backup", file]).run().ends(78).says("pg_dump").says("pg_basebackup");
    Program::on(&book, &["restore", file]).run().ends(78).says("pg_restore").says("teller verify");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn a_copy_is_settled_when_all_others_have_let_go_of_it() {
    let place = Place::new();
    let file = file_of(&place.book);
    let mut others = [place.book.connect_sqlite(), place.book.connect_sqlite()];
    for other in &mut others {
        other.batch_execute("select count(*) from transfers").unwrap();
    }
    place.post(0..3);
    let log = PathBuf::from(format!("{}-wal", file.display()));
    assert!(log.exists());
    let is_settled = AtomicBool::new(false);
    thread::scope(|scope| {
        let settling = scope.spawn(|| {
            settle_book_file(&file).unwrap();
            is_settled.store(true, Ordering::Relaxed);
        });
        for other in others {
            assert!(!is_settled.load(Ordering::Relaxed) && log.exists());
            drop(other);
        }
        settling.join().unwrap();
    });
    assert!(!log.exists());
    // In the header of a file that has a log these are 2.
    assert_eq!(fs::read(&file).unwrap()[18..20], [1, 1]);
    // The file alone has it all.
    fs::copy(&file, place.path("copy.db")).unwrap();
    assert_eq!(place.transfers_in("copy.db"), 3);
}

/// `cp` of a file that is in use misses what is still in its log; with the log it is whole.
#[test]
fn a_raw_copy_is_whole_with_its_log_and_lacks_the_end_without() {
    let place = Place::new();
    let file = file_of(&place.book);
    // A reader keeps the log from being written back.
    let mut reader = place.book.connect_sqlite();
    place.post(0..2);
    reader.batch_execute("pragma wal_checkpoint(truncate); begin; select count(*) from transfers").unwrap();
    place.post(2..7);
    for (suffix, name) in [("", "with"), ("-wal", "with-wal"), ("", "without")] {
        fs::copy(format!("{}{suffix}", file.display()), place.path(name)).unwrap();
    }
    place.restore("with", "restored.db").ends(0).says("Verified 7 transfers");
    place.restore("without", "short.db").ends(0).says("Verified 2 transfers");
    place.back_up("backup.db").ends(0);
    assert_eq!((place.transfers_in("restored.db"), place.transfers_in("backup.db")), (7, 7));
}
