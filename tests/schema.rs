//! One schema on two backends, and what is no schema of Teller's.

use std::fs;
use std::thread;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sqlite::SqliteConnection;
use tempfile::TempDir;

use teller::facts::AccountType;
use teller::money::Currency;
use teller::requests::AccountRequest;
use teller::store::{Pool, SchemaState, StoreError, StoreOptions};
use teller::{Error, Ledger, Mode};

use crate::support::{Answer, TestBook, assert_whole, check, on_every_backend_as_owner};

const STARTS: usize = 20;

fn pool(book: &TestBook) -> Pool {
    Pool::connect(book.url.parse().unwrap(), StoreOptions::default()).unwrap()
}

fn open(url: &str) -> Result<Ledger, Error> {
    Ledger::open(url.parse().unwrap(), StoreOptions::default())
}

/// `table.column nullable`, for every column of Teller's tables, in order.
fn columns(book: &TestBook) -> Vec<String> {
    let query = if book.is_on_postgres() {
        "select concat(table_name, '.', column_name, case is_nullable when 'YES' then ' nullable' else '' end)
         from information_schema.columns join information_schema.tables using (table_schema, table_name)
         where table_schema = current_schema() and table_name not like '\\_\\_%' and table_type = 'BASE TABLE'
         order by table_name collate \"C\", ordinal_position"
    } else {
        "select t.name || '.' || c.name || case c.\"notnull\" when 0 then ' nullable' else '' end
         from sqlite_schema t, pragma_table_info(t.name) c
         where t.type = 'table' and t.name not like '\\_\\_%' escape '\\' order by t.name, c.cid"
    };
    book.query_texts(query)
}

/// Teller's constraints and indexes by name.
fn names(book: &TestBook) -> Vec<String> {
    if book.is_on_postgres() {
        return book.query_texts(
            "select conname::text collate \"C\" from pg_constraint
             where connamespace = current_schema()::regnamespace and contype <> 'n' and conrelid::regclass::text not like '%\\_\\_%'
             union all select indexname::text from pg_indexes where schemaname = current_schema()
                 and indexname not in (select conname from pg_constraint) and tablename not like '\\_\\_%' order by 1",
        );
    }
    let schema = book.query_texts("select sql from sqlite_schema where sql is not null");
    let words = |sql: &str| sql.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    let name_behind = |words: &[String]| matches!(words[0].as_str(), "constraint" | "index").then(|| words[1].clone());
    let mut names: Vec<_> = schema
        .iter()
        .flat_map(|sql| words(&sql.to_lowercase()).windows(2).filter_map(name_behind).collect::<Vec<_>>())
        .collect();
    names.sort_unstable();
    names
}

fn raw_sqlite(path: &str, script: &str) {
    SqliteConnection::establish(path).unwrap().batch_execute(script).unwrap();
}

// O1
#[test]
fn both_backends_have_the_same_tables_columns_and_constraints() {
    let (postgres, sqlite) = (TestBook::on_postgres(), TestBook::on_sqlite());
    assert_eq!(columns(&postgres), columns(&sqlite));
    assert_eq!(columns(&sqlite).len(), 3 + 23 + 26 + 24 + 8 + 17 + 1 + 6 + 22 + 10);
    assert_eq!(names(&postgres), names(&sqlite));
    assert!(names(&sqlite).len() > 25);
}

// O1
#[test]
fn both_backends_have_the_same_currencies() {
    let rows = |book: TestBook| book.ledger().list_currencies().unwrap();
    let (postgres, sqlite) = (rows(TestBook::on_postgres()), rows(TestBook::on_sqlite()));
    assert_eq!(postgres, sqlite);
    assert!(sqlite.len() > 150);
}

// O1
#[test]
fn a_file_that_is_no_book_is_refused_and_left_alone() {
    let folder = TempDir::new().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    raw_sqlite(&path("other.db"), "create table recipes (id integer)");
    raw_sqlite(&path("marked.db"), "pragma application_id = 7; create table x (id integer); drop table x");
    raw_sqlite(
        &path("diesel.db"),
        "create table __diesel_schema_migrations (version text primary key, run_on text);
        insert into __diesel_schema_migrations values ('20200101000000', '')",
    );
    fs::write(path("text.db"), "name,amount\nalice,5\n".repeat(100)).unwrap();
    fs::write(path("short.db"), "hello").unwrap();
    for name in ["other.db", "marked.db", "diesel.db", "text.db", "short.db"] {
        let tables = |path: &str| fs::read(path).unwrap().len();
        let before = tables(&path(name));
        let outcome = open(&format!("sqlite://{}", path(name)));
        assert!(matches!(outcome, Err(Error::Store(StoreError::NotABook { .. }))), "{name}: {outcome:?}");
        let outcome = Pool::connect(format!("sqlite://{}", path(name)).parse().unwrap(), StoreOptions::default());
        let migrated = outcome.and_then(|pool| pool.migrate());
        assert!(matches!(migrated, Err(StoreError::NotABook { .. })), "{name}: {migrated:?}");
        assert_eq!(tables(&path(name)), before, "{name} is left alone");
    }
}

