//! The list of journals.

use std::sync::Arc;

use maud::html;

use crate::server::pages::cells::{columns, linking};
use crate::server::pages::list::List;
use crate::server::pages::page::{Outcome, Page};
use crate::server::pages::visit::Visit;
use crate::wire::JournalRecord;

const LIST: List =
    List { path: "/journals", api: "/v1/journals", title: "Journals", caption: "Journals", order: Some("newest") };
const COLUMNS: [&str; 6] = ["sequence", "recorded_at", "transfers", "actor", "key", "journal_id"];

pub(super) const PAGE: Page = Page::new(LIST.path, |visit| Box::pin(show(visit)));

async fn show(visit: Arc<Visit>) -> Outcome {
    let columns = linking(columns::<JournalRecord>(&COLUMNS), "sequence", ("/journals/", "journal_id"));
    LIST.show(&visit, html! {}, columns).await
}
