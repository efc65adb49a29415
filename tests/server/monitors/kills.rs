//! Servers that are killed while they judge.

use std::time::Duration;

use serde_json::Value;

use teller::ledger::Mode;

use super::{account, is_judged_within, monitors, told, wait_until_judged};
use crate::server::programs::Serving;
use crate::support::{Random, TestBook, on_every_backend, transfer};

/// How many servers are killed; more of them are for a machine that has the time.
pub fn kills() -> usize {
    std::env::var("TELLER_MONITOR_KILLS").map_or(6, |count| count.parse().expect("TELLER_MONITOR_KILLS is a number"))
}

fn serve(book: &TestBook) -> Serving {
    Serving::on(book, &["--lease-seconds", "1", "--no-clockwork"])
}

/// The crossings of zero by an account that is first at zero, by what each event says of it.
fn expected(book: &TestBook, account: &str) -> Vec<(String, String, i64)> {
    let events = book.run("events --format ndjson").ends(0);
    let (mut crossings, mut is_raised) = (Vec::new(), false);
    for event in events.stdout.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()) {
        let data = &event["data"];
        let side = ["debit", "credit"].into_iter().find(|side| data[format!("{side}_account")] == account);
        let Some(balance) = side.and_then(|side| data[format!("{side}_balance")].as_str()) else { continue };
        let is_true = balance.starts_with('-');
        if is_true != is_raised {
            let word = if is_true { "raised" } else { "cleared" };
            crossings.push((word.to_owned(), balance.to_owned(), event["sequence"].as_str().unwrap().parse().unwrap()));
            is_raised = is_true;
        }
    }
    crossings
}

on_every_backend! {
    fn kills_of_servers_lose_no_crossing_and_double_none(book: &TestBook) {
        let (ledger, monitors) = (book.ledger_of_today(), monitors(book));
        for account in ["cash:a", "cash:b"] {
            book.run(&format!("account open {account} --currency EUR --overdraft 1000")).ends(0);
        }
        monitors.add("below", &account("cash:a"), "posted < 0", &ledger).unwrap();
        let mut random = Random(5);
        let mut servers = [serve(book), serve(book)];
        for round in 0..kills() {
            for number in 0..30 {
                // To and fro, so that it is about zero.
                let pair = if number % 2 == 0 { ["cash:a", "cash:b"] } else { ["cash:b", "cash:a"] };
                let amount = format!("{}.00", 1 + random.below(3));
                ledger.post(transfer(&format!("t{round}-{number}"), pair[0], pair[1], &amount), Mode::Commit).unwrap();
                if number == 15 {
                    servers[round % 2].signal("KILL");
                }
            }
            servers[round % 2] = serve(book);
        }
        wait_until_judged(&monitors, "below", &ledger);
        let expected = expected(book, "cash:a");
        assert!(expected.len() > 4, "there are crossings: {expected:?}");
        assert_eq!(told(&monitors, "below"), expected);
        drop(servers);
    }

    fn a_server_that_was_frozen_judges_nothing_that_another_one_has_judged(book: &TestBook) {
        let (ledger, monitors) = (book.ledger_of_today(), monitors(book));
        for account in ["cash:a", "cash:b"] {
            book.run(&format!("account open {account} --currency EUR --overdraft 1000")).ends(0);
        }
        monitors.add("below", &account("cash:a"), "posted < 0", &ledger).unwrap();
        let move_to_and_fro = |round: usize| {
            for (number, pair) in [["cash:a", "cash:b"], ["cash:b", "cash:a"]].iter().cycle().take(7 + round % 2).enumerate() {
                let key = format!("t{round}-{number}");
                ledger.post(transfer(&key, pair[0], pair[1], &format!("{}.00", 1 + number % 2)), Mode::Commit).unwrap();
            }
        };
        let servers = [serve(book), serve(book)];
        for round in 0..4 {
            move_to_and_fro(2 * round);
            let frozen = &servers[round % 2];
            frozen.signal("STOP");
            move_to_and_fro(2 * round + 1);
            // The other one judges once the lease of the frozen one is over, if that had it; unless it was frozen in a transaction, with
            // the locks that the other one needs.
            let _ = is_judged_within(Duration::from_secs(5), &monitors, "below", &ledger);
            frozen.signal("CONT");
        }
        move_to_and_fro(8);
        wait_until_judged(&monitors, "below", &ledger);
        assert_eq!(told(&monitors, "below"), expected(book, "cash:a"));
        drop(servers);
    }
}
