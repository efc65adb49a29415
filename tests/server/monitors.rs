//! Monitors: each crossing of a condition once, in the book's order, whoever judges and whoever is killed.

mod kills;
mod single;

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use teller::ledger::{EventCursor, EventFilter, Watched};
use teller::server::Monitors;
use teller::store::StoreOptions;
use teller::{Ledger, Mode};

use crate::support::http::{TestServer, make_key};
use crate::support::{Program, Random, TestBook, check, on_every_backend, operational, transfer};

const WAIT: Duration = Duration::from_secs(30);

/// The monitors of a book, by its owner, who makes the place for them.
pub fn monitors(book: &TestBook) -> Monitors {
    Monitors::of_book(&book.owner_url.parse().unwrap(), StoreOptions::default())
}

fn account(name: &str) -> Watched {
    Watched::Account(name.parse().unwrap())
}

/// What happened to a monitor: the last word of the type, what was compared, and the sequence of the book's event.
pub fn told(monitors: &Monitors, name: &str) -> Vec<(String, String, i64)> {
    let (records, _) = monitors.events(name, 0, 10_000).unwrap();
    let told = records.iter().map(|record| {
        let cursor: Option<EventCursor> = record.event.as_deref().map(|event| event.parse().unwrap());
        let word = record.r#type.strip_prefix("teller.monitor.").unwrap().to_owned();
        (word, record.value.clone(), cursor.map_or(0, |cursor| cursor.sequence.0))
    });
    told.collect()
}

/// Waits until a monitor is judged up to the newest event.
#[track_caller]
pub fn wait_until_judged(monitors: &Monitors, name: &str, ledger: &Ledger) {
    assert!(
        is_judged_within(WAIT, monitors, name, ledger),
        "{:?} is not judged up to the newest event",
        monitors.get(name)
    );
}

