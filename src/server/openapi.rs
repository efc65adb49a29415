//! The document of the API, `OpenAPI` 3.1, made of the table of endpoints; and a page that shows it without anything of others.

use std::fmt::Write as _;

use axum::http::Method;
use serde_json::{Map, Value, json};

use crate::facts::{AccountState, AccountType, HoldState, TransferKind};
use crate::server::answer::{CSV, EVENT_STREAM, JSON, NDJSON, PROBLEM};
use crate::server::call::KEY_HEADER;
use crate::server::endpoint::{Action, Body, Endpoint};
use crate::server::schemas::{Shape, components};
use crate::server::{csv, deadline};

/// The statuses that any endpoint may answer with: the key, the query, the server's bounds, the database.
const ALWAYS: [u16; 9] = [400, 401, 403, 408, 429, 500, 501, 503, 504];

pub(super) fn document(endpoints: &[Endpoint]) -> Value {
    let mut paths = Map::new();
    for endpoint in endpoints {
        let path = paths.entry(endpoint.path).or_insert_with(|| json!({}));
        path[endpoint.method_word().to_ascii_lowercase()] = operation(endpoint);
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Teller",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "A double-entry banking ledger. Amounts are texts. A write with the same key is done once, however often it is sent.",
            "license": {"name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "security": [{"key": []}],
        "paths": paths,
        "components": {
            "securitySchemes": {"key": {"type": "http", "scheme": "bearer"}},
            "schemas": components(),
        },
    })
}

fn operation(endpoint: &Endpoint) -> Value {
    let mut operation = json!({
        "operationId": operation_id(endpoint),
        "tags": [tag(endpoint)],
        "summary": endpoint.summary,
        "parameters": parameters(endpoint),
        "responses": responses(endpoint),
    });
    if let Some(scope) = endpoint.scope {
        operation["description"] = json!(format!("Needs the scope `{scope}`."));
    }
    match endpoint.body {
        Body::None => {}
        Body::Json(shape) => {
            let is_needed = !matches!(
                shape,
                Shape::One(
                    "ReasonRequest"
                        | "FreezeRequest"
                        | "NotesRequest"
                        | "CaptureRequest"
                        | "ReversalRequest"
                        | "JournalReversalRequest"
                        | "RotationRequest"
                        | "ConsumerRequest"
                        | "VerificationRequest"
                )
            );
            operation["requestBody"] = json!({"required": is_needed, "content": {JSON: {"schema": shape.schema()}}});
        }
        Body::Batch => {
            let items = json!({"type": "array", "items": {"type": "object"}});
            operation["requestBody"] =
                json!({"required": true, "content": {JSON: {"schema": items}, NDJSON: {"schema": {"type": "string"}}}});
        }
        Body::Csv => {
            operation["requestBody"] = json!({"required": true, "content": {CSV: {"schema": {"type": "string"}}}});
        }
    }
    operation
}

/// The path's words and the method: `post_transfers_reversals`.
fn operation_id(endpoint: &Endpoint) -> String {
    let words = endpoint.path.trim_start_matches("/v1/").split('/').map(|word| {
        let name = word.trim_start_matches('{').trim_end_matches('}');
        if word.starts_with('{') { format!("by_{name}") } else { name.replace('-', "_") }
    });
    format!("{}_{}", endpoint.method_word().to_ascii_lowercase(), words.collect::<Vec<_>>().join("_"))
}

fn tag(endpoint: &Endpoint) -> &str {
    endpoint.path.trim_start_matches("/v1/").split('/').next().unwrap_or_default()
}

fn path_names(endpoint: &Endpoint) -> impl Iterator<Item = &str> {
    endpoint.path.split('/').filter_map(|word| word.strip_prefix('{')?.strip_suffix('}'))
}

