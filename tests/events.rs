//! The feed: every event once, in the book's one order, whoever writes meanwhile.

mod dues;
mod follow;
mod order;

use std::time::Duration;

use serde_json::Value;

use teller::ledger::{EventCursor, EventFilter};
use teller::{Error, Ledger};

use crate::support::{Program, TestBook, check, on_every_backend};

/// Longer than any writer of a test takes.
const WAIT: Duration = Duration::from_secs(20);

/// The events that the program shows, with these options.
fn shown(book: &TestBook, options: &str) -> Vec<Value> {
    let answer = book.run(format!("events --format ndjson {options}").trim()).ends(0);
    answer.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn types(events: &[Value]) -> Vec<&str> {
    events.iter().map(|event| event["type"].as_str().unwrap().strip_prefix("teller.").unwrap()).collect()
}

fn sequence(event: &Value) -> i64 {
    event["sequence"].as_str().unwrap().parse().unwrap()
}

/// All events of a book, page by page.
fn all(ledger: &Ledger, limit: u32) -> Vec<EventCursor> {
    let (mut after, mut events) = (None, Vec::new());
    loop {
        let page = ledger.list_events(after, &EventFilter::default(), limit, WAIT).unwrap();
        assert!(page.events.len() <= limit as usize);
        events.extend(page.events.iter().map(teller::ledger::Event::cursor));
        after = page.next;
        if page.is_last {
            return events;
        }
    }
}

fn code(fault: &Error) -> &'static str {
    fault.code()
}

