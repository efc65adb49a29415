//! A damaged index is found by `verify`: bytes are flipped in the files of databases that are closed.

use std::fs;
use std::path::{Path, PathBuf};

use teller::facts::TransferId;
use teller::ledger::FindingCode;
use teller::store::{MetadataOf, Pool, StoreOptions};
use teller::{Ledger, Mode};

use crate::support::cluster::Cluster;
use crate::support::{TestBook, check, transfer};

/// What the indexes over transfers have: ids, milestones, exceptions, holds, journals and reversals.
const FILLED: &str = "
    account cash  asset     EUR
    account alice liability EUR
    account bob   liability EUR
    currency TOK 3 Token -> added
    deposit t1: alice 100 -> posted
    deposit alice 50 effective 2025-06-01T00:00:00Z -> posted
    hold h1: alice bob 5 expires 2027-01-01T00:00:00Z -> held
    hold h2: alice bob 5 -> held
    capture h2 -> captured
    reverse t1 10 -> reversed
    journal j1: -> posted
        transfer alice bob 1
        transfer bob alice 1
    limits alice min -5 -> changed
    annotate account alice a=b -> annotated
    annotate transfer t1 a=b -> annotated
    deposit t2: alice 1 meta a=b -> posted
";

/// Declares keys, so that their indexes are proven too.
fn declare(book: &TestBook) {
    for of in MetadataOf::ALL {
        book.owner_ledger().add_metadata_index(of, &"a".parse().unwrap(), Mode::Commit).unwrap();
    }
}

/// Where bytes stand in a file on pages that a test picks by their beginning.
fn find_on_pages(file: &[u8], page_size: usize, bytes: &[u8], is_wanted: impl Fn(&[u8]) -> bool) -> Vec<usize> {
    let pages = file.chunks(page_size).enumerate().filter(|(_, page)| is_wanted(page));
    pages
        .flat_map(|(number, page)| {
            let found = page.windows(bytes.len()).enumerate().filter(|(_, window)| *window == bytes);
            found.map(move |(at, _)| number * page_size + at).collect::<Vec<_>>()
        })
        .collect()
}

fn flip(path: &Path, at: usize) {
    let mut file = fs::read(path).unwrap();
    file[at] ^= 1;
    fs::write(path, file).unwrap();
}

#[track_caller]
fn assert_found(ledger: &Ledger, index: &str) {
    let findings = ledger.verify(&mut |_| {}).unwrap().findings;
    let is_named = |problem: &str| problem.starts_with(&format!("index {index} of "));
    assert!(findings.iter().any(|it| it.code == FindingCode::Index && is_named(&it.problem)), "{index}: {findings:#?}");
    assert!(findings.iter().all(|it| it.code == FindingCode::Index), "{findings:#?}");
}

/// The pages of an SQLite file that have an index's entries.
fn is_index_page(page: &[u8]) -> bool {
    matches!(page[0], 0x0a | 0x02)
}

fn sqlite_file(book: &TestBook) -> PathBuf {
    PathBuf::from(book.url.strip_prefix("sqlite://").unwrap())
}

/// Closes the log into the file, which nobody has open.
fn settle(book: &TestBook) {
    // Connections may close later than those who used them go.
    while book.raw_script("pragma journal_mode = delete").is_err() {
        std::thread::yield_now();
    }
}

#[test]
fn an_id_that_is_damaged_in_its_index_is_found_in_a_file() {
    let book = TestBook::on_sqlite();
    check(&book, FILLED);
    settle(&book);
    let path = sqlite_file(&book);
    let id = TransferId::from_key("t1").unwrap();
    let file = fs::read(&path).unwrap();
    let places = find_on_pages(&file, 4096, id.0.as_bytes(), is_index_page);
    // Once in the index over ids; the other one is of what is reversed.
    assert!(!places.is_empty());
    for place in places {
        fs::write(&path, &file).unwrap();
        assert_eq!(book.ledger().verify(&mut |_| {}).unwrap().findings, []);
        settle(&book);
        flip(&path, place + 15);
        // Where the walk itself asks for the transfer, as for one that was reversed, it misses it, too.
        let findings = book.ledger().verify(&mut |_| {}).unwrap().findings;
        let is_named = |problem: &str| problem.starts_with("index ") && problem.contains("does not find ");
        assert!(findings.iter().any(|it| it.code == FindingCode::Index && is_named(&it.problem)), "{findings:#?}");
        book.run("verify").ends(1).shows("index");
        book.run("doctor").ends(1).shows("the file is damaged");
        settle(&book);
    }
}

