//! Seals by the API. On PostgreSQL only the book's owner makes them.

use serde_json::{Value, json};

use crate::support::http::TestServer;
use crate::support::on_every_backend_as_owner;

fn findings(server: &TestServer, body: &Value) -> u64 {
    server.post("/v1/verifications", &body.to_string()).is(200).json()["finding_count"].as_u64().unwrap()
}

on_every_backend_as_owner! {
    fn a_seal_proves_later_what_was_there(book: &TestBook) {
        let server = TestServer::on(book);
        server.open_accounts(&["cash:a", "cash:b"]);
        let transfer = |key: &str| format!(r#"{{"key":"{key}","debit":"cash:a","credit":"cash:b","amount":"1.00"}}"#);
        server.post("/v1/transfers", &transfer("t1")).is(201);
        let seal = server.post("/v1/seals", "").is(200).json();
        assert_eq!((&seal["transfers"], &seal["signature"]), (&json!(1), &Value::Null));
        server.post("/v1/transfers", &transfer("t2")).is(201);
        assert_eq!(findings(&server, &json!({"seal": seal})), 0);
        assert_eq!(findings(&server, &json!({"account": "cash:a"})), 0);

        let mut forged = seal.clone();
        forged["root"] = json!("00".repeat(32));
        assert!(findings(&server, &json!({"seal": forged})) > 0);
        let refused = |body: Value, code: &str| _ = server.post("/v1/verifications", &body.to_string()).problem(400, code);
        let mut foreign = seal.clone();
        foreign["book"] = json!("00000000-0000-4000-8000-000000000000");
        refused(json!({"seal": foreign}), "seal_invalid");
        refused(json!({"seal": {}}), "seal_invalid");
        let public_key = "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=\n-----END PRIVATE KEY-----\n";
        refused(json!({"seal": seal, "public_key": public_key.replace("PRIVATE", "PUBLIC")}), "seal_invalid");
        refused(json!({"seal": seal, "account": "cash:a"}), "request_invalid");
        refused(json!({"public_key": "x"}), "seal_invalid");
        server.post("/v1/verifications", r#"{"account":"cash:z"}"#).problem(422, "account_unknown");
    }
}
