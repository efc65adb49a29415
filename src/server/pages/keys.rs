//! The keys of the API, without what makes them secret.

use std::sync::Arc;

use maud::{Markup, html};
use serde_json::Value;

use crate::server::pages::acting::flow::done;
use crate::server::pages::acting::keys::SCOPES;
use crate::server::pages::cells::{columns, linking, rows};
use crate::server::pages::page::{Outcome, Page, Reply, shown};
use crate::server::pages::pairs::encode;
use crate::server::pages::table::{ROWS_MAX, table};
use crate::server::pages::visit::{Ask, Visit};
use crate::server::problem::Problem;
use crate::wire::KeyRecord;

const COLUMNS: [&str; 9] =
    ["name", "valid", "scopes", "prefix", "created_at", "used_at", "expires_at", "revoked_at", "id"];

pub(super) const PAGE: Page = Page::new("/keys", |visit| Box::pin(show(visit)));

async fn show(visit: Arc<Visit>) -> Outcome {
    if let Some(name) = visit.query.get("find") {
        return Ok(Reply::SeeOther(format!("/keys/{}", encode(name.trim()))));
    }
    let keys = visit.get(Ask::of("/v1/keys")).await?;
    let is_valid = |key: &&Value| key.get("valid").and_then(Value::as_bool) == Some(true);
    let (valid, ended): (Vec<_>, Vec<_>) = rows(&keys, "items")?.iter().rev().partition(is_valid);
    let main = html! {
        (done(&visit))
        form.fields method="get" action="/keys" role="search" {
            label { "Find by name or id" input type="search" name="find" required maxlength="255"; }
            div { button type="submit" { "Find" } }
        }
        div.actions { a.button href="/keys/new" { "Make a key" } }
        (newest("Keys that can be used, newest first", &valid)?)
        (newest("Keys that have ended, newest first", &ended)?)
        h2 { "Scopes" }
        (scopes())
    };
    Ok(shown("Keys", main))
}

fn newest(caption: &str, keys: &[&Value]) -> Result<Markup, Problem> {
    let columns = linking(columns::<KeyRecord>(&COLUMNS), "name", ("/keys/", "id"));
    let shown: Vec<_> = keys.iter().take(ROWS_MAX).map(|key| (*key).clone()).collect();
    Ok(html! {
        (table(caption, &columns, &shown)?)
        @if shown.len() < keys.len() { p.quiet { "The newest " (shown.len()) " of " (keys.len()) ". Find another one by its name." } }
    })
}

/// What each scope allows.
fn scopes() -> Markup {
    html! {
        table {
            caption { "What a key with each scope may do" }
            thead { tr { th scope="col" { "Scope" } th scope="col" { "It may" } } }
            tbody { @for (scope, meaning) in SCOPES { tr { th scope="row" { code { (scope) } } td { (meaning) } } } }
        }
    }
}
