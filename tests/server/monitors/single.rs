//! Monitors that watch for holds and dues, each by itself.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use serde_json::json;

use teller::facts::{ScheduleId, TransferId};
use teller::ledger::{Mode, Watched};
use teller::requests::{Expiry, HoldRequest, ReleaseRequest};
use teller::server::{MonitorScope, Monitors};
use teller::wire::MonitorEventRecord;

use super::{WAIT, account, monitors, wait_until_judged};
use crate::server::programs::Serving;
use crate::support::http::TestServer;
use crate::support::schedule::schedule_id;
use crate::support::{Program, Random, TestBook, on_every_backend, transfer};

fn customers() -> MonitorScope {
    MonitorScope::Prefix { prefix: "customers:".into(), currency: None }
}

/// Three customers and one of the staff, the first of each with something.
fn bank(book: &TestBook) {
    for name in ["customers:alice", "customers:bob", "staff:carol", "staff:dora"] {
        book.run(&format!("account open {name} --currency EUR")).ends(0);
    }
    for name in ["customers:alice", "staff:carol"] {
        book.run(&format!("deposit {name} 100")).ends(0);
    }
}

fn events(monitors: &Monitors, name: &str) -> Vec<MonitorEventRecord> {
    monitors.events(name, 0, 10_000).unwrap().0
}

