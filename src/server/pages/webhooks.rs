//! The webhooks: whether each keeps up, and what failed.

use std::sync::Arc;
use std::time::Duration;

use maud::html;
use serde_json::Value;

use crate::ledger::{EventCursor, Ledger};
use crate::server::keys::scope::Scope;
use crate::server::pages::acting::flow::done;
use crate::server::pages::cells::{Column, columns, linking, rows, word};
use crate::server::pages::page::{Outcome, Page, shown};
use crate::server::pages::table::table;
use crate::server::pages::visit::{Ask, Visit};
use crate::server::problem::Problem;
use crate::wire::WebhookRecord;

const COLUMNS: [&str; 9] = ["id", "state", "url", "types", "accounts", "delivered", "delivered_at", "waiting", "dead"];
/// How far it is behind the newest event, by their sequences.
const BEHIND: &str = "behind";

pub(super) const PAGE: Page = Page::new("/webhooks", |visit| Box::pin(show(visit)));

async fn show(visit: Arc<Visit>) -> Outcome {
    let webhooks = visit.get(Ask::of("/v1/webhooks")).await?;
    let newest = newest(&visit).await?;
    let with_lag = rows(&webhooks, "items")?.iter().map(|webhook| {
        let mut webhook = webhook.clone();
        webhook[BEHIND] = behind(&webhook, newest)?.into();
        Ok(webhook)
    });
    let with_lag = with_lag.collect::<Result<Vec<_>, Problem>>()?;
    let mut columns = linking(columns::<WebhookRecord>(&COLUMNS), "id", ("/webhooks/", "id"));
    columns.insert(6, Column::number(BEHIND, "Behind"));
    let main = html! {
        (done(&visit))
        @if visit.may(Scope::WebhooksWrite) { div.actions { a.button href="/webhooks/new" { "Add a webhook" } } }
        p { "Events of the book that are sent to other systems. Behind tells by how many numbers the newest event is ahead of what was sent." }
        div #rows data-live { (table("Who is told of events", &columns, &with_lag)?) }
    };
    Ok(shown("Webhooks", main))
}

/// The sequence of the newest event; writers that are under way are not waited for.
pub(super) async fn newest(visit: &Visit) -> Result<i64, Problem> {
    let read = |ledger: &Ledger| Ok(ledger.newest_event_cursor(Duration::ZERO)?);
    let newest = visit.read(Scope::WebhooksRead, read).await?;
    Ok(newest.map_or(0, |cursor| cursor.sequence.0))
}

/// By how many sequences a webhook is behind the newest event.
pub(super) fn behind(webhook: &Value, newest: i64) -> Result<i64, Problem> {
    let at = word(webhook, "cursor")?.parse().map_or(0, |cursor: EventCursor| cursor.sequence.0);
    Ok((newest - at).max(0))
}
