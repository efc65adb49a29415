//! The consumers of events: how far each has come, and who reads as it.

use std::sync::Arc;

use maud::{Markup, html};
use serde_json::Value;

use crate::server::pages::acting::flow::done;
use crate::server::pages::cells::{columns, linking, rows};
use crate::server::pages::page::{Outcome, Page, shown};
use crate::server::pages::table::table;
use crate::server::pages::visit::{Ask, Visit};
use crate::wire::ConsumerRecord;

const COLUMNS: [&str; 7] = ["name", "state", "behind", "cursor", "acknowledged_at", "holder", "leased_until"];

pub(super) const PAGE: Page = Page::new("/consumers", |visit| Box::pin(show(visit)));

async fn show(visit: Arc<Visit>) -> Outcome {
    let consumers = visit.get(Ask::of("/v1/consumers")).await?;
    let columns = linking(columns::<ConsumerRecord>(&COLUMNS), "name", ("/consumers/", "name"));
    let is_foreign = |consumer: &Value| consumer.get("state").and_then(Value::as_str) == Some(ConsumerRecord::FOREIGN);
    let has_foreign = rows(&consumers, "items")?.iter().any(is_foreign);
    let main = html! {
        (done(&visit))
        p { "Readers of events whose place is kept. Behind tells by how many numbers the newest event is ahead of what was acknowledged." }
        @if has_foreign { (foreign_note("A consumer that is foreign")) }
        div #rows data-live { (table("Who reads the events", &columns, rows(&consumers, "items")?)?) }
    };
    Ok(shown("Consumers", main))
}

/// What became of a consumer whose event the book does not have, and what to do.
pub(super) fn foreign_note(who: &str) -> Markup {
    html! {
        p.bad role="status" {
            (who) " has acknowledged an event that this book does not have: the book was restored to an earlier state, or is another one. "
            "It reads nothing until it is moved."
        }
    }
}
