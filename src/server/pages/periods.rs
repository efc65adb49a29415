//! The periods of effective time that are closed, and how they came to be.

use std::sync::Arc;

use maud::{Markup, html};
use serde_json::Value;

use crate::server::keys::scope::Scope;
use crate::server::pages::acting::flow::done;
use crate::server::pages::cells::{Column, columns, rows};
use crate::server::pages::page::{Outcome, Page, shown};
use crate::server::pages::table::{ROWS_MAX, table};
use crate::server::pages::visit::{Ask, Visit};
use crate::server::problem::Problem;
use crate::wire::{ClosedPeriodRecord, PeriodEventRecord};

pub(super) const PAGE: Page = Page::new("/periods", |visit| Box::pin(show(visit)));

async fn show(visit: Arc<Visit>) -> Outcome {
    let ask = Ask::of;
    let (closed, history) = tokio::try_join!(visit.get(ask("/v1/periods")), visit.get(ask("/v1/periods/history")))?;
    let events = ["event", "recorded_at", "period", "action", "actor", "reason"];
    let main = html! {
        (done(&visit))
        @if visit.may(Scope::BookWrite) { div.actions { a.button href="/periods/change" { "Close or reopen a period" } } }
        p { "Nothing can be posted that counts for the books in a closed period. Periods are those of UTC." }
        (newest("Closed periods, newest first", &columns::<ClosedPeriodRecord>(&["period", "begin", "end"]), rows(&closed, "items")?)?)
        h2 { "History" }
        (newest("How periods were closed and reopened, newest first", &columns::<PeriodEventRecord>(&events), rows(&history, "items")?)?)
    };
    Ok(shown("Periods", main))
}

/// The last rows of a list that begins with the oldest.
fn newest(caption: &str, columns: &[Column], rows: &[Value]) -> Result<Markup, Problem> {
    let shown: Vec<_> = rows.iter().rev().take(ROWS_MAX).cloned().collect();
    Ok(html! {
        (table(caption, columns, &shown)?)
        @if shown.len() < rows.len() { p.quiet { "The newest " (shown.len()) " of " (rows.len()) "; the API has all of them." } }
    })
}
