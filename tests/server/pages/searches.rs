//! Searches that no index helps: a page of the API is bounded, and the dashboard goes on behind what it has shown.

use serde_json::Value;
use teller::Mode;
use teller::requests::TransferRequest;

use crate::support::browser::Browser;
use crate::support::http::TestServer;
use crate::support::{TestBook, check, on_every_backend, transfer};

/// More than a page of the API reads.
const TRANSFERS: usize = 10_100;
const BATCH: usize = 2_020;

/// A book whose first transfer is the only one of its amount.
fn haystack(book: &TestBook) -> TestServer {
    check(
        book,
        "account alice liability EUR\naccount bob liability EUR\naccount cash asset EUR\ndeposit needle: alice 1000 -> posted",
    );
    let ledger = book.ledger();
    for number in 0..TRANSFERS / BATCH {
        let request = |index: usize| transfer(&format!("{number} {index}"), "alice", "bob", "0.01");
        let batch: Vec<TransferRequest> = (0..BATCH).map(request).collect();
        assert!(ledger.post_batch(&batch, Mode::Commit).unwrap().iter().all(Result::is_ok));
    }
    TestServer::on(book)
}

on_every_backend! {
    fn a_search_tells_how_far_it_came_and_goes_on_from_there(book: &TestBook) {
        let server = haystack(book);
        let first = server.get("/v1/transfers?amount_min=500").is(200).json();
        assert_eq!(first["items"], Value::Array(Vec::new()), "it is not among the newest");
        let reached = first["searched_to"].as_str().unwrap();
        assert!(reached.starts_with("20"), "{first}");
        let rest = server.get(&format!("/v1/transfers?cursor={}", first["next_cursor"].as_str().unwrap())).is(200).json();
        assert_eq!((&rest["items"][0]["key"], &rest["next_cursor"], rest.get("searched_to")), (&"needle".into(), &Value::Null, None));
        let all = server.get("/v1/transfers").is(200).json();
        assert!(all.get("searched_to").is_none() && !all["next_cursor"].is_null(), "a page that is full is no search that was cut");

        let browser = Browser::with_key(&server, &server.key);
        let page = browser.page("/transfers?amount_min=500");
        assert!(page.contains("needle") && page.ends_with("</html>"), "{page}");
        assert!(!page.contains("Searched back to"), "it found all that there is: {page}");
        let nothing = browser.page("/transfers?amount_min=5000");
        assert!(nothing.contains("Nothing matches these filters"), "{nothing}");
    }
}
