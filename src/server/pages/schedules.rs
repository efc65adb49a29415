//! The list of schedules.

use std::sync::Arc;

use maud::html;

use crate::server::pages::cells::{columns, linking};
use crate::server::pages::list::List;
use crate::server::pages::page::{Outcome, Page};
use crate::server::pages::visit::Visit;
use crate::wire::ScheduleRecord;

const LIST: List = List {
    path: "/schedules",
    api: "/v1/schedules",
    title: "Schedules",
    caption: "Transfers that are posted by themselves",
    order: None,
};
const COLUMNS: [&str; 9] =
    ["schedule", "state", "next_due_at", "debit_account", "credit_account", "amount", "currency", "every", "due_count"];

pub(super) const PAGE: Page = Page::new(LIST.path, |visit| Box::pin(show(visit)));

async fn show(visit: Arc<Visit>) -> Outcome {
    let columns = linking(columns::<ScheduleRecord>(&COLUMNS), "schedule", ("/schedules/", "schedule"));
    LIST.show(&visit, html! {}, columns).await
}
