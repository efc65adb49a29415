//! Logging in and out, and what keeps a session from others.

use teller::Clock;
use teller::server::Server;
use teller::store::StoreOptions;

use super::{TARGETS, bank};
use crate::support::browser::{Browser, hidden};
use crate::support::http::{TestServer, keys, make_key, options};
use crate::support::on_every_backend;

on_every_backend! {
    fn a_key_logs_in_and_the_session_ends_with_the_logout(book: &TestBook) {
        let server = TestServer::on(book);
        let mut browser = Browser::new(&server);
        let sent = browser.get("/accounts?prefix=a%3A").is(303);
        assert_eq!(sent.header("location"), Some("/login?next=%2Faccounts%3Fprefix%3Da%253A"));
        assert!(browser.page(sent.header("location").unwrap()).contains("type=\"password\""));

        assert!(browser.log_in(&[("key", "tlr_1_2")]).is(401).body.contains("has not the form of a key"));
        let answer = browser.log_in(&[("key", &server.key), ("next", "/accounts?prefix=a%3A")]).is(303);
        assert_eq!(answer.header("location"), Some("/accounts?prefix=a%3A"));
        let cookie = answer.header("set-cookie").unwrap();
        for part in ["teller-session=", "; Path=/", "; Max-Age=28800", "; HttpOnly", "; SameSite=Strict"] {
            assert!(cookie.contains(part), "{cookie}");
        }
        assert!(!cookie.contains(&server.key) && !cookie.contains("Secure"), "{cookie}");
        assert!(browser.page("/").contains("Logged in as <bdi>admin</bdi>"));

        let out = browser.send("/logout", &[]).is(303);
        assert!(out.header("set-cookie").unwrap().contains("Max-Age=0"));
        browser.get("/").is(303);
    }

    fn a_login_leads_to_no_other_site(book: &TestBook) {
        let server = TestServer::on(book);
        for next in ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)", "/a\r\nx: y", "/\t/evil.example"] {
            let answer = Browser::new(&server).log_in(&[("key", &server.key), ("next", next)]).is(303);
            assert_eq!(answer.header("location"), Some("/"), "{next}");
        }
    }

    fn a_session_ends_with_its_key(book: &TestBook) {
        let server = TestServer::on(book);
        let key = make_key(book, "reader", &["accounts:read"]);
        let browser = Browser::with_key(&server, &key);
        browser.page("/accounts");
        keys(book).revoke("reader", Clock::system().now()).unwrap();
        let begin = std::time::Instant::now();
        while browser.get("/accounts").status != 303 {
            assert!(begin.elapsed() < std::time::Duration::from_secs(30), "the session goes on");
        }
    }

    fn a_session_outlives_the_server_and_only_its_digest_is_kept(book: &TestBook) {
        let server = TestServer::on(book);
        let browser = Browser::with_key(&server, &server.key);
        let cookie = browser.cookie().to_owned();
        server.stop().unwrap();
        let again = TestServer::again(book, options());
        let answer = again.request("GET", "/").without_key().header("cookie", &cookie).send();
        assert_eq!(answer.status, 200, "{answer:?}");
        let cut = again.request("GET", "/").without_key().header("cookie", &cookie[..cookie.len() - 1]).send();
        assert_eq!(cut.status, 303);
    }

    fn a_form_of_another_site_does_nothing(book: &TestBook) {
        let server = TestServer::on(book);
        let browser = Browser::with_key(&server, &server.key);
        for headers in [
            &[][..],
            &[("sec-fetch-site", "cross-site")],
            &[("sec-fetch-site", "same-site")],
            &[("sec-fetch-site", "none")],
            &[("origin", "https://evil.example")],
            &[("origin", "null")],
            &[("sec-fetch-site", "cross-site"), ("origin", "http://teller")],
        ] {
            assert_eq!(browser.send_from("/proof", &[], headers).status, 403, "{headers:?}");
            assert_eq!(browser.send_from("/logout", &[], headers).status, 403, "{headers:?}");
            let login = Browser::new(&server).send_from("/login", &[("key", &server.key)], headers);
            assert_eq!((login.status, login.header("set-cookie")), (403, None), "{headers:?}");
        }
        browser.send_from("/proof", &[], &[("origin", "http://teller")]).is(303);
        browser.page("/");
    }

    fn every_page_has_the_headers_that_keep_others_out(book: &TestBook) {
        let server = bank(book);
        let browser = Browser::with_key(&server, &server.key);
        for target in [TARGETS, &["/login", "/nothing", "/accounts/nobody"]].concat() {
            let answer = browser.get(target);
            let policy = answer.header("content-security-policy").unwrap_or_else(|| panic!("{target}: {answer:?}"));
            assert!(policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"), "{target}");
            assert!(!policy.contains("unsafe"), "{policy}");
            for (name, value) in [
                ("x-content-type-options", "nosniff"),
                ("x-frame-options", "DENY"),
                ("cache-control", "no-store"),
                ("content-type", "text/html; charset=utf-8"),
                ("referrer-policy", "same-origin"),
            ] {
                assert_eq!(answer.header(name), Some(value), "{target}");
            }
            assert!(!answer.body.contains("style=\"") && !answer.body.contains("<style"), "{target} has its own style");
            assert!(!answer.body.contains("onclick") && !answer.body.contains("<script>"), "{target} has its own script");
        }
    }

    fn the_first_start_prints_a_link_that_logs_in_once(book: &TestBook) {
        let server = Server::open(&book.url.parse().unwrap(), StoreOptions::default(), options()).unwrap();
        let link = server.first_login().unwrap().to_owned();
        let key = server.first_key().unwrap().to_owned();
        let server = TestServer::running(server, key);
        let mut browser = Browser::new(&server);
        let page = browser.page(&link);
        assert!(!page.contains("type=\"password\""), "{page}");
        let link = hidden(&page, "link");
        browser.log_in(&[("link", "0")]).is(401);
        browser.log_in(&[("link", &link)]).is(303);
        assert!(browser.page("/").contains("first-start"));
        assert!(Browser::new(&server).log_in(&[("link", &link)]).is(401).body.contains("was used already"));
        // The first key made by hand ends it.
        make_key(book, "owner", &["admin"]);
        let begin = std::time::Instant::now();
        while browser.get("/").status != 303 {
            assert!(begin.elapsed() < std::time::Duration::from_secs(30), "the session goes on");
        }
    }

    fn over_tls_the_cookie_is_bound_to_the_host(book: &TestBook) {
        let server = TestServer::on(book);
        let headers = [("sec-fetch-site", "same-origin"), ("x-forwarded-proto", "https")];
        let answer = Browser::new(&server).send_from("/login", &[("key", &server.key)], &headers).is(303);
        let cookie = answer.header("set-cookie").unwrap();
        assert!(cookie.starts_with("__Host-teller=") && cookie.ends_with("; Secure"), "{cookie}");
        let cookie = cookie.split(';').next().unwrap();
        let request = || server.request("GET", "/").without_key().header("cookie", cookie);
        assert_eq!(request().header("x-forwarded-proto", "https").send().status, 200);
        assert_eq!(request().send().status, 303, "without TLS another cookie counts");
    }
}
