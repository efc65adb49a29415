//! One journal with its transfers.

use std::sync::Arc;

use maud::html;

use crate::server::keys::scope::Scope;
use crate::server::pages::acting::flow::done;
use crate::server::pages::cells::{columns, rows, text, word};
use crate::server::pages::page::{Outcome, Page, shown};
use crate::server::pages::pairs::{Pairs, encode};
use crate::server::pages::table::{facts, first_rows};
use crate::server::pages::transfers::of_transfers;
use crate::server::pages::visit::{Ask, Visit};
use crate::wire::{ReceiptRecord, TransferRecord};

/// What all of its transfers have, as the first one tells.
const OF_FIRST: [&str; 4] = ["recorded_at", "effective_at", "actor", "description"];

pub(super) const PAGE: Page = Page::new("/journals/{journal}", |visit| Box::pin(show(visit)));

async fn show(visit: Arc<Visit>) -> Outcome {
    let named = [("journal", visit.named("journal"))];
    let journal = visit.get(Ask::of("/v1/journals/{journal}").naming(&named)).await?;
    let path = format!("/journals/{}", encode(visit.named("journal")));
    let all = Pairs::of([("journal", word(&journal, "journal_id")?), ("order", "oldest")]).behind("/transfers");
    let main = html! {
        (done(&visit))
        @if visit.may(Scope::TransfersWrite) { div.actions { a.button href={ (path) "/reverse" } { "Reverse" } } }
        (facts(&columns::<ReceiptRecord>(&["journal_id"]), &journal)?)
        @if let Some(first) = rows(&journal, "transfers")?.first() { (facts(&columns::<TransferRecord>(&OF_FIRST), first)?) }
        (first_rows("Its transfers, in order", &of_transfers(), rows(&journal, "transfers")?, &all)?)
    };
    Ok(shown(format!("Journal {}", text(visit.named("journal"))), main))
}
