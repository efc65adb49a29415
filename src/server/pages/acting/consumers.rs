//! Forms about the consumers of events.

use crate::server::keys::scope::Scope;
use crate::server::pages::acting::fields::{Field, texts};
use crate::server::pages::acting::flow::{Form, Kind, Wanted, act, page_of, show};
use crate::server::pages::acting::postings::page;
use crate::server::pages::page::Page;

const CONSUMER: &str = "/v1/consumers/{consumer}";

const MOVE: Form = Form {
    title: "Move a consumer",
    about: "It goes on behind the event that is named. Its reader loses the lease. Forward, events are passed over; back, they come again.",
    scope: Scope::EventsRead,
    fields: &[Field::required(
        "to",
        "Behind",
        "The id of an event, first for all events, or latest for those that happen from now on",
    )],
    of: Some(CONSUMER),
    kind: Kind::Once,
    wanted: |visit, form| {
        let wanted = Wanted::post("/v1/consumers/{consumer}/move", texts(form, &["to"]), |answer| {
            page_of("/consumers", answer, "name")
        });
        Ok(wanted.naming("consumer", visit.named("consumer")))
    },
};

const REMOVE: Form = Form {
    title: "Remove a consumer",
    about: "It is forgotten with its place. A reader that comes under its name later begins anew. This cannot be undone.",
    scope: Scope::EventsRead,
    fields: &[],
    of: Some(CONSUMER),
    kind: Kind::Once,
    wanted: |visit, _| {
        Ok(Wanted::delete(CONSUMER, |_| "/consumers".to_owned()).naming("consumer", visit.named("consumer")))
    },
};

pub(in crate::server::pages) const PAGES: &[Page] =
    &[page!("/consumers/{consumer}/move", MOVE), page!("/consumers/{consumer}/remove", REMOVE)];
