//! One key of the API, and what can be done with it.

use std::sync::Arc;

use maud::html;

use crate::server::pages::cells::{columns, field, text, word};
use crate::server::pages::page::{Outcome, Page, shown};
use crate::server::pages::table::facts;
use crate::server::pages::visit::{Ask, Visit};
use crate::wire::KeyRecord;

const FACTS: [&str; 9] =
    ["valid", "scopes", "prefix", "created_at", "used_at", "expires_at", "revoked_at", "id", "name"];

pub(super) const PAGE: Page = Page::new("/keys/{key}", |visit| Box::pin(show(visit)));

async fn show(visit: Arc<Visit>) -> Outcome {
    let named = [("key", visit.named("key"))];
    let key = visit.get(Ask::of("/v1/keys/{key}").naming(&named)).await?;
    let id = word(&key, "id")?;
    let path = format!("/keys/{id}");
    let main = html! {
        @if field(&key, "valid")?.as_bool() == Some(true) {
            div.actions {
                a.button href={ (path) "/rotate" } { "Rotate" }
                a.button href={ (path) "/revoke" } { "Revoke" }
            }
            @if id == visit.principal.id { p.notice { "You are logged in with this key." } }
        }
        (facts(&columns::<KeyRecord>(&FACTS), &key)?)
    };
    Ok(shown(format!("Key {}", text(word(&key, "name")?)), main))
}
