//! A whole book goes out and comes in again, byte for byte, on every backend.

pub mod everything;
mod kills;
mod refusals;

use std::fs;
use std::io::{self, BufReader, Write as _};
use std::ops::ControlFlow;
use std::process::Stdio;

use tempfile::TempDir;

use teller::interchange::{BookReader, BookWriter};
use teller::ledger::BookImported;
use teller::store::StoreOptions;
use teller::{Ledger, Mode};

use self::everything::fill;
use crate::support::{Answer, Program, TestBook, check, on_every_backend_as_owner};

/// A folder for the files of one test.
struct Files(TempDir);

impl Files {
    fn new() -> Self {
        Self(TempDir::new().unwrap())
    }

    fn path(&self, name: &str) -> String {
        self.0.path().join(name).to_str().unwrap().to_owned()
    }

    fn export(&self, book: &TestBook, name: &str) -> String {
        Program::on(book, &["export", "--out", &self.path(name)]).run().ends(0);
        fs::read_to_string(self.path(name)).unwrap()
    }

    fn import(&self, book: &TestBook, name: &str) -> Answer {
        Program::on(book, &["import", "book", &self.path(name), "--format", "ndjson"]).run()
    }

    /// An import that is only tried out, and leaves no trace.
    fn try_import(&self, book: &TestBook, name: &str) -> Answer {
        let before = book.contents();
        let arguments = ["import", "book", &self.path(name), "--dry-run", "--format", "ndjson"];
        let answer = Program::on(book, &arguments).run();
        assert_eq!(book.contents(), before, "a dry run changes nothing");
        answer
    }

    /// An import that has most accounts in a file while it goes over them.
    fn import_short_of_memory(&self, book: &TestBook, name: &str) -> Result<BookImported, teller::Error> {
        let ledger = Ledger::open_incomplete(book.url.parse().unwrap(), StoreOptions::default()).unwrap();
        let mut file = BookReader::new(BufReader::new(fs::File::open(self.path(name)).unwrap()));
        let go_on = &mut |_| ControlFlow::Continue(());
        ledger.with_walk_memory(600).import_book(&mut file, Mode::Commit, go_on)
    }

    fn import_text(&self, book: &TestBook, text: &str) -> Answer {
        fs::write(self.path("changed"), text).unwrap();
        self.import(book, "changed")
    }
}

