//! Work that takes longer than its client waits.

use serde_json::Value;

use crate::support::http::{TestServer, make_key};
use crate::support::{Holder, on_every_backend};

const FILE: &str = "key,debit,credit,amount\ni1,cash:a,cash:b,1.00\n";

on_every_backend! {
    fn an_import_that_takes_longer_than_its_client_waits_is_a_job(book: &TestBook) {
        let server = TestServer::on(book);
        server.open_accounts(&["cash:a", "cash:b"]);
        let other = make_key(book, "other", &["admin"]);
        let holder = Holder::of(book);
        let accepted = server.request("POST", "/v1/imports/transfers").header("Teller-Deadline", "200ms").body("text/csv", FILE).send().is(202);
        let location = accepted.header("location").unwrap().to_owned();
        assert_eq!(location, format!("/v1/jobs/{}", accepted.json()["id"].as_str().unwrap()));
        let running = server.get(&location).is(200).json();
        assert_eq!((running["state"].as_str(), &running["answer"]), (Some("running"), &Value::Null));
        assert_eq!(running["request"], "POST /v1/imports/transfers");
        server.request("GET", &location).with_key(&other).send().problem(404, "job_unknown");
        let of_other = server.request("GET", "/v1/jobs").with_key(&other).send().is(200).json();
        assert!(of_other["items"].as_array().unwrap().is_empty());

        holder.release();
        let begin = std::time::Instant::now();
        let done = loop {
            let job = server.get(&location).is(200).json();
            if job["state"] != "running" {
                break job;
            }
            assert!(begin.elapsed().as_secs() < 60, "it never is done");
        };
        assert_eq!((done["state"].as_str(), done["status"].as_u64()), (Some("done"), Some(200)));
        assert_eq!(done["answer"]["imported"], 1);
        assert_eq!(server.get("/v1/jobs").is(200).json()["items"][0]["id"], done["id"]);
        server.get("/v1/transfers/i1").is(200);
    }

    fn what_is_done_in_time_leaves_no_job(book: &TestBook) {
        let server = TestServer::on(book);
        server.post("/v1/verifications", "").is(200);
        assert!(server.get("/v1/jobs").is(200).json()["items"].as_array().unwrap().is_empty());
    }
}