/// Waits until so many things have happened to a monitor.
#[track_caller]
fn wait_for(monitors: &Monitors, name: &str, count: usize) -> Vec<MonitorEventRecord> {
    let begin = Instant::now();
    loop {
        let found = events(monitors, name);
        if found.len() >= count {
            assert_eq!(found.len(), count, "{found:?}");
            return found;
        }
        assert!(begin.elapsed() < WAIT, "only {found:?}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// What happened to holds by their keys: `h1 raised 1`.
fn of_holds(records: &[MonitorEventRecord], keys: &[&str]) -> Vec<String> {
    let line = |record: &MonitorEventRecord| {
        let key = keys
            .iter()
            .find(|key| Some(TransferId::from_key(key).unwrap()) == record.hold)
            .expect("a hold of the test");
        assert!(record.expires_at.is_some() && record.schedule.is_none() && record.currency.is_none());
        format!("{key} {} {}", record.r#type.strip_prefix("teller.monitor.").unwrap(), record.value)
    };
    records.iter().map(line).collect()
}

on_every_backend! {
    fn each_hold_that_is_about_to_expire_is_told_once_and_so_is_its_end(book: &TestBook) {
        bank(book);
        let (ledger, monitors) = (book.ledger_of_today(), monitors(book));
        let hold = |key: &str, expiry: &str| book.run(format!("hold customers:alice customers:bob 10 --key {key} {expiry}").trim()).ends(0);
        hold("before", "--expires-in 2h");
        hold("far", "--expires-in 3d");
        hold("endless", "");
        book.run("hold staff:carol staff:dora 10 --key staff --expires-in 2h").ends(0);
        let added = monitors.add("ending", customers(), "hold expires in 24h", &ledger).unwrap();
        assert_eq!((added.raised, added.value.as_str(), added.currency), (false, "0", None));
        let server = TestServer::on(book);
        let keys = ["before", "far", "endless", "staff", "within", "short"];
        assert_eq!(of_holds(&wait_for(&monitors, "ending", 1), &keys), ["before raised 1"]);

        hold("within", "--expires-in 1h");
        hold("later", "--expires-in 2d");
        assert_eq!(of_holds(&wait_for(&monitors, "ending", 2), &keys)[1], "within raised 2");
        for command in ["capture before 4", "capture before 1", "release far", "release endless", "release later", "capture before 5", "release within"] {
            book.run(command).ends(0);
        }
        let told = wait_for(&monitors, "ending", 4);
        assert_eq!(of_holds(&told[2..], &keys), ["before cleared 1", "within cleared 0"]);
        let last_capture = book.run("hold show before --format json").ends(0).json()["transfers"][3]["sequence"].clone();
        assert!(told[2].event.as_ref().unwrap().starts_with(&format!("{last_capture}-")), "{told:?} by {last_capture}");

        hold("short", "--expires-in 1s");
        assert_eq!(of_holds(&wait_for(&monitors, "ending", 5)[4..], &keys), ["short raised 1"]);
        let begin = Instant::now();
        while events(&monitors, "ending").len() < 6 {
            book.run("hold expire").ends(0);
            assert!(begin.elapsed() < WAIT);
        }
        assert_eq!(of_holds(&events(&monitors, "ending")[5..], &keys), ["short cleared 0"]);
        wait_until_judged(&monitors, "ending", &ledger);
        assert_eq!(events(&monitors, "ending").len(), 6);
        server.stop().unwrap();
    }

    fn a_hold_is_told_of_when_the_time_has_come_and_not_before(book: &TestBook) {
        bank(book);
        let (ledger, monitors) = (book.ledger_of_today(), monitors(book));
        monitors.add("ending", &account("customers:bob"), "hold expires in 1m", &ledger).unwrap();
        let server = TestServer::on(book);
        wait_until_judged(&monitors, "ending", &ledger);
        book.run("hold customers:alice customers:bob 10 --key h1 --expires-in 62s").ends(0);
        wait_until_judged(&monitors, "ending", &ledger);
        let told = wait_for(&monitors, "ending", 1);
        let (time, expires_at) = (told[0].time, told[0].expires_at.unwrap());
        assert!(time >= expires_at.before(Duration::from_mins(1)) && time < expires_at, "{told:?}");
        book.run("release h1").ends(0);
        assert_eq!(of_holds(&wait_for(&monitors, "ending", 2), &["h1"]), ["h1 raised 1", "h1 cleared 0"]);
        server.stop().unwrap();
    }

    fn each_refused_due_is_told_once_and_so_is_its_end(book: &TestBook) {
        bank(book);
        let (ledger, monitors) = (book.ledger_of_today(), monitors(book));
        let add = |key: &str, from: &str, to: &str, more: &str| {
            let when = "--every day --from 2026-01-01 --count 2";
            book.run(format!("schedule add {from} {to} 1000 {when} --key {key} {more}").trim()).ends(0);
        };
        add("rent", "customers:alice", "customers:bob", "");
        add("staff", "staff:carol", "staff:dora", "");
        book.run("schedule run").ends(0);
        // These are refused already.
        for (name, scope) in [
            ("customers", customers()),
            ("dora", (&account("staff:dora")).into()),
            ("rent", MonitorScope::Schedule(schedule_id("rent"))),
        ] {
            assert!(!monitors.add(name, scope, "due refused", &ledger).unwrap().raised);
        }
        let server = TestServer::on(book);
        let of_dues = |name: &str, count: usize, key: &str| -> Vec<String> {
            let records = wait_for(&monitors, name, count);
            let line = |record: &MonitorEventRecord| {
                assert_eq!((record.schedule, record.hold), (Some(schedule_id(key)), None), "{record:?}");
                let day = record.due_at.unwrap().to_string()[..10].to_owned();
                format!("{day} {} {}", record.r#type.strip_prefix("teller.monitor.").unwrap(), record.value)
            };
            records.iter().map(line).collect()
        };
        let both = ["2026-01-01 raised 1", "2026-01-02 raised 2"];
        for (name, key) in [("customers", "rent"), ("rent", "rent"), ("dora", "staff")] {
            assert_eq!(of_dues(name, 2, key), both, "{name}");
        }
        assert_eq!(monitors.get("rent").unwrap().account.as_deref(), Some("customers:alice"));

        book.run("deposit customers:alice 900").ends(0);
        book.run("schedule run").ends(0);
        assert_eq!(of_dues("rent", 3, "rent")[2], "2026-01-01 cleared 1");
        book.run("schedule cancel rent").ends(0);
        for name in ["rent", "customers"] {
            assert_eq!(of_dues(name, 4, "rent")[2..], ["2026-01-01 cleared 1", "2026-01-02 cleared 0"], "{name}");
        }
        assert!(!monitors.get("customers").unwrap().raised);

        // One that is skipped at once begins and ends with it.
        add("skipped", "customers:alice", "customers:bob", "--on-refusal skip");
        book.run("schedule run").ends(0);
        let told = wait_for(&monitors, "customers", 8);
        assert!(told[4..].iter().all(|record| record.schedule == Some(schedule_id("skipped"))));
        let values: Vec<_> = told[4..].iter().map(|record| record.value.as_str()).collect();
        assert_eq!(values, ["1", "0", "1", "0"]);
        wait_until_judged(&monitors, "dora", &ledger);
        assert_eq!(events(&monitors, "dora").len(), 2, "another schedule is none of its business");
        server.stop().unwrap();
    }

    fn what_was_raised_in_a_book_that_was_restored_ends_and_is_looked_for_anew(book: &TestBook) {
        bank(book);
        let (ledger, monitors) = (book.ledger_of_today(), monitors(book));
        let other = book.another();
        bank(&other);
        book.run("hold customers:alice customers:bob 10 --key h1 --expires-in 2h").ends(0);
        other.run("hold customers:alice customers:bob 11 --key h2 --expires-in 2h").ends(0);
        other.run("hold customers:alice customers:bob 12 --key h3 --expires-in 2h").ends(0);
        // It stands behind an event that this book does not have, as after a restore to an earlier state.
        monitors.add("ending", customers(), "hold expires in 1d", &other.ledger_of_today()).unwrap();
        let server = TestServer::on(book);
        assert_eq!(of_holds(&wait_for(&monitors, "ending", 1), &["h1"]), ["h1 raised 1"]);
        wait_until_judged(&monitors, "ending", &ledger);
        server.stop().unwrap();
    }

    fn kills_of_servers_lose_no_hold_and_double_none(book: &TestBook) {
        bank(book);
        let (ledger, monitors) = (book.ledger_of_today(), monitors(book));
        monitors.add("ending", customers(), "hold expires in 1d", &ledger).unwrap();
        let serve = || Serving::on(book, &["--lease-seconds", "1", "--no-clockwork"]);
        let (mut servers, mut random, mut open, mut count) = ([serve(), serve()], Random(11), Vec::new(), 0);
        for round in 0..super::kills::kills() {
            for _ in 0..8 {
                if random.below(3) == 0 && !open.is_empty() {
                    let key: String = open.swap_remove(usize::try_from(random.below(open.len() as u64)).unwrap());
                    let id = TransferId::from_key(&format!("release of {key}")).unwrap();
                    ledger.post(ReleaseRequest::new(id, TransferId::from_key(&key).unwrap()), Mode::Commit).unwrap();
                } else {
                    let key = format!("h{count}");
                    count += 1;
                    let placed = transfer(&key, "customers:alice", "customers:bob", "0.10");
                    let hold = HoldRequest { transfer: placed, expiry: Expiry::After(Duration::from_hours(1)) };
                    ledger.post(hold, Mode::Commit).unwrap();
                    open.push(key);
                }
            }
            servers[round % 2].signal("KILL");
            servers[round % 2] = serve();
        }
        wait_until_judged(&monitors, "ending", &ledger);
        let mut told: BTreeMap<TransferId, Vec<String>> = BTreeMap::new();
        for record in events(&monitors, "ending") {
            told.entry(record.hold.unwrap()).or_default().push(record.r#type);
        }
        assert_eq!(told.len(), count, "each hold was told of");
        for number in 0..count {
            let key = format!("h{number}");
            let is_open = open.contains(&key);
            let expected = if is_open { vec!["teller.monitor.raised"] } else { vec!["teller.monitor.raised", "teller.monitor.cleared"] };
            assert_eq!(told[&TransferId::from_key(&key).unwrap()], expected, "{key}");
        }
        assert_eq!(monitors.get("ending").unwrap().value, open.len().to_string());
        drop(servers);
    }

    fn holds_and_dues_are_watched_over_http_and_by_the_program(book: &TestBook) {
        bank(book);
        let server = TestServer::on(book);
        let add = |body: &str| server.post("/v1/monitors", body);
        book.run("schedule add customers:alice customers:bob 1 --every day --key rent").ends(0);
        let added = add(r#"{"name":"rent","schedule":"rent","when":"due  refused"}"#).is(201).json();
        let id: ScheduleId = added["schedule"].as_str().unwrap().parse().unwrap();
        assert_eq!((id, &added["condition"], &added["currency"]), (schedule_id("rent"), &json!("due refused"), &json!(null)));
        add(r#"{"name":"ending","prefix":"customers:","when":"hold expires in 12h"}"#).is(201);
        for (body, status, code) in [
            (r#"{"name":"x","prefix":"customers:","when":"held > 1"}"#, 400, "request_invalid"),
            (r#"{"name":"x","prefix":"customers:","currency":"EUR","when":"due refused"}"#, 400, "request_invalid"),
            (r#"{"name":"x","schedule":"rent","when":"held > 1"}"#, 400, "request_invalid"),
            (r#"{"name":"x","schedule":"rent","when":"hold expires in 1h"}"#, 400, "request_invalid"),
            (r#"{"name":"x","schedule":"rent","account":"customers:alice","when":"due refused"}"#, 400, "request_invalid"),
            (r#"{"name":"x","schedule":"lease","when":"due refused"}"#, 422, "schedule_unknown"),
            (r#"{"name":"x","account":"nobody","when":"due refused"}"#, 422, "account_unknown"),
            (r#"{"name":"x","account":"customers:alice","when":"hold expires in 1 fortnight"}"#, 400, "duration_invalid"),
            (r#"{"name":"x","account":"customers:alice","when":"hold expires in 0s"}"#, 400, "duration_invalid"),
        ] {
            add(body).problem(status, code);
        }
        let run = |arguments: &[&str]| Program::new(&[&["--database-url", &book.owner_url, "monitor", "add"], arguments].concat()).run();
        run(&["unpaid", "--schedule", "rent", "--when", "due refused"]).ends(0);
        run(&["all", "--prefix", "customers:", "--when", "due refused"]).ends(0);
        run(&["x", "--schedule", "lease", "--when", "due refused"]).ends(3).says("is unknown");
        run(&["x", "--schedule", "rent", "--account", "customers:alice", "--when", "due refused"]).ends(2);
        run(&["x", "--prefix", "customers:", "--when", "held > 1"]).ends(65).says("say which");
        let listed = book.run_as_owner("monitor list --format json").ends(0).json();
        assert_eq!(listed["items"].as_array().unwrap().len(), 4);
        server.stop().unwrap();
    }
}

/// A monitor of what accounts have is told by the accounts that a standing is of.
#[test]
fn what_has_a_standing_is_a_scope_too() {
    let watched = Watched::Prefix { prefix: "customers:".to_owned(), currency: "EUR".parse().unwrap() };
    let scope = MonitorScope::Prefix { prefix: "customers:".into(), currency: Some("EUR".parse().unwrap()) };
    assert_eq!(MonitorScope::from(&watched), scope);
    assert_eq!(MonitorScope::from(&account("cash")), MonitorScope::Account("cash".parse().unwrap()));
}
