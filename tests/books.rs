//! Many books in one PostgreSQL database. An SQLite file is one book, and says so.

use crate::support::{Answer, Program, TestBook, assert_whole, check, in_parallel};

/// Runs the program on another book of the same database; the arguments are separated by blanks.
fn run_in(book: &TestBook, name: &str, arguments: &str) -> Answer {
    Program::on(book, &[&["--book", name], &arguments.split(' ').collect::<Vec<_>>()[..]].concat()).run()
}

/// A database's own name for a book of this test.
fn name_in(book: &TestBook, name: &str) -> String {
    format!("{}_{name}", book.query_text("select current_schema()::text"))
}

fn drop_books(book: &TestBook, names: &[String]) {
    for name in names {
        book.raw_script(&format!("drop schema {name} cascade")).unwrap();
    }
}

#[test]
fn two_books_in_one_database_do_not_see_each_other() {
    let database = TestBook::on_postgres();
    let names = ["alice", "bob"].map(|name| name_in(&database, name));
    for name in &names {
        database.run(&format!("book create {name}")).ends(0).says("is ready");
        for command in ["account open a --currency EUR --type asset", "account open b --currency EUR --type asset"] {
            run_in(&database, name, command).ends(0);
        }
    }
    // The same id in both is posted in both.
    for (name, amount) in names.iter().zip(["1.00", "2.00"]) {
        let transfer = format!("transfer a b {amount} --idempotency-key k1 --format json");
        assert_eq!(run_in(&database, name, &transfer).ends(0).json()["replayed"], false);
        assert_eq!(run_in(&database, name, &transfer).ends(0).json()["replayed"], true);
    }
    for (name, amount) in names.iter().zip(["1.00", "2.00"]) {
        assert_eq!(run_in(&database, name, "balance b --format json").ends(0).json()["items"][0]["posted"], amount);
        run_in(&database, name, "verify").ends(0).says("Verified 1 transfer and 2 accounts");
    }
    // The book that the URL itself names is a third one.
    database.run("account list").ends(0).says("No accounts.");
    run_in(&database, &names[0], "account open c --currency EUR").ends(0);
    run_in(&database, &names[1], "balance c").ends(3);

    let listed = database.run("book list --format ndjson").ends(0).stdout;
    for name in &names {
        assert!(listed.contains(&format!("{{\"book\":\"{name}\",\"schema_state\":\"up to date\"}}\n")), "{listed}");
    }
    drop_books(&database, &names);
}

#[test]
fn twenty_books_made_at_once_are_all_whole() {
    const BOOKS: usize = 20;
    let database = TestBook::on_postgres();
    let names: Vec<_> = (0..BOOKS).map(|number| name_in(&database, &number.to_string())).collect();
    let answers = in_parallel(BOOKS, |number| database.run(&format!("book create {}", names[number])));
    for (name, answer) in names.iter().zip(answers) {
        answer.ends(0).says("is ready");
        run_in(&database, name, "verify").ends(0).says("the book is whole");
    }
    drop_books(&database, &names);
}

// C7
#[test]
fn one_book_made_by_twenty_at_once_is_made_once() {
    let database = TestBook::on_postgres();
    let name = name_in(&database, "shared");
    let answers = in_parallel(20, |_| {
        let answer = database.run(&format!("book create {name}")).ends(0);
        run_in(&database, &name, "account open cash --currency EUR --type asset").ends(0);
        answer.stderr.contains("is ready")
    });
    assert_eq!(answers.iter().filter(|is_maker| **is_maker).count(), 1);
    run_in(&database, &name, "verify").ends(0).says("0 transfers and 1 account");
    drop_books(&database, &[name]);
}

#[test]
fn a_book_that_was_made_in_part_is_completed() {
    let database = TestBook::on_postgres();
    let name = name_in(&database, "half");
    // A kill between the two steps leaves this.
    database.raw(&format!("create schema {name}")).unwrap();
    run_in(&database, &name, "account list").ends(78).says("teller migrate run");
    database.run(&format!("book create {name} --dry-run")).ends(0).says("Would make");
    database.run(&format!("book create {name}")).ends(0).says("is ready");
    database.run(&format!("book create {name} --dry-run")).ends(0).says("is there already");
    database.run(&format!("book create {name}")).ends(0).says("nothing changed");
    run_in(&database, &name, "account list").ends(0);
    drop_books(&database, &[name]);
}

#[test]
fn a_book_that_is_not_there_is_not_made_by_the_way() {
    let database = TestBook::on_postgres();
    for command in ["account list", "migrate run", "verify", "migrate roles", "transfer a b 1"] {
        run_in(&database, &name_in(&database, "ghost"), command).ends(78).says("teller book create");
    }
    for name in ["Alice", "a-b", "a\"; drop schema public cascade; --", "pg_catalog", ""] {
        Program::on(&database, &["book", "create", name]).run().ends(65).says("name");
        Program::on(&database, &["--book", name, "account", "list"]).run().ends(65);
    }
}

#[test]
fn an_sqlite_file_is_one_book() {
    let book = TestBook::on_sqlite();
    check(&book, "account a asset EUR\naccount b asset EUR\ntransfer a b 5 -> posted");
    for command in ["book create alice", "book create alice --dry-run", "--book alice account list"] {
        book.run(command).ends(78).says("an SQLite file is one book").says("--database-url sqlite://alice.db");
    }
    let file = book.url.strip_prefix("sqlite://").unwrap();
    assert_eq!(book.run("book list --format json").ends(0).json()["items"][0]["book"], file);
    assert_whole(&book.ledger(), 1);
}
