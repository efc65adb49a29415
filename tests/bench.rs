//! Measurements happen in a book of their own, and leave nothing behind.

use std::path::Path;

use crate::support::{Program, Snapshot, TestBook, check, on_every_backend_as_owner};

on_every_backend_as_owner! {
    // One rule, because what another measurement has left for a while would look like a remnant of this one.
    fn every_kind_of_work_is_measured_and_compared_beside_the_book_and_leaves_nothing_behind(book: &TestBook) {
        check(book, "
            account a asset EUR
            account b asset EUR
            transfer a b 5 -> posted
        ");
        let before = (Snapshot::of(book), places(book));
        let arguments = ["bench", "--seconds", "1", "--accounts", "20", "--clients", "4", "--batches", "1,30", "--compare", "--format", "json"];
        let answer = Program::on(book, &arguments).run().ends(0);
        let records = answer.json();
        let records = records["items"].as_array().unwrap();
        let works: Vec<_> = records.iter().map(|record| record["work"].as_str().unwrap()).collect();
        let own = [
            "one client", "4 clients", "batches of 1", "batches of 30", "batches of 1000, 100% on one account",
            "batches of 1000, holds and captures",
        ];
        let others: &[_] = if book.is_on_postgres() {
            &["pgbench, one client", "pgbench, 4 clients", "raw COPY by 8000"]
        } else {
            answer.says("pgbench needs a PostgreSQL server; name one with --compare-url.");
            &["raw inserts by 8000"]
        };
        assert_eq!(works, [&own, others].concat());
        for record in &records[..own.len()] {
            for field in ["transfers", "p50_us", "p999_us", "bytes_per_transfer"] {
                assert!(record[field].as_u64().is_some_and(|value| value > 0), "{field} of {record}");
            }
            assert!(record["times_raw"].as_str().is_some_and(|times| times.contains('.')), "{record}");
            assert_eq!(record["times_pgbench"].is_string(), book.is_on_postgres(), "{record}");
        }
        let arguments = ["bench", "floor", "--seconds", "1", "--accounts", "20", "--batches", "30,100", "--format", "json"];
        let floored = Program::on(book, &arguments).run().ends(0).json();
        let floored = floored["items"].as_array().unwrap();
        let works: Vec<_> = floored.iter().map(|record| record["work"].as_str().unwrap()).collect();
        assert_eq!(works, [
            "batches of 30", "batches of 30, only written", "batches of 100", "batches of 100, only written",
        ]);
        for (place, record) in floored.iter().enumerate() {
            assert!(record["transfers"].as_u64() > Some(0) && record["p99_us"].as_u64() > Some(0), "{record}");
            assert_eq!(record["times_floor"].is_string(), place % 2 == 0, "{record}");
        }
        let arguments = ["bench", "serve", "--seconds", "1", "--accounts", "20", "--clients", "4", "--format", "json"];
        let served = Program::on(book, &arguments).run().ends(0).json();
        let served = served["items"].as_array().unwrap();
        let works: Vec<_> = served.iter().map(|record| record["work"].as_str().unwrap()).collect();
        assert_eq!(works, [
            "one client", "by HTTP, one client", "4 clients", "by HTTP, 4 clients", "batches of 1000",
            "by HTTP, 2 clients, batches of 1000", "by HTTP, 4 clients, balances",
        ]);
        for record in served {
            assert!(record["transfers"].as_u64() > Some(0) && record["p99_us"].as_u64() > Some(0), "{record}");
            let is_paired = record["work"].as_str().is_some_and(|work| work.starts_with("by HTTP") && !work.ends_with("balances"));
            assert_eq!(record["times_library"].is_string(), is_paired, "{record}");
        }
        assert_eq!((Snapshot::of(book), places(book)), before);
    }
}

/// What there is beside the book: schemas of measurements, or files.
fn places(book: &TestBook) -> Vec<String> {
    if book.is_on_postgres() {
        return book.query_texts("select nspname::text from pg_namespace where nspname like 'teller\\_bench\\_%'");
    }
    let file = Path::new(book.url.strip_prefix("sqlite://").unwrap());
    let entries = file.parent().unwrap().read_dir().unwrap();
    let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    // The book's own log comes and goes with its connections.
    names.retain(|name| !name.ends_with("-wal") && !name.ends_with("-shm"));
    names.sort();
    names
}
