//! Accounts whose names a browser would take for steps in a path.

use crate::support::browser::{Browser, encoded};
use crate::support::http::TestServer;
use crate::support::on_every_backend;

const NAMES: [&str; 4] = [".", "..", "a/../b", "./c"];

/// The targets of all links and forms of a page.
fn targets(page: &str) -> Vec<String> {
    let parts = page.split("href=\"").skip(1).chain(page.split("action=\"").skip(1));
    parts.map(|part| part.split('"').next().unwrap().replace("&amp;", "&")).collect()
}

on_every_backend! {
    fn pages_lead_to_every_account_whatever_its_name(book: &TestBook) {
        let server = TestServer::on(book);
        for (index, name) in NAMES.into_iter().enumerate() {
            server.post("/v1/accounts", &format!(r#"{{"account":"{name}","currency":"EUR"}}"#)).is(201);
            server.post("/v1/deposits", &format!(r#"{{"key":"d{index}","account":"{name}","amount":"7.00"}}"#)).is(201);
        }
        let browser = Browser::with_key(&server, &server.key);
        let list = browser.page("/accounts");
        for (index, name) in NAMES.into_iter().enumerate() {
            let target = format!("/accounts/-?{}", encoded(&[("name", name)]).replace("%2E", "."));
            assert!(targets(&list).contains(&target), "{target}: {:?}", targets(&list));
            for of_transfer in targets(&browser.page(&format!("/transfers/d{index}"))) {
                let path = of_transfer.split('?').next().unwrap();
                let is_step = |part: &str| [".", ".."].contains(&part.replace("%2F", "/").as_str());
                assert!(!path.split('/').any(is_step) && !path.contains(".."), "{of_transfer}");
            }
            let page = browser.page(&target);
            assert!(page.contains("7.00") && page.contains(&format!("name=\"name\" value=\"{name}\"")), "{page}");
            // Every link of the page leads to this account.
            for page in ["freeze", "limits", "close"] {
                let form = target.replace("/-?", &format!("/-/{page}?"));
                assert!(targets(&browser.page(&target)).contains(&form), "{form}");
                let shown = browser.page(&form);
                assert!(targets(&shown).contains(&form), "{form}: {:?}", targets(&shown));
            }
            let freeze = target.replace("/-?", "/-/freeze?");
            let fields = [("sides", "both"), ("reason", "check")];
            let checked = browser.send(&freeze, &fields).is(200).body;
            assert!(targets(&checked).contains(&freeze), "{checked}");
            let done = browser.send(&freeze, &[&fields[..], &[("step", "confirm")]].concat()).is(303);
            let location = done.header("location").unwrap();
            assert_eq!(location, format!("{target}&done=now"));
            assert!(browser.page(location).contains("Done."));
        }
    }

    fn who_logs_in_again_comes_back_to_the_same_account(book: &TestBook) {
        let server = TestServer::on(book);
        server.open_accounts(&[".."]);
        let stranger = Browser::new(&server);
        let sent = stranger.get("/accounts/-/freeze?name=..").is(303);
        assert_eq!(sent.header("location"), Some("/login?next=%2Faccounts%2F-%2Ffreeze%3Fname%3D.."));
        let refused = stranger.send("/accounts/-/freeze?name=..", &[("reason", "check")]).is(401).body;
        assert!(refused.contains("value=\"/accounts/-/freeze?name=..\"") && refused.contains("value=\"reason=check\""), "{refused}");
    }
}