#[test]
fn rows_that_are_missing_in_any_index_of_a_file_are_found() {
    let book = TestBook::on_sqlite();
    check(&book, FILLED);
    declare(&book);
    let named = "select name from sqlite_schema where type = 'index' and sql is not null order by name";
    let mut emptied = 0;
    for index in book.query_texts(named) {
        let text = book.query_text(&format!("select sql from sqlite_schema where name = '{index}'"));
        // The index is made over no rows at all, and then said to be the one that it was.
        let (_, condition) = text.split_once("where").unwrap_or((&text, ""));
        let empty = if condition.is_empty() { format!("{text} where false") } else { format!("{text} and false") };
        book.raw_script(&format!("drop index {index}; {empty}")).unwrap();
        let quoted = text.replace('\'', "''");
        book.raw_script(&format!(
            "pragma writable_schema = on; update sqlite_schema set sql = '{quoted}' where name = '{index}'"
        ))
        .unwrap();
        let findings = book.ledger().verify(&mut |_| {}).unwrap().findings;
        let table = book.query_text(&format!("select tbl_name from sqlite_schema where name = '{index}'"));
        let has_rows = book.query_i64(&format!(
            "select count(*) from {table} not indexed where {}",
            if condition.is_empty() { "true" } else { condition }
        )) > 0;
        let is_named = findings
            .iter()
            .any(|it| it.code == FindingCode::Index && it.problem.starts_with(&format!("index {index} of {table}")));
        assert_eq!(is_named, has_rows, "{index}: {findings:#?}");
        emptied += usize::from(has_rows);
        book.raw_script(&format!("reindex {index}")).unwrap();
        assert_eq!(book.ledger().verify(&mut |_| {}).unwrap().findings, [], "{index}");
    }
    assert!(emptied >= 12, "{emptied} indexes have rows");
}

#[test]
fn an_id_that_is_damaged_in_its_index_is_found_on_a_server() {
    let mut server = Cluster::primary(&[]);
    let url = format!("postgres://teller@127.0.0.1:{}/postgres", server.port);
    Pool::connect(url.parse().unwrap(), StoreOptions::default()).unwrap().migrate().unwrap();
    let open = || Ledger::open(url.parse().unwrap(), StoreOptions::default()).unwrap();
    let ledger = open();
    for name in ["alice", "bob"] {
        let request = teller::requests::AccountRequest::new(
            name.parse().unwrap(),
            teller::facts::AccountType::Asset,
            teller::money::Currency::new("EUR".parse().unwrap(), 2).unwrap(),
        );
        ledger.open_account(&request, Mode::Commit).unwrap();
    }
    for number in 0..50 {
        ledger.post(transfer(&format!("t{number}"), "alice", "bob", "1"), Mode::Commit).unwrap();
    }
    assert_eq!(ledger.verify(&mut |_| {}).unwrap().findings, []);
    drop(ledger);
    server.run("checkpoint");
    let path = Path::new(&server.data()).join(server.query_text("select pg_relation_filepath('transfers_id_key')"));
    server.kill();
    let id = TransferId::from_key("t7").unwrap();
    let places = find_on_pages(&fs::read(&path).unwrap(), 8192, id.0.as_bytes(), |_| true);
    assert_eq!(places.len(), 1);
    flip(&path, places[0]);
    server.start();
    assert_found(&open(), "transfers_id_key");
    server.kill();
    // What was damaged before: the same bit once more heals it.
    flip(&path, places[0]);
    server.start();
    assert_eq!(open().verify(&mut |_| {}).unwrap().findings, []);
}

#[test]
fn every_index_of_a_server_that_has_rows_is_looked_up() {
    let book = TestBook::on_postgres();
    check(&book, FILLED);
    declare(&book);
    assert_eq!(book.ledger().verify(&mut |_| {}).unwrap().findings, []);
    let named = "select relname::text from pg_class join pg_index on indexrelid = pg_class.oid \
        where relnamespace = current_schema()::regnamespace and relname not like '\\_\\_%' order by 1";
    let (mut found, mut missed) = (0, Vec::new());
    for index in book.query_texts(named) {
        // The same file as that of an index over no rows: as if all entries were gone.
        let definition = book.query_text(&format!("select pg_get_indexdef('{index}'::regclass)"));
        let empty = definition.replace("UNIQUE INDEX", "INDEX").replace(&format!("INDEX {index} "), "INDEX emptied ");
        let empty = match empty.split_once(" WHERE ") {
            Some((head, condition)) => format!("{head} WHERE {condition} AND false"),
            None => format!("{empty} WHERE false"),
        };
        let (table, condition) = definition.split_once(" USING ").unwrap();
        let table = table.rsplit('.').next().unwrap();
        let condition = condition.split_once(" WHERE ").map_or("true", |(_, condition)| condition);
        let has_rows = book.query_i64(&format!("select count(*) from {table} where {condition}")) > 0;
        let swap =
            "update pg_class set relfilenode = other.relfilenode, relpages = other.relpages from pg_class as other";
        let set = format!(
            "{empty}; create table files as select oid, relfilenode, relpages from pg_class where relname = '{index}';
            {swap} where pg_class.oid = '{index}'::regclass and other.oid = 'emptied'::regclass"
        );
        if let Err(problem) = book.raw_script(&set) {
            panic!("{index}: {problem}");
        }
        let findings = book.ledger().verify(&mut |_| {}).unwrap().findings;
        let is_named = |problem: &str| problem.starts_with(&format!("index {index} of "));
        if findings.iter().any(|it| it.code == FindingCode::Index && is_named(&it.problem)) {
            found += 1;
        } else if has_rows {
            missed.push(index.clone());
        }
        let back = "update pg_class set relfilenode = files.relfilenode, relpages = files.relpages from files where pg_class.oid = files.oid;
            drop index emptied; drop table files";
        book.raw_script(back).unwrap();
    }
    // Both have the code, so the planner asks one of them for both. The currencies are compared with what they should be, besides.
    missed.retain(|index| !index.starts_with("currencies_"));
    assert_eq!(missed, Vec::<String>::new());
    assert!(found >= 23, "{found}");
}
