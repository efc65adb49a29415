//! One webhook: how far it has come, and the events that did not arrive at their first attempt.

use std::sync::Arc;

use maud::{Markup, html};
use serde_json::Value;

use crate::server::keys::scope::Scope;
use crate::server::pages::acting::flow::done;
use crate::server::pages::cells::{Column, columns, leading, rows, word};
use crate::server::pages::page::{Outcome, Page, shown};
use crate::server::pages::pairs::Pairs;
use crate::server::pages::table::{facts, pager, table};
use crate::server::pages::visit::{Ask, Visit};
use crate::server::pages::webhooks::{behind, newest};
use crate::server::problem::Problem;
use crate::wire::{DeliveryRecord, WebhookRecord};

const FACTS: [&str; 15] = [
    "state",
    "reason",
    "delivered",
    "waiting",
    "dead",
    "delivered_at",
    "types",
    "accounts",
    "ordered",
    "allow_private",
    "cursor",
    "crossing",
    "created_at",
    "old_secret_until",
    "id",
];
const DELIVERIES: [&str; 8] = ["event", "type", "state", "attempts", "tried_at", "next_at", "status", "problem"];
const STATES: [(&str, &str); 4] =
    [("", "all"), ("waiting", "to be tried again"), ("dead", "failed for good"), ("delivered", "arrived later")];
/// The words of a link, and where it leads.
const AGAIN: [&str; 2] = ["again", "link"];

pub(super) const PAGE: Page = Page::new("/webhooks/{webhook}", |visit| Box::pin(show(visit)));

async fn show(visit: Arc<Visit>) -> Outcome {
    let named = [("webhook", visit.named("webhook"))];
    let query = visit.query.only(&["state", "cursor"]).with("limit", "50");
    let (webhook, deliveries, newest) = tokio::try_join!(
        visit.get(Ask::of("/v1/webhooks/{webhook}").naming(&named)),
        visit.get(Ask::of("/v1/webhooks/{webhook}/deliveries").naming(&named).with(query)),
        newest(&visit),
    )?;
    let path = format!("/webhooks/{}", word(&webhook, "id")?);
    let main = html! {
        (done(&visit))
        @if visit.may(Scope::WebhooksWrite) { (actions(&path, &webhook)?) }
        div #facts data-live {
            (facts(&columns::<WebhookRecord>(&FACTS), &webhook)?)
            p { "The newest event is " (behind(&webhook, newest)?) " numbers ahead of what was sent." }
        }
        h2 { "Deliveries that failed at first" }
        (filter(&path, &visit.query))
        div #rows data-live[visit.query.get("cursor").is_none()] {
            (list(&visit, &path, rows(&deliveries, "items")?)?)
            (pager(&path, &visit.query.only(&["state", "cursor"]), deliveries.get("next_cursor").and_then(Value::as_str)))
        }
    };
    Ok(shown(word(&webhook, "url")?, main))
}

fn actions(path: &str, webhook: &Value) -> Result<Markup, Problem> {
    let is_active = word(webhook, "state")? == "active";
    let has_dead = webhook.get("dead").and_then(Value::as_i64).unwrap_or_default() > 0;
    Ok(html! {
        div.actions {
            @if is_active { a.button href={ (path) "/pause" } { "Pause" } } @else { a.button href={ (path) "/resume" } { "Resume" } }
            @if is_active { a.button href={ (path) "/resume" } { "Try at once" } }
            a.button href={ (path) "/test" } { "Test" }
            @if has_dead { a.button href={ (path) "/replay?what=dead" } { "Send dead letters again" } }
            @else { a.button href={ (path) "/replay?what=after" } { "Send again" } }
            a.button href={ (path) "/rotate" } { "New secret" }
            a.button href={ (path) "/remove" } { "Remove" }
        }
    })
}

fn filter(path: &str, query: &Pairs) -> Markup {
    html! {
        form.fields method="get" action=(path) {
            label { "State" select name="state" {
                @for (word, meaning) in STATES { option value=(word) selected[query.get("state") == Some(word)] { (meaning) } }
            } }
            div { button type="submit" { "Show" } }
        }
    }
}

fn list(visit: &Visit, path: &str, deliveries: &[Value]) -> Result<Markup, Problem> {
    let mut columns = columns::<DeliveryRecord>(&DELIVERIES);
    let mut deliveries = deliveries.to_vec();
    if visit.may(Scope::WebhooksWrite) {
        let [again, link] = AGAIN;
        for delivery in &mut deliveries {
            let query = Pairs::of([("what", "event"), ("event", word(delivery, "event")?)]);
            delivery[link] = query.behind(&format!("{path}/replay")).into();
            delivery[again] = "Send again".into();
        }
        columns.push(Column::words(again, "Again"));
        columns = leading(columns, again, link);
    }
    table("Events that did not arrive at their first attempt, in the book's order", &columns, &deliveries)
}