fn parameters(endpoint: &Endpoint) -> Vec<Value> {
    let text = json!({"type": "string"});
    let mut parameters = Vec::new();
    for name in path_names(endpoint) {
        parameters.push(json!({"name": name, "in": "path", "required": true, "schema": text}));
    }
    for (name, description) in endpoint.parameters() {
        let schema = match *name {
            "limit" if endpoint.answer_has_lines() => json!({"type": "integer", "minimum": 1}),
            "limit" => json!({"type": "integer", "minimum": 1, "maximum": 1_000}),
            "depth" => json!({"type": "integer", "minimum": 0, "maximum": 1_000_000}),
            "epoch" => json!({"type": "integer"}),
            "wait" => json!({"type": "integer", "minimum": 0, "maximum": 60}),
            "dry_run" | "zero" => json!({"type": "boolean"}),
            name => match words_of(endpoint.path, name) {
                Some(words) => json!({"enum": words}),
                None => text.clone(),
            },
        };
        parameters.push(json!({"name": name, "in": "query", "description": description, "schema": schema}));
    }
    if endpoint.needs_key() {
        let description = "Makes this the same request when it is sent again; or give `key` or `id` in the body";
        parameters.push(json!({"name": KEY_HEADER, "in": "header", "description": description, "schema": text}));
    }
    let description = "How long to wait for the answer, such as `500ms` or `30s`; at most two minutes";
    let time = json!({"type": "string", "pattern": "^[1-9][0-9]{0,3}(ms|s)$"});
    parameters.push(json!({"name": deadline::HEADER, "in": "header", "description": description, "schema": time}));
    parameters
}

/// The words that a parameter of the query is one of; `None` where it can be something else.
fn words_of(path: &str, parameter: &str) -> Option<Vec<&'static str>> {
    fn all<T: Copy>(of: &[T], word: fn(T) -> &'static str) -> Vec<&'static str> {
        of.iter().map(|one| word(*one)).collect()
    }
    Some(match (path, parameter) {
        ("/v1/accounts/{account}/statement", "order") => vec!["recorded", "effective"],
        (_, "order") => vec!["newest", "oldest"],
        (_, "on_refusal") => vec!["carry-on", "stop", "nothing"],
        (_, "every") => vec!["day", "week", "month", "quarter", "year"],
        (_, "compare") => vec!["previous", "year"],
        ("/v1/transfers", "kind") => all(TransferKind::ALL, TransferKind::as_str),
        ("/v1/accounts", "type") => all(AccountType::ALL, AccountType::as_str),
        ("/v1/accounts", "state") => all(AccountState::ALL, AccountState::as_str),
        ("/v1/holds", "state") => all(HoldState::ALL, HoldState::as_str).into_iter().chain(["any"]).collect(),
        ("/v1/webhooks/{webhook}/deliveries", "state") => vec!["waiting", "delivered", "dead"],
        _ => return None,
    })
}

/// The statuses of the endpoint's answers, without problems.
fn good(endpoint: &Endpoint) -> &'static [u16] {
    match endpoint.action {
        Action::Post(..) | Action::PostPrepared(..) | Action::Write(_) => &[200, 201],
        Action::Consumers(_) if endpoint.method == Method::PUT => &[200, 201],
        Action::Monitors(_) if endpoint.method == Method::POST => &[201],
        Action::Job(_) => &[200, 202],
        Action::Keys(_) | Action::Webhooks(_)
            if [Shape::One("KeyMadeRecord"), Shape::One("WebhookMadeRecord")].contains(&endpoint.answer) =>
        {
            &[201]
        }
        _ => &[200],
    }
}

fn bad(endpoint: &Endpoint) -> Vec<u16> {
    let mut statuses = ALWAYS.to_vec();
    if path_names(endpoint).next().is_some() {
        statuses.push(404);
    }
    statuses.push(422);
    if endpoint.body != Body::None {
        statuses.extend([413, 415]);
    }
    match endpoint.action {
        Action::Post(..) | Action::PostPrepared(..) | Action::Write(_) => statuses.extend([409, 412, 507]),
        Action::Keys(_) | Action::Webhooks(_) | Action::WebhookTest(_) | Action::Consumers(_) | Action::Monitors(_) => {
            statuses.extend([409, 507]);
        }
        Action::Job(_) => statuses.push(507),
        Action::Events => statuses.push(409),
        _ => {}
    }
    statuses.sort_unstable();
    statuses
}

