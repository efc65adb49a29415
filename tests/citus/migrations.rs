//! Migrations as Citus takes them.

use std::fs;

use teller::store::{Pool, StoreOptions};

use crate::support::TestBook;

#[test]
fn migrations_and_roles_are_sent_one_statement_at_a_time() {
    let book = TestBook::on_postgres();
    let down = include_str!("../../migrations/postgres/2026-11-30-000002_keep_guards_on_shards/down.sql");
    let up = include_str!("../../migrations/postgres/2026-11-30-000002_keep_guards_on_shards/up.sql");
    for (command, file) in [("migrate revert --yes -vvv", down), ("migrate run -vvv", up)] {
        let answer = book.run(command).ends(0);
        let sent = answer.stderr.lines().filter(|line| line.contains("drop trigger ")).count();
        assert_eq!(sent, file.matches("drop trigger ").count(), "{}", answer.stderr);
        // However many statements it has, they are one transaction.
        assert_eq!(answer.stderr.matches("statement=\"begin isolation level read committed").count(), 1);
    }
    let prefix = book.make_roles();
    let answer = book.run(&format!("migrate roles --apply --prefix {prefix} -vvv")).ends(0);
    let sent = answer.stderr.matches("statement=\"alter table ").count();
    assert!(sent > 10 && answer.stderr.matches("statement=\"grant ").count() > 5, "{}", answer.stderr);
}

#[test]
fn nothing_remains_of_migrations_of_which_a_late_statement_is_refused() {
    let book = TestBook::on_postgres();
    book.run("migrate revert --yes").ends(0);
    book.raw_script("create function book_identity_check_alone() returns integer language sql as 'select 1'").unwrap();
    book.run("migrate run").ends(70).says("book_identity_check_alone");
    let split = "select count(*) from pg_trigger where tgname = 'transfers_are_not_truncated' \
        and tgrelid = 'transfers'::regclass";
    assert_eq!(book.query_i64(split), 0, "the statements before it are taken back");
}

/// The steps that are compiled in are those that the folders have.
#[test]
fn every_folder_of_migrations_is_a_step_on_both_backends() {
    for (folder, book) in [("postgres", TestBook::on_postgres()), ("sqlite", TestBook::on_sqlite())] {
        let path = format!("{}/migrations/{folder}", env!("CARGO_MANIFEST_DIR"));
        let mut folders: Vec<_> =
            fs::read_dir(path).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        folders.sort_unstable();
        let steps =
            Pool::connect(book.url.parse().unwrap(), StoreOptions::default()).unwrap().migration_status().unwrap();
        assert_eq!(steps.into_iter().map(|step| step.name).collect::<Vec<_>>(), folders);
    }
}
