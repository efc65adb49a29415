//! Keys, imports and the state of the database, by the API.

use serde_json::{Value, json};

use crate::support::http::{HttpAnswer, TestServer, make_key};
use crate::support::on_every_backend;

fn import(server: &TestServer, target: &str, file: &str) -> HttpAnswer {
    server.request("POST", target).body("text/csv", file).send()
}

fn texts(list: &Value, field: &str) -> Vec<String> {
    list.as_array().unwrap().iter().map(|item| item[field].as_str().unwrap_or("null").to_owned()).collect()
}

const TRANSFERS: &str = "\
key,from,to,amount
i1,customers:alice,customers:bob,1.00
i2,customers:alice,customers:nobody,1.00
i3,customers:alice,customers:bob,1;00
i4,customers:alice,customers:bob,2.00
";

on_every_backend! {
    fn a_key_is_made_rotated_and_revoked_by_one_that_may_do_all(book: &TestBook) {
        let server = TestServer::on(book);
        let whoami = |key: &str| server.request("GET", "/v1/whoami").with_key(key).send();
        let body = r#"{"name":"shop","scopes":["accounts:read","transfers:write"],"prefix":"shops:","expires_in":"30d"}"#;
        let made = server.post("/v1/keys", body).is(201).json();
        let key = made["key"].as_str().unwrap();
        let shown = whoami(key).is(200).json();
        assert_eq!((&shown["name"], &shown["prefix"], &shown["scopes"]), (&json!("shop"), &json!("shops:"), &json!(["accounts:read", "transfers:write"])));
        assert!(made["expires_at"].is_string());
        let listed = server.get("/v1/keys").is(200);
        assert!(!listed.body.contains(key.rsplit('_').next().unwrap()), "the secret is kept nowhere");
        assert_eq!(texts(&listed.json()["items"], "name"), ["admin", "shop"]);

        server.post("/v1/keys", body).problem(409, "key_exists");
        for (bad, code) in [
            (r#"{"name":"x","scopes":[]}"#, "request_invalid"),
            (r#"{"name":"x","scopes":["everything"]}"#, "request_invalid"),
            (r#"{"name":"x","scopes":["admin"],"secret":"1"}"#, "request_invalid"),
            (r#"{"name":" ","scopes":["admin"]}"#, "text_invalid"),
            (r#"{"name":"x","scopes":["admin"],"expires_in":"soon"}"#, "duration_invalid"),
            (r#"{"name":"x","scopes":["admin"],"expires_in":"0s"}"#, "duration_invalid"),
            (r#"{"name":"x","scopes":["admin"],"expires_in":"36501d"}"#, "duration_invalid"),
            (r#"{"name":"x","scopes":["admin"],"expires_in":"99999999999999999999d"}"#, "duration_invalid"),
        ] {
            server.post("/v1/keys", bad).problem(400, code);
        }
        server.request("GET", "/v1/keys").with_key(key).send().problem(403, "forbidden");

        let rotated = server.post("/v1/keys/shop/rotate", r#"{"old_valid_for":"0s"}"#).is(201).json();
        let rotated = rotated["key"].as_str().unwrap();
        whoami(key).problem(401, "unauthorized");
        assert_eq!(whoami(rotated).is(200).json()["prefix"], "shops:", "it may do what the old one might");
        assert_eq!(server.post("/v1/keys/shop/revoke", "").is(200).json()["items"].as_array().unwrap().len(), 1);
        whoami(rotated).problem(401, "unauthorized");
        server.post("/v1/keys/shop/revoke", "").problem(404, "key_unknown");
        server.post("/v1/keys/shop/rotate", "{}").problem(404, "key_unknown");
        server.post("/v1/keys", body).is(201);
    }

    fn a_file_is_imported_and_every_refused_line_is_told(book: &TestBook) {
        let server = TestServer::on(book);
        let clerk = make_key(book, "clerk", &["accounts:write", "transfers:write"]);
        let accounts = "name,currency\ncustomers:alice,EUR\ncustomers:bob,EUR\ncustomers:carol,XXY\n";
        let opened = server.request("POST", "/v1/imports/accounts").with_key(&clerk).body("text/csv", accounts).send().is(200).json();
        assert_eq!((&opened["imported"], &opened["refused"]), (&json!(2), &json!(1)));
        assert_eq!((&opened["items"][0]["line"], &opened["items"][0]["code"]), (&json!(4), &json!("currency_unknown")));
        server.post("/v1/deposits", r#"{"key":"d","account":"customers:alice","amount":"10.00"}"#).is(201);

        let dry = import(&server, "/v1/imports/transfers?dry_run=true", TRANSFERS).is(200).json();
        assert_eq!((&dry["imported"], &dry["dry_run"]), (&json!(2), &json!(true)));
        server.get("/v1/transfers/i1").problem(404, "transfer_unknown");

        let done = server.request("POST", "/v1/imports/transfers").with_key(&clerk).body("text/csv", TRANSFERS).send().is(200).json();
        assert_eq!([&done["lines"], &done["imported"], &done["refused"], &done["malformed"]], [4, 2, 1, 1]);
        assert_eq!(texts(&done["items"], "code"), ["account_unknown", "amount_invalid"]);
        assert_eq!(texts(&done["items"], "column"), ["null", "amount"]);
        assert_eq!(server.get("/v1/transfers/i4").is(200).json()["actor"], "clerk");
        assert_eq!(server.get("/v1/accounts/customers:bob").is(200).json()["opened_by"], "clerk");
        let again = import(&server, "/v1/imports/transfers", TRANSFERS).is(200).json();
        assert_eq!([&again["imported"], &again["replayed"]], [0, 2]);
        assert_eq!(server.get("/v1/accounts/customers:bob/balance").is(200).json()["posted"], "3.00");
    }

    fn a_file_in_another_form_is_read_where_that_is_said(book: &TestBook) {
        let server = TestServer::on(book);
        server.open_accounts(&["cash:a", "cash:b"]);
        let file = "exported by hand\ndebit;credit;amount;effective_at;description\ncash:a;cash:b;1.000,50;31.12.2025;Caf\u{e9}\n";
        let latin: Vec<u8> = file.chars().map(|one| u8::try_from(u32::from(one)).unwrap()).collect();
        let query = "?skip=1&number_format=1.234,56&date_format=%25d.%25m.%25Y&encoding=latin1&source=january";
        let head = format!(
            "POST /v1/imports/transfers{query} HTTP/1.1\r\nhost: teller\r\nconnection: close\r\nauthorization: Bearer {}\r\ncontent-type: text/csv\r\ncontent-length: {}\r\n\r\n",
            server.key,
            latin.len()
        );
        let done = server.raw(&[head.as_bytes(), &latin].concat()).is(200).json();
        assert_eq!(done["imported"], 1, "{done}");
        let posted = server.get("/v1/transfers").is(200).json()["items"][0].clone();
        assert_eq!((&posted["amount"], &posted["description"]), (&json!("1000.50"), &json!("Caf\u{e9}")));
        import(&server, "/v1/imports/transfers", "debit;credit;amount\n").is(200);
        for (target, file, code) in [
            ("/v1/imports/transfers?encoding=morse", "amount\n", "request_invalid"),
            ("/v1/imports/transfers?delimiter=xx", "amount\n", "request_invalid"),
            ("/v1/imports/transfers?rejects=file", "amount\n", "request_invalid"),
            ("/v1/imports/transfers", "", "header_invalid"),
            ("/v1/imports/accounts", "amount\n", "header_invalid"),
        ] {
            import(&server, target, file).problem(400, code);
        }
        server.request("POST", "/v1/imports/transfers").json("[]").send().problem(415, "media_type_unsupported");
    }

    fn a_file_that_breaks_off_tells_how_far_it_came(book: &TestBook) {
        let server = TestServer::on(book);
        server.open_accounts(&["cash:a", "cash:b"]);
        let lines = (0..2_500).map(|number| format!("k{number},cash:a,cash:b,1.00\n"));
        let mut file: String = std::iter::once("key,debit,credit,amount\n".to_owned()).chain(lines).collect();
        file += "broken,\"cash:a,cash:b,1.00\n";
        let told = import(&server, "/v1/imports/transfers", &file).problem(400, "csv_invalid").json();
        let imported = told["imported"].as_u64().unwrap();
        let version = server.get("/v1/accounts/cash:b").is(200).json()["version"].clone();
        assert!(imported == 2_000 && version == 2_000, "{imported} {version}: batches that were read whole stay");
        let mended = file.replace('"', "");
        assert_eq!(import(&server, "/v1/imports/transfers", &mended).is(200).json()["imported"], 501);
    }

    fn the_doctor_tells_the_same_as_a_quick_look_of_the_program(book: &TestBook) {
        let server = TestServer::on(book);
        let answer = server.get("/v1/doctor").is(200);
        let listed = answer.json();
        let told: Value = book.run_as_owner("doctor --quick --format json").json();
        assert_eq!(texts(&listed["items"], "fact"), texts(&told["items"], "fact"));
        assert!(texts(&listed["items"], "fact").contains(&"guards".to_owned()));
        assert!(!answer.body.contains("teller "), "no commands of the program");
    }
}
