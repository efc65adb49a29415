//! The consumers of events: how far each has come, and who reads as it.

use std::sync::Arc;

use maud::html;

use crate::server::pages::acting::flow::done;
use crate::server::pages::cells::{columns, linking, rows};
use crate::server::pages::page::{Outcome, Page, shown};
use crate::server::pages::table::table;
use crate::server::pages::visit::{Ask, Visit};
use crate::wire::ConsumerRecord;

const COLUMNS: [&str; 6] = ["name", "behind", "cursor", "acknowledged_at", "holder", "leased_until"];

pub(super) const PAGE: Page = Page::new("/consumers", |visit| Box::pin(show(visit)));

async fn show(visit: Arc<Visit>) -> Outcome {
    let consumers = visit.get(Ask::of("/v1/consumers")).await?;
    let columns = linking(columns::<ConsumerRecord>(&COLUMNS), "name", ("/consumers/", "name"));
    let main = html! {
        (done(&visit))
        p { "Readers of events whose place is kept. Behind tells by how many numbers the newest event is ahead of what was acknowledged." }
        div #rows data-live { (table("Who reads the events", &columns, rows(&consumers, "items")?)?) }
    };
    Ok(shown("Consumers", main))
}
