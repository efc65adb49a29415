//! Forms about webhooks. None of them touches the book.

use serde_json::{Map, Value};

use crate::server::keys::scope::Scope;
use crate::server::pages::acting::fields::{Choices, Field, list, texts};
use crate::server::pages::acting::flow::{Form, Kind, Wanted, act, page_of, show};
use crate::server::pages::acting::postings::page;
use crate::server::pages::cells::{field, word};
use crate::server::pages::page::{Document, Page};
use crate::server::pages::pairs::Pairs;
use crate::server::pages::secret::Made;
use crate::server::pages::visit::Visit;
use crate::server::problem::Problem;

const WEBHOOK: &str = "/v1/webhooks/{webhook}";
const KINDS: Choices = &[
    ("transfer.posted", "A transfer was posted, by itself or in a journal"),
    ("transfer.reversed", "A transfer was undone, in whole or in part"),
    ("transfer.metadata_changed", "The metadata of a transfer changed"),
    ("hold.placed", "Value was reserved"),
    ("hold.captured", "Held value was moved"),
    ("hold.released", "A hold was given up"),
    ("hold.expired", "A hold was over"),
    ("account.opened", "An account was opened"),
    ("account.limits_changed", "The limits of an account changed"),
    ("account.frozen", "An account was frozen"),
    ("account.unfrozen", "An account was unfrozen"),
    ("account.closed", "An account was closed for ever"),
    ("account.metadata_changed", "The metadata of an account changed"),
    ("period.closed", "A period was closed"),
    ("period.reopened", "A period was opened again"),
    ("schedule.added", "A schedule was added"),
    ("schedule.cancelled", "A schedule was cancelled"),
    ("due.refused", "A due transfer was refused when it was tried first"),
    ("due.skipped", "A due transfer that was refused is not tried again"),
    ("currency.registered", "A currency was registered"),
    ("clock.accepted", "Entries later than the clock were accepted"),
    ("monitor.raised", "The condition of a monitor became true"),
    ("monitor.cleared", "The condition of a monitor ended"),
];
const ORDERS: Choices =
    &[("ordered", "an event waits until the one before has arrived"), ("unordered", "the others go on")];
const NETWORKS: Choices = &[
    ("public", "addresses of the public Internet, by TLS"),
    ("private", "private networks and this machine too, and without TLS; for keys with the scope admin"),
];
const REPLAYED: Choices = &[
    ("dead", "all events that failed for good"),
    ("event", "one event that is among the deliveries"),
    ("after", "everything behind an event, also what has arrived"),
];

const ADD: Form = Form {
    title: "Add a webhook",
    about: "Events are sent to the URL, signed, each at least once. The secret that signs them is shown behind this.",
    scope: Scope::WebhooksWrite,
    fields: &[
        Field::required("url", "URL", "Such as https://hooks.example/teller"),
        Field::optional("types", "Types of events", "None for all of them").of_several(KINDS),
        Field::optional(
            "accounts",
            "Accounts",
            "What their names begin with, such as customers: ; empty for all events and monitors",
        ),
        Field::optional("order", "When one fails", "").of(ORDERS),
        Field::optional("network", "Where it may be", "").of(NETWORKS).sent_as("allow_private"),
        Field::optional(
            "after",
            "Begin behind",
            "The id of an event, first for all events; empty for what happens from now on",
        ),
    ],
    of: None,
    kind: Kind::Once,
    wanted: |_, form| {
        let mut body = texts(form, &["url", "accounts", "after"]);
        body.insert("types".to_owned(), list(form, "types"));
        body.insert("unordered".to_owned(), (form.get("order") == Some("unordered")).into());
        body.insert("allow_private".to_owned(), (form.get("network") == Some("private")).into());
        Ok(Wanted::post_and_show("/v1/webhooks", body, |answer| {
            made("The webhook is added", "The receiver needs it to tell events from what others send.").shown(answer)
        }))
    },
};

const ROTATE: Form = Form {
    title: "Make a new secret",
    about: "Both secrets sign until the old one ends, so that the receiver can change over meanwhile.",
    scope: Scope::WebhooksWrite,
    fields: &[Field::optional("old_valid_for", "The old secret signs for", "Such as 2h or 7d; empty for a day")],
    of: Some(WEBHOOK),
    kind: Kind::Once,
    wanted: |visit, form| {
        let show =
            |answer: &Value| made("The new secret", "Give it to the receiver before the old one ends.").shown(answer);
        let wanted = Wanted::post_and_show("/v1/webhooks/{webhook}/rotate", texts(form, &["old_valid_for"]), show);
        Ok(wanted.naming("webhook", visit.named("webhook")))
    },
};

const TEST: Form = Form {
    title: "Test a webhook",
    about: "Sends an event once that is none of the book's, and waits for what the receiver says.",
    scope: Scope::WebhooksWrite,
    fields: &[],
    of: Some(WEBHOOK),
    kind: Kind::Once,
    wanted: |visit, _| {
        let wanted = Wanted::post_and_show("/v1/webhooks/{webhook}/test", Map::new(), tested);
        Ok(wanted.naming("webhook", visit.named("webhook")))
    },
};