fn responses(endpoint: &Endpoint) -> Value {
    let mut responses = Map::new();
    let content_type = if endpoint.answer == Shape::Lines { NDJSON } else { JSON };
    for status in good(endpoint) {
        let (description, shape) = match status {
            201 => ("Done now", endpoint.answer),
            202 => ("Still being done; `Location` names the job", Shape::One("JobSummary")),
            _ => ("Done, or done before", endpoint.answer),
        };
        let mut content = json!({content_type: {"schema": shape.schema()}});
        if csv::is_offered(endpoint) {
            content[CSV] = json!({"schema": {"type": "string"}});
        }
        if matches!(endpoint.action, Action::Events) {
            for media_type in [NDJSON, EVENT_STREAM] {
                content[media_type] = json!({"schema": {"type": "string"}});
            }
        }
        responses.insert(status.to_string(), json!({"description": description, "content": content}));
    }
    for status in bad(endpoint) {
        let content = json!({PROBLEM: {"schema": {"$ref": "#/components/schemas/Problem"}}});
        responses.insert(status.to_string(), json!({"description": "Why not, with a code", "content": content}));
    }
    Value::Object(responses)
}

/// What the page for people may load: its own style, which stands in it.
pub(super) const PAGE_POLICY: &str =
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// A page for people: every endpoint with its parameters, its body and its answer.
pub(super) fn page(endpoints: &[Endpoint]) -> String {
    let mut page = String::from(
        "<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content=\"width=device-width\">\
         <title>Teller: the API</title><style>body{font:16px/1.5 system-ui;max-width:60rem;margin:2rem auto;padding:0 1rem}\
         code,pre{background:#8882;padding:.1em .3em;border-radius:.2em}pre{padding:.5em;overflow:auto}\
         :root{color-scheme:light dark}</style><h1>Teller: the API</h1>\
         <p>The document for programs is <a href=/openapi.json>/openapi.json</a>.",
    );
    for endpoint in endpoints {
        // Writing to a string cannot fail.
        let _ =
            write!(page, "<h2><code>{} {}</code></h2><p>{}.", endpoint.method_word(), endpoint.path, endpoint.summary);
        if let Some(scope) = endpoint.scope {
            let _ = write!(page, " Scope: <code>{scope}</code>.");
        }
        let mut parameters = endpoint.parameters().peekable();
        if parameters.peek().is_some() {
            page.push_str("<ul>");
            for (name, description) in parameters {
                let _ = write!(page, "<li><code>{name}</code> {description}");
            }
            page.push_str("</ul>");
        }
        if let Body::Json(shape) = endpoint.body {
            let _ = write!(page, "<p>Body<pre>{:#}</pre>", resolved(shape));
        }
        let _ = write!(page, "<p>Answer<pre>{:#}</pre>", resolved(endpoint.answer));
    }
    page
}

/// A shape with its component in its place, one level deep.
fn resolved(shape: Shape) -> Value {
    let schema = shape.schema();
    let name = schema.get("$ref").and_then(Value::as_str).and_then(|path| path.rsplit('/').next());
    name.and_then(|name| components().get(name).cloned()).unwrap_or(schema)
}

#[cfg(test)]
mod tests {
    use crate::server::api;

    #[test]
    fn every_endpoint_is_in_the_documentation_with_its_scope() {
        let page = include_str!("../../docs/api.md");
        let rows: Vec<_> = page.lines().filter(|line| line.contains(" /v1/") && line.starts_with("| `")).collect();
        let endpoints = api::all();
        for endpoint in endpoints {
            let scope = endpoint.scope.map_or("any".to_owned(), |scope| format!("`{scope}`"));
            let row = format!("| `{} {}` | {scope} | {} |", endpoint.method_word(), endpoint.path, endpoint.summary);
            assert!(rows.contains(&row.as_str()), "docs/api.md lacks:\n{row}");
        }
        assert_eq!(rows.len(), endpoints.len(), "docs/api.md tells of others");
    }
}
