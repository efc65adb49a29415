//! The time zone that a browser keeps: shown beside times, and meant by what is typed.

use super::looking::{until_shown, words};
use super::{TARGETS, bank};
use crate::support::browser::Browser;
use crate::support::http::TestServer;
use crate::support::{TestBook, on_every_backend};

/// A server with one account and a deposit that counts at the end of a day in Kathmandu, which is the evening before in UTC.
fn kathmandu(book: &TestBook) -> TestServer {
    let server = TestServer::on(book);
    server.open_accounts(&["alice"]);
    let body = r#"{"key":"d1","account":"alice","amount":"8.00","effective_at":"2026-01-31T18:30:00Z"}"#;
    server.post("/v1/deposits", body).is(201);
    server
}

/// Chooses a zone, and gives what the browser then sends.
fn choose(browser: &mut Browser<'_>, zone: &str) {
    let answer = browser.send("/time-zone", &[("zone", zone), ("next", "/transfers?kind=hold")]).is(303);
    assert_eq!(answer.header("location"), Some("/transfers?kind=hold"));
    let cookie = answer.header("set-cookie").unwrap();
    for part in ["; Path=/", "; Max-Age=31536000", "; HttpOnly", "; SameSite=Strict"] {
        assert!(cookie.contains(part), "{cookie}");
    }
    browser.keep(cookie);
}

on_every_backend! {
    fn times_are_shown_in_the_zone_that_was_chosen_and_say_so(book: &TestBook) {
        let server = kathmandu(book);
        let mut browser = Browser::with_key(&server, &server.key);
        let in_utc = words(&browser.page("/transfers/d1"));
        assert!(in_utc.contains("Effective (UTC) 2026-01-31 18:30:00") && in_utc.contains("Times are those of UTC."), "{in_utc}");
        choose(&mut browser, "Asia/Kathmandu");
        let page = browser.page("/transfers/d1");
        let shown = words(&page);
        assert!(shown.contains("Effective (Asia/Kathmandu) 2026-02-01 00:15:00"), "{shown}");
        assert!(shown.contains("Times are those of Asia/Kathmandu.") && !shown.contains("UTC"), "{shown}");
        assert!(page.contains("datetime=\"2026-01-31T18:30:00.000000Z\""), "programs still get UTC: {page}");
        assert!(page.contains("href=\"/time-zone?next=%2Ftransfers%2Fd1\""), "{page}");
        for target in TARGETS.iter().filter(|target| ["/", "/accounts", "/transfers", "/proof", "/reports/trial-balance", "/doctor"].contains(target)) {
            assert!(!words(&browser.page(target)).contains("(UTC)"), "{target}");
        }
    }

    fn what_is_typed_is_meant_in_the_zone_that_was_chosen(book: &TestBook) {
        let server = kathmandu(book);
        let mut browser = Browser::with_key(&server, &server.key);
        let month = "/reports/trial-balance?month=2026-02&prefix=alice";
        let span = "/accounts/alice?order=effective&from=2026-02&to=2026-03";
        let past = "/accounts/alice?at=2026-01-31";
        for (zone, in_february, on_the_day) in [("UTC", "0.00", "8.00"), ("Asia/Kathmandu", "8.00", "0.00"), ("+05:45", "8.00", "0.00"), ("+05:00", "0.00", "8.00")] {
            choose(&mut browser, zone);
            let report = words(&until_shown(&browser, month, "As of"));
            let line = format!("alice liability EUR {} 0.00 {in_february}", if in_february == "8.00" { "0.00" } else { "8.00" });
            assert!(report.contains(&line) && report.contains(&format!("Days and months are those of {zone}.")), "{zone}: {report}");
            let statement = words(&browser.page(span));
            assert_eq!(statement.contains("Opening 0.00"), in_february == "8.00", "{zone}: {statement}");
            let balance = words(&browser.page(past));
            assert!(balance.contains(&format!("Posted {on_the_day} Currency EUR")), "{zone}: {balance}");
        }
        choose(&mut browser, "Asia/Kathmandu");
        let check = [("from", "alice"), ("to", "cash:eur"), ("way", "post"), ("amount", "1.00"), ("effective_at", "2026-02-01T00:10"), ("key", "k")];
        let check = words(&browser.send("/post", &check).is(200).body);
        assert!(check.contains("Counts for the books (Asia/Kathmandu)") && check.contains("2026-02-01 00:10:00"), "{check}");
        assert!(browser.page("/transfers?from=today").contains("name=\"from\" value=\"today\"") && browser.page("/transfers?from=today").contains(">d1<"));
        assert!(!browser.page("/transfers?to=yesterday").contains(">d1<"));
    }

    fn a_zone_that_is_none_is_refused_and_a_cookie_that_was_changed_is_utc(book: &TestBook) {
        let server = bank(book);
        let mut browser = Browser::with_key(&server, &server.key);
        for zone in ["", "Europe/Berlinn", "<b>", "+2"] {
            let answer = browser.send("/time-zone", &[("zone", zone), ("next", "/")]).is(400);
            assert!(answer.header("set-cookie").is_none() && answer.body.contains("no time zone"), "{answer:?}");
        }
        for next in ["https://evil.example/", "//evil.example/", "/\\evil.example"] {
            let answer = browser.send("/time-zone", &[("zone", "UTC"), ("next", next)]).is(303);
            assert_eq!(answer.header("location"), Some("/"));
        }
        browser.keep("teller-zone=<b>nowhere</b>; Path=/");
        let page = browser.page("/transfers/t1");
        assert!(page.contains("(UTC)") && !page.contains("nowhere"), "{page}");
        assert!(browser.page("/time-zone").contains("<option value=\"Europe/Berlin\">"));
    }
}
