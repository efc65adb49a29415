//! One schedule, and what became of its dues.

use std::sync::Arc;

use maud::html;
use serde_json::Value;

use crate::server::keys::scope::Scope;
use crate::server::pages::acting::flow::done;
use crate::server::pages::cells::{columns, linking, rows, word};
use crate::server::pages::page::{Outcome, Page, shown};
use crate::server::pages::pairs::encode;
use crate::server::pages::table::{facts, pager, table};
use crate::server::pages::visit::{Ask, Visit};
use crate::wire::{DueRecord, ScheduleRecord};

const FACTS: [&str; 20] = [
    "state",
    "amount",
    "currency",
    "debit_account",
    "credit_account",
    "every",
    "interval",
    "day",
    "next_due_at",
    "first_due_at",
    "until",
    "count",
    "due_count",
    "on_refusal",
    "description",
    "metadata",
    "created_at",
    "actor",
    "cancelled_at",
    "cancel_reason",
];
const DUES: [&str; 6] = ["due_at", "state", "attempts", "last_at", "transfer", "reason"];

pub(super) const PAGE: Page = Page::new("/schedules/{schedule}", |visit| Box::pin(show(visit)));

async fn show(visit: Arc<Visit>) -> Outcome {
    let named = [("schedule", visit.named("schedule"))];
    let query = visit.query.only(&["cursor"]).with("limit", "50");
    let schedule = visit.get(Ask::of("/v1/schedules/{schedule}").naming(&named).with(query)).await?;
    let dues = linking(columns::<DueRecord>(&DUES), "transfer", ("/transfers/", "transfer"));
    let path = format!("/schedules/{}", encode(visit.named("schedule")));
    let main = html! {
        (done(&visit))
        @if visit.may(Scope::SchedulesWrite) && word(&schedule, "state")? == "active" {
            div.actions { a.button href={ (path) "/cancel" } { "Cancel the schedule" } }
        }
        (facts(&columns::<ScheduleRecord>(&FACTS), &schedule)?)
        h2 { "Dues" }
        (table("What became of its dues, latest first", &dues, rows(&schedule, "dues")?)?)
        (pager(&path, &visit.query.only(&["cursor"]), schedule.get("next_cursor").and_then(Value::as_str)))
    };
    Ok(shown(format!("Schedule {}", word(&schedule, "schedule")?), main))
}
