//! Care where a slip would cost much: what cannot be undone is asked for, and years that are slips are said.

use std::io::Write as _;
use std::process::{Command, Stdio};

use crate::support::{TestBook, check, on_every_backend};

const BEGIN: &str = "account a asset EUR\naccount b asset EUR";

/// Answers a question at a terminal, and returns all that comes to it.
fn answer_at_a_terminal(book: &TestBook, arguments: &str, answer: &str) -> String {
    let line = format!("'{}' --database-url '{}' {arguments}", env!("CARGO_BIN_EXE_teller"), book.owner_url);
    let mut script = Command::new("script");
    script.args(["-qec", &line, "/dev/null"]).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut script = script.spawn().expect("script starts");
    script.stdin.take().unwrap().write_all(answer.as_bytes()).unwrap();
    String::from_utf8_lossy(&script.wait_with_output().unwrap().stdout).into_owned()
}

on_every_backend! {
    fn an_account_is_closed_for_ever_only_where_that_is_confirmed(book: &TestBook) {
        check(book, BEGIN);
        let refused = book.run("account close a --format json").ends(2);
        let error: serde_json::Value = serde_json::from_str(&refused.stderr).unwrap();
        assert_eq!(error["error"]["code"], "not_confirmed");
        book.run("account close a").ends(2).says("closing account a for ever cannot be undone").says("--yes");
        book.run("account close a --dry-run").ends(0).shows("closed");
        for answer in ["no\n", "\n"] {
            let shown = answer_at_a_terminal(book, "account close a", answer);
            assert!(shown.contains("Type yes to go on:") && shown.contains("nothing was done"), "{shown}");
        }
        check(book, "balance a state open");
        let shown = answer_at_a_terminal(book, "account close a", "yes\n");
        assert!(shown.contains("Type yes to go on:"), "{shown}");
        check(book, "balance a state closed");
        book.run("account close b --yes").ends(0);
        check(book, "balance b state closed");
    }

    fn a_book_is_discarded_only_where_that_is_confirmed(book: &TestBook) {
        check(book, BEGIN);
        book.run_as_owner("migrate revert --discard-everything").ends(2).says("discarding what the newest migration holds cannot be undone");
        book.run_as_owner("migrate revert --discard-everything --dry-run").ends(0);
        check(book, "balance a state open");
        book.run_as_owner("migrate revert --discard-everything --yes").ends(0).says("Reverted ");
    }

    fn a_year_far_from_now_is_said(book: &TestBook) {
        check(book, BEGIN);
        let deposit = |time: &str| book.run(&format!("transfer a b 5 --effective-at {time} --dry-run")).ends(0).stderr;
        assert!(deposit("2006-01-01T00:00:00Z").contains("It counts at 2006-01-01T00:00:00.000000Z, more than ten years from now."));
        assert!(!deposit("2025-01-01T00:00:00Z").contains("more than ten years"));
        let folder = tempfile::TempDir::new().unwrap();
        let file = folder.path().join("lines.csv");
        let lines = "from,to,amount,effective_at\na,b,1,2025-09-01\na,b,1,0026-09-01\na,b,1,0026-09-02\n";
        std::fs::write(&file, lines).unwrap();
        book.run(&format!("import transfers {}", file.display())).ends(0)
            .says("2 lines at times more than ten years from now: line 3 counts at 0026-09-01T00:00:00.000000Z.");
    }
}
