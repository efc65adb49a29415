//! A file is read while what was read before is posted: what goes wrong on either side ends the import as if both were one.

use std::collections::HashSet;
use std::fmt::Write as _;
use std::io;
use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::Stdio;
use std::sync::{Arc, Mutex};
use std::thread;

use teller::interchange::read_transfers;
use teller::ledger::{ImportCounts, ImportSink, Line, Refused, TransferLine};
use teller::{Clock, Error, Mode};

use super::Files;
use crate::support::process::signal;
use crate::support::{Answer, Program, TestBook, assert_whole, check, on_every_backend};

/// Several batches, and a part of one.
const LINES: u64 = 12_345;

on_every_backend! {
    fn lines_that_are_refused_are_written_down_in_the_order_of_the_file(book: &TestBook) {
        let files = Files::new(book);
        let mut text = String::from("key,from,to,amount,currency\n");
        let mut expected = Vec::new();
        for number in 2..=LINES + 1 {
            // Some with a fault of the line, some that the book refuses, of accounts that the line or only the book knows the currency of.
            let (line, code) = match number % 100 {
                17 => ("a,b,x,EUR", Some("amount_invalid")),
                18 => ("a,b,x,", Some("amount_invalid")),
                19 => ("c,b,1,EUR", Some("insufficient_funds")),
                40 => ("ghost,b,1,", Some("account_unknown")),
                41 => ("a,b,1,XXX", Some("currency_unknown")),
                _ if number == LINES + 1 => ("a,b", Some("field_count")),
                of if of % 2 == 0 => ("a,b,1,EUR", None),
                _ => ("a,b,1,", None),
            };
            writeln!(text, "k{number},{line}").unwrap();
            expected.extend(code.map(|code| format!("{number} {code}")));
        }
        let answer = files.import(&text).ends(65);
        let rejects = std::fs::read_to_string(files.rejects()).unwrap();
        let found: Vec<_> = rejects.lines().skip(1).map(|line| {
            let fields: Vec<_> = line.split(',').collect();
            format!("{} {}", fields[0], fields[2])
        }).collect();
        assert_eq!(found, expected);
        let refused = expected.iter().filter(|line| !line.contains("invalid") && !line.contains("field")).count();
        let (all, malformed) = (expected.len() as u64, expected.len() - refused);
        let done = LINES - all;
        assert_eq!(answer.stdout, files.counts(&format!("{LINES},{done},0,{refused},{malformed},{{rejects}}")));
        // What is said on stderr is the same in the same order, and there is no bar on what is no terminal.
        let said: Vec<_> = answer.stderr.lines().collect();
        assert_eq!(said.len(), 11, "{}", answer.stderr);
        for (said, expected) in said[..10].iter().zip(&expected) {
            assert!(said.starts_with(&format!("line {}", expected.split(' ').next().unwrap())), "{said}");
        }
        assert_whole(&book.ledger(), done);
    }

    fn a_database_that_fails_in_the_middle_ends_the_import_of_a_file_without_end(book: &TestBook) {
        let files = Files::new(book);
        refuse_the_amount(book, 777);
        let mut number = 0;
        let endless = std::iter::from_fn(|| {
            number += 1;
            Some(line(if number == 3_500 { "7.77" } else { "1" }))
        });
        let mut sink = Sink::default();
        let error = book.ledger().import_transfers(endless, Mode::Commit, &mut sink).unwrap_err();
        assert!(matches!(&error, Error::Store(_)), "{error:?}");
        assert!(sink.counts.lines < 3_500 && sink.counts.lines.is_multiple_of(2_000), "{:?}", sink.counts);
        assert_whole(&book.ledger(), sink.counts.lines);

        let mut text = String::from("from,to,amount\n");
        (1..=LINES).for_each(|number| text.push_str(if number == 3_500 { "a,b,7.77\n" } else { "a,b,1\n" }));
        files.import(&text).ends(70).says(&format!("Stopped after {} line", sink.counts.lines));
        assert!(!files.rejects().exists());
    }

    fn a_file_that_cannot_be_read_to_its_end_leaves_whole_batches(book: &TestBook) {
        Files::new(book);
        let lines = (0..LINES).map(|_| line("1"));
        let fault = || Err(Error::File { doing: "read the file".into(), source: io::Error::other("the disk is gone") });
        let mut sink = Sink::default();
        let broken = lines.chain(std::iter::once_with(fault));
        let error = book.ledger().import_transfers(broken, Mode::Commit, &mut sink).unwrap_err();
        assert!(matches!(&error, Error::File { source, .. } if source.to_string() == "the disk is gone"), "{error:?}");
        assert!(sink.counts.lines < LINES && sink.counts.lines.is_multiple_of(2_000), "{:?}", sink.counts);
        assert_whole(&book.ledger(), sink.counts.lines);
    }

    fn an_import_that_is_told_to_stop_has_posted_what_it_counted(book: &TestBook) {
        Files::new(book);
        let mut sink = Sink { lines_max: 3_000, ..Sink::default() };
        // Nothing but the sink ends this file.
        let counts = book.ledger().import_transfers(std::iter::repeat_with(|| line("1")), Mode::Commit, &mut sink).unwrap();
        assert!(counts.lines >= 3_000 && counts.done == counts.lines, "{counts:?}");
        assert_whole(&book.ledger(), counts.lines);
    }

    fn a_rejects_file_that_cannot_be_written_ends_the_import(book: &TestBook) {
        Files::new(book);
        let endless = std::iter::repeat_with(|| line("x"));
        let mut sink = Sink { is_full: true, ..Sink::default() };
        let error = book.ledger().import_transfers(endless, Mode::Commit, &mut sink).unwrap_err();
        assert_eq!(error.to_string(), "cannot write down a line that was not imported");
    }

    fn a_panic_while_reading_is_not_taken_for_the_end_of_the_file(book: &TestBook) {
        Files::new(book);
        let lines = (0..LINES).map(|number| if number == LINES - 1 { panic!("a bug") } else { line("1") });
        let mut sink = Sink::default();
        let import = || book.ledger().import_transfers(lines, Mode::Commit, &mut sink);
        let panic = catch_unwind(AssertUnwindSafe(import)).unwrap_err();
        assert_eq!(panic.downcast_ref(), Some(&"a bug"));
        assert_whole(&book.ledger(), sink.counts.lines);
    }

    // Each batch moves what only the batch before it has brought, so that one judged by anything else would be refused.
    fn a_batch_of_lines_is_judged_in_another_thread_by_what_the_one_before_it_leaves(book: &TestBook) {
        check(book, "
            account cash asset EUR
            account a liability EUR
            account b liability EUR
            deposit a 2000 -> posted
        ");
        let judging = Arc::new(Mutex::new(HashSet::new()));
        let clock = book.ledger().clock().clone();
        let recorded = Arc::clone(&judging);
        let ledger = book.ledger().with_clock(Clock::new(move || {
            recorded.lock().unwrap().insert(thread::current().id());
            clock.now()
        }));
        let text: String = ["a,b,1\n", "b,a,1\n", "a,b,1\n", "b,a,1\n"].map(|line| line.repeat(2_000)).concat();
        let file = format!("from,to,amount\n{text}");
        let lines = read_transfers(file.as_bytes()).unwrap();
        let counts = ledger.import_transfers(lines, Mode::Commit, &mut Sink::default()).unwrap();
        assert_eq!((counts.done, counts.refused), (8_000, 0));
        let threads = judging.lock().unwrap().clone();
        assert!(threads.iter().any(|thread| *thread != thread::current().id()), "{threads:?}");
        check(book, "balance a posted 2000 version 8001\nbalance b posted 0");
        assert_whole(&ledger, 8_001);
    }

    fn an_import_that_is_interrupted_ends_with_the_batch_at_hand(book: &TestBook) {
        let files = Files::new(book);
        let many = 60_000;
        let file = files.write(format!("from,to,amount\n{}", "a,b,0.01\n".repeat(many)).as_bytes());
        let arguments = ["import", "transfers", file.to_str().unwrap(), "--format", "ndjson"];
        let import = Program::on(book, &arguments).command(|command| {
            command.stdout(Stdio::piped()).stderr(Stdio::piped());
        });
        let mut import = import.spawn();
        while book.query_i64("select count(*) from transfers") < 1_000 {
            assert_eq!(import.try_wait().unwrap(), None, "the import is not interrupted before it ends");
        }
        signal(import.id(), "INT");
        let answer: Answer = import.wait_with_output().unwrap().into();
        let many = many as u64;
        let posted = book.query_i64("select count(*) from transfers").unsigned_abs();
        assert!(posted < many && posted.is_multiple_of(2_000), "{posted}");
        let answer = answer.ends(75).says(&format!("Stopped after {posted} lines; what was imported stays."));
        assert_eq!(answer.json()["lines"].as_u64(), Some(posted));
        let counts = Program::on(book, &arguments).run().ends(0).json();
        assert_eq!((counts["replayed"].as_u64(), counts["imported"].as_u64()), (Some(posted), Some(many - posted)));
        assert_whole(&book.ledger(), many);
    }
}

/// A line from `a` to `b`, as a file has it.
fn line(amount: &str) -> Result<Line<TransferLine>, Error> {
    let file = format!("from,to,amount\na,b,{amount}\n");
    read_transfers(file.as_bytes()).unwrap().next().unwrap()
}

/// Makes the database fail at a transfer of so many cents.
fn refuse_the_amount(book: &TestBook, cents: i64) {
    let script = if book.is_on_postgres() {
        format!(
            "create function sabotage() returns trigger language plpgsql as $$ begin raise exception 'sabotage'; end $$;
             create trigger sabotage before insert on transfers for each row when (new.amount = {cents})
             execute function sabotage()"
        )
    } else {
        format!(
            "create trigger sabotage before insert on transfers when new.amount = {cents}
             begin select raise(abort, 'sabotage'); end"
        )
    };
    book.raw_script(&script).unwrap();
}

/// Counts what is imported, and stops where it is told to.
#[derive(Default)]
struct Sink {
    counts: ImportCounts,
    /// At which count it stops, or 0.
    lines_max: u64,
    /// Whether there is no room for what is refused.
    is_full: bool,
}

impl ImportSink for Sink {
    fn refuse(&mut self, _: &Refused) -> io::Result<()> {
        if self.is_full { Err(io::Error::other("no room")) } else { Ok(()) }
    }

    fn progress(&mut self, counts: &ImportCounts) -> ControlFlow<()> {
        self.counts = *counts;
        if self.lines_max > 0 && counts.lines >= self.lines_max {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    }
}
