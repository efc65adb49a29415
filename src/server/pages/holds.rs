//! The list of holds.

use std::sync::Arc;

use maud::html;

use crate::server::pages::cells::{Column, columns, linking};
use crate::server::pages::list::List;
use crate::server::pages::page::{Outcome, Page};
use crate::server::pages::visit::Visit;
use crate::wire::HoldRecord;

const LIST: List = List { path: "/holds", api: "/v1/holds", title: "Holds", caption: "Holds", order: Some("oldest") };
const COLUMNS: [&str; 8] =
    ["sequence", "state", "debit_account", "credit_account", "amount", "remaining", "currency", "expires_at"];

pub(super) const PAGE: Page = Page::new(LIST.path, |visit| Box::pin(show(visit)));

async fn show(visit: Arc<Visit>) -> Outcome {
    LIST.show(&visit, html! {}, of_holds()).await
}

/// The columns of a list of holds, of which the first leads to each.
pub(super) fn of_holds() -> Vec<Column> {
    linking(columns::<HoldRecord>(&COLUMNS), "sequence", ("/holds/", "hold"))
}
