//! Every column of every table is changed, and rows of every table are removed, as the database itself lists them. Each change is noticed,
//! or stands in the list of those that are not, which is the one in docs/proof.md.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use teller::ledger::FindingCode;

use super::switches_off;
use crate::support::schedule::{add, daily, monthly, run_at, schedule_id};
use crate::support::{TestBook, check, on_every_backend, signature};
use crate::transport::everything as transport;
use teller::Mode;
use teller::facts::OnRefusal;
use teller::requests::ScheduleRequest;

/// What `verify` does not notice, and why that cannot matter or who else notices it. `docs/proof.md` has the same list.
const UNNOTICED: &[(&str, &str)] = &[
    (
        "account_events.sequence",
        "its place among transfers of other accounts; among those of its own account it is fixed by version and hash",
    ),
    ("accounts row", "one that was never used: nothing refers to it, and a seal counts it"),
    ("book_events row", "the newest, if it closes a period or accepts a future: a seal finds it"),
    ("book_identity row", "a book without an id gives no seal and opens for none"),
    ("book_identity.id", "seals and exports name the id, so a seal of the book finds it"),
    ("book_imports row", "how far an import came says nothing of what is in the book"),
    ("book_imports.begun_at", "it says when an import began, and nothing rests on it"),
    ("book_imports.book_id", "an import of the same file is then refused"),
    ("book_imports.digest", "an import of the same file is then refused"),
    ("book_imports.finished_at", "the book is then refused as incomplete until the import has ended again"),
    ("book_imports.id", "the row is found by whichever number it has"),
    ("book_imports.lines", "an import of the same file is then refused"),
];

/// How many rows of a table are removed at its beginning and at its end.
const ROWS_MAX: i64 = 2;

fn fill(book: &TestBook) {
    transport::fill(book);
    book.set_time("2026-05-01T00:00:00Z");
    let ledger = book.ledger();
    add(
        &ledger,
        &ScheduleRequest {
            money: crate::support::schedule::euros("90000"),
            on_refusal: OnRefusal::Retry,
            ..daily("retried", 1)
        },
    );
    add(
        &ledger,
        &ScheduleRequest {
            money: crate::support::schedule::euros("90000"),
            description: Some("x".parse().unwrap()),
            ..daily("skipped", 1)
        },
    );
    add(&ledger, &ScheduleRequest { money: crate::support::schedule::euros("1"), ..monthly("posted", 1) });
    add(&ledger, &monthly("cancelled", 2));
    run_at(book, "2026-05-03T00:00:00Z");
    check(
        book,
        "
        account unused liability EUR
        limits alice min -300 -> changed
    ",
    );
    let reason = "moved".parse().unwrap();
    ledger.cancel_schedule(schedule_id("cancelled"), &signature().actor, Some(&reason), Mode::Commit).unwrap();
    check(book, "period close 2018 -> closed");
    // As if it had come from another book.
    let import = "insert into book_imports (id, book_id, lines, digest, begun_at, finished_at) select 1, id, 9, HASH, TIME, TIME from book_identity";
    book.raw(&book.in_own_words(import)).unwrap();
}

/// Switches every guard off, and keeps what is stored.
fn disarm(book: &TestBook, tables: &[String]) {
    if book.is_on_postgres() {
        book.drop_guards_of_rows(tables);
    } else {
        for trigger in book.query_texts("select name from sqlite_schema where type = 'trigger'") {
            book.raw(&format!("drop trigger {trigger}")).unwrap();
        }
    }
    for table in tables {
        book.raw(&format!("create table kept_{table} as select * from {table}")).unwrap();
    }
}

fn tables(book: &TestBook) -> Vec<String> {
    let listed = if book.is_on_postgres() {
        "select relname::text from pg_class where relnamespace = current_schema()::regnamespace and relkind = 'r' and relname not like '\\_\\_%' order by 1"
    } else {
        "select name from sqlite_schema where type = 'table' and name not like '\\_\\_%' escape '\\' and name not like 'sqlite%' order by name"
    };
    book.query_texts(listed)
}

