//! Forms about the consumers of events.

use axum::http::Method;
use serde_json::{Map, Value};

use crate::server::keys::scope::Scope;
use crate::server::pages::acting::fields::{Field, texts};
use crate::server::pages::acting::flow::{Form, Kind, Wanted, act, show};
use crate::server::pages::acting::postings::page;
use crate::server::pages::page::Page;
use crate::server::pages::pairs::encode;

const CONSUMER: &str = "/v1/consumers/{consumer}";

const MOVE: Form = Form {
    title: "Move a consumer",
    about: "It goes on behind the event that is named. Whoever reads as it loses its lease. Forward, events are passed over; back, they come again.",
    scope: Scope::EventsRead,
    fields: &[Field::required(
        "to",
        "Behind",
        "The id of an event, first for all events, or latest for those that happen from now on",
    )],
    kind: Kind::Once(Some(CONSUMER)),
    wanted: |visit, form| {
        let done = |answer: &Value| {
            format!("/consumers/{}", encode(answer.get("name").and_then(Value::as_str).unwrap_or_default()))
        };
        Ok(Wanted::post("/v1/consumers/{consumer}/move", texts(form, &["to"]), done)
            .naming("consumer", visit.named("consumer")))
    },
};

const REMOVE: Form = Form {
    title: "Remove a consumer",
    about: "It is forgotten with its place. Whoever reads under its name later begins anew. This cannot be undone.",
    scope: Scope::EventsRead,
    fields: &[],
    kind: Kind::Once(Some(CONSUMER)),
    wanted: |visit, _| {
        let wanted = Wanted {
            method: Method::DELETE,
            ..Wanted::post(CONSUMER, Map::new(), |_: &Value| "/consumers".to_owned())
        };
        Ok(wanted.naming("consumer", visit.named("consumer")))
    },
};

pub(in crate::server::pages) const PAGES: &[Page] =
    &[page!("/consumers/{consumer}/move", MOVE), page!("/consumers/{consumer}/remove", REMOVE)];