on_every_backend! {
    fn every_kind_of_event_comes_once_in_order(book: &TestBook) {
        book.run("account open cash --currency EUR --type asset").ends(0);
        book.run("account open alice --currency EUR --metadata tier=gold --max-balance 1000").ends(0);
        book.run("deposit alice 100 --cash cash --idempotency-key first").ends(0);
        book.run("account open bob --currency EUR").ends(0);
        for command in [
            "hold alice bob 30 --idempotency-key h1",
            "capture h1 10",
            "release h1",
            "reverse first --amount 5",
            "account limit alice --per-day 500",
            "account freeze alice --debits --reason check",
            "account unfreeze alice",
            "metadata set --account alice tier=silver",
            "metadata set --transfer first checked=yes",
            "currency add PTS --exponent 0 --name points",
            "account open old --currency EUR",
            "account close old --yes",
            "period close 2019 --reason audited",
            "period reopen 2019 --reason error",
        ] {
            // Only the owner may close periods.
            if command.starts_with("period") { book.run_as_owner(command) } else { book.run(command) }.ends(0);
            if command.starts_with("reverse") {
                let legs = ["--leg", "alice -> bob 1.00", "--leg", "bob -> alice 2.00"];
                Program::on(book, &[&["journal", "post", "--key", "pay"][..], &legs].concat()).run().ends(0);
            }
        }
        let events = shown(book, "");
        assert_eq!(types(&events), [
            "account.opened", "account.opened", "transfer.posted", "account.opened", "hold.placed", "hold.captured", "hold.released",
            "transfer.reversed", "transfer.posted", "transfer.posted", "account.limits_changed", "account.frozen", "account.unfrozen",
            "account.metadata_changed", "transfer.metadata_changed", "currency.registered", "account.opened", "account.closed",
            "period.closed", "period.reopened",
        ]);
        assert!(events.is_sorted_by(|first, second| sequence(first) < sequence(second)));

        // The account is told as it was opened, though it changed since.
        assert_eq!(events[1]["data"]["metadata"]["tier"], "gold");
        assert_eq!((&events[1]["subject"], &events[1]["data"]["max_balance"]), (&"alice".into(), &"1000.00".into()));
        let deposit = &events[2]["data"];
        assert_eq!((&deposit["credit_version"], &deposit["credit_balance"], &deposit["key"]), (&1.into(), &"100.00".into(), &"first".into()));
        let legs: Vec<_> = events.iter().map(|event| (&event["data"]["journal_leg"], &event["data"]["journal_transfers"])).collect();
        assert_eq!(legs[8..10], [(&1.into(), &2.into()), (&2.into(), &2.into())]);
        assert_eq!(legs[2], (&Value::Null, &Value::Null));
        assert_eq!(events[18]["subject"], "2019");
        assert_eq!(events[18]["data"]["reason"], "audited");
        for event in &events {
            assert_eq!((&event["specversion"], &event["datacontenttype"]), (&"1.0".into(), &"application/json".into()));
            assert_eq!(event["data"]["sequence"], sequence(event));
            assert!(event["id"].as_str().unwrap().starts_with(&format!("{}-{}", sequence(event), &event["data"]["hash"].as_str().unwrap()[..16])));
        }
    }

    fn pages_of_any_size_come_to_the_same(book: &TestBook) {
        check(book, "
            account cash            asset     EUR
            account customers:alice liability EUR
            account customers:bob   liability EUR
            deposit customers:alice 100   -> posted
            transfer customers:alice customers:bob 7.50 -> posted
            transfer customers:bob customers:alice 1 -> posted
        ");
        book.run("account freeze customers:bob --reason x").ends(0);
        let ledger = book.ledger();
        let whole = all(&ledger, 1_000);
        assert_eq!(whole.len(), 7);
        for limit in [1, 2, 3, 7] {
            assert_eq!(all(&ledger, limit), whole, "pages of {limit}");
        }
        let ids: Vec<_> = shown(book, "").iter().map(|event| event["id"].as_str().unwrap().to_owned()).collect();
        assert_eq!(ids, whole.iter().map(ToString::to_string).collect::<Vec<_>>());
        assert_eq!(shown(book, &format!("--after {}", ids[4])).len(), 2);
        assert_eq!(shown(book, "--after latest").len(), 0);
        let page = book.run("events --limit 2 --format json").ends(0).json();
        assert_eq!((page["items"].as_array().unwrap().len(), &page["next_cursor"]), (2, &ids[1].as_str().into()));
    }

    fn a_filter_passes_over_the_rest_and_goes_on_behind_it(book: &TestBook) {
        check(book, "
            account cash            asset     EUR
            account customers:alice liability EUR
            account customers:bob   liability EUR
            account other           liability EUR
            deposit customers:alice 100   -> posted
            transfer customers:alice customers:bob 7.50 -> posted
            transfer customers:alice other 2 -> posted
        ");
        book.run_as_owner("period close 2019 --reason audited").ends(0);
        assert_eq!(types(&shown(book, "--types period.closed,teller.transfer.posted --accounts other")), ["transfer.posted"]);
        assert_eq!(types(&shown(book, "--accounts customers:b")), ["account.opened", "transfer.posted"]);
        assert_eq!(types(&shown(book, "--types period.closed")), ["period.closed"]);
        let page = book.run("events --accounts other --format json").ends(0).json();
        let newest = shown(book, "").last().unwrap()["id"].clone();
        assert_eq!(page["next_cursor"], newest, "the reader stands behind all that was read, not only behind what it was shown");
        book.run("events --types transfer.moved").ends(2).says("account.opened");
    }

    fn a_cursor_of_another_book_is_noticed(book: &TestBook) {
        let other = book.another();
        let open = "account open alice --currency EUR";
        for one in [book, &other] {
            one.run(open).ends(0);
            one.run("account open bob --currency EUR --overdraft 10").ends(0);
            one.run("transfer bob alice 1 --idempotency-key t1").ends(0);
        }
        let cursors = all(&other.ledger(), 10);
        let ledger = book.ledger();
        let newest = *all(&ledger, 10).last().unwrap();
        let other_mark = cursors[2];
        assert_eq!(other_mark.sequence, newest.sequence, "the two are told apart by their hashes alone");
        let future: EventCursor = format!("{}-0000000000000000", newest.sequence.0 + 5).parse().unwrap();
        let first: EventCursor = "0-0000000000000000".parse().unwrap();
        for cursor in [other_mark, future, first] {
            let fault = ledger.list_events(Some(cursor), &EventFilter::default(), 10, WAIT).unwrap_err();
            assert_eq!(code(&fault), "cursor_foreign", "{cursor}");
        }
        book.run(&format!("events --after {other_mark}")).ends(65).says("is behind no event of this book").says("@");
        book.run("events --after 17").ends(2).says("is no cursor of events");
        assert!(ledger.list_events(Some(newest), &EventFilter::default(), 10, WAIT).unwrap().events.is_empty());
    }

    fn an_expired_hold_is_told_as_expired(book: &TestBook) {
        check(book, "
            account cash  asset     EUR
            account alice liability EUR
            at 2026-01-10T08:00:00Z
            deposit alice 100   -> posted
        ");
        check(book, "
            account bob liability EUR
            hold h1: alice bob 30 expires 2026-01-11T08:00:00Z -> held
            at 2026-01-12T08:00:00Z
            transfer alice bob 1 -> posted
        ");
        let events = shown(book, "");
        assert_eq!(types(&events)[4..], ["hold.placed", "hold.expired", "transfer.posted"]);
    }
}