/// The columns of a table with their types, in lower case.
fn columns(book: &TestBook, table: &str) -> Vec<(String, String)> {
    let listed = if book.is_on_postgres() {
        format!(
            "select concat(attname, ' ', format_type(atttypid, null)) from pg_attribute
            where attrelid = '{table}'::regclass and attnum > 0 and not attisdropped order by attnum"
        )
    } else {
        format!("select name || ' ' || lower(type) from pragma_table_info('{table}') order by cid")
    };
    let split = |line: &String| line.split_once(' ').map(|(name, kind)| (name.to_owned(), kind.to_owned())).unwrap();
    book.query_texts(&listed).iter().map(split).collect()
}

/// Another value than the column has, and one where it has none.
fn other_value(table: &str, column: &str, kind: &str) -> [String; 2] {
    let is_json = column.starts_with("metadata");
    let length = if column.contains("hash") || column == "head" || column == "digest" { 32 } else { 16 };
    let [other, new] = match kind {
        "bigint" | "smallint" | "integer" => [format!("{column} + 1"), "1".to_owned()],
        "timestamp with time zone" => [format!("{column} + interval '1 second'"), "'2026-05-01T00:00:00Z'".to_owned()],
        "uuid" => [
            format!(
                "overlay({column}::text placing (case right({column}::text, 1) when '0' then '1' else '0' end) from 36)::uuid"
            ),
            "gen_random_uuid()".to_owned(),
        ],
        "bytea" => [
            format!(
                "set_byte({column}, octet_length({column}) - 1, get_byte({column}, octet_length({column}) - 1) # 1)"
            ),
            format!("decode(repeat('ab', {length}), 'hex')"),
        ],
        "jsonb" => [format!("{column} || '{{\"x\": \"y\"}}'"), "'{\"x\": \"y\"}'".to_owned()],
        "blob" => [
            format!(
                "unhex(substr(hex({column}), 1, length(hex({column})) - 1) || case substr(hex({column}), -1) when '0' then '1' else '0' end)"
            ),
            format!("zeroblob({length})"),
        ],
        "text" if is_json => [format!("json_set({column}, '$.x', 'y')"), "'{\"x\":\"y\"}'".to_owned()],
        "text" => [format!("{column} || 'x'"), "'x'".to_owned()],
        other => panic!("{table}.{column} is of a type that this test knows no other value of: {other}"),
    };
    [other, new]
}

/// The changes of a column: the SQL, for rows that have a value, and for those that have none.
fn changes_of(book: &TestBook, table: &str, column: &str, kind: &str) -> Vec<String> {
    let place = if book.is_on_postgres() { "ctid" } else { "rowid" };
    let first = &columns(book, table)[0].0;
    let [other, new] = other_value(table, column, kind);
    let mut changes = Vec::new();
    for (value, condition) in [(other.as_str(), "is not null"), ("null", "is not null"), (&new, "is null")] {
        let rows = book.query_i64(&format!("select count(*) from {table} where {column} {condition}"));
        for row in BTreeSet::from([0, rows - 1]).into_iter().filter(|row| (0..rows).contains(row)) {
            let picked = format!(
                "(select {place} from {table} where {column} {condition} order by {first} limit 1 offset {row})"
            );
            changes.push(format!("update {table} set {column} = {value} where {place} = {picked}"));
        }
    }
    if column == "sequence" {
        let last = format!("(select {place} from {table} order by sequence desc limit 1)");
        changes.push(format!("update {table} set sequence = 100000 where {place} = {last}"));
    }
    if !book.is_on_postgres() && column.starts_with("metadata") {
        changes.push(format!("update {table} set {column} = replace({column}, ':', ': ') where {column} is not null"));
        changes.push(format!(
            "update {table} set {column} = '{{\"b\":\"\",' || substr({column}, 2) where {column} is not null"
        ));
    }
    changes
}

