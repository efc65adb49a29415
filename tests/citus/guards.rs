//! Guards that reach the shards, and that Citus can plan.

use crate::support::TestBook;

/// Of a guard that has TRUNCATE among its events nothing reaches the shards.
#[test]
fn no_guard_of_a_book_is_against_truncate_and_something_else() {
    let book = TestBook::on_postgres();
    let events = "(tgtype & 32 <> 0)::int + (tgtype & 28 <> 0)::int";
    let of_book = "pg_trigger join pg_class on pg_class.oid = tgrelid \
        where not tgisinternal and relnamespace = current_schema()::regnamespace";
    assert_eq!(book.query_i64(&format!("select count(*) from {of_book} and {events} <> 1")), 0);
    let without = "select count(*) from pg_class where relkind = 'r' and relnamespace = current_schema()::regnamespace \
        and relname not like '\\_\\_%' and not exists (select from pg_trigger where tgrelid = pg_class.oid and tgtype & 32 <> 0)";
    assert_eq!(book.query_i64(without), 0, "every table is guarded against TRUNCATE");
}

/// Citus cannot plan a query that reads both the new rows and a table.
#[test]
fn no_query_of_a_guard_reads_both_new_rows_and_a_table() {
    let book = TestBook::on_postgres();
    let tables = book.query_texts(
        "select relname::text from pg_class where relkind = 'r' and relnamespace = current_schema()::regnamespace",
    );
    let guards = book.query_texts(
        "select distinct coalesce(tgnewtable, tgoldtable)::text || ' ' || prosrc from pg_trigger join pg_proc on pg_proc.oid = tgfoid \
         join pg_class on pg_class.oid = tgrelid \
         where relnamespace = current_schema()::regnamespace and (tgnewtable is not null or tgoldtable is not null)",
    );
    assert_eq!(guards.len(), 1);
    for guard in guards {
        let (rows, body) = guard.split_once(' ').unwrap();
        let mut reads = 0;
        for statement in body.split(';').flat_map(|part| part.split(" then\n")) {
            let words: Vec<_> =
                statement.split(|character: char| !character.is_alphanumeric() && character != '_').collect();
            if words.contains(&rows) {
                reads += 1;
                assert!(!tables.iter().any(|table| words.contains(&table.as_str())), "{statement}");
            }
        }
        assert!(reads >= 2, "{body}");
    }
}

/// Citus copies the rows of a schema that it distributes into empty tables.
#[test]
fn an_identity_can_be_added_where_there_is_none_only() {
    let book = TestBook::on_postgres();
    let insert = "insert into book_identity (id) values ('11111111-1111-4111-8111-111111111111')";
    assert!(book.raw(insert).unwrap_err().contains("insert refused: rows of book_identity are never added"));
    book.raw_script(&format!(
        "create table book_identity_102010 (like book_identity including all); \
         create trigger book_identity_is_alone_102010 before insert on book_identity_102010 \
             for each statement execute function book_identity_check_alone(); \
         {}",
        insert.replace("book_identity", "book_identity_102010")
    ))
    .unwrap();
    let other = "insert into book_identity_102010 (id) values ('22222222-2222-4222-8222-222222222222')";
    assert!(book.raw(other).unwrap_err().contains("insert refused"));
}
