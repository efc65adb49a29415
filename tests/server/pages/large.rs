//! Pages of what is long: each is bounded, and leads to the rest.

use serde_json::json;

use super::looking::{until_shown, words};
use crate::support::browser::Browser;
use crate::support::http::{TestServer, keys, make_key};
use crate::support::on_every_backend;

const BYTES_MAX: usize = 100 << 10;

/// A page that is not too large.
fn bounded(browser: &Browser<'_>, target: &str) -> String {
    let shown = if target.starts_with("/reports/") { "As of" } else { "<h1>" };
    let page = until_shown(browser, target, shown);
    assert!(page.len() < BYTES_MAX, "{target} has {} bytes", page.len());
    page
}

/// The target of the link with these words.
#[track_caller]
fn link(page: &str, wanted: &str) -> String {
    let is_wanted =
        |link: &&str| link.split("</a>").next().is_some_and(|link| words(&format!("<a href=\"{link}")) == wanted);
    let found = page.split("href=\"").skip(1).find(is_wanted);
    found.unwrap_or_else(|| panic!("no link {wanted:?} in {page}")).split('"').next().unwrap().replace("&amp;", "&")
}

on_every_backend! {
    fn a_long_report_has_pages_and_no_end_of_lines(book: &TestBook) {
        let server = TestServer::on(book);
        let names: Vec<_> = (0..1_010).map(|number| format!("customers:{number:04}")).collect();
        for names in names.chunks(500) {
            let legs: Vec<_> = names.iter().map(|name| json!({"debit": "bank:cash", "credit": name, "amount": "1.00"})).collect();
            server.post("/v1/accounts", r#"{"account":"bank:cash","currency":"EUR","type":"asset"}"#);
            let opened: String = names.iter().flat_map(|name| [name.as_str(), ",EUR\n"]).collect();
            server.request("POST", "/v1/imports/accounts").body("text/csv", &format!("name,currency\n{opened}")).send().is(200);
            server.post("/v1/journals", &json!({"key": names[0], "legs": legs}).to_string()).is(201);
        }
        let browser = Browser::with_key(&server, &server.key);
        let first = bounded(&browser, "/reports/trial-balance?from=2020-01&to=2100");
        assert!(first.contains("These are the first 1000 lines.") && first.contains(">customers:0078<") && !first.contains(">customers:0080<"), "{first}");
        let second = bounded(&browser, &link(&first, "Next page"));
        assert!(second.contains(">customers:0080<") && !second.contains(">customers:0078<"), "{second}");
        assert!(!link(&second, "First page").contains("page="), "{second}");
        let last = bounded(&browser, "/reports/trial-balance?from=2020-01&to=2100&page=13");
        assert!(last.contains(">customers:0998<") && !last.contains("Next page"), "{last}");
        let folders = words(&bounded(&browser, &link(&first, "Add up by folders")));
        assert!(folders.contains("customers liability EUR 0.00 0.00 1010.00") && !folders.contains("These are the first"), "{folders}");
        let beyond = bounded(&browser, "/reports/trial-balance?page=18446744073709551615");
        assert!(words(&beyond).contains("Trial balance: none."), "{beyond}");

        let statement = link(&first, "1.00");
        assert!(statement.contains("from=2020-01-01&to=2100-01-01"), "{statement}");
        assert!(words(&browser.page(&statement)).contains("closing 1.00 EUR"), "{statement}");
        let journal = bounded(&browser, "/journals/customers:0000");
        let all = bounded(&browser, &link(&journal, "All of them"));
        assert!(words(&journal).contains("The first 50 of 500.") && all.contains(">customers:0049<"), "{journal}");
    }

    fn an_account_with_many_holds_leads_to_all_of_them(book: &TestBook) {
        let server = TestServer::on(book);
        server.open_accounts(&["alice", "shop"]);
        server.post("/v1/deposits", r#"{"key":"d1","account":"alice","amount":"100.00"}"#).is(201);
        let items: Vec<_> = (0..60).map(|number| json!({"key": format!("h{number}"), "hold": {"from": "alice", "to": "shop", "amount": "1.00"}})).collect();
        server.post("/v1/batches", &json!(items).to_string()).is(200);
        let captures: Vec<_> = (0..60).map(|number| json!({"key": format!("c{number}"), "capture": {"hold": "h0", "amount": "0.01"}})).collect();
        server.post("/v1/batches", &json!(captures).to_string()).is(200);
        let browser = Browser::with_key(&server, &server.key);
        let page = bounded(&browser, "/accounts/alice");
        let all = bounded(&browser, &link(&page, "All of them"));
        assert!(words(&page).contains("The first 20."), "{page}");
        assert!(all.matches("href=\"/holds/").count() >= 50, "{all}");
        let hold = bounded(&browser, "/holds/h0");
        assert!(words(&hold).contains("The first 50 of 61."), "{hold}");
        bounded(&browser, &link(&hold, "All of them"));
    }

    fn many_keys_are_found_by_their_names(book: &TestBook) {
        let server = TestServer::on(book);
        for number in 0..60 {
            make_key(book, &format!("key-{number}"), &["metrics"]);
        }
        let now = teller::Clock::system().now();
        for number in 0..3 {
            keys(book).revoke(&format!("key-{number}"), now).unwrap();
        }
        let browser = Browser::with_key(&server, &server.key);
        let page = bounded(&browser, "/keys");
        assert!(words(&page).contains("The newest 50 of 58.") && page.contains(">key-59<") && !page.contains(">key-5<") && page.contains(">key-2<"), "{page}");
        assert_eq!(browser.get("/keys?find=key-5").is(303).header("location"), Some("/keys/key-5"));
        assert!(bounded(&browser, "/keys/key-5").contains("<h1>Key key-5</h1>"));
    }
}
