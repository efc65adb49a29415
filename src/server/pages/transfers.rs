//! The list of transfers, and the field that finds one of them.

use std::sync::Arc;

use maud::{Markup, html};

use crate::server::keys::scope::Scope;
use crate::server::pages::cells::{Column, columns, linking};
use crate::server::pages::list::List;
use crate::server::pages::page::{Outcome, Page, Reply};
use crate::server::pages::pairs::encode;
use crate::server::pages::visit::Visit;
use crate::wire::TransferRecord;

const LIST: List =
    List { path: "/transfers", api: "/v1/transfers", title: "Transfers", caption: "Transfers", order: Some("newest") };
const COLUMNS: [&str; 8] =
    ["sequence", "recorded_at", "debit_account", "credit_account", "amount", "currency", "kind", "key"];

pub(super) const PAGE: Page = Page::new(LIST.path, |visit| Box::pin(show(visit)));

async fn show(visit: Arc<Visit>) -> Outcome {
    if let Some(reference) = visit.query.get("find") {
        // A permalink finds it, or says that there is none.
        return Ok(Reply::SeeOther(format!("{}/{}", LIST.path, encode(reference.trim()))));
    }
    let above = html! {
        (find())
        @if visit.may(Scope::TransfersWrite) {
            div.actions { a.button href="/post" { "Post a transfer" }
                a.button href="/cash" { "Deposit or withdraw" } a.button href="/hold" { "Place a hold" } }
        }
    };
    LIST.show(&visit, above, of_transfers()).await
}

/// The columns of a list of transfers, of which the first leads to each.
pub(super) fn of_transfers() -> Vec<Column> {
    linking(columns::<TransferRecord>(&COLUMNS), "sequence", ("/transfers/@", "sequence"))
}

/// The field that finds a transfer by what it is known by.
pub(super) fn find() -> Markup {
    html! {
        form.fields method="get" action=(LIST.path) role="search" {
            label {
                "Find by key, id or sequence"
                input type="search" name="find" maxlength="255" required placeholder="rent-2026-09, @17";
            }
            div { button.main type="submit" { "Find" } }
        }
    }
}
