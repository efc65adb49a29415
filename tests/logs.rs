//! What the program says of its work on stderr, and what it never says.

use std::process::Command;

use crate::support::{Answer, Program, TestBook, check, on_every_backend};

/// A transfer whose every text is a secret, and whose amount is one too.
const TRANSFER: [&str; 11] = [
    "transfer",
    "a",
    "s3cret:b",
    "7731094.51",
    "--description",
    "s3cret",
    "--metadata",
    "s3cret=s3cret",
    "--idempotency-key",
    "s3cret",
    "--format=table",
];

/// What no log may have: the texts and names, the amount also in minor units, Diesel's mark of values.
const SECRETS: [&str; 3] = ["s3cret", "7731094", "binds"];

fn run(book: &TestBook, flags: &[&str], variables: &[(&str, &str)]) -> Answer {
    let program = Program::on(book, &[flags, &TRANSFER[..]].concat());
    program
        .command(|command: &mut Command| {
            command.envs(variables.iter().copied());
        })
        .run()
}

fn open(book: &TestBook) {
    check(book, "account a asset EUR\naccount s3cret:b asset EUR");
}

#[track_caller]
fn assert_discreet(answer: &Answer) {
    for secret in SECRETS {
        assert!(!answer.stderr.contains(secret), "{secret} is in the log:\n{}", answer.stderr);
    }
}

/// What is seen of the insert of a transfer and of the update of its accounts. PostgreSQL does both in one statement, of which the log shows
/// the beginning and the end.
fn writes(book: &TestBook) -> [&'static str; 2] {
    if book.is_on_postgres() {
        ["with changed (id, ", "select numbers from drawn"]
    } else {
        ["insert into transfers", "update accounts set"]
    }
}

on_every_backend! {
    fn every_statement_is_timed_and_shown_without_its_values(book: &TestBook) {
        open(book);
        for (flags, variables) in [
            (&["-vv"][..], &[][..]),
            (&["-vvv"], &[]),
            (&["--verbose", "--verbose"], &[("TELLER_LOG", "error")]),
            (&[], &[("TELLER_LOG", "debug")]),
            (&[], &[("TELLER_LOG", "warn,teller::store=trace")]),
        ] {
            let answer = run(book, flags, variables).ends(0);
            let has_both = |words: [&str; 2]| answer.stderr.lines().any(|line| words.iter().all(|word| line.contains(word)));
            assert!(has_both(["statement", "microseconds="]) && has_both(["WHERE", "microseconds="]), "{}", answer.stderr);
            assert_discreet(&answer);
        }
        // The first of them is the one that posts.
        check(book, "balance a version 1");
    }

    fn what_is_posted_is_seen_in_the_log(book: &TestBook) {
        open(book);
        let [insert, update] = writes(book);
        run(book, &["-vvv"], &[]).ends(0).says(insert).says(update).says("transaction is committed");
    }

    fn what_the_command_line_posts_takes_one_transaction(book: &TestBook) {
        check(book, "account cash asset EUR\naccount alice liability EUR\naccount bob liability EUR\naccount carol liability EUR");
        book.run("deposit alice 100 --cash cash").ends(0);
        book.run("hold alice bob 20 --key h1").ends(0);
        let folder = tempfile::tempdir().unwrap();
        let batch = folder.path().join("batch.ndjson");
        std::fs::write(&batch, r#"{"key":"p1","from":"alice","to":"bob","amount":"1.00"}"#).unwrap();
        let transactions = |words: &[&str]| {
            let answer = Program::on(book, &[&["-vvv"], words].concat()).run().ends(0);
            answer.stderr.matches("transaction begins").count()
        };
        // Opening the book takes some, and reading a hold one.
        let opening_and_one = transactions(&["hold", "show", "h1"]);
        for words in [
            &["transfer", "alice", "bob", "1", "--if-balance", ">= 1.00", "--key", "t1"][..],
            &["transfer", "alice", "10", "--split", "bob 50%, carol rest"],
            &["deposit", "alice", "1"],
            &["withdraw", "alice", "1", "--cash", "cash"],
            &["hold", "alice", "bob", "1"],
            &["capture", "h1", "1"],
            &["release", "h1"],
            &["reverse", "t1", "--amount", "0.50"],
            &["reverse", "@8"],
            &["journal", "post", "--leg", "alice -> bob 1"],
            &["batch", batch.to_str().unwrap()],
        ] {
            assert_eq!(transactions(words), opening_and_one, "{words:?}");
        }
    }

    fn nothing_is_said_unless_it_is_asked_for(book: &TestBook) {
        open(book);
        assert_eq!(run(book, &[], &[]).ends(0).stderr, "");
        let brief = run(book, &["-v"], &[]).ends(0).says("connected");
        assert!(!brief.stderr.contains("microseconds"), "{}", brief.stderr);
    }

    fn a_slow_statement_is_warned_of_without_its_values(book: &TestBook) {
        open(book);
        let answer = run(book, &[], &[("TELLER_SLOW_STATEMENT_MS", "0")]).ends(0).says("WARN").says("slow statement").says(writes(book)[0]);
        assert_discreet(&answer);
        assert_eq!(run(book, &[], &[("TELLER_SLOW_STATEMENT_MS", "0"), ("TELLER_LOG", "off")]).ends(0).stderr, "This request was posted before; here is its first answer again.\n");
    }

    fn a_refused_statement_is_shown_without_its_values(book: &TestBook) {
        open(book);
        book.raw_script(if book.is_on_postgres() {
            "create function no() returns trigger language plpgsql as $$begin raise 'no'; end$$;
             create trigger no before insert on transfers for each row execute function no()"
        } else {
            "create trigger no before insert on transfers begin select raise(abort, 'no'); end"
        }).unwrap();
        let answer = run(book, &["-vvv"], &[]).ends(70).says("is_refused=true").says("transaction is rolled back");
        assert_discreet(&answer);
    }

    fn settings_of_the_log_that_cannot_be_understood_end_with_78(book: &TestBook) {
        open(book);
        for (name, text) in [("TELLER_LOG", "teller=loud"), ("TELLER_SLOW_STATEMENT_MS", "1s"), ("TELLER_SLOW_STATEMENT_MS", "-1")] {
            run(book, &[], &[(name, text)]).ends(78).says(name).says(text).says("write for example");
        }
        check(book, "balance a version 0");
    }
}

#[test]
fn a_password_is_not_logged() {
    let url = "postgres://bob:s3cret@127.0.0.1:1/bank";
    assert_discreet(&Program::new(&["-vvv", "--database-url", url, "account", "list"]).run().ends(69));
    let book = TestBook::on_postgres();
    let url = format!("{}&password=s3cret", book.url);
    assert_discreet(
        &Program::new(&["-vvv", "--database-url", &url, "account", "list"]).run().ends(0).says("connected"),
    );
}
