//! What the program finds out about a database, and what it warns of.

use serde_json::Value;

use crate::support::{Answer, Program, TestBook};

fn facts(answer: &Answer) -> Vec<Value> {
    answer.json()["items"].as_array().unwrap().clone()
}

fn fact<'a>(facts: &'a [Value], name: &str) -> &'a Value {
    facts.iter().find(|fact| fact["fact"] == name).unwrap_or_else(|| panic!("{name} is not among {facts:?}"))
}

#[test]
fn the_doctor_tells_all_that_can_lose_money_on_postgres() {
    let book = TestBook::on_postgres();
    let answer = book.run("doctor --format json");
    let facts = facts(&answer);
    let names: Vec<_> = facts.iter().map(|fact| fact["fact"].as_str().unwrap()).collect();
    assert_eq!(
        names,
        [
            "book",
            "schema_state",
            "latency",
            "pool",
            "clock",
            "version",
            "schema",
            "encoding",
            "role",
            "cancelling",
            "tls",
            "fsync",
            "synchronous_commit",
            "full_page_writes",
            "data_checksums",
            "lc_messages",
            "standbys",
            "archiving",
            "connections",
            "statement_timeout",
            "lock_timeout",
            "shared_buffers",
            "max_wal_size",
            "checkpoint_timeout",
            "wal_compression",
            "size",
            "free_disk",
            "feed",
            "pooler",
            "guards",
            "metadata_indexes",
            "indexes",
            "beside_the_book",
        ]
    );
    for name in [
        "beside_the_book",
        "guards",
        "indexes",
        "schema_state",
        "clock",
        "tls",
        "lc_messages",
        "standbys",
        "connections",
    ] {
        assert_eq!(fact(&facts, name)["warning"], Value::Null, "{name}");
    }
    // Advice is about time, and no warning.
    let advised = fact(&facts, "max_wal_size");
    assert!(advised["warning"].is_null() && advised["advice"].as_str().unwrap().starts_with("4GB"), "{advised}");
    // Client and server are on one machine and have one clock.
    let clock = fact(&facts, "clock")["value"].as_str().unwrap();
    assert!(clock.starts_with("the same within "), "{clock}");
    for name in ["fsync", "synchronous_commit", "full_page_writes"] {
        let fact = fact(&facts, name);
        assert_eq!(fact["warning"].is_null(), fact["value"] == "on", "{fact}");
    }
}

#[test]
fn a_probe_ignores_the_warnings_that_are_known() {
    let book = TestBook::on_postgres();
    let all = facts(&book.run("doctor --format json").ends(1));
    let names: Vec<_> =
        all.iter().filter(|fact| !fact["warning"].is_null()).map(|fact| fact["fact"].as_str().unwrap()).collect();
    let (first, rest) = names.split_first().unwrap();
    let ignored = facts(&book.run(&format!("doctor --format json --ignore {}", names.join(","))).ends(0));
    for name in &names {
        assert_eq!(
            (&fact(&ignored, name)["ignored"], &fact(&all, name)["ignored"]),
            (&true.into(), &false.into()),
            "{name}"
        );
    }
    assert!(!rest.is_empty(), "a server of tests keeps nothing for ever");
    book.run(&format!("doctor --ignore {first}")).ends(1);
    book.run("doctor --ignore archivig").ends(1).says("--ignore archivig: this database has no such fact.");
}

#[test]
fn what_is_a_number_is_told_as_one() {
    for book in [TestBook::on_sqlite(), TestBook::on_postgres()] {
        let facts = facts(&book.run("doctor --format json"));
        let measured = [
            ("latency", "us"),
            ("size", "bytes"),
            ("free_disk", "bytes"),
            ("connections", "connections"),
            ("max_wal_size", "bytes"),
        ];
        for (name, unit) in measured.into_iter().take(if book.is_on_postgres() { 5 } else { 3 }) {
            let fact = fact(&facts, name);
            // A server that is not on this machine does not tell of its disk.
            if name != "free_disk" || !fact["number"].is_null() {
                // A file may answer within a microsecond.
                let least = i64::from(name != "latency");
                assert!(fact["number"].as_i64().unwrap() >= least && fact["unit"] == unit, "{fact}");
            }
        }
    }
}

#[test]
fn a_role_that_can_remove_transfers_is_warned_of() {
    let book = TestBook::on_postgres();
    let prefix = book.make_roles();
    let warning = |url: &str| {
        let answer = Program::new(&["--database-url", url, "doctor", "--format", "json"]).run();
        fact(&facts(&answer), "role")["warning"].clone()
    };
    for (role, is_worrying) in [("owner", true), ("writer", false), ("reader", false)] {
        let warning = warning(&book.url_as(&format!("{prefix}_{role}")));
        assert_eq!(warning.is_string(), is_worrying, "{role}: {warning}");
    }
}

#[test]
fn the_doctor_finds_nothing_wrong_with_an_sqlite_book() {
    let book = TestBook::on_sqlite();
    let answer = book.run("doctor --format json").ends(0);
    let facts = facts(&answer);
    let names: Vec<_> = facts.iter().map(|fact| fact["fact"].as_str().unwrap()).collect();
    assert_eq!(
        names,
        [
            "book",
            "schema_state",
            "latency",
            "pool",
            "version",
            "tls",
            "journal_mode",
            "synchronous",
            "size",
            "free_disk",
            "guards",
            "metadata_indexes",
            "structure",
            "indexes",
            "beside_the_book",
        ]
    );
}

#[test]
fn a_quick_look_reads_no_rows() {
    for book in [TestBook::on_sqlite(), TestBook::on_postgres()] {
        let whole = facts(&book.run("doctor --format json"));
        let quick = facts(&book.run("doctor --quick --format json"));
        let named = |facts: &[Value], name: &str| facts.iter().any(|fact| fact["fact"] == name);
        assert!(named(&whole, "indexes") && !named(&quick, "indexes"), "{quick:?}");
        assert!(!named(&quick, "structure"), "{quick:?}");
        let left_out = if book.is_on_postgres() { 1 } else { 2 };
        assert_eq!(quick.len() + left_out, whole.len(), "all else is told: {quick:?}");
    }
}

#[test]
fn a_schema_that_is_behind_is_warned_of() {
    let book = TestBook::on_sqlite();
    book.run("migrate revert").ends(0);
    let answer = book.run("doctor --format json").ends(1).says("There are warnings");
    assert_eq!(
        fact(&facts(&answer), "schema_state")["warning"],
        "this version of Teller cannot work on it; run: teller migrate run"
    );
}

#[test]
fn a_role_that_may_cancel_others_is_warned_of() {
    let book = TestBook::on_postgres();
    let reader = format!("{}_reader", book.make_roles());
    let warning = || {
        let answer = Program::new(&["--database-url", &book.url_as(&reader), "doctor", "--format", "json"]).run();
        fact(&facts(&answer), "cancelling")["warning"].clone()
    };
    assert_eq!(warning(), Value::Null);
    book.raw(&format!("grant pg_signal_backend to {reader}")).unwrap();
    assert!(warning().as_str().unwrap().contains("take pg_signal_backend away"));
}