on_every_backend_as_owner! {
    fn migrations_are_listed_taken_back_and_brought_back(book: &TestBook) {
        let applied = |answer: &Answer| answer.stdout.matches("\"applied\":true").count();
        let all = applied(&book.run("migrate status --format ndjson").ends(0));
        book.run("migrate run").ends(0).says("The schema is up to date.");
        for left in (0..all).rev() {
            assert_eq!(applied(&book.run("migrate revert --format ndjson").ends(0).says("Reverted ")), left);
        }
        book.run("migrate revert").ends(0).says("There is nothing to revert.");
        book.run("migrate run --dry-run").ends(0).says("Would apply ");
        assert_eq!(applied(&book.run("migrate run --format ndjson").ends(0).says("Applied ")), all);
        check(book, "account a asset EUR\naccount b asset EUR\ntransfer a b 5 -> posted");
    }

    fn a_book_with_accounts_is_not_reverted_unless_it_is_discarded(book: &TestBook) {
        check(book, "account a asset EUR\naccount b asset EUR\ntransfer a b 5 -> posted");
        book.run("migrate revert --format json").ends(3).says("book_not_empty");
        assert_whole(&book.ledger(), 1);
        book.run("migrate revert --discard-everything --yes").ends(0).says("Reverted ");
        book.run("balance a").ends(78).says("teller migrate run");
    }

    // O1
    fn migrations_go_up_down_and_up_again(book: &TestBook) {
        let pool = pool(book);
        let before = (columns(book), names(book));
        let count = pool.migration_status().unwrap().len();
        for left in (0..count).rev() {
            assert!(pool.revert_migration().unwrap().is_some());
            assert_eq!(pool.migration_status().unwrap().iter().filter(|status| status.is_applied).count(), left);
        }
        assert_eq!(columns(book), [""; 0]);
        assert_eq!(pool.revert_migration().unwrap(), None);
        assert_eq!(pool.schema_state().unwrap(), SchemaState::Empty);
        if book.is_on_postgres() {
            let left = "select count(*) from pg_proc where pronamespace = current_schema()::regnamespace";
            assert_eq!(book.query_i64(left), 0, "no function is left");
            let left = "select count(*) from pg_class where relkind = 'S' and relnamespace = current_schema()::regnamespace";
            assert_eq!(book.query_i64(left), 0, "no sequence is left");
        }
        assert_eq!(pool.migrate().unwrap().len(), count);
        assert_eq!((columns(book), names(book)), before);
        assert_eq!(pool.migrate().unwrap(), [""; 0], "there is nothing left to do");
        check(book, "account cash asset EUR\naccount vault asset EUR\ntransfer cash vault 1 -> posted");
    }

    // O1
    fn a_schema_of_a_newer_program_is_refused(book: &TestBook) {
        book.raw("insert into __diesel_schema_migrations (version) values ('29991231000000')").unwrap();
        let newer = |unknown: &[String]| assert_eq!(unknown, ["29991231000000"]);
        match open(&book.url) {
            Err(Error::Store(StoreError::Newer { unknown, .. })) => newer(&unknown),
            other => panic!("{other:?}"),
        }
        match pool(book).migrate() {
            Err(StoreError::Newer { unknown, .. }) => newer(&unknown),
            other => panic!("{other:?}"),
        }
        assert!(matches!(pool(book).revert_migration(), Err(StoreError::Newer { .. })));
    }

    // O1
    fn a_schema_that_is_behind_is_refused_until_it_is_migrated(book: &TestBook) {
        let reverted = pool(book).revert_migration().unwrap().unwrap();
        match open(&book.url) {
            Err(Error::Store(StoreError::NotMigrated { pending, .. })) => assert_eq!(pending, std::slice::from_ref(&reverted)),
            other => panic!("{other:?}"),
        }
        assert_eq!(pool(book).migrate().unwrap(), [reverted]);
        assert!(open(&book.url).is_ok());
    }

    // C7
    fn many_first_uses_at_once_make_one_schema(book: &TestBook) {
        while pool(book).revert_migration().unwrap().is_some() {}
        let euro = Currency::new("EUR".parse().unwrap(), 2).unwrap();
        let request = AccountRequest::new("cash".parse().unwrap(), AccountType::Asset, euro);
        let first_use = || {
            let made = pool(book).migrate().unwrap().len();
            let opened = open(&book.url).unwrap().with_clock(book.clock()).open_account(&request, Mode::Commit).unwrap();
            (made > 0, !opened.replayed)
        };
        let uses: Vec<_> = thread::scope(|scope| {
            let threads: Vec<_> = (0..STARTS).map(|_| scope.spawn(first_use)).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        assert_eq!(uses.iter().filter(|(migrated, _)| *migrated).count(), 1);
        assert_eq!(uses.iter().filter(|(_, opened)| *opened).count(), 1);
        assert_eq!(book.query_i64("select count(*) from accounts"), 1);
        let steps = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/migrations/sqlite")).unwrap().count();
        assert_eq!(book.query_i64("select count(*) from __diesel_schema_migrations"), i64::try_from(steps).unwrap());
    }
}
