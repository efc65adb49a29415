//! The monitors: conditions on what accounts have, and whether they are true.

use std::sync::Arc;

use maud::html;

use crate::server::keys::scope::Scope;
use crate::server::pages::acting::flow::done;
use crate::server::pages::cells::{columns, counting, linking, rows};
use crate::server::pages::page::{Outcome, Page, shown};
use crate::server::pages::table::table;
use crate::server::pages::visit::{Ask, Visit};
use crate::wire::MonitorRecord;

const COLUMNS: [&str; 9] =
    ["name", "raised", "condition", "value", "currency", "account", "prefix", "schedule", "changed_at"];

pub(super) const PAGE: Page = Page::new("/monitors", |visit| Box::pin(show(visit)));

async fn show(visit: Arc<Visit>) -> Outcome {
    let monitors = visit.get(Ask::of("/v1/monitors")).await?;
    let columns = linking(columns::<MonitorRecord>(&COLUMNS), "name", ("/monitors/", "name"));
    let columns = counting(columns, &["value"]);
    let main = html! {
        (done(&visit))
        @if visit.may(Scope::MonitorsWrite) { div.actions { a.button href="/monitors/new" { "Add a monitor" } } }
        div #rows data-live { (table("What is watched, and whether its condition is true", &columns, rows(&monitors, "items")?)?) }
    };
    Ok(shown("Monitors", main))
}