fn removals_of(book: &TestBook, table: &str) -> Vec<String> {
    let place = if book.is_on_postgres() { "ctid" } else { "rowid" };
    let first = &columns(book, table)[0].0;
    let rows = book.query_i64(&format!("select count(*) from {table}"));
    let ends = (0..rows.min(ROWS_MAX)).chain((rows - ROWS_MAX).max(0)..rows).collect::<BTreeSet<_>>();
    let remove = |row| {
        format!(
            "delete from {table} where {place} = (select {place} from {table} order by {first} limit 1 offset {row})"
        )
    };
    ends.into_iter().map(remove).collect()
}

/// Whether `verify` notices a change, which is taken back. `None` where the table does not take it, or there is nothing to change.
fn is_noticed(book: &TestBook, table: &str, change: &str) -> Option<bool> {
    let ledger = book.ledger();
    let changed = book.raw_script(&format!("{} {change}", switches_off(book)));
    if changed.is_err()
        || book
            .query_i64(&format!("select count(*) from (select * from {table} except select * from kept_{table}) as a"))
            + book.query_i64(&format!(
                "select count(*) from (select * from kept_{table} except select * from {table}) as a"
            ))
            == 0
    {
        return None;
    }
    let noticed = ledger.verify(&mut |_| {}).map_or(true, |report| {
        report.findings.iter().any(|it| it.code != FindingCode::Guard) || report.finding_count > 100
    });
    book.raw_script(&format!(
        "{} delete from {table}; insert into {table} select * from kept_{table}",
        switches_off(book)
    ))
    .unwrap();
    Some(noticed)
}

on_every_backend! {
    // V2
    fn every_column_and_row_is_noticed_or_listed_with_a_reason(book: &TestBook) {
        fill(book);
        let tables = tables(book);
        disarm(book, &tables);
        let (mut unnoticed, mut tried) = (BTreeMap::<String, Vec<String>>::new(), BTreeSet::new());
        for table in &tables {
            let columns = columns(book, table);
            let of_columns = columns.iter().flat_map(|(column, kind)| {
                changes_of(book, table, column, kind).into_iter().map(move |change| (format!("{table}.{column}"), change))
            });
            let of_rows = removals_of(book, table).into_iter().map(|change| (format!("{table} row"), change));
            for (subject, change) in of_columns.chain(of_rows).collect::<Vec<_>>() {
                let Some(noticed) = is_noticed(book, table, &change) else { continue };
                tried.insert(subject.clone());
                if !noticed {
                    unnoticed.entry(subject).or_default().push(change);
                }
            }
        }
        let all: BTreeSet<_> = tables.iter().flat_map(|table| {
            let columns = columns(book, table).into_iter().map(move |(column, _)| format!("{table}.{column}"));
            columns.chain([format!("{table} row")])
        }).collect();
        let untried: Vec<_> = all.difference(&tried).collect();
        assert!(untried.is_empty(), "nothing of these was changed, fill the book with more: {untried:?}");
        let listed: BTreeSet<_> = UNNOTICED.iter().map(|(subject, _)| (*subject).to_owned()).collect();
        let unlisted: Vec<_> = unnoticed.iter().filter(|(subject, _)| !listed.contains(*subject)).collect();
        let noticed: Vec<_> = listed.iter().filter(|subject| !unnoticed.contains_key(*subject)).collect();
        assert!(unlisted.is_empty() && noticed.is_empty(), "not noticed and not listed: {unlisted:#?}; listed, but noticed: {noticed:#?}");
    }
}

#[test]
fn what_is_not_noticed_is_documented() {
    let document = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/proof.md")).unwrap();
    let section = document.split("## What verify cannot notice").nth(1).unwrap();
    let row = |line: &str| {
        let mut cells = line.strip_prefix("| `")?.strip_suffix(" |")?.split("` | ");
        Some((cells.next()?.to_owned(), cells.next()?.to_owned()))
    };
    let documented: Vec<_> = section.lines().filter_map(row).collect();
    let listed: Vec<_> =
        UNNOTICED.iter().map(|(subject, reason)| ((*subject).to_owned(), (*reason).to_owned())).collect();
    assert_eq!(documented, listed);
}
