//! How often a key may ask.

use teller::server::ServerOptions;

use crate::support::http::{TestServer, make_key, options};
use crate::support::on_every_backend;

on_every_backend! {
    fn a_key_that_asks_too_often_is_told_to_wait_and_no_other(book: &TestBook) {
        let server = TestServer::with(book, ServerOptions { rate_max: Some(3), ..options() });
        let other = make_key(book, "other", &["accounts:read"]);
        let begin = std::time::Instant::now();
        let mut answers = (0..1_000).map(|_| server.get("/v1/whoami"));
        let refused = answers.find(|answer| answer.status != 200).expect("a thousand a second are too many");
        assert!(begin.elapsed().as_secs() < 300);
        assert_eq!((refused.header("retry-after"), refused.json()["retry"].as_str()), (Some("1"), Some("same_key")));
        refused.problem(429, "rate_exceeded");
        server.request("GET", "/v1/whoami").with_key(&other).send().is(200);
        server.request("GET", "/v1/whoami").without_key().send().problem(401, "unauthorized");
        server.get("/livez").is(200);
    }
}
