//! The document of the API, and what it says of the answers.

use serde_json::Value;

use crate::support::http::TestServer;
use crate::support::{TestBook, on_every_backend};

/// Calls of which each answer must be as the document tells.
const CALLS: &[(&str, &str, &str)] = &[
    ("POST", "/v1/accounts", r#"{"account":"customers:alice","currency":"EUR"}"#),
    ("POST", "/v1/accounts", r#"{"account":"customers:bob","currency":"EUR"}"#),
    ("POST", "/v1/accounts", r#"{"account":"customers:bob","currency":"EUR"}"#),
    ("POST", "/v1/accounts", r#"{"account":"customers:bob","currency":"USD"}"#),
    ("POST", "/v1/deposits", r#"{"key":"d1","account":"customers:alice","amount":"100.00"}"#),
    ("POST", "/v1/transfers", r#"{"key":"t1","from":"customers:alice","to":"customers:bob","amount":"1.00"}"#),
    ("POST", "/v1/transfers", r#"{"key":"t1","from":"customers:alice","to":"customers:bob","amount":"1.00"}"#),
    ("POST", "/v1/transfers", r#"{"key":"t1","from":"customers:alice","to":"customers:bob","amount":"2.00"}"#),
    ("POST", "/v1/transfers", "{}"),
    ("GET", "/v1/transfers", ""),
    ("GET", "/v1/events", ""),
    ("PUT", "/v1/consumers/{consumer=shop}", ""),
    ("PUT", "/v1/consumers/{consumer=shop}", r#"{"cursor":"first"}"#),
    ("PUT", "/v1/consumers/{consumer=shop}", r#"{"cursor":"1-0000000000000000","epoch":7}"#),
    ("GET", "/v1/consumers", ""),
    ("GET", "/v1/consumers/{consumer=shop}", ""),
    ("POST", "/v1/consumers/{consumer=shop}/move", r#"{"to":"latest"}"#),
    ("DELETE", "/v1/consumers/{consumer=shop}", ""),
    ("DELETE", "/v1/consumers/{consumer=shop}", ""),
    ("GET", "/v1/transfers/{transfer=t1}", ""),
    ("GET", "/v1/transfers/{transfer=none}", ""),
    ("POST", "/v1/transfers/{transfer=t1}/reversals", r#"{"key":"r1"}"#),
    ("POST", "/v1/transfers/{transfer=t1}/reversals", r#"{"key":"r2"}"#),
    ("POST", "/v1/withdrawals", r#"{"key":"w1","account":"customers:alice","amount":"1.00"}"#),
    ("POST", "/v1/holds", r#"{"key":"h1","from":"customers:alice","to":"customers:bob","amount":"5.00"}"#),
    ("GET", "/v1/holds", ""),
    ("GET", "/v1/holds/{hold=h1}", ""),
    ("GET", "/v1/accounts/{account=customers:alice}/holds", ""),
    ("POST", "/v1/holds/{hold=h1}/captures", r#"{"key":"c1","amount":"1.00"}"#),
    ("POST", "/v1/holds/{hold=h1}/release", r#"{"key":"rel1"}"#),
    ("POST", "/v1/holds/expire", ""),
    (
        "POST",
        "/v1/journals",
        r#"{"key":"j1","legs":[{"from":"customers:alice","to":"customers:bob","amount":"1.00"}]}"#,
    ),
    ("GET", "/v1/journals", ""),
    ("GET", "/v1/journals/{journal=j1}", ""),
    ("POST", "/v1/journals/{journal=j1}/reversal", r#"{"key":"jr1"}"#),
    (
        "POST",
        "/v1/batches",
        r#"[{"key":"b1","from":"customers:alice","to":"customers:bob","amount":"1.00"},{"key":"b2","from":"nobody","to":"customers:bob","amount":"1.00"}]"#,
    ),
    ("GET", "/v1/accounts", ""),
    ("GET", "/v1/accounts/{account=customers:alice}", ""),
    ("PATCH", "/v1/accounts/{account=customers:alice}", r#"{"per_day":"500.00"}"#),
    ("POST", "/v1/accounts/{account=customers:bob}/freeze", "{}"),
    ("POST", "/v1/accounts/{account=customers:bob}/unfreeze", ""),
    ("GET", "/v1/accounts/{account=customers:bob}/history", ""),
    ("GET", "/v1/accounts/{account=customers:alice}/balance", ""),
    ("GET", "/v1/accounts/{account=customers:alice}/statement", ""),
    ("GET", "/v1/balances", ""),
    ("POST", "/v1/balances/query", r#"{"accounts":["customers:alice"]}"#),
    ("PATCH", "/v1/accounts/{account=customers:alice}/metadata", r#"{"set":{"tier":"gold"}}"#),
    ("GET", "/v1/accounts/{account=customers:alice}/metadata", ""),
    ("GET", "/v1/accounts/{account=customers:alice}/metadata/history", ""),
    (
        "POST",
        "/v1/schedules",
        r#"{"key":"s1","from":"customers:alice","to":"customers:bob","amount":"5.00","every":"month"}"#,
    ),
    ("GET", "/v1/schedules", ""),
    ("GET", "/v1/schedules/{schedule=s1}", ""),
    ("POST", "/v1/schedules/run", ""),
    ("POST", "/v1/schedules/{schedule=s1}/cancel", ""),
    ("GET", "/v1/periods", ""),
    ("GET", "/v1/periods/history", ""),
    ("GET", "/v1/currencies", ""),
    ("GET", "/v1/reports/trial-balance", ""),
    ("GET", "/v1/reports/balance-sheet", ""),
    ("GET", "/v1/reports/income-statement", ""),
    ("POST", "/v1/reports/trial-balance", ""),
    ("POST", "/v1/reports/balance-sheet", "date,currency,in,price\n"),
    ("POST", "/v1/reports/income-statement", ""),
    ("POST", "/v1/verifications", ""),
    ("POST", "/v1/verifications", r#"{"account":"customers:alice"}"#),
    ("POST", "/v1/verifications", r#"{"seal":{}}"#),
    ("POST", "/v1/seals", ""),
    ("GET", "/v1/doctor", ""),
    ("POST", "/v1/imports/accounts", "name,currency\ncustomers:carol,EUR\ncustomers:bob,USD\n"),
    ("POST", "/v1/imports/transfers", "key,from,to,amount\ni1,customers:alice,customers:bob,1.00\ni2,a,b,x\n"),
    ("POST", "/v1/imports/transfers", "no such columns"),
    ("GET", "/v1/jobs", ""),
    ("GET", "/v1/jobs/{job=none}", ""),
    ("GET", "/v1/keys", ""),
    ("POST", "/v1/keys", r#"{"name":"shop","scopes":["accounts:read"]}"#),
    ("POST", "/v1/keys", r#"{"name":"shop","scopes":["accounts:read"]}"#),
    ("POST", "/v1/keys", r#"{"name":"other","scopes":["everything"]}"#),
    ("GET", "/v1/keys/{key=shop}", ""),
    ("GET", "/v1/keys/{key=none}", ""),
    ("POST", "/v1/keys/{key=shop}/rotate", r#"{"old_valid_for":"1h"}"#),
    ("POST", "/v1/keys/{key=shop}/revoke", ""),
    ("POST", "/v1/keys/{key=none}/revoke", ""),
    ("POST", "/v1/webhooks", r#"{"url":"https://localhost:9/","types":["transfer.posted"]}"#),
    ("POST", "/v1/webhooks", r#"{"url":"https://localhost:9/"}"#),
    ("POST", "/v1/webhooks", r#"{"url":"nowhere"}"#),
    ("GET", "/v1/webhooks", ""),
    ("GET", "/v1/webhooks/{webhook=https%3A%2F%2Flocalhost%3A9%2F}", ""),
    ("GET", "/v1/webhooks/{webhook=none}", ""),
    ("POST", "/v1/webhooks/{webhook=https%3A%2F%2Flocalhost%3A9%2F}/rotate", r#"{"old_valid_for":"1h"}"#),
    ("POST", "/v1/webhooks/{webhook=https%3A%2F%2Flocalhost%3A9%2F}/test", ""),
    ("POST", "/v1/webhooks/{webhook=https%3A%2F%2Flocalhost%3A9%2F}/pause", ""),
    ("POST", "/v1/webhooks/{webhook=https%3A%2F%2Flocalhost%3A9%2F}/resume", ""),
    ("GET", "/v1/webhooks/{webhook=https%3A%2F%2Flocalhost%3A9%2F}/deliveries", ""),
    ("POST", "/v1/webhooks/{webhook=https%3A%2F%2Flocalhost%3A9%2F}/replay", r#"{"after":"latest"}"#),
    ("POST", "/v1/webhooks/{webhook=https%3A%2F%2Flocalhost%3A9%2F}/replay", ""),
    ("POST", "/v1/webhooks/{webhook=https%3A%2F%2Flocalhost%3A9%2F}/remove", ""),
    ("POST", "/v1/monitors", r#"{"name":"low","account":"customers:alice","when":"available < 100000"}"#),
    ("POST", "/v1/monitors", r#"{"name":"low","account":"customers:alice","when":"available < 100000"}"#),
    ("POST", "/v1/monitors", "{}"),
    ("GET", "/v1/monitors", ""),
    ("GET", "/v1/monitors/{monitor=low}", ""),
    ("GET", "/v1/monitors/{monitor=none}", ""),
    ("GET", "/v1/monitors/{monitor=low}/events", ""),
    ("DELETE", "/v1/monitors/{monitor=low}", ""),
    ("GET", "/v1/whoami", ""),
];

/// What a value is otherwise than its schema tells, with the place. The part of JSON Schema that the document uses.
fn differences(value: &Value, schema: &Value, document: &Value, place: &str) -> Vec<String> {
    if let Some(reference) = schema["$ref"].as_str() {
        let component = &document["components"]["schemas"][reference.rsplit('/').next().unwrap()];
        assert!(component.is_object(), "{reference} leads nowhere");
        return differences(value, component, document, place);
    }
    let mut found = Vec::new();
    if let Some(all) = schema["allOf"].as_array() {
        found.extend(all.iter().flat_map(|schema| differences(value, schema, document, place)));
    }
    if let Some(any) = schema["anyOf"].as_array()
        && !any.iter().any(|schema| differences(value, schema, document, place).is_empty())
    {
        found.push(format!("{place}: {value} is none of {any:?}"));
    }
    let is_of = |name: &str| match name {
        "null" => value.is_null(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_i64() || value.is_u64(),
        "string" => value.is_string(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        other => panic!("the type {other}"),
    };
    let types = match &schema["type"] {
        Value::String(one) => vec![one.as_str()],
        Value::Array(several) => several.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    };
    if !types.is_empty() && !types.iter().any(|name| is_of(name)) {
        found.push(format!("{place}: {value} is not {types:?}"));
    }
    for name in schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str) {
        if value.get(name).is_none() {
            found.push(format!("{place}: {name} is missing"));
        }
    }
    for (name, schema) in schema["properties"].as_object().into_iter().flatten() {
        if let Some(field) = value.get(name) {
            found.extend(differences(field, schema, document, &format!("{place}.{name}")));
        }
    }
    if schema["items"].is_object() {
        for (index, item) in value.as_array().into_iter().flatten().enumerate() {
            found.extend(differences(item, &schema["items"], document, &format!("{place}[{index}]")));
        }
    }
    found
}

/// The path of the document, and the target with the names in it.
fn split(call: &str) -> (String, String) {
    let (mut path, mut target) = (String::new(), String::new());
    for part in call.split_inclusive('}') {
        if let Some((before, named)) = part.split_once('{') {
            let (name, value) = named.trim_end_matches('}').split_once('=').unwrap();
            path.extend([before, "{", name, "}"]);
            target.extend([before, value]);
        } else {
            path.push_str(part);
            target.push_str(part);
        }
    }
    (path, target)
}

on_every_backend! {
    fn every_answer_is_as_the_document_tells(book: &TestBook) {
        let server = TestServer::on(book);
        let document = server.get("/openapi.json").is(200).json();
        let mut told = Vec::new();
        for (method, call, body) in CALLS {
            let (path, target) = split(call);
            let media_type = if target.starts_with("/v1/imports/") { "text/csv" } else { "application/json" };
            let answer = server.request(method, &target).body(media_type, body).send();
            let responses = &document["paths"][&path][method.to_lowercase()]["responses"];
            let response = &responses[answer.status.to_string()];
            assert!(response.is_object(), "{method} {path}: the status {} is not told of: {answer:?}", answer.status);
            let media_type = answer.header("content-type").unwrap();
            let schema = &response["content"][media_type]["schema"];
            assert!(schema.is_object(), "{method} {path}: {media_type} is not told of");
            let found = differences(&answer.json(), schema, &document, &format!("{method} {path} {}", answer.status));
            assert!(found.is_empty(), "{}", found.join("\n"));
            told.push((method.to_lowercase(), path));
        }
        for (path, methods) in document["paths"].as_object().unwrap() {
            for method in methods.as_object().unwrap().keys() {
                let left_out = ["/v1/exchanges", "/v1/export", "/v1/currencies"].contains(&path.as_str())
                    || path.ends_with("/close") || path.ends_with("/reopen") || path.starts_with("/v1/transfers/{transfer}/metadata");
                assert!(left_out || told.contains(&(method.clone(), path.clone())), "{method} {path} is not called");
            }
        }
    }
}

#[test]
fn an_answer_that_is_otherwise_is_found() {
    let document = serde_json::json!({"components": {"schemas": {"A": {"type": "object", "required": ["n"], "properties": {"n": {"type": ["integer", "null"]}}}}}});
    let schema = serde_json::json!({"$ref": "#/components/schemas/A"});
    let of = |value| differences(&value, &schema, &document, "answer").len();
    assert_eq!([of(serde_json::json!({"n": 1})), of(serde_json::json!({"n": null}))], [0, 0]);
    assert_eq!([of(serde_json::json!({})), of(serde_json::json!({"n": "1"})), of(serde_json::json!([]))], [1, 1, 2]);
}

#[test]
fn the_document_is_the_one_in_the_repository() {
    let book = TestBook::on_sqlite();
    let server = TestServer::on(&book);
    let document = format!("{:#}\n", server.get("/openapi.json").is(200).json());
    insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
        insta::assert_snapshot!("openapi", document);
    });
    let page = server.request("GET", "/docs").without_key().send().is(200).body;
    assert!(
        page.contains("/v1/transfers/{transfer}/reversals") && !page.contains("http"),
        "it needs nothing of others"
    );
}