on_every_backend_as_owner! {
    // V5
    fn a_book_that_goes_out_and_in_is_the_same_byte_for_byte(book: &TestBook) {
        let files = Files::new();
        fill(book);
        Program::on(book, &["seal", "--out", &files.path("seal")]).run().ends(0);
        let original = files.export(book, "original");
        assert_eq!(files.export(book, "again"), original);
        for copy in [TestBook::on_sqlite(), TestBook::on_postgres()] {
            let counts = files.import(&copy, "original").ends(0).json();
            assert_eq!((&counts["complete"], &counts["replayed"]), (&true.into(), &false.into()));
            assert_eq!(files.export(&copy, if copy.is_on_postgres() { "postgres" } else { "sqlite" }), original);
            Program::on(&copy, &["verify", "--seal", &files.path("seal")]).run().ends(0).says("the book is whole");
            copy.set_time("2026-04-01T00:00:00Z");
            let accounts = |book: &TestBook| book.ledger().list_accounts("", None, 1_000).unwrap().accounts;
            assert_eq!(accounts(&copy), accounts(book), "all that is computed is the same too");
            let holds = "select concat(sequence, ' ', remaining, ' ', state) from holds order by sequence";
            assert_eq!(copy.query_texts(holds), book.query_texts(holds));
            goes_on(book, &copy, &files);
        }
    }

    // V5
    fn a_book_with_more_accounts_than_memory_goes_out_and_in_the_same(book: &TestBook) {
        let files = Files::new();
        fill(book);
        let original = files.export(book, "original");
        let mut file = BookWriter::new(Vec::new(), |_| Err(io::Error::other("nothing is begun anew")));
        book.ledger().with_walk_memory(200).export_book(&mut file, &mut |_| ControlFlow::Continue(())).unwrap();
        assert_eq!(String::from_utf8(file.into_inner()).unwrap(), original);
        for copy in [TestBook::on_sqlite(), TestBook::on_postgres()] {
            let imported = files.import_short_of_memory(&copy, "original").unwrap();
            assert!(imported.is_complete && !imported.replayed, "{imported:?}");
            assert_eq!(files.export(&copy, if copy.is_on_postgres() { "postgres" } else { "sqlite" }), original);
            copy.set_time("2026-04-01T00:00:00Z");
            let accounts = |book: &TestBook| book.ledger().list_accounts("", None, 1_000).unwrap().accounts;
            assert_eq!(accounts(&copy), accounts(book), "all that is computed is the same too");
            let short_of_memory = copy.ledger().with_walk_memory(600);
            assert_eq!(short_of_memory.verify(&mut |_| {}).unwrap(), book.ledger().verify(&mut |_| {}).unwrap());
        }
    }

    // V5
    fn a_used_book_is_refused(book: &TestBook) {
        let files = Files::new();
        fill(book);
        files.export(book, "original");
        let used = book.another();
        check(&used, "account cash asset EUR");
        let before = used.contents();
        files.import(&used, "original").ends(3).says("book_used");
        files.import(book, "original").ends(3).says("book_used");
        assert_eq!(used.contents(), before);
    }

    fn a_file_that_was_imported_is_not_imported_again(book: &TestBook) {
        let files = Files::new();
        fill(book);
        files.export(book, "original");
        let copy = book.another();
        files.import(&copy, "original").ends(0);
        assert_eq!(files.import(&copy, "original").ends(0).json()["replayed"], true);
        check(book, "deposit alice 1 -> posted");
        files.export(book, "later");
        files.import(&copy, "later").ends(3).says("book_used");
    }

    fn a_dry_run_of_an_import_judges_the_whole_file_and_leaves_no_trace(book: &TestBook) {
        let files = Files::new();
        fill(book);
        files.export(book, "original");
        let copy = book.another();
        let counts = files.try_import(&copy, "original").ends(0).says("Dry run: would import 10 accounts").json();
        assert_eq!((&counts["complete"], &counts["dry_run"], &counts["resumed"]), (&true.into(), &true.into(), &0.into()));
        files.import(&copy, "original").ends(0);
        assert_eq!(files.try_import(&copy, "original").ends(0).json()["replayed"], true);
        check(book, "deposit alice 1 -> posted");
        files.export(book, "later");
        files.try_import(&copy, "later").ends(3).says("book_used");
        files.try_import(book, "original").ends(3).says("book_used");
    }

    fn a_book_that_registered_currencies_of_its_own_is_refused(book: &TestBook) {
        let files = Files::new();
        fill(book);
        files.export(book, "original");
        let copy = book.another();
        copy.run("currency add UNIT --exponent 3 --name other").ends(0);
        for answer in [files.try_import(&copy, "original"), files.import(&copy, "original")] {
            answer.ends(3).says("book_used").says("1 events of its own");
        }
    }

    fn an_empty_book_goes_out_and_in(book: &TestBook) {
        let files = Files::new();
        let original = files.export(book, "original");
        let copy = book.another();
        files.import(&copy, "original").ends(0);
        assert_eq!(files.export(&copy, "copy"), original);
        check(&copy, "account cash asset EUR");
    }

    fn a_book_goes_through_stdout_and_stdin(book: &TestBook) {
        let files = Files::new();
        fill(book);
        let original = files.export(book, "original");
        let out = Program::on(book, &["export"]).run().ends(0).says("Exported 10 accounts");
        assert_eq!(out.stdout, original);
        let copy = book.another();
        let piped = Program::on(&copy, &["import", "book", "-"]).command(|command| {
            command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        });
        let mut import = piped.spawn();
        import.stdin.take().unwrap().write_all(original.as_bytes()).unwrap();
        assert!(import.wait().unwrap().success());
        assert_eq!(files.export(&copy, "copy"), original);
    }

    fn an_export_never_goes_over_a_file_that_is_there(book: &TestBook) {
        let files = Files::new();
        fs::write(files.path("there"), "kept").unwrap();
        Program::on(book, &["export", "--out", &files.path("there")]).run().ends(65).says("the file exists");
        assert_eq!(fs::read_to_string(files.path("there")).unwrap(), "kept");
        assert_eq!(fs::read_dir(files.0.path()).unwrap().count(), 1, "nothing else is left behind");
    }

    fn the_id_of_a_book_is_given_before_its_first_account_only(book: &TestBook) {
        let zero = if book.is_on_postgres() { "'00000000-0000-0000-0000-000000000000'" } else { "zeroblob(16)" };
        let update = format!("update book_identity set id = {zero}");
        assert_eq!(book.raw(&update), Ok(1));
        check(book, "account cash asset EUR");
        assert!(book.raw(&update).unwrap_err().contains("update refused"));
        assert!(book.raw("delete from book_identity").unwrap_err().contains("delete refused"));
    }
}

/// The copy takes the same requests to the same state.
fn goes_on(book: &TestBook, copy: &TestBook, files: &Files) {
    let (one, other) = (book.another(), copy);
    files.import(&one, "original").ends(0);
    for book in [&one, other] {
        book.set_time("2026-05-01T00:00:00Z");
        check(
            book,
            "account new liability EUR\ndeposit fresh: alice 1 -> posted\ntransfer later: alice bob 1 -> replayed",
        );
    }
    let (one, other) = (files.export(&one, "one"), files.export(other, "other"));
    assert_eq!(one, other);
    for name in ["one", "other"] {
        fs::remove_file(files.path(name)).unwrap();
    }
}
