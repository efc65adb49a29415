//! The keys of the API, without what makes them secret.

use std::sync::Arc;

use maud::html;

use crate::server::pages::cells::{columns, rows};
use crate::server::pages::page::{Outcome, Page, shown};
use crate::server::pages::table::table;
use crate::server::pages::visit::{Ask, Visit};
use crate::wire::KeyRecord;

const COLUMNS: [&str; 9] =
    ["name", "valid", "scopes", "prefix", "created_at", "used_at", "expires_at", "revoked_at", "id"];

pub(super) const PAGE: Page = Page::new("/keys", |visit| Box::pin(show(visit)));

async fn show(visit: Arc<Visit>) -> Outcome {
    let keys = visit.get(Ask::of("/v1/keys")).await?;
    let caption = "All keys, also those that ended";
    Ok(shown("Keys", html! { (table(caption, &columns::<KeyRecord>(&COLUMNS), rows(&keys, "items")?)?) }))
}
