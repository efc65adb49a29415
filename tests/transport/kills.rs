//! An import that is killed at any point and started again completes, and nothing is there twice.

use std::fs;
use std::thread;
use std::time::{Duration, Instant};

use teller::Mode;

use super::Files;
use super::everything::fill;
use crate::support::process::signal;
use crate::support::{Program, Random, TestBook, check, on_every_backend_as_owner, transfer};

const KILLS: u32 = 8;
const TRANSFERS: usize = 6_000;

fn fill_with_many(book: &TestBook) {
    fill(book);
    check(book, "deposit alice 1000 -> posted");
    let request = |number: usize| transfer(&format!("many {number}"), "alice", "bob", "0.01");
    for numbers in (0..TRANSFERS).collect::<Vec<_>>().chunks(2_000) {
        let requests: Vec<_> = numbers.iter().map(|number| request(*number)).collect();
        assert!(book.ledger().post_batch(&requests, Mode::Commit).unwrap().iter().all(Result::is_ok));
    }
}

on_every_backend_as_owner! {
    // V5
    fn an_import_killed_at_any_point_and_started_again_completes(book: &TestBook) {
        let files = Files::new();
        fill_with_many(book);
        let original = files.export(book, "original");
        let copy = &book.another();
        let begin = Instant::now();
        files.import(copy, "original").ends(0);
        let mut longest = begin.elapsed();

        let (mut random, mut kills, mut between) = (Random(1), 0, 0);
        while kills < KILLS {
            let copy = &book.another();
            let mut lines = 0;
            for _ in 0..5 {
                let mut import = Program::on(copy, &["import", "book", &files.path("original")]).start();
                // The moment is what this test varies; it waits for nothing.
                thread::sleep(longest * u32::try_from(random.below(1_000)).unwrap() / 1_000);
                import.kill().unwrap();
                let is_killed = import.wait().unwrap().code().is_none();
                kills += u32::from(is_killed);
                if !is_killed {
                    longest = longest.saturating_sub(longest / 8).max(Duration::from_millis(1));
                    break;
                }
                let now = copy.query_i64("select coalesce(max(lines), 0) from book_imports");
                assert!(now >= lines, "{lines} lines became {now}");
                lines = now;
                between += u32::from(lines > 1);
                if copy.query_i64("select count(*) from book_imports where finished_at is null") == 1 {
                    copy.run("verify").ends(3).says("the book is incomplete");
                }
            }
            files.import(copy, "original").ends(0);
            assert_eq!(files.export(copy, "copy"), original);
            fs::remove_file(files.path("copy")).unwrap();
            copy.run("verify").ends(0);
        }
        assert!(between > 0, "some fall where part of the file is there");
    }

    fn an_import_that_is_interrupted_says_how_to_go_on(book: &TestBook) {
        let files = Files::new();
        fill_with_many(book);
        let original = files.export(book, "original");
        let copy = &book.another();
        let mut import = Program::on(copy, &["import", "book", &files.path("original")]).start();
        while copy.query_i64("select coalesce(max(lines), 0) from book_imports") < 2 {
            assert!(import.try_wait().unwrap().is_none(), "it is still at work");
        }
        signal(import.id(), "INT");
        let code = import.wait().unwrap().code();
        // An import that is as good as done ends in order.
        assert!(code == Some(75) || code == Some(0), "{code:?}");
        files.import(copy, "original").ends(0);
        assert_eq!(files.export(copy, "copy"), original);
    }

    fn an_interrupted_import_does_not_go_on_with_another_file(book: &TestBook) {
        let files = Files::new();
        fill_with_many(book);
        let original = files.export(book, "original");
        let copy = &book.another();
        // Cut behind the first batches.
        let half = original[..original.len() / 2].rfind('\n').unwrap() + 1;
        files.import_text(copy, &original[..half]).ends(65).says("without its trailer");
        assert!(copy.query_i64("select lines from book_imports") > 1_000);
        // A later export of the same book is a whole file too, and begins with other counts.
        check(book, "deposit alice 1 -> posted");
        files.export(book, "later");
        files.try_import(copy, "later").ends(65).says("the book has the beginning of another file");
        files.import(copy, "later").ends(65).says("the book has the beginning of another file");
        let other = &book.another();
        fill(other);
        files.export(other, "other");
        files.import(copy, "other").ends(3).says("book_used");
        let tried = files.try_import(copy, "original").ends(0).json();
        assert!(tried["resumed"].as_u64() > Some(1_000), "{tried}");
        files.import(copy, "original").ends(0);
        assert_eq!(files.export(copy, "copy"), original);
    }
}
