//! Forms about monitors.

use crate::server::keys::scope::Scope;
use crate::server::pages::acting::fields::{Field, texts};
use crate::server::pages::acting::flow::{Form, Kind, Wanted, act, page_of, show};
use crate::server::pages::acting::postings::page;
use crate::server::pages::page::Page;

const MONITOR: &str = "/v1/monitors/{monitor}";

const ADD: Form = Form {
    title: "Add a monitor",
    about: "It is judged behind every event. When its condition becomes true and when it ends, that is noted, each once.",
    scope: Scope::MonitorsWrite,
    fields: &[
        Field::required("name", "Name", "Such as low-float"),
        Field::required(
            "when",
            "Condition",
            "Such as available < 100.00, on the normal side; hold expires in 24h; due refused",
        ),
        Field::optional("account", "Account", "Empty where it is about several"),
        Field::optional("prefix", "Accounts whose names begin with", "Such as customers: ; amounts are added up"),
        Field::optional("currency", "Currency of these accounts", "Such as EUR, where amounts are compared"),
        Field::optional("schedule", "Schedule", "Its id or its key, for due refused"),
    ],
    of: None,
    kind: Kind::Once,
    wanted: |_, form| {
        let body = texts(form, &["name", "when", "account", "prefix", "currency", "schedule"]);
        Ok(Wanted::post("/v1/monitors", body, |answer| page_of("/monitors", answer, "name")))
    },
};

const REMOVE: Form = Form {
    title: "Remove a monitor",
    about: "It is forgotten with what happened to it. This cannot be undone.",
    scope: Scope::MonitorsWrite,
    fields: &[],
    of: Some(MONITOR),
    kind: Kind::Once,
    wanted: |visit, _| Ok(Wanted::delete(MONITOR, |_| "/monitors".to_owned()).naming("monitor", visit.named("monitor"))),
};

pub(in crate::server::pages) const PAGES: &[Page] =
    &[page!("/monitors/new", ADD), page!("/monitors/{monitor}/remove", REMOVE)];
