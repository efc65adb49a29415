//! The end of a server: nothing that it took is lost.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crate::support::http::{TestServer, options};
use crate::support::on_every_backend;

on_every_backend! {
    fn what_was_answered_is_posted_and_the_rest_is_done_by_the_same_key(book: &TestBook) {
        let server = TestServer::on(book);
        server.open_accounts(&["cash:a", "cash:b"]);
        let stopper = server.stopper();
        let body = |key: &str| format!(r#"{{"key":"{key}","debit":"cash:b","credit":"cash:a","amount":"1.00"}}"#);
        let acknowledged: BTreeSet<String> = std::thread::scope(|threads| {
            let clients: Vec<_> = (0..8)
                .map(|client| {
                    let (server, body, stopper) = (&server, &body, stopper.clone());
                    threads.spawn(move || {
                        let mut done = Vec::new();
                        for number in 0..1_000 {
                            let key = format!("{client}-{number}");
                            let Some(201) = server.try_post("/v1/transfers", &body(&key)) else { break };
                            done.push(key);
                            if client == 0 && number == 20 {
                                stopper.stop();
                            }
                        }
                        done
                    })
                })
                .collect();
            clients.into_iter().flat_map(|client| client.join().unwrap()).collect()
        });
        server.stop().unwrap();
        assert!(acknowledged.len() > 20);

        let again = TestServer::again(book, options());
        for key in &acknowledged {
            assert!(again.post("/v1/transfers", &body(key)).is(200).is_replayed(), "{key} was acknowledged");
        }
        again.post("/v1/transfers", &body("0-21"));
        let balance = again.get("/v1/accounts/cash:b/balance").is(200).json();
        let listed = again.get("/v1/accounts/cash:b").is(200).json();
        assert_eq!(balance["posted"], format!("{}.00", listed["version"]), "each transfer is there once");
    }

    fn a_server_that_ends_says_that_it_is_not_ready(book: &TestBook) {
        let server = TestServer::with(book, teller::server::ServerOptions { drain_time: Duration::from_mins(1), ..options() });
        assert_eq!(server.request("GET", "/readyz").without_key().send().is(200).body, "ready\n");
        assert_eq!(server.request("GET", "/livez").without_key().send().is(200).body, "ok\n");
        server.stopper().stop();
        let was_ending = AtomicBool::new(false);
        let begin = std::time::Instant::now();
        while !was_ending.load(Ordering::Relaxed) && begin.elapsed() < Duration::from_secs(30) {
            was_ending.store(server.get("/readyz").status == 503, Ordering::Relaxed);
        }
        assert!(was_ending.load(Ordering::Relaxed), "it is ready for ever");
        // Who is here already is still answered.
        server.get("/v1/accounts").is(200);
        std::mem::forget(server);
    }
}