const PAUSE: Form = Form {
    title: "Pause a webhook",
    about: "Nothing is sent until it is resumed. What happens meanwhile is sent then.",
    scope: Scope::WebhooksWrite,
    fields: &[],
    of: Some(WEBHOOK),
    kind: Kind::Once,
    wanted: |visit, _| Ok(change(visit, "/v1/webhooks/{webhook}/pause", Map::new())),
};

const RESUME: Form = Form {
    title: "Resume a webhook",
    about: "Sends again, and at once what waits for its next attempt.",
    scope: Scope::WebhooksWrite,
    fields: &[],
    of: Some(WEBHOOK),
    kind: Kind::Once,
    wanted: |visit, _| Ok(change(visit, "/v1/webhooks/{webhook}/resume", Map::new())),
};

const REPLAY: Form = Form {
    title: "Send events again",
    about: "At once, and with all attempts before them. The receiver tells by their ids what it has had already.",
    scope: Scope::WebhooksWrite,
    fields: &[
        Field::optional("what", "Which events", "").of(REPLAYED),
        Field::optional(
            "event",
            "The event's id",
            "For one event, or everything behind it; there first is for all events",
        )
        .sent_as("after"),
    ],
    of: Some(WEBHOOK),
    kind: Kind::Once,
    wanted: |visit, form| Ok(change(visit, "/v1/webhooks/{webhook}/replay", replayed(form))),
};

const REMOVE: Form = Form {
    title: "Remove a webhook",
    about: "It is forgotten with its deliveries and its secret, and nothing is sent any more. This cannot be undone.",
    scope: Scope::WebhooksWrite,
    fields: &[],
    of: Some(WEBHOOK),
    kind: Kind::Once,
    wanted: |visit, _| {
        let wanted = Wanted::post("/v1/webhooks/{webhook}/remove", Map::new(), |_| "/webhooks".to_owned());
        Ok(wanted.naming("webhook", visit.named("webhook")))
    },
};

pub(in crate::server::pages) const PAGES: &[Page] = &[
    page!("/webhooks/new", ADD),
    page!("/webhooks/{webhook}/rotate", ROTATE),
    page!("/webhooks/{webhook}/test", TEST),
    page!("/webhooks/{webhook}/pause", PAUSE),
    page!("/webhooks/{webhook}/resume", RESUME),
    page!("/webhooks/{webhook}/replay", REPLAY),
    page!("/webhooks/{webhook}/remove", REMOVE),
];

fn change(visit: &Visit, path: &'static str, body: Map<String, Value>) -> Wanted {
    Wanted::post(path, body, |answer| page_of("/webhooks", answer, "id")).naming("webhook", visit.named("webhook"))
}

/// What the API is told to send again.
fn replayed(form: &Pairs) -> Map<String, Value> {
    let event = form.get("event").unwrap_or_default().trim();
    let (name, value): (_, Value) = match form.get("what") {
        Some(what @ ("event" | "after")) => (what, event.into()),
        Some(_) | None => ("dead", true.into()),
    };
    Map::from_iter([(name.to_owned(), value)])
}

const fn made(title: &'static str, about: &'static str) -> Made {
    Made { title, label: "Secret", field: "secret", about, path: "/webhooks/" }
}

fn tested(answer: &Value) -> Result<Document, Problem> {
    let is_taken = field(answer, "delivered")?.as_bool() == Some(true);
    let (status, problem) = (field(answer, "status")?, word(answer, "problem")?);
    Ok(Document::new(
        "The test",
        maud::html! {
            p role="status" {
                @if is_taken { span.good { "Taken" } ": " } @else { span.bad { "Not taken" } ": " }
                @if !status.is_null() { "the receiver answered " (status.to_string()) ", " }
                @if !problem.is_empty() { (crate::wire::visible(problem)) ", " }
                "after " (field(answer, "milliseconds")?.to_string()) " ms."
            }
            p { a href="/webhooks" { "All webhooks" } }
        },
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::server::webhooks::kind::WebhookKind;

    #[test]
    fn every_kind_of_event_can_be_chosen() {
        assert!(KINDS.iter().map(|(word, _)| *word).eq(WebhookKind::all().map(WebhookKind::as_str)));
    }

    #[test]
    fn what_is_sent_again_is_one_of_three() {
        let told = |fields: &[(&str, &str)]| Value::from(replayed(&Pairs::of(fields.iter().copied()))).to_string();
        assert_eq!(told(&[("what", "dead"), ("event", "left over")]), r#"{"dead":true}"#);
        assert_eq!(told(&[("what", "event"), ("event", " 17-0a ")]), r#"{"event":"17-0a"}"#);
        assert_eq!(told(&[("what", "after"), ("event", "first")]), r#"{"after":"first"}"#);
    }
}
