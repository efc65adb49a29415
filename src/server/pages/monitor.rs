//! One monitor, and when its condition became true and ended.

use std::sync::Arc;

use maud::html;
use serde_json::Value;

use crate::server::keys::scope::Scope;
use crate::server::pages::acting::flow::done;
use crate::server::pages::cells::{Column, columns, linking, rows, text, word};
use crate::server::pages::page::{Outcome, Page, shown};
use crate::server::pages::pairs::encode;
use crate::server::pages::table::{facts, pager, table};
use crate::server::pages::visit::{Ask, Visit};
use crate::wire::{MonitorEventRecord, MonitorRecord};

const FACTS: [&str; 10] =
    ["condition", "raised", "value", "currency", "account", "prefix", "schedule", "changed_at", "cursor", "created_at"];
const EVENTS: [&str; 5] = ["number", "time", "type", "value", "currency"];
const OF_HOLDS: [&str; 6] = ["number", "time", "type", "hold", "expires_at", "value"];
const OF_DUES: [&str; 6] = ["number", "time", "type", "schedule", "due_at", "value"];

/// The columns of what happened to a monitor with this condition.
fn events_of(condition: &str) -> Vec<Column> {
    match condition.split(' ').next() {
        Some("hold") => linking(columns::<MonitorEventRecord>(&OF_HOLDS), "hold", ("/holds/", "hold")),
        Some("due") => linking(columns::<MonitorEventRecord>(&OF_DUES), "schedule", ("/schedules/", "schedule")),
        _ => columns::<MonitorEventRecord>(&EVENTS),
    }
}

pub(super) const PAGE: Page = Page::new("/monitors/{monitor}", |visit| Box::pin(show(visit)));

async fn show(visit: Arc<Visit>) -> Outcome {
    let named = [("monitor", visit.named("monitor"))];
    let query = visit.query.only(&["cursor"]).with("limit", "50");
    let (monitor, events) = tokio::try_join!(
        visit.get(Ask::of("/v1/monitors/{monitor}").naming(&named)),
        visit.get(Ask::of("/v1/monitors/{monitor}/events").naming(&named).with(query)),
    )?;
    let name = word(&monitor, "name")?;
    let path = format!("/monitors/{}", encode(name));
    let facts_of = linking(columns::<MonitorRecord>(&FACTS), "account", ("/accounts/", "account"));
    let facts_of = linking(facts_of, "schedule", ("/schedules/", "schedule"));
    let main = html! {
        (done(&visit))
        @if visit.may(Scope::MonitorsWrite) { div.actions { a.button href={ (path) "/remove" } { "Remove" } } }
        div #facts data-live { (facts(&facts_of, &monitor)?) }
        h2 { "What happened" }
        div #rows data-live[visit.query.get("cursor").is_none()] {
            (table("When the condition became true and when it ended, in order", &events_of(word(&monitor, "condition")?), rows(&events, "items")?)?)
            (pager(&path, &visit.query.only(&["cursor"]), events.get("next_cursor").and_then(Value::as_str)))
        }
    };
    Ok(shown(format!("Monitor {}", text(name)), main))
}
