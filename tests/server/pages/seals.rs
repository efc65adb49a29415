//! Seals on pages. On PostgreSQL only the book's owner makes them.

use super::bank;
use super::looking::{until_shown, words};
use crate::support::browser::Browser;
use crate::support::http::make_key;
use crate::support::on_every_backend_as_owner;

const PATH: &str = "/proof/seals";

/// The newest seal that the page shows.
fn newest(page: &str) -> String {
    let text = page.split("readonly spellcheck=\"false\">").nth(1).unwrap().split("</textarea>").next().unwrap();
    text.replace("&quot;", "\"")
}

on_every_backend_as_owner! {
    fn a_seal_is_made_taken_away_and_checked(book: &TestBook) {
        let server = bank(book);
        let browser = Browser::with_key(&server, &server.key);
        let page = browser.page(PATH);
        assert!(page.contains("has made no seal") && page.contains("has checked no seal"), "{page}");
        assert_eq!(browser.send(PATH, &[("what", "make")]).is(303).header("location"), Some(PATH));
        let page = until_shown(&browser, PATH, "download=\"seal-");
        let seal = newest(&page);
        let link = page.split("href=\"data:application/json,").nth(1).unwrap().split('"').next().unwrap().to_owned();
        assert!(link.starts_with("%7B%22format%22%3A%22teller.seal.1%22"), "{link}");

        server.post("/v1/deposits", r#"{"key":"d9","account":"customers:alice","amount":"1.00"}"#).is(201);
        browser.send(PATH, &[("seal", &seal)]).is(303);
        let page = words(&until_shown(&browser, PATH, "nothing differs"));
        assert!(page.contains("not signed") && page.contains("Right"), "{page}");
        browser.send(PATH, &[("what", "make")]).is(303);
        let page = until_shown(&browser, PATH, "download=\"seal-");
        assert!(page.matches("download=\"seal-").count() == 2 && newest(&page) != seal, "{page}");

        let mut forged: serde_json::Value = serde_json::from_str(&seal).unwrap();
        forged["root"] = "00".repeat(32).into();
        browser.send(PATH, &[("seal", &forged.to_string())]).is(303);
        until_shown(&browser, PATH, "1 findings");
    }

    fn what_is_no_seal_of_this_book_is_refused_with_what_was_pasted(book: &TestBook) {
        let server = bank(book);
        let browser = Browser::with_key(&server, &server.key);
        let refused = browser.send(PATH, &[("seal", "{<b>}"), ("public_key", "my key")]).is(400);
        assert!(refused.body.contains("seal_invalid") && refused.body.contains(">{&lt;b&gt;}</textarea>") && refused.body.contains(">my key</textarea>"), "{refused:?}");
        browser.send(PATH, &[("what", "make")]).is(303);
        let seal = newest(&until_shown(&browser, PATH, "download=\"seal-"));
        let key = "-----BEGIN PUBLIC KEY-----\r\nMCowBQYDK2VwAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=\r\n-----END PUBLIC KEY-----\r\n";
        let unsigned = browser.send(PATH, &[("seal", &seal), ("public_key", key)]).is(400);
        assert!(unsigned.body.contains("is not signed"), "{unsigned:?}");
        let mut foreign: serde_json::Value = serde_json::from_str(&seal).unwrap();
        foreign["book"] = "00000000-0000-4000-8000-000000000000".into();
        browser.send(PATH, &[("seal", &foreign.to_string())]).is(303);
        until_shown(&browser, PATH, "seal_invalid");
    }

    fn seals_are_for_those_who_may_see_the_whole_book(book: &TestBook) {
        let server = bank(book);
        let browser = Browser::with_key(&server, &make_key(book, "clerk", &["accounts:read", "transfers:write"]));
        browser.get(PATH).is(403);
        browser.send(PATH, &[("what", "make")]).is(403);
        browser.send(PATH, &[("seal", "{}")]).is(403);
        assert!(Browser::with_key(&server, &server.key).page(PATH).contains("has made no seal"));
    }
}
