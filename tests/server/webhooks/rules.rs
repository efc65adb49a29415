//! What a webhook may be, and what becomes of receivers that do not take what is sent.

use std::time::Duration;

use serde_json::json;

use teller::Ledger;
use teller::server::{NewWebhook, ServerOptions};
use teller::store::StoreOptions;

use super::{add, deliveries, hasty, sequences, verify, wait_until, webhooks};
use crate::support::http::{TestServer, make_key};
use crate::support::on_every_backend;
use crate::support::receiver::{Reaction, Received, Receiver};

on_every_backend! {
    fn a_receiver_that_does_not_answer_well_gets_the_event_again(book: &TestBook) {
        for (reaction, problem) in [
            (Reaction::Answer(302, "location: http://127.0.0.1:9/\r\n"), "the receiver answered 302, and redirects are not followed"),
            (Reaction::Answer(404, ""), "the receiver answered 404"),
            (Reaction::Trickle, "the receiver took too long"),
            (Reaction::Close, ""),
            (Reaction::Garbage, ""),
        ] {
            let book = book.another();
            let shown = format!("{reaction:?}");
            let webhook_time_max = match reaction {
                Reaction::Trickle => Duration::from_secs(2),
                _ => hasty().webhook_time_max,
            };
            let receiver = Receiver::that(move |_, _| reaction.clone());
            let (id, _) = add(&book, NewWebhook::new(&receiver.url));
            let server = TestServer::with(&book, ServerOptions { webhook_time_max, ..hasty() });
            server.open_accounts(&["a"]);
            wait_until(&book, &id, |webhook| webhook["dead"] == 1);
            let dead = &deliveries(&book, &id)[0];
            assert_eq!(dead["attempts"], 3, "{shown}");
            assert!(dead["problem"].as_str().is_some_and(|told| told.contains(problem)), "{shown}: {dead}");
            assert_eq!(sequences(&receiver.received()), [1, 1, 1], "{shown}: nothing is sent elsewhere");
        }
    }

    fn a_receiver_that_is_gone_is_left_alone_until_somebody_says_otherwise(book: &TestBook) {
        let receiver = Receiver::that(|number, _| Reaction::Answer(if number == 0 { 410 } else { 200 }, ""));
        let (id, _) = add(book, NewWebhook::new(&receiver.url));
        let server = TestServer::with(book, hasty());
        server.open_accounts(&["a", "b"]);
        let webhook = wait_until(book, &id, |webhook| webhook["state"] == "disabled");
        assert_eq!(webhook["reason"], "the receiver answered 410: it is gone");
        server.post(&format!("/v1/webhooks/{id}/resume"), "").is(200);
        assert_eq!(sequences(&receiver.wait_for(3)), [1, 1, 2]);
    }

    fn what_waits_is_due_now_when_its_webhook_is_resumed(book: &TestBook) {
        let receiver = Receiver::that(|_, _| Reaction::Answer(503, ""));
        let (id, _) = add(book, NewWebhook::new(&receiver.url));
        let server = TestServer::with(book, ServerOptions { webhook_retries: vec![Duration::from_hours(1)], ..hasty() });
        server.open_accounts(&["a"]);
        wait_until(book, &id, |webhook| webhook["waiting"] == 1);
        let now = teller::Clock::system().now().micros();
        let due = |told: &serde_json::Value| told["next_at"].as_str().unwrap().parse::<teller::facts::Instant>().unwrap().micros();
        server.post(&format!("/v1/webhooks/{id}/pause"), "").is(200);
        assert!(due(&deliveries(book, &id)[0]) > now + 3_000_000_000);
        server.stop().unwrap();
        // By the time of the machine, as the server.
        let ledger = Ledger::open(book.url.parse().unwrap(), StoreOptions::default()).unwrap();
        let resumed = webhooks(book).resume(&id, &ledger).unwrap();
        assert_eq!(resumed.state, "active");
        let next = due(&deliveries(book, &id)[0]);
        assert!((next - now).abs() < 60_000_000, "{next} is about {now}");
        webhooks(book).replay(&id, deliveries(book, &id)[0]["event"].as_str().unwrap(), teller::Clock::system().now()).unwrap();
        assert!((due(&deliveries(book, &id)[0]) - now).abs() < 60_000_000);
    }

    fn a_receiver_can_ask_for_time(book: &TestBook) {
        let receiver = Receiver::that(|_, _| Reaction::Answer(429, "retry-after: 3600\r\n"));
        let (id, _) = add(book, NewWebhook::new(&receiver.url));
        let server = TestServer::with(book, hasty());
        server.open_accounts(&["a", "b"]);
        wait_until(book, &id, |webhook| webhook["waiting"] == 1);
        let told = &deliveries(book, &id)[0];
        let time = |name: &str| told[name].as_str().unwrap().parse::<teller::facts::Instant>().unwrap().micros();
        assert!((3_599_000_000..=3_660_000_000).contains(&(time("next_at") - time("tried_at"))), "{told}");
        assert_eq!(receiver.received().len(), 1);
    }

    fn nothing_is_sent_to_a_private_address_that_was_not_allowed(book: &TestBook) {
        let server = TestServer::with(book, hasty());
        let post = |body: &str| server.post("/v1/webhooks", body);
        for url in ["http://hooks.example/", "https://a:b@hooks.example/", "ftp://hooks.example/", "hooks.example", ""] {
            post(&json!({"url": url}).to_string()).problem(400, "request_invalid");
        }
        // What is private by its name alone is refused at once, and the option is named that allows it.
        for host in ["localhost", "LOCALHOST.", "a.localhost", "127.0.0.1", "10.1.2.3", "169.254.169.254", "[::1]", "[fd00::1]", "[::ffff:10.0.0.1]"] {
            let refused = post(&json!({"url": format!("https://{host}:9/")}).to_string()).problem(400, "webhook_private");
            assert!(refused.json()["detail"].as_str().unwrap().contains("allow_private"), "{refused:?}");
            let refused = book.run_as_owner(&format!("webhook add https://{host}:9/")).ends(65);
            assert!(refused.stderr.contains("--allow-private"), "{}", refused.stderr);
        }
        for host in ["127.1", "0x7f.0.0.1", "2130706433", "017700000001"] {
            post(&json!({"url": format!("https://{host}/")}).to_string()).problem(400, "request_invalid");
        }
        // A name is looked up when something is sent, as it can lead elsewhere by then.
        let made = post(r#"{"url":"https://localhost.localdomain:9/"}"#).is(201).json();
        let id = made["id"].as_str().unwrap();
        let tested = server.post(&format!("/v1/webhooks/{id}/test"), "").is(200).json();
        assert!(tested["problem"].is_string() && tested["delivered"] == false, "{tested}");

        let key = make_key(book, "hooks", &["webhooks:write", "webhooks:read"]);
        let asked = |body: &str| server.request("POST", "/v1/webhooks").with_key(&key).json(body).send();
        asked(r#"{"url":"http://127.0.0.1:9/","allow_private":true}"#).problem(403, "forbidden");
        asked(r#"{"url":"https://hooks.example/"}"#).is(201);
    }

    fn a_webhook_is_changed_by_a_key_that_may(book: &TestBook) {
        let receiver = Receiver::new();
        let server = TestServer::with(book, hasty());
        server.open_accounts(&["a"]);
        let body = json!({"url": receiver.url, "types": ["account.opened"], "accounts": "b", "allow_private": true});
        let made = server.post("/v1/webhooks", &body.to_string()).is(201).json();
        let (id, secret) = (made["id"].as_str().unwrap(), made["secret"].as_str().unwrap());
        let target = |verb: &str| format!("/v1/webhooks/{id}{verb}");
        server.post("/v1/webhooks", &body.to_string()).problem(409, "webhook_exists");
        let listed = server.get("/v1/webhooks").is(200);
        assert!(!listed.body.contains(secret) && listed.json()["items"][0]["types"] == "account.opened");

        let tested = server.post(&target("/test"), "").is(200).json();
        assert_eq!((&tested["delivered"], &tested["status"]), (&json!(true), &json!(204)));
        assert!(verify(secret, &receiver.wait_for(1)[0]));

        let rotated = server.post(&target("/rotate"), r#"{"old_valid_for":"1h"}"#).is(201).json();
        server.post(&target("/pause"), "").is(200);
        server.open_accounts(&["b", "c", "b:2"]);
        server.post("/v1/deposits", r#"{"key":"d","account":"b","amount":"1.00","cash":"c"}"#);
        assert_eq!(server.post(&target("/resume"), "").is(200).json()["state"], "active");
        let requests = receiver.wait_for(3);
        assert_eq!([requests[1].json()["subject"].clone(), requests[2].json()["subject"].clone()], ["b", "b:2"]);
        // A worker that has just read what is kept may sign once more as before.
        let mut told = requests.len();
        let mut sign_until = |are_right: &dyn Fn(&Received) -> bool| {
            let begin = std::time::Instant::now();
            while !are_right(receiver.received().last().unwrap()) {
                assert!(begin.elapsed() < super::WAIT, "{:?}", receiver.received().last());
                told += 1;
                server.open_accounts(&[&format!("b:new-{told}")]);
                receiver.wait_for(told);
            }
        };
        let second = rotated["secret"].as_str().unwrap();
        sign_until(&|last| verify(secret, last) && verify(second, last));
        server.post(&target("/rotate"), r#"{"old_valid_for":"0s"}"#).is(201);
        sign_until(&|last| !verify(second, last));

        assert_eq!(server.get(&target("/deliveries")).is(200).json(), json!({"items": [], "next_cursor": null}));
        let reader = make_key(book, "reader", &["webhooks:read"]);
        server.request("POST", &target("/pause")).with_key(&reader).send().problem(403, "forbidden");
        server.request("GET", &target("")).with_key(&reader).send().is(200);
        server.post(&target("/remove"), "").is(200);
        server.get(&target("")).problem(404, "webhook_unknown");
        server.post(&target("/pause"), "").problem(404, "webhook_unknown");
    }

    fn a_cursor_of_another_book_is_refused_at_once(book: &TestBook) {
        let server = TestServer::on(book);
        server.open_accounts(&["a"]);
        let body = r#"{"url":"https://receiver.example/","after":"1-0000000000000000"}"#;
        server.post("/v1/webhooks", body).problem(409, "cursor_foreign");
        let made = server.post("/v1/webhooks", r#"{"url":"https://receiver.example/"}"#).is(201).json();
        let replay = format!("/v1/webhooks/{}/replay", made["id"].as_str().unwrap());
        server.post(&replay, r#"{"after":"1-0000000000000000"}"#).problem(409, "cursor_foreign");
        book.run("webhook add https://other.example/ --after 1-0000000000000000").ends(65);
    }

    fn what_no_event_can_be_sent_to_is_refused_with_what_is_wrong(book: &TestBook) {
        book.run("account open a --currency EUR").ends(0);
        let server = TestServer::on(book);
        for (url, problem) in [
            ("https://hooks.example:70000/", "its port is a number from 1 to 65535"),
            ("https://hooks.example:0/", "its port is a number from 1 to 65535"),
            ("https://hooks.example/#part", "what stands behind # is never sent"),
        ] {
            book.run(&format!("webhook add {url}")).ends(65).says(problem);
            let refused = server.post("/v1/webhooks", &json!({ "url": url }).to_string()).problem(400, "request_invalid");
            assert!(refused.body.contains(problem), "{}", refused.body);
        }
    }

    fn a_webhook_that_is_not_there_is_told_with_where_to_look(book: &TestBook) {
        let (id, _) = add(book, NewWebhook::new("http://127.0.0.1:9/"));
        book.run("account open a --currency EUR").ends(0);
        for command in ["pause", "resume", "show", "test", "rotate", "remove", "deliveries", "replay"] {
            let dead = if command == "replay" { " --dead" } else { "" };
            let refused = book.run_as_owner(&format!("webhook {command} nosuch{dead} --format json")).ends(65);
            let error = serde_json::from_str::<serde_json::Value>(&refused.stderr).unwrap()["error"].clone();
            assert_eq!((&error["code"], &error["webhook"]), (&json!("webhook_unknown"), &json!("nosuch")), "{command}");
            assert!(error["hint"].as_str().unwrap().contains("teller webhook list"), "{error}");
        }
        assert_eq!(webhooks(book).get(&id).unwrap().state, "active");
    }

    fn a_webhook_of_a_book_that_was_restored_goes_on_once_it_is_told_where(book: &TestBook) {
        let receiver = Receiver::new();
        // It has come to an event that this book does not have, as after a restore to an earlier state.
        let other = book.another();
        other.run("account open elsewhere --currency EUR").ends(0);
        let later = other.ledger().newest_event_cursor(super::WAIT).unwrap();
        book.run("account open a --currency EUR").ends(0);
        let (id, _) = add(book, NewWebhook { after: later, ..NewWebhook::new(&receiver.url) });
        let server = TestServer::with(book, hasty());
        wait_until(book, &id, |webhook| webhook["state"] == "disabled");
        let run = |arguments: &str| book.run_as_owner(&format!("webhook {arguments}"));
        for shown in [run("list"), run(&format!("show {id}"))] {
            let words = shown.ends(0).stdout.split_whitespace().collect::<Vec<_>>().join(" ");
            assert!(words.contains("REASON") && words.contains("restored"), "{words}");
        }
        run(&format!("resume {id}")).ends(65).says("is behind no event of this book").says(&format!("teller webhook replay {id} --after"));
        let refused = server.post(&format!("/v1/webhooks/{id}/resume"), "").problem(409, "cursor_foreign");
        assert!(refused.body.contains("by replay with after"), "{}", refused.body);
        run(&format!("replay {id} --after first")).ends(0).says(&format!("teller webhook resume {id}"));
        let resumed = run(&format!("resume {id}")).ends(0).says("It had been disabled: the book has no event");
        assert!(!resumed.stdout.contains("REASON"), "{}", resumed.stdout);
        assert_eq!(sequences(&receiver.wait_for(1)), [1]);
    }

    fn the_program_does_the_same(book: &TestBook) {
        let receiver = Receiver::new();
        book.run("account open a --currency EUR").ends(0);
        let run = |arguments: &str| book.run_as_owner(&format!("webhook {arguments}"));
        run("list").ends(0).says("There are no webhooks.");
        run("add http://127.0.0.1:9/").ends(65);
        run("add https://hooks.example/ --after 1-zz").ends(2);
        let made = run(&format!("add {} --allow-private --unordered --format json", receiver.url)).ends(0).says("shown this once").json();
        let id = made["id"].as_str().unwrap();
        assert_eq!(made["cursor"].as_str().unwrap().split('-').next(), Some("1"), "from now on");
        run(&format!("add {} --allow-private", receiver.url)).ends(65).says("already");
        assert_eq!(run("list --format json").ends(0).json()["items"][0]["ordered"], false);
        assert_eq!(run(&format!("test {} --format json", receiver.url)).ends(0).json()["status"], 204);
        assert_eq!(run(&format!("pause {id} --format json")).ends(0).json()["state"], "paused");
        assert_eq!(run(&format!("resume {id} --format json")).ends(0).json()["state"], "active");
        assert_ne!(run(&format!("rotate {id} --format json")).ends(0).json()["secret"], made["secret"]);
        run(&format!("deliveries {id}")).ends(0).says("Every event arrived at its first attempt.");
        run(&format!("replay {id}")).ends(2);
        run(&format!("replay {id} --event 1-0000000000000000")).ends(65).says("not among the deliveries");
        assert_eq!(run(&format!("replay {id} --after first --format json")).ends(0).json()["cursor"], json!(null));
        let server = TestServer::with(book, hasty());
        assert_eq!(sequences(&receiver.wait_for(2)[1..]), [1]);
        server.stop().unwrap();
        run(&format!("remove {id}")).ends(0);
        run(&format!("show {id}")).ends(65).says("there is no webhook");
        drop(receiver);
    }

    fn holds_expire_and_schedules_run_by_themselves(book: &TestBook) {
        let options = || ServerOptions { clockwork_interval: Some(Duration::from_millis(50)), ..hasty() };
        let server = TestServer::with(book, options());
        let other = TestServer::again(book, options());
        other.open_accounts(&["a", "b"]);
        other.post("/v1/deposits", r#"{"key":"d","account":"a","amount":"9.00"}"#).is(201);
        other.post("/v1/holds", r#"{"key":"h","from":"a","to":"b","amount":"1.00","expires_in":"1s"}"#).is(201);
        let once = teller::Clock::system().now().after(Duration::from_secs(1));
        let schedule = json!({"key": "s", "from": "a", "to": "b", "amount": "2.00", "once": once});
        other.post("/v1/schedules", &schedule.to_string()).is(201);
        let begin = std::time::Instant::now();
        let happened = |kind: &str| {
            let events = book.run(&format!("events --format ndjson --types {kind}")).ends(0);
            events.stdout.lines().count()
        };
        while happened("hold.expired") == 0 || happened("transfer.posted") < 2 {
            assert!(begin.elapsed() < super::WAIT);
        }
        server.stop().unwrap();
        other.stop().unwrap();
        assert_eq!((happened("hold.expired"), happened("transfer.posted")), (1, 2), "two servers did each once");
    }

    fn one_url_is_one_webhook_however_it_is_written(book: &TestBook) {
        let server = TestServer::on(book);
        let add = |url: &str| server.post("/v1/webhooks", &format!(r#"{{"url": "{url}"}}"#));
        let made = add("HTTPS://Hooks.Example").is(201).json();
        assert_eq!(made["url"], "https://hooks.example/");
        for url in ["https://hooks.example", "https://hooks.example/", "https://HOOKS.example:443/", "https://hooks.example:0443"] {
            assert_eq!(add(url).problem(409, "webhook_exists").json()["webhook"], made["id"], "{url}");
            let answer = book.run_as_owner(&format!("webhook show {url}")).ends(0);
            assert!(answer.stdout.contains(made["id"].as_str().unwrap()), "{}", answer.stdout);
            book.run_as_owner(&format!("webhook add {url}")).ends(65).says("there is a webhook for this URL already");
        }
        add("https://hooks.example/Other").is(201);
        add("https://hooks.example:8443").is(201);
        add("https://hooks.example:0/").problem(400, "request_invalid");
    }
}
