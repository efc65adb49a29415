//! The periods of effective time that are closed, and how they came to be.

use std::sync::Arc;

use maud::html;

use crate::server::keys::scope::Scope;
use crate::server::pages::acting::flow::done;
use crate::server::pages::cells::{columns, rows};
use crate::server::pages::page::{Outcome, Page, shown};
use crate::server::pages::table::table;
use crate::server::pages::visit::{Ask, Visit};
use crate::wire::{ClosedPeriodRecord, PeriodEventRecord};

pub(super) const PAGE: Page = Page::new("/periods", |visit| Box::pin(show(visit)));

async fn show(visit: Arc<Visit>) -> Outcome {
    let ask = Ask::of;
    let (closed, history) = tokio::try_join!(visit.get(ask("/v1/periods")), visit.get(ask("/v1/periods/history")))?;
    let events = ["event", "recorded_at", "period", "action", "actor", "reason"];
    let main = html! {
        (done(&visit))
        @if visit.may(Scope::BookWrite) { div.actions { a.button href="/periods/change" { "Close or reopen a period" } } }
        p { "Nothing can be posted that counts for the books in a closed period." }
        (table("Closed periods", &columns::<ClosedPeriodRecord>(&["period", "begin", "end"]), rows(&closed, "items")?)?)
        h2 { "History" }
        (table("How periods were closed and reopened", &columns::<PeriodEventRecord>(&events), rows(&history, "items")?)?)
    };
    Ok(shown("Periods", main))
}