/// Waits until a monitor is judged up to the newest event, or the time is over.
pub fn is_judged_within(time: Duration, monitors: &Monitors, name: &str, ledger: &Ledger) -> bool {
    let newest = ledger.newest_event_cursor(WAIT).unwrap().map(|cursor| cursor.to_string());
    let begin = Instant::now();
    while monitors.get(name).unwrap().cursor != newest {
        if begin.elapsed() > time {
            return false;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    true
}

fn bank(book: &TestBook) -> Ledger {
    check(
        book,
        "
        account cash            asset     EUR
        account customers:alice liability EUR
        account customers:bob   liability EUR
        account customers:carol liability USD
        deposit customers:alice 200   -> posted
        ",
    );
    book.ledger()
}

fn words(told: &[(String, String, i64)]) -> Vec<(&str, &str)> {
    told.iter().map(|(word, value, _)| (word.as_str(), value.as_str())).collect()
}

on_every_backend! {
    fn a_condition_tells_once_when_it_becomes_true_and_once_when_it_ends(book: &TestBook) {
        let (ledger, monitors) = (bank(book), monitors(book));
        let added = monitors.add("low", &account("customers:alice"), "available < 100", &ledger).unwrap();
        assert_eq!((added.raised, added.condition.as_str(), added.value.as_str()), (false, "available < 100.00", "200.00"));
        let server = TestServer::on(book);
        check(book, "
            transfer customers:alice customers:bob 50   -> posted
            transfer customers:alice customers:bob 60   -> posted
            transfer customers:alice customers:bob 10   -> posted
            transfer customers:bob customers:alice 19   -> posted
            transfer customers:bob customers:alice 1    -> posted
            hold h1: customers:alice cash 30            -> held
            capture h1 10                               -> captured
            release h1                                  -> released
            deposit customers:alice 100                 -> posted
        ");
        wait_until_judged(&monitors, "low", &ledger);
        let told = told(&monitors, "low");
        assert_eq!(words(&told), [("raised", "90.00"), ("cleared", "100.00"), ("raised", "70.00"), ("cleared", "190.00")]);
        let sequences: Vec<_> = told.iter().map(|(_, _, sequence)| *sequence).collect();
        assert_eq!(sequences, [7, 10, 11, 14]);
        let record = monitors.get("low").unwrap();
        assert_eq!((record.raised, record.value.as_str()), (false, "190.00"));
        server.stop().unwrap();
    }

    fn what_is_true_when_a_monitor_is_added_is_raised_at_once(book: &TestBook) {
        let (ledger, monitors) = (bank(book), monitors(book));
        assert!(monitors.add("low", &account("customers:bob"), "posted <= 0", &ledger).unwrap().raised);
        assert!(!monitors.add("high", &account("customers:alice"), "posted > 200", &ledger).unwrap().raised);
        assert_eq!(told(&monitors, "low"), [("raised".to_owned(), "0.00".to_owned(), 5)]);
        assert_eq!(told(&monitors, "high"), []);
        // No server has judged meanwhile.
        ledger.post(transfer("t1", "customers:alice", "customers:bob", "1.00"), Mode::Commit).unwrap();
        ledger.post(transfer("t2", "customers:bob", "customers:alice", "1.00"), Mode::Commit).unwrap();
        ledger.post(transfer("t3", "customers:alice", "customers:bob", "2.00"), Mode::Commit).unwrap();
        assert!(monitors.add("late", &account("customers:bob"), "posted = 2", &ledger).unwrap().raised);
        let server = TestServer::on(book);
        wait_until_judged(&monitors, "low", &ledger);
        assert_eq!(words(&told(&monitors, "low")), [("raised", "0.00"), ("cleared", "1.00"), ("raised", "0.00"), ("cleared", "2.00")]);
        wait_until_judged(&monitors, "late", &ledger);
        assert_eq!(told(&monitors, "late").len(), 1, "what happened before it was added is none of its business");
        let (events, _) = monitors.events("low", 0, 10).unwrap();
        assert!(events.is_sorted_by(|one, other| one.number < other.number));
        server.stop().unwrap();
    }

    fn a_prefix_is_judged_by_the_sum_of_its_accounts(book: &TestBook) {
        let (ledger, monitors) = (bank(book), monitors(book));
        let customers = Watched::Prefix { prefix: "customers:".to_owned(), currency: "EUR".parse().unwrap() };
        monitors.add("float", &customers, "posted >= 300", &ledger).unwrap();
        let server = TestServer::on(book);
        check(book, "
            account cash:usd        asset     USD
            transfer customers:alice customers:bob 50   -> posted
            account customers:dora  liability EUR
            account bank            liability EUR
            deposit bank 500                            -> posted
            deposit customers:dora 99                   -> posted
            deposit customers:bob 1                     -> posted
            withdraw customers:dora 0.01                -> posted
        ");
        wait_until_judged(&monitors, "float", &ledger);
        assert_eq!(words(&told(&monitors, "float")), [("raised", "300.00"), ("cleared", "299.99")]);
        server.stop().unwrap();
    }

    fn the_transfers_of_a_journal_are_judged_together(book: &TestBook) {
        let (ledger, monitors) = (bank(book), monitors(book));
        monitors.add("low", &account("customers:alice"), "posted < 100", &ledger).unwrap();
        monitors.add("bob", &account("customers:bob"), "posted > 0", &ledger).unwrap();
        let legs = ["--leg", "customers:alice -> customers:bob 150.00", "--leg", "customers:bob -> customers:alice 149.00", "--leg", "customers:bob -> customers:alice 1.00"];
        Program::on(book, &[&["journal", "post", "--key", "pay"][..], &legs].concat()).run().ends(0);
        let server = TestServer::on(book);
        wait_until_judged(&monitors, "low", &ledger);
        wait_until_judged(&monitors, "bob", &ledger);
        assert_eq!((told(&monitors, "low"), told(&monitors, "bob")), (vec![], vec![]));
        let legs = ["--leg", "customers:alice -> customers:bob 150.00", "--leg", "customers:bob -> customers:alice 1.00"];
        Program::on(book, &[&["journal", "post", "--key", "more"][..], &legs].concat()).run().ends(0);
        wait_until_judged(&monitors, "low", &ledger);
        wait_until_judged(&monitors, "bob", &ledger);
        assert_eq!((words(&told(&monitors, "low")), words(&told(&monitors, "bob"))), (vec![("raised", "51.00")], vec![("raised", "149.00")]));
        server.stop().unwrap();
    }

    fn a_standing_by_events_is_what_the_accounts_have(book: &TestBook) {
        let ledger = bank(book);
        let mut random = Random(7);
        let watched = [account("customers:alice"), account("cash"), Watched::Prefix { prefix: "customers:".to_owned(), currency: "EUR".parse().unwrap() }];
        let mut standings = watched.each_ref().map(|one| ledger.standing(one, WAIT).unwrap());
        let mut open = Vec::new();
        for number in 0..40 {
            let amount = 1 + random.below(20);
            let command = match random.below(5) {
                0 => format!("deposit customers:alice {amount} --cash cash"),
                1 => format!("transfer customers:alice customers:bob {amount}"),
                2 => {
                    open.push(format!("h{number}"));
                    format!("hold customers:alice customers:bob {amount} --key h{number}")
                }
                3 if !open.is_empty() => format!("capture {} 0.50", open[open.len() - 1]),
                4 if !open.is_empty() => format!("release {}", open.pop().unwrap()),
                _ => format!("withdraw customers:bob {amount} --cash cash"),
            };
            // Some are refused, which is as well.
            book.run(&command);
        }
        for (one, (cursor, standing)) in watched.iter().zip(&mut standings) {
            let page = ledger.list_events(*cursor, &EventFilter::default(), 1_000, WAIT).unwrap();
            assert!(page.events.len() > 15);
            let changes = page.events.iter().filter(|event| one.apply(event, standing)).count();
            assert!(changes > 5);
            assert_eq!(*standing, ledger.standing(one, WAIT).unwrap().1, "{one:?}");
        }
        let alice = ledger.get_account(&"customers:alice".parse().unwrap()).unwrap();
        assert_eq!(standings[0].1.available(), i128::from(alice.available().minor()));
        assert_eq!(standings[0].1.held, i128::from(alice.held().minor()));
    }

    fn monitors_of_a_book_that_was_restored_begin_anew(book: &TestBook) {
        let (ledger, monitors) = (bank(book), monitors(book));
        // It is judged up to an event that this book does not have, as after a restore to an earlier state.
        let other = book.another();
        let later = bank(&other);
        later.post(transfer("t1", "customers:alice", "customers:bob", "150.00"), Mode::Commit).unwrap();
        assert!(monitors.add("low", &account("customers:alice"), "posted < 100", &later).unwrap().raised);
        let server = TestServer::on(book);
        wait_until_judged(&monitors, "low", &ledger);
        assert_eq!(words(&told(&monitors, "low")), [("raised", "50.00"), ("cleared", "200.00")]);
        server.stop().unwrap();
    }

    fn monitors_over_http(book: &TestBook) {
        let server = TestServer::on(book);
        server.open_accounts(&["customers:alice"]);
        let add = |body: &str| server.post("/v1/monitors", body);
        let low = r#"{"name":"low","account":"customers:alice","when":"available < 100.00"}"#;
        let added = add(low).is(201).json();
        assert_eq!((&added["raised"], &added["value"], &added["prefix"]), (&json!(true), &json!("0.00"), &Value::Null));
        add(low).problem(409, "monitor_exists");
        add(r#"{"name":"sum","prefix":"customers:","currency":"EUR","when":"posted > 5"}"#).is(201);
        for (body, status, code) in [
            (r#"{"name":"a b","account":"customers:alice","when":"held > 1"}"#, 400, "text_invalid"),
            (r#"{"name":"x","account":"customers:alice","when":"spent > 1"}"#, 400, "request_invalid"),
            (r#"{"name":"x","account":"customers:alice","when":"held > x"}"#, 400, "amount_invalid"),
            (r#"{"name":"x","account":"customers:alice","when":"held > 1.005"}"#, 400, "amount_invalid"),
            (r#"{"name":"x","account":"nobody","when":"held > 1"}"#, 422, "account_unknown"),
            (r#"{"name":"x","when":"held > 1"}"#, 400, "request_invalid"),
            (r#"{"name":"x","prefix":"a","when":"held > 1"}"#, 400, "request_invalid"),
            (r#"{"name":"x","prefix":"a","currency":"XXQ","when":"held > 1"}"#, 422, "currency_unknown"),
            (r#"{"name":"x","account":"customers:alice"}"#, 400, "request_invalid"),
        ] {
            add(body).problem(status, code);
        }
        server.post("/v1/deposits", r#"{"key":"d1","account":"customers:alice","amount":"100.00"}"#).is(201);
        let begin = Instant::now();
        let events = loop {
            let page = server.get("/v1/monitors/low/events").is(200).json();
            if page["items"].as_array().unwrap().len() == 2 {
                break page;
            }
            assert!(begin.elapsed() < WAIT, "{page}");
            std::thread::sleep(Duration::from_millis(20));
        };
        assert_eq!((&events["items"][1]["type"], &events["items"][1]["value"]), (&json!("teller.monitor.cleared"), &json!("100.00")));
        let first = server.get("/v1/monitors/low/events?limit=1").is(200).json();
        assert_eq!(first["items"][0], events["items"][0]);
        let rest = server.get(&format!("/v1/monitors/low/events?cursor={}", first["next_cursor"].as_str().unwrap())).is(200).json();
        assert_eq!(rest["items"][0], events["items"][1]);
        assert_eq!(server.get("/v1/monitors").is(200).json()["items"].as_array().unwrap().len(), 2);
        assert_eq!(server.get("/v1/monitors/low").is(200).json()["raised"], false);
        server.request("DELETE", "/v1/monitors/low").send().is(200);
        for target in ["/v1/monitors/low", "/v1/monitors/low/events"] {
            server.get(target).problem(404, "monitor_unknown");
        }
        let reader = make_key(book, "reader", &["monitors:read"]);
        server.request("POST", "/v1/monitors").with_key(&reader).json(low).send().problem(403, "forbidden");
        server.request("GET", "/v1/monitors").with_key(&reader).send().is(200);
    }

    fn csv_and_lines_have_all_crossings_and_tables_say_how_to_go_on(book: &TestBook) {
        book.run("account open a --currency EUR").ends(0);
        assert!(monitors(book).add("low", &account("a"), "posted < 1", &book.ledger()).unwrap().raised);
        operational::run(
            book,
            &format!(
                "with recursive n (n) as (select 1 union all select n + 1 from n where n < 2300)
                 insert into {}.monitor_events (number, monitor, kind, sequence, time, value)
                 select n + 100, 'low', 'raised', 0, 1780000000000000, '0.00' from n",
                operational::schema(book)
            ),
        );
        let run = |options: &str| book.run_as_owner(&format!("monitor events low {options}")).ends(0);
        let rows = |options: &str| run(options).stdout.lines().count();
        assert_eq!((rows("--format csv"), rows("--format ndjson"), rows("--format csv --limit 2000")), (2_302, 2_301, 2_001));
        assert!(run("--format csv --limit 2301").stderr.is_empty(), "there are no more");
        let table = run("--format table --wide");
        assert_eq!(table.stdout.lines().count(), 101, "with the header");
        let after = table.stderr.split("There are more: --after ").nth(1).unwrap().trim();
        let page = run(&format!("--format json --limit 2201 --after {after}")).json();
        assert_eq!((page["items"].as_array().unwrap().len(), &page["next_cursor"]), (2_201, &Value::Null));
        let first = run("--format json").json();
        assert_eq!((first["items"].as_array().unwrap().len(), first["next_cursor"].as_str()), (100, Some(after)));
    }

    fn a_schedule_that_is_not_there_is_named_as_it_was(book: &TestBook) {
        let server = TestServer::on(book);
        server.open_accounts(&["a"]);
        let arguments = ["--database-url", &book.owner_url, "monitor", "add", "m", "--schedule", "rent", "--when", "due refused"];
        Program::new(&arguments).run().ends(3).says("rent").says("teller schedule list");
        let refused = server.post("/v1/monitors", r#"{"name":"m","schedule":"rent","when":"due refused"}"#);
        assert_eq!(refused.problem(422, "schedule_unknown").json()["schedule"], "rent");
    }

    fn the_program_adds_lists_and_removes_monitors(book: &TestBook) {
        let run = |arguments: &str| book.run_as_owner(arguments);
        run("account open customers:alice --currency EUR").ends(0);
        run("monitor list").ends(0).says("There are no monitors.");
        let add = |arguments: &[&str]| Program::new(&[&["--database-url", &book.owner_url, "monitor", "add"], arguments].concat()).run();
        let low = ["low", "--account", "customers:alice", "--when", "available < 1"];
        assert_eq!(add(&[&low[..], &["--format", "json"]].concat()).ends(0).json()["raised"], true);
        add(&low).ends(65).says("there is a monitor low already");
        let slip = add(&["x", "--account", "customers:alcie", "--when", "held > 1"]).ends(3).says("did you mean customers:alice?");
        assert_eq!(slip.stderr.matches("did you mean").count(), 1, "{}", slip.stderr);
        add(&["x", "--prefix", "customers:", "--when", "held > 1"]).ends(65).says("say which");
        let missing = add(&["x", "--when", "held > 1"]).ends(2);
        for option in ["--account <ACCOUNT>", "--prefix <PREFIX>", "--schedule <SCHEDULE>"] {
            assert!(missing.stderr.contains(option), "{}", missing.stderr);
        }
        for both in [["--account", "a", "--prefix", "b"], ["--schedule", "a", "--prefix", "b"], ["--account", "a", "--currency", "EUR"]] {
            add(&[&["x", "--when", "held > 1"][..], &both].concat()).ends(2).says("cannot be used with");
        }
        add(&["x", "--account", "customers:alice", "--when", "lots"]).ends(65).says("is no condition");
        add(&["sum", "--prefix", "customers:", "--currency", "EUR", "--when", "posted > 5"]).ends(0);
        assert_eq!(run("monitor list --format json").ends(0).json()["items"].as_array().unwrap().len(), 2);
        run("monitor events sum").ends(0).says("Nothing happened to it.");
        run("monitor events low").ends(0).shows("teller.monitor.raised");
        run("monitor remove low").ends(0);
        run("monitor show low").ends(65).says("there is no monitor");
    }
}
