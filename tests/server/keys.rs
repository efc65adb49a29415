//! Who may do what.

use std::time::Duration;

use teller::server::{NewKey, Scope, Server};
use teller::store::StoreOptions;
use teller::{Clock, Error};

use crate::support::browser::Browser;
use crate::support::http::{TestServer, keys, make_key, options};
use crate::support::{on_every_backend, operational};

/// A call of each scope, and what it takes.
const CALLS: &[(&str, &str, &str)] = &[
    ("accounts:read", "GET", "/v1/accounts"),
    ("accounts:read", "GET", "/v1/accounts/a"),
    ("accounts:read", "GET", "/v1/accounts/a/balance"),
    ("accounts:read", "GET", "/v1/accounts/a/statement"),
    ("accounts:read", "GET", "/v1/accounts/a/history"),
    ("accounts:read", "GET", "/v1/accounts/a/metadata"),
    ("accounts:read", "GET", "/v1/accounts/a/metadata/history"),
    ("accounts:read", "GET", "/v1/balances"),
    ("accounts:read", "POST", "/v1/balances/query"),
    ("accounts:write", "POST", "/v1/accounts"),
    ("accounts:write", "PATCH", "/v1/accounts/a"),
    ("accounts:write", "PATCH", "/v1/accounts/a/metadata"),
    ("accounts:write", "POST", "/v1/accounts/a/freeze"),
    ("accounts:write", "POST", "/v1/accounts/a/unfreeze"),
    ("accounts:write", "POST", "/v1/accounts/a/close"),
    ("transfers:read", "GET", "/v1/transfers"),
    ("transfers:read", "GET", "/v1/transfers/t"),
    ("transfers:read", "GET", "/v1/transfers/t/metadata"),
    ("transfers:read", "GET", "/v1/transfers/t/metadata/history"),
    ("transfers:read", "GET", "/v1/journals"),
    ("transfers:read", "GET", "/v1/journals/j"),
    ("transfers:read", "GET", "/v1/holds"),
    ("transfers:read", "GET", "/v1/holds/h"),
    ("transfers:read", "GET", "/v1/accounts/a/holds"),
    ("transfers:write", "POST", "/v1/transfers"),
    ("transfers:write", "POST", "/v1/transfers/t/reversals"),
    ("transfers:write", "PATCH", "/v1/transfers/t/metadata"),
    ("transfers:write", "POST", "/v1/deposits"),
    ("transfers:write", "POST", "/v1/withdrawals"),
    ("transfers:write", "POST", "/v1/exchanges"),
    ("transfers:write", "POST", "/v1/journals"),
    ("transfers:write", "POST", "/v1/journals/j/reversal"),
    ("transfers:write", "POST", "/v1/holds"),
    ("transfers:write", "POST", "/v1/holds/expire"),
    ("transfers:write", "POST", "/v1/holds/h/captures"),
    ("transfers:write", "POST", "/v1/holds/h/release"),
    ("transfers:write", "POST", "/v1/batches"),
    ("schedules:read", "GET", "/v1/schedules"),
    ("schedules:read", "GET", "/v1/schedules/s"),
    ("schedules:write", "POST", "/v1/schedules"),
    ("schedules:write", "POST", "/v1/schedules/s/cancel"),
    ("schedules:write", "POST", "/v1/schedules/run"),
    ("book:read", "GET", "/v1/currencies"),
    ("book:read", "GET", "/v1/periods"),
    ("book:read", "GET", "/v1/periods/history"),
    ("book:read", "GET", "/v1/reports/trial-balance"),
    ("book:read", "GET", "/v1/reports/balance-sheet"),
    ("book:read", "GET", "/v1/reports/income-statement"),
    ("book:read", "POST", "/v1/reports/trial-balance"),
    ("book:read", "POST", "/v1/reports/balance-sheet"),
    ("book:read", "POST", "/v1/reports/income-statement"),
    ("book:read", "POST", "/v1/verifications"),
    ("book:write", "POST", "/v1/currencies"),
    ("book:write", "POST", "/v1/periods/2020/close"),
    ("book:write", "POST", "/v1/periods/2020/reopen"),
    ("book:read", "POST", "/v1/seals"),
    ("accounts:write", "POST", "/v1/imports/accounts"),
    ("transfers:write", "POST", "/v1/imports/transfers"),
    ("admin", "GET", "/v1/doctor"),
    ("admin", "GET", "/v1/keys"),
    ("admin", "GET", "/v1/keys/k"),
    ("admin", "POST", "/v1/keys"),
    ("admin", "POST", "/v1/keys/k/revoke"),
    ("admin", "POST", "/v1/keys/k/rotate"),
    ("book:export", "GET", "/v1/export"),
    ("events:read", "GET", "/v1/events"),
    ("events:read", "GET", "/v1/consumers"),
    ("events:read", "PUT", "/v1/consumers/c"),
    ("events:read", "GET", "/v1/consumers/c"),
    ("events:read", "POST", "/v1/consumers/c/move"),
    ("events:read", "DELETE", "/v1/consumers/c"),
    ("webhooks:read", "GET", "/v1/webhooks"),
    ("webhooks:read", "GET", "/v1/webhooks/w"),
    ("webhooks:read", "GET", "/v1/webhooks/w/deliveries"),
    ("webhooks:write", "POST", "/v1/webhooks"),
    ("webhooks:write", "POST", "/v1/webhooks/w/rotate"),
    ("webhooks:write", "POST", "/v1/webhooks/w/test"),
    ("webhooks:write", "POST", "/v1/webhooks/w/pause"),
    ("webhooks:write", "POST", "/v1/webhooks/w/resume"),
    ("webhooks:write", "POST", "/v1/webhooks/w/remove"),
    ("webhooks:write", "POST", "/v1/webhooks/w/replay"),
    ("monitors:read", "GET", "/v1/monitors"),
    ("monitors:read", "GET", "/v1/monitors/m"),
    ("monitors:read", "GET", "/v1/monitors/m/events"),
    ("monitors:write", "POST", "/v1/monitors"),
    ("monitors:write", "DELETE", "/v1/monitors/m"),
    ("metrics", "GET", "/metrics"),
];

