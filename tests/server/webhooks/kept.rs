//! How deliveries are found, and how long they are kept.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::BigInt;
use serde_json::Value;

use teller::Clock;
use teller::server::{NewWebhook, ServerOptions};

use super::{WAIT, add, hasty, wait_until, webhooks};
use crate::support::http::TestServer;
use crate::support::operational::{file, run, schema};
use crate::support::plans::{record_statements, sqlite_ways, statements_of_deliveries, ways_into_tables};
use crate::support::receiver::{Reaction, Receiver};
use crate::support::{Answer, TestBook, on_every_backend};

fn count(book: &TestBook, condition: &str) -> i64 {
    let query = format!("(select count(*) from {}.webhook_deliveries where {condition})", schema(book));
    if book.is_on_postgres() {
        book.query_i64(&format!("select {query}"))
    } else {
        diesel::select(sql::<BigInt>(&query)).get_result(&mut file(book)).unwrap()
    }
}

/// Puts in so many deliveries of a state whose last attempt was so many days ago.
fn fill(book: &TestBook, webhook: &str, (state, days, rows): (&str, u64, u32)) {
    let now = Clock::system().now();
    let (tried_at, next_at) =
        (now.before(Duration::from_hours(days * 24)).micros(), now.after(Duration::from_hours(24)).micros());
    run(
        book,
        &format!(
            "with recursive n (n) as (select 1 union all select n + 1 from n where n < {rows})
            insert into {}.webhook_deliveries (webhook, event, sequence, kind, body, state, attempts, tried_at, next_at, status, problem)
            select '{webhook}', '{state} {days} ' || n, n, 'x', '{{}}', '{state}', 1, {tried_at}, {next_at}, 500, null from n",
            schema(book)
        ),
    );
}

fn wait_for(book: &TestBook, condition: &str, rows: i64) {
    let begin = Instant::now();
    while count(book, condition) != rows {
        assert!(begin.elapsed() < WAIT, "{condition}: {}", count(book, condition));
        std::thread::sleep(Duration::from_millis(20));
    }
}

