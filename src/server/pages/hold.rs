//! One hold, and all that happened to it.

use std::sync::Arc;

use maud::html;

use crate::server::keys::scope::Scope;
use crate::server::pages::cells::{columns, field, rows, word};
use crate::server::pages::page::{Outcome, Page, shown};
use crate::server::pages::pairs::Pairs;
use crate::server::pages::table::{facts, first_rows};
use crate::server::pages::transfers::of_transfers;
use crate::server::pages::visit::{Ask, Visit};
use crate::wire::HoldRecord;

const FACTS: [&str; 9] =
    ["state", "amount", "remaining", "currency", "debit_account", "credit_account", "expires_at", "sequence", "hold"];

pub(super) const PAGE: Page = Page::new("/holds/{hold}", |visit| Box::pin(show(visit)));

async fn show(visit: Arc<Visit>) -> Outcome {
    let named = [("hold", visit.named("hold"))];
    let hold = visit.get(Ask::of("/v1/holds/{hold}").naming(&named)).await?;
    let path = format!("/holds/{}", word(&hold, "hold")?);
    let all = Pairs::of([("hold", word(&hold, "hold")?), ("order", "oldest")]).behind("/transfers");
    let main = html! {
        @if visit.may(Scope::TransfersWrite) && word(&hold, "state")? == "open" {
            div.actions {
                a.button href={ (path) "/capture" } { "Capture" }
                a.button href={ (path) "/release" } { "Release" }
            }
        }
        (facts(&columns::<HoldRecord>(&FACTS), &hold)?)
        (first_rows("Its transfers", &of_transfers(), rows(&hold, "transfers")?, &all)?)
    };
    Ok(shown(format!("Hold @{}", field(&hold, "sequence")?), main))
}
