//! What the pages show.

use super::{TARGETS, bank};
use crate::support::browser::{Browser, encoded};
use crate::support::http::TestServer;
use crate::support::{Program, TestBook, on_every_backend};
use teller::Mode;
use teller::store::MetadataOf;

/// Names and texts that try to be something else.
const MARKUP: &str = "<img src=x onerror=alert(1)>&\"'";

/// A page until it has a text: what takes long is kept for a moment.
pub fn until_shown(browser: &Browser<'_>, target: &str, text: &str) -> String {
    let begin = std::time::Instant::now();
    loop {
        let page = browser.page(target);
        if page.contains(text) {
            return page;
        }
        assert!(begin.elapsed() < std::time::Duration::from_secs(30), "{target} never shows {text:?}: {page}");
    }
}

/// The text of a page without its markup, with one blank between words.
pub fn words(page: &str) -> String {
    let mut text = String::new();
    for part in page.split('<').skip(1) {
        text.push(' ');
        text.push_str(part.split_once('>').map_or("", |(_, text)| text));
    }
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Takes away what keeps raw statements from changing transfers.
fn without_triggers(book: &TestBook) {
    if book.is_on_postgres() {
        book.raw("alter table transfers disable trigger user").unwrap();
        return;
    }
    for trigger in book.query_texts("select name from sqlite_schema where type = 'trigger'") {
        book.raw(&format!("drop trigger {trigger}")).unwrap();
    }
}

on_every_backend! {
    fn every_page_is_whole_and_has_what_screen_readers_go_by(book: &TestBook) {
        let server = bank(book);
        let browser = Browser::with_key(&server, &server.key);
        for target in TARGETS {
            let page = browser.page(target);
            assert!(page.starts_with("<!DOCTYPE html><html lang=\"en\">") && page.ends_with("</html>"), "{target}");
            for (mark, count) in [("<h1>", 1), ("<main ", 1), ("<nav aria-label=\"Main\"", 1), ("class=\"skip\" href=\"#main\"", 1)] {
                let found = page.matches(mark).count();
                assert_eq!(found, count, "{target}: {mark}");
            }
            assert_eq!(page.matches("<table").count(), page.matches("<caption>").count(), "{target}");
            assert!(page.len() < 100 << 10, "{target} has {} bytes", page.len());
        }
    }

    fn the_overview_tells_what_the_book_has_and_that_it_balances(book: &TestBook) {
        let server = bank(book);
        let browser = Browser::with_key(&server, &server.key);
        let page = words(&until_shown(&browser, "/", "Balanced"));
        assert!(page.contains("EUR 100.00 100.00 100.0 % 0.00 0.00 0.00 115.00 115.00"), "{page}");
        assert!(page.contains("Holds that expire within a day") && page.contains("5.00"), "{page}");
        server.post("/v1/deposits", r#"{"key":"d2","account":"customers:alice","amount":"11.00"}"#).is(201);
        until_shown(&browser, "/", "111.00");
    }

    fn the_overview_tells_how_the_book_and_its_server_stand(book: &TestBook) {
        let server = bank(book);
        let browser = Browser::with_key(&server, &server.key);
        let page = words(&browser.page("/"));
        for text in ["Verified not since this server was started", "Newest seal none since", "Events told up to the newest", "Refused nothing since"] {
            assert!(page.contains(text), "{text}: {page}");
        }
        for (key, from, code) in [("no1", "customers:alice", "insufficient_funds"), ("no2", "customers:carol", "account_unknown")] {
            let body = format!(r#"{{"key":"{key}","from":"{from}","to":"customers:bob:savings","amount":"5000"}}"#);
            server.post("/v1/transfers", &body).is(422);
            assert!(words(&browser.page("/")).contains(&format!("1 {code}")), "{code}");
        }
        server.post("/v1/schedules", r#"{"key":"rent","from":"customers:alice","to":"customers:bob:savings","amount":"7000","once":"2026-01-01T00:00:00Z","on_refusal":"retry"}"#).is(201);
        server.post("/v1/schedules/run", "{}").is(200);
        server.post("/v1/deposits", r#"{"key":"more","account":"customers:alice","amount":"1.00"}"#).is(201);
        let page = words(&until_shown(&browser, "/", "postings here were answered"));
        assert!(page.contains("Dues that were refused and are tried again") && page.contains("7000.00 EUR"), "{page}");
        assert!(page.contains(" transfers, 0."), "{page}");
        browser.send("/proof", &[]).is(303);
        let page = words(&until_shown(&browser, "/", "Right"));
        assert!(page.contains("Verified Right up to"), "{page}");
    }

    fn the_tree_shows_a_level_with_sums_of_what_is_below(book: &TestBook) {
        let server = bank(book);
        let browser = Browser::with_key(&server, &server.key);
        let top = words(&until_shown(&browser, "/accounts", "100.00"));
        assert!(top.contains("cash: asset EUR 100.00 0.00 100.00 1") && top.contains("customers: liability EUR 100.00 5.00 95.00 3"), "{top}");
        let level = words(&browser.page("/accounts?prefix=customers%3A"));
        assert!(level.contains("customers:alice liability EUR 89.00 5.00 84.00 open"), "{level}");
        assert!(level.contains("customers:bob liability EUR 11.00 0.00 11.00 frozen") && level.contains("customers:bob: liability EUR 0.00"), "{level}");
    }

    fn a_level_of_many_accounts_is_paged_without_what_is_below(book: &TestBook) {
        let server = TestServer::on(book);
        let names: Vec<_> = (0..60).flat_map(|index| [format!("a:{index:02}"), format!("b{index:02}:x"), format!("b{index:02}:y")]).collect();
        server.open_accounts(&names.iter().map(String::as_str).collect::<Vec<_>>());
        let browser = Browser::with_key(&server, &server.key);
        let first = browser.page("/accounts");
        assert!(first.contains("<bdi>a:</bdi>") && first.contains("<bdi>b48:</bdi>") && !first.contains("<bdi>b49:</bdi>"), "{first}");
        assert!(!first.contains("a:00") && first.contains("/accounts?cursor=b48%3A"), "{first}");
        let second = browser.page("/accounts?cursor=b48%3A");
        assert!(second.contains("<bdi>b49:</bdi>") && second.contains("<bdi>b59:</bdi>") && !second.contains("rel=\"next\""), "{second}");
        assert_eq!(browser.page("/accounts?prefix=a%3A").matches("<bdi>a:").count(), 51, "50 accounts and the folder above");
    }

    fn an_account_shows_its_statement_its_chart_and_its_past(book: &TestBook) {
        let server = bank(book);
        let browser = Browser::with_key(&server, &server.key);
        let page = browser.page("/accounts/customers:alice");
        assert!(page.contains("<desc id=\"chart-text\">From 100.00 at"), "{page}");
        let text = words(&page);
        assert!(text.contains("Posted 89.00 Held 5.00 Available 84.00 Currency EUR"), "{text}");
        assert!(text.contains("Opening 0.00 , closing 89.00 EUR"), "{text}");
        let past = words(&browser.page("/accounts/customers:alice?at=2020-12-31"));
        assert!(past.contains("Posted 0.00 Currency EUR Effective (UTC) 2020-12-31 23:59:59"), "{past}");
        let frozen = words(&browser.page("/accounts/customers:bob"));
        assert!(frozen.contains("open frozen admin asked by phone"), "{frozen}");
        let bad = browser.get("/accounts/customers:alice?at=soon").is(400);
        assert!(bad.body.contains("role=\"alert\""), "{bad:?}");
        // Several parts of the page are asked for at once, and refused by different words.
        for _ in 0..20 {
            browser.get("/accounts/nobody").is(404);
        }
    }

    fn a_statement_is_paged_in_both_orders(book: &TestBook) {
        let server = TestServer::on(book);
        server.open_accounts(&["alice"]);
        for index in 0..60 {
            let body = format!(r#"{{"key":"d{index}","account":"alice","amount":"1.00","effective_at":"2020-01-01T00:00:00Z"}}"#);
            server.post("/v1/deposits", &body).is(201);
        }
        let browser = Browser::with_key(&server, &server.key);
        for order in ["recorded", "effective"] {
            let first = browser.page(&format!("/accounts/alice?order={order}"));
            assert!(first.contains(">d59<") && !first.contains(">d9<"), "{order}");
            let next = first.split("href=\"").find(|link| link.contains("rel=\"next\"")).unwrap();
            let next = next.split('"').next().unwrap().replace("&amp;", "&");
            assert!(next.contains(&format!("order={order}")), "{next}");
            let second = browser.page(&next);
            assert!(second.contains(">d0<") && !second.contains(">d59<") && second.contains("rel=\"first\""), "{order}");
        }
    }

    fn a_transfer_is_found_by_its_key_and_its_hash_is_computed_anew(book: &TestBook) {
        let server = bank(book);
        let browser = Browser::with_key(&server, &server.key);
        assert_eq!(browser.get("/transfers?find=t1").is(303).header("location"), Some("/transfers/t1"));
        let page = words(&browser.page("/transfers/t1"));
        assert!(page.contains("Hash: right , computed anew") && page.contains("invoice 17") && page.contains("Key t1"), "{page}");
        assert!(words(&browser.page("/transfers/t2")).contains("Reversals Transfers that undo this one"));
        assert_eq!(browser.get("/transfers/j1").is(303).header("location"), Some("/journals/j1"));
        browser.get("/transfers/none").is(404);
        let list = browser.page("/transfers?kind=hold");
        assert!(list.contains(">h1<") && !list.contains(">t1<") && list.contains("<option value=\"hold\" selected>"), "{list}");
        let wrong = browser.get("/transfers?from=soon").is(400);
        assert!(wrong.body.contains("Parameter from"), "{wrong:?}");
    }

    fn lists_are_looked_through_for_what_is_kept_beside_each(book: &TestBook) {
        let server = bank(book);
        let browser = Browser::with_key(&server, &server.key);
        let target = format!("/transfers?{}", encoded(&[("metadata_key", "an 'invoice'"), ("metadata_value", "17 & 18")]));
        book.run_as_owner("metadata set --transfer t1 invoice=17").ends(0);
        Program::on(book, &["metadata", "set", "--transfer", "t2", "an 'invoice'=17 & 18"]).run().ends(0);
        for is_declared in [false, true] {
            if is_declared {
                book.owner_ledger().add_metadata_index(MetadataOf::Transfers, &"an 'invoice'".parse().unwrap(), Mode::Commit).unwrap();
            }
            let list = browser.page(&target);
            assert!(list.contains(">t2<") && !list.contains(">t1<"), "{list}");
            assert!(list.contains("name=\"metadata_value\" value=\"17 &amp; 18\""), "{list}");
        }
        for half in ["metadata_key=invoice", "metadata_value=17"] {
            let answer = browser.get(&format!("/transfers?{half}")).is(400);
            assert!(answer.body.contains("give both"), "{answer:?}");
        }
    }

    fn a_transfer_that_was_changed_behind_the_ledgers_back_has_a_wrong_hash(book: &TestBook) {
        let server = bank(book);
        let browser = Browser::with_key(&server, &server.key);
        without_triggers(book);
        book.raw("update transfers set description = 'other' where description = 'rent'").unwrap();
        let page = words(&browser.page("/transfers/t1"));
        assert!(page.contains("Hash: wrong . Computed anew it is"), "{page}");
        assert!(words(&browser.page("/transfers/d1")).contains("Hash: right"), "another one is still right");
        browser.send("/proof", &[]).is(303);
        until_shown(&browser, "/proof", "findings");
    }

    fn each_figure_of_a_report_leads_to_what_it_adds_up(book: &TestBook) {
        let server = bank(book);
        let browser = Browser::with_key(&server, &server.key);
        let page = until_shown(&browser, "/reports/trial-balance?month=2020-01", "As of");
        assert!(words(&page).contains("Balanced : both sides agree"), "{page}");
        let page = until_shown(&browser, "/reports/trial-balance", "As of");
        let link = page.split("href=\"").find(|link| link.starts_with("/accounts/customers%3Aalice")).unwrap();
        let statement = words(&browser.page(&link.split('"').next().unwrap().replace("&amp;", "&")));
        assert!(statement.contains("closing 89.00 EUR"), "{statement}");
        assert!(until_shown(&browser, "/reports/balance-sheet?depth=1", "As of").contains("href=\"/accounts?prefix=customers\""));
        browser.get("/reports/nothing").is(404);
    }

    fn a_verification_runs_behind_the_page_and_its_result_stays(book: &TestBook) {
        let server = bank(book);
        let browser = Browser::with_key(&server, &server.key);
        assert!(browser.page("/proof").contains("has not verified the book yet"));
        assert_eq!(browser.send("/proof", &[]).is(303).header("location"), Some("/proof"));
        let page = words(&until_shown(&browser, "/proof", "nothing differs"));
        assert!(page.contains("EUR"), "{page}");
    }

    fn what_a_book_says_is_text_and_never_markup(book: &TestBook) {
        let server = TestServer::on(book);
        let long = "n".repeat(255);
        let names = [MARKUP, "a/b?c#d e%41", "\u{5e9}\u{5dc}\u{5d5}\u{5dd}", long.as_str()];
        for name in names {
            let body = serde_json::json!({"account": name, "currency": "EUR", "description": format!("{MARKUP}\u{202e}abc")});
            server.post("/v1/accounts", &body.to_string()).is(201);
        }
        for (index, pair) in names.windows(2).enumerate() {
            let metadata: serde_json::Map<_, _> = (0..64).map(|one| (format!("{MARKUP}{one}"), serde_json::json!(MARKUP))).collect();
            let body = serde_json::json!({"key": format!("{MARKUP}{index}"), "debit": "cash", "credit": pair[0], "amount": "1.00", "description": MARKUP, "metadata": metadata});
            server.post("/v1/accounts", r#"{"account":"cash","currency":"EUR","type":"asset"}"#);
            server.post("/v1/transfers", &body.to_string()).is(201);
        }
        let browser = Browser::with_key(&server, &server.key);
        let find = |key: &str| browser.get(&format!("/transfers?{}", encoded(&[("find", key)]))).is(303).header("location").unwrap().to_owned();
        let account = |name: &str| format!("/accounts/{}", encoded(&[("", name)]).trim_start_matches('='));
        let mut targets = vec!["/".to_owned(), "/accounts".to_owned(), "/transfers".to_owned(), "/reports/trial-balance".to_owned(), find(&format!("{MARKUP}0"))];
        targets.extend(names.map(account));
        targets.push(format!("/accounts?{}", encoded(&[("prefix", MARKUP)])));
        targets.push(format!("/transfers?{}", encoded(&[("account", MARKUP)])));
        for target in targets {
            let page = browser.page(&target);
            assert!(!page.contains("<img") && !page.contains('\u{202e}'), "{target}");
            assert!(page.contains("onerror") || !target.contains("img"), "{target} does not show it: {page}");
        }
    }
}
