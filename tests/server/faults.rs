//! A database that dies under the server, and comes back.

use teller::server::{Keys, NewKey, Scope, Server};
use teller::store::StoreOptions;
use teller::{Clock, Ledger};

use crate::support::cluster::{Cluster, url};
use crate::support::http::{TestServer, options};

const TRANSFER: &str = r#"{"key":"rent","debit":"cash:b","credit":"cash:a","amount":"30.00"}"#;

#[test]
fn while_the_database_is_down_requests_are_told_to_come_again_and_the_same_key_settles_them() {
    let mut cluster = Cluster::primary(&[]);
    let book = url(cluster.port).parse::<teller::store::DatabaseUrl>().unwrap();
    Ledger::migrate(book.clone(), StoreOptions::default()).unwrap();
    let keys = Keys::of_book(&book, StoreOptions::default());
    let key = keys.create(NewKey::new("ops".parse().unwrap(), [Scope::Admin]), Clock::system().now()).unwrap().text;
    // What passes is tried again for no longer than a client waits.
    let store = StoreOptions::default().with_deadline(std::time::Duration::from_secs(2));
    let server = TestServer::running(Server::open(&book, store, options()).unwrap(), key);
    server.open_accounts(&["cash:a", "cash:b"]);
    server.get("/readyz").is(200);

    cluster.kill();
    for (method, target, body) in [("GET", "/v1/accounts", ""), ("POST", "/v1/transfers", TRANSFER)] {
        let answer = server.request(method, target).json(body).send();
        assert!([503, 504].contains(&answer.status), "{answer:?}");
        assert_eq!(answer.json()["retry"], "same_key");
    }
    until(|| server.get("/readyz").status == 503);
    server.get("/livez").is(200);

    cluster.start();
    until(|| [200, 201].contains(&server.post("/v1/transfers", TRANSFER).status));
    assert!(server.post("/v1/transfers", TRANSFER).is(200).is_replayed());
    assert_eq!(server.get("/v1/accounts/cash:b/balance").is(200).json()["posted"], "30.00");
    until(|| server.get("/readyz").status == 200);
}

fn until(mut is_so: impl FnMut() -> bool) {
    let begin = std::time::Instant::now();
    while !is_so() {
        assert!(begin.elapsed().as_secs() < 60, "it never is");
    }
}