on_every_backend! {
    fn what_is_old_is_forgotten_and_what_waits_is_not(book: &TestBook) {
        let (id, _) = add(book, NewWebhook::new("http://127.0.0.1:9/"));
        for rows in [("delivered", 8, 2_500), ("delivered", 6, 3), ("dead", 91, 2), ("dead", 89, 4), ("waiting", 400, 5)] {
            fill(book, &id, rows);
        }
        let counts = |book: &TestBook| webhooks(book).get(&id).map(|webhook| (webhook.waiting, webhook.dead)).unwrap();
        assert_eq!(counts(book), (5, 6));
        let _server = TestServer::with(book, hasty());
        wait_for(book, "state = 'delivered'", 3);
        wait_for(book, "state = 'dead'", 4);
        assert_eq!(count(book, "state = 'waiting'"), 5);
        assert_eq!(counts(book), (5, 4));
    }

    fn csv_and_lines_have_all_deliveries_and_tables_say_how_to_go_on(book: &TestBook) {
        book.run("account open a --currency EUR").ends(0);
        let (id, _) = add(book, NewWebhook::new("http://127.0.0.1:9/"));
        webhooks(book).pause(&id).unwrap();
        fill(book, &id, ("dead", 1, 2_300));
        let run = |options: &str| book.run_as_owner(&format!("webhook deliveries {id} {options}")).ends(0);
        let rows = |answer: &Answer| answer.stdout.lines().count();
        assert_eq!((rows(&run("--format csv")), rows(&run("--format ndjson")), rows(&run("--format csv --limit 2000"))), (2_301, 2_300, 2_001));
        let table = run("--format table --wide");
        assert_eq!(rows(&table), 101, "with the header");
        let cursor = table.stderr.split("There are more: --cursor ").nth(1).unwrap().trim();
        let page = run(&format!("--format json --limit 2200 --cursor {cursor}")).json();
        assert_eq!((page["items"].as_array().unwrap().len(), &page["next_cursor"]), (2_200, &Value::Null));
        let first = run("--format json").json();
        assert_eq!((first["items"].as_array().unwrap().len(), first["next_cursor"].as_str()), (100, Some(cursor)));
    }

    fn deliveries_are_found_by_indexes_however_many_there_are(book: &TestBook) {
        record_statements();
        let receiver = Receiver::that(|_, _| Reaction::Answer(503, ""));
        let other = Receiver::that(|number, _| Reaction::Answer(if number == 0 { 503 } else { 200 }, ""));
        let (id, _) = add(book, NewWebhook::new(&receiver.url));
        let (unordered, _) = add(book, NewWebhook { ordered: false, ..NewWebhook::new(&other.url) });
        let retries = vec![Duration::from_millis(1), Duration::from_hours(1)];
        let server = TestServer::with(book, ServerOptions { webhook_retries: retries, ..hasty() });
        server.open_accounts(&["a"]);
        wait_until(book, &id, |webhook| webhook["waiting"] == 1);
        wait_until(book, &unordered, |webhook| webhook["delivered"] == 1);
        for (state, rows) in [("dead", 700), ("waiting", 700), ("delivered", 700)] {
            fill(book, &id, (state, 1, rows));
        }
        let mut found = Vec::new();
        for query in ["", "&state=dead", "&state=waiting", "&state=delivered"] {
            let (mut cursor, mut rows) = (String::new(), 0);
            loop {
                let page = server.get(&format!("/v1/webhooks/{id}/deliveries?limit=100{query}{cursor}")).is(200).json();
                rows += page["items"].as_array().unwrap().len();
                let Some(next) = page["next_cursor"].as_str() else { break };
                cursor = format!("&cursor={next}");
            }
            found.push(rows);
        }
        assert!(found[1] >= 700 && found[2] >= 700 && found[3] == 700, "{found:?}");
        server.post(&format!("/v1/webhooks/{id}/replay"), r#"{"dead":true}"#).is(200);
        server.post(&format!("/v1/webhooks/{id}/resume"), "").is(200);
        server.stop().unwrap();
        if book.is_on_postgres() {
            book.raw(&format!("analyze {}.webhook_deliveries", schema(book))).unwrap();
        }
        let statements = statements_of_deliveries(&schema(book));
        let looks = |statement: &&String| ["select", "update", "delete"].iter().any(|verb| statement.starts_with(verb));
        let mut ways = BTreeSet::new();
        for statement in statements.iter().filter(looks) {
            let of_statement = if book.is_on_postgres() { ways_into_tables(book, statement) } else { sqlite_ways(&mut file(book), statement) };
            let of_deliveries: Vec<_> = of_statement.into_iter().filter(|way| way.starts_with("webhook_deliveries")).collect();
            assert!(!of_deliveries.is_empty() && of_deliveries.iter().all(|way| !way.contains(" from end to end")), "{statement}: {of_deliveries:?}");
            ways.extend(of_deliveries);
        }
        for name in ["in_order", "by_state", "due", "by_age"] {
            assert!(ways.contains(&format!("webhook_deliveries_{name}")), "{name}: {ways:?}");
        }
    }

    fn what_a_clock_that_was_ahead_put_off_is_sent_again_by_the_right_one(book: &TestBook) {
        let receiver = Receiver::that(|number, _| Reaction::Answer(if number < 2 { 503 } else { 200 }, ""));
        let (ordered, _) = add(book, NewWebhook::new(&receiver.url));
        let retries = vec![Duration::from_hours(20)];
        let server = TestServer::with(book, ServerOptions { webhook_retries: retries.clone(), ..hasty() });
        server.open_accounts(&["a"]);
        wait_until(book, &ordered, |webhook| webhook["waiting"] == 1);
        let other = format!("{}/other", receiver.url);
        let (unordered, _) = add(book, NewWebhook { ordered: false, ..NewWebhook::new(&other) });
        wait_until(book, &unordered, |webhook| webhook["waiting"] == 1);
        server.stop().unwrap();
        let ahead = Clock::system().now().after(Duration::from_hours(24 * 300)).micros();
        run(book, &format!("update {}.webhook_deliveries set tried_at = {ahead}, next_at = {ahead}", schema(book)));
        let _server = TestServer::again(book, ServerOptions { webhook_retries: retries, ..hasty() });
        for id in [&ordered, &unordered] {
            wait_until(book, id, |webhook| webhook["waiting"] == 0 && webhook["delivered"] != 0);
        }
    }
}