/// A path of the document with names in it, as `CALLS` has them.
fn filled(path: &str) -> String {
    let names = [
        ("{account}", "a"),
        ("{transfer}", "t"),
        ("{hold}", "h"),
        ("{journal}", "j"),
        ("{schedule}", "s"),
        ("{period}", "2020"),
        ("{key}", "k"),
        ("{webhook}", "w"),
        ("{consumer}", "c"),
        ("{monitor}", "m"),
    ];
    names.iter().fold(path.to_owned(), |path, (from, to)| path.replace(from, to))
}

on_every_backend! {
    fn a_key_that_moves_value_changes_no_accounts_by_a_batch_or_a_journal(book: &TestBook) {
        let server = TestServer::on(book);
        server.open_accounts(&["customers:alice", "customers:bob"]);
        let key = make_key(book, "payments", &["transfers:write"]);
        let post = |target: &str, body: &str| server.request("POST", target).with_key(&key).json(body).send();
        for change in [
            r#"{"freeze":"customers:bob"}"#,
            r#"{"unfreeze":"customers:bob"}"#,
            r#"{"close":"customers:bob"}"#,
            r#"{"limit":{"account":"customers:bob","min_balance":"none"}}"#,
            r#"{"annotate":{"account":"customers:bob","set":{"a":"b"}}}"#,
        ] {
            post("/v1/batches", &format!("[{change}]")).problem(403, "forbidden");
            post("/v1/journals", &format!(r#"{{"key":"j","legs":[{change}]}}"#)).problem(403, "forbidden");
        }
        post("/v1/batches", r#"[{"key":"b1","from":"customers:alice","to":"customers:bob","amount":"1.00"}]"#).is(200);
        server.post("/v1/batches", r#"[{"freeze":"customers:bob"}]"#).is(200);
    }

    fn every_endpoint_needs_its_scope_and_no_other(book: &TestBook) {
        let server = TestServer::on(book);
        let named: Vec<_> = Scope::ALL.iter().filter(|scope| **scope != Scope::Admin).map(|scope| scope.as_str()).collect();
        let made: Vec<_> = named.iter().map(|scope| (*scope, make_key(book, &format!("key for {scope}"), &[scope]))).collect();
        for (scope, method, target) in CALLS {
            for (of_key, key) in &made {
                let answer = server.request(method, target).with_key(key).send();
                assert_eq!(answer.status == 403, scope != of_key, "{method} {target} by a key with {of_key}: {answer:?}");
                assert_ne!((answer.status, answer.status), (401, 500), "{method} {target}");
            }
            assert_eq!(server.request(method, target).without_key().send().status, 401, "{method} {target}");
        }
        let document = server.get("/openapi.json").is(200).json();
        for (path, methods) in document["paths"].as_object().unwrap() {
            for method in methods.as_object().unwrap().keys().map(|method| method.to_uppercase()) {
                let is_listed = CALLS.iter().any(|(_, one, target)| *one == method && *target == filled(path));
                // What a key is, and what it asked for, any key is told.
                let is_own = path == "/v1/whoami" || path.starts_with("/v1/jobs");
                assert!(is_listed || is_own, "{method} {path} is not in the matrix");
            }
        }
    }

    fn a_key_that_is_wrong_revoked_or_expired_opens_nothing(book: &TestBook) {
        let server = TestServer::on(book);
        let ask = |key: &str| server.request("GET", "/v1/whoami").with_key(key).send();
        let now = Clock::system().now();
        let key = make_key(book, "payments", &["transfers:write"]);
        assert_eq!(ask(&key).is(200).json()["name"], "payments");
        for wrong in ["", "tlr_1_2", &format!("{key}0"), &key.replace("tlr", "tls"), &make_like(&key)] {
            ask(wrong).problem(401, "unauthorized");
        }
        let rotated = keys(book).rotate("payments", Duration::from_hours(1), now).unwrap().text;
        assert_eq!(ask(&rotated).is(200).json()["scopes"][0], "transfers:write");
        ask(&key).is(200);
        assert_eq!(keys(book).revoke("payments", now).unwrap().len(), 2);
        let expired = NewKey { expires_at: Some(now), ..NewKey::new("old".parse().unwrap(), [Scope::Admin]) };
        let expired = keys(book).create(expired, now.before(Duration::from_mins(1))).unwrap().text;
        until_refused(|| ask(&key).status);
        ask(&rotated).problem(401, "unauthorized");
        ask(&expired).problem(401, "unauthorized");
    }

    fn a_session_goes_on_at_a_server_that_has_not_read_its_key_yet(book: &TestBook) {
        let (first, second) = (TestServer::on(book), TestServer::again(book, options()));
        for number in 0..5 {
            let key = make_key(book, &format!("key-{number}"), &["accounts:read"]);
            let browser = Browser::with_key(&first, &key);
            let other = second.request("GET", "/accounts").without_key().header("cookie", browser.cookie());
            other.header("accept", "text/html").send().is(200);
        }
    }

    fn while_the_keys_cannot_be_read_one_that_is_not_known_may_come_again(book: &TestBook) {
        let server = TestServer::on(book);
        let wrong = make_like(&server.key);
        let ask = |key: &str| server.request("GET", "/v1/whoami").with_key(key).send();
        let schema = operational::schema(book);
        operational::run(book, &format!("alter table {schema}.api_keys rename column digest to moved"));
        assert_eq!(ask(&wrong).problem(503, "server_busy").json()["retry"], "same_key");
        ask(&server.key).is(200);
        operational::run(book, &format!("alter table {schema}.api_keys rename column moved to digest"));
        ask(&wrong).problem(401, "unauthorized");
    }

    fn a_key_for_some_accounts_reaches_no_others(book: &TestBook) {
        let server = TestServer::on(book);
        server.open_accounts(&["shops:corner:till", "shops:corner:safe", "shops:other"]);
        let scopes = [Scope::AccountsRead, Scope::TransfersWrite, Scope::TransfersRead, Scope::BookRead];
        let new = NewKey { prefix: "shops:corner:".into(), ..NewKey::new("corner".parse().unwrap(), scopes) };
        let key = keys(book).create(new, Clock::system().now()).unwrap().text;
        let send = |method: &str, target: &str, body: &str| server.request(method, target).with_key(&key).json(body).send();
        server.post("/v1/deposits", r#"{"key":"d","account":"shops:corner:till","amount":"10.00"}"#).is(201);
        let own = r#"{"key":"t1","from":"shops:corner:till","to":"shops:corner:safe","amount":"1.00"}"#;
        send("POST", "/v1/transfers", own).is(201);
        send("POST", "/v1/transfers", &own.replace("corner:safe", "other")).problem(403, "forbidden");
        let legs = format!(r#"{{"key":"j","legs":[{}]}}"#, own.replace(r#""key":"t1","#, "").replace("corner:safe", "other"));
        send("POST", "/v1/journals", &legs).problem(403, "forbidden");
        assert_eq!(send("GET", "/v1/accounts", "").is(200).json()["items"].as_array().unwrap().len(), 2);
        send("GET", "/v1/accounts/shops:corner:till/statement", "").is(200);
        send("GET", "/v1/transfers?account=shops:corner:till", "").is(200);
        send("POST", "/v1/balances/query", r#"{"accounts":["shops:other"]}"#).problem(403, "forbidden");
        for target in ["/v1/accounts/shops:other", "/v1/transfers/d", "/v1/transfers?account=shops:other", "/v1/reports/trial-balance"] {
            send("GET", target, "").problem(403, "forbidden");
        }
        send("GET", "/v1/transfers", "").problem(400, "request_invalid");
        for target in ["/v1/accounts?prefix=shops:", "/v1/accounts?prefix=", "/v1/balances?prefix=shops:"] {
            send("GET", target, "").problem(403, "forbidden");
        }
        send("POST", "/v1/deposits", r#"{"key":"d2","account":"shops:corner:till","amount":"1.00"}"#).problem(400, "request_invalid");
        send("POST", "/v1/batches", "[]").problem(403, "forbidden");
    }

    fn without_a_key_a_server_is_for_this_machine_alone(book: &TestBook) {
        let open = |address: &str| {
            let options = teller::server::ServerOptions { listen: address.parse().unwrap(), ..options() };
            Server::open(&book.url.parse().unwrap(), StoreOptions::default(), options)
        };
        assert!(matches!(open("0.0.0.0:0"), Err(Error::Input(_))));
        let first = open("127.0.0.1:0").unwrap();
        assert!(first.first_key().unwrap().starts_with("tlr_"));
        make_key(book, "payments", &["admin"]);
        assert!(open("127.0.0.1:0").unwrap().first_key().is_none());
        assert!(open("0.0.0.0:0").is_ok());
        let again = keys(book).create(NewKey::new("payments".parse().unwrap(), [Scope::Admin]), Clock::system().now());
        assert!(matches!(again, Err(Error::Input(_))), "a name has one key");
    }

    fn the_program_makes_lists_rotates_and_revokes_keys(book: &TestBook) {
        let made = book.run_as_owner("key create payments --scope transfers:write --expires-in 30d --format json").ends(0).json();
        assert!(made["key"].as_str().unwrap().starts_with("tlr_"));
        let listed = book.run_as_owner("key list --format json").ends(0);
        assert!(!listed.stdout.contains(made["key"].as_str().unwrap().rsplit('_').next().unwrap()), "the secret is not kept");
        assert_eq!(listed.json()["items"][0]["name"], "payments");
        book.run_as_owner("key create payments --scope admin").ends(65);
        book.run_as_owner("key create x --scope everything").ends(65).says("is no scope");
        book.run_as_owner("key rotate payments --old-valid-for 0s").ends(0);
        book.run_as_owner("key revoke payments").ends(0);
        book.run_as_owner("key revoke payments").ends(65).says("there is no valid key");
        let valid: Vec<_> = book.run_as_owner("key list --format json").json()["items"].as_array().unwrap().iter().map(|key| key["valid"].clone()).collect();
        assert_eq!(valid, [false, false]);
    }

    fn a_key_for_some_accounts_does_not_learn_which_others_there_are(book: &TestBook) {
        let server = TestServer::on(book);
        server.open_accounts(&["shops:a", "shops:b", "secret:there"]);
        let scopes = [Scope::AccountsRead, Scope::TransfersRead];
        let new = NewKey { prefix: "shops:".into(), ..NewKey::new("shop".parse().unwrap(), scopes) };
        let key = keys(book).create(new, Clock::system().now()).unwrap().text;
        let ask = |query: &str| {
            let target = format!("/v1/accounts/shops:a/statement?{query}");
            let answer = server.request("GET", &target).with_key(&key).send();
            (answer.status, answer.body)
        };
        for span in ["", "&from=2020-01-01T00:00:00Z", "&order=effective", "&limit=1"] {
            let there = ask(&format!("counterparty=secret:there{span}"));
            assert_eq!(there, ask(&format!("counterparty=secret:nobody{span}")), "{span}");
            assert_eq!(there.0, 200);
            assert_eq!(ask(&format!("counterparty=shops:nobody{span}")).0, 422, "of its own it is told");
        }
    }
}

/// A key with the same id and another secret.
fn make_like(key: &str) -> String {
    let (id, secret) = key.rsplit_once('_').unwrap();
    format!("{id}_{}", secret.chars().rev().collect::<String>())
}

/// Waits for the server to notice, which it does within a second or so.
fn until_refused(ask: impl Fn() -> u16) {
    let begin = std::time::Instant::now();
    while ask() != 401 {
        assert!(begin.elapsed() < Duration::from_secs(30), "the server never notices");
        std::thread::yield_now();
    }
}
