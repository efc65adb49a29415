//! One transfer: all that is known of it, what it belongs to, and its hash, computed anew on the spot.

use std::sync::Arc;

use bigdecimal::BigDecimal;
use maud::{Markup, html};
use serde_json::Value;

use crate::ledger::{Ledger, TransferCheck};
use crate::server::keys::scope::Scope;
use crate::server::pages::acting::flow::done;
use crate::server::pages::cells::{columns, field, linking, rows, text, word};
use crate::server::pages::page::{Outcome, Page, Reply, shown};
use crate::server::pages::pairs::encode;
use crate::server::pages::table::{facts, table};
use crate::server::pages::transfers::of_transfers;
use crate::server::pages::visit::{Ask, Visit};
use crate::server::problem::Problem;
use crate::wire::{HoldRecord, TransferWithBalancesRecord};

const FACTS: [&str; 23] = [
    "kind",
    "amount",
    "currency",
    "debit_account",
    "debit_balance",
    "debit_version",
    "credit_account",
    "credit_balance",
    "credit_version",
    "recorded_at",
    "effective_at",
    "actor",
    "key",
    "id",
    "description",
    "journal_id",
    "hold_id",
    "reversed_id",
    "expires_at",
    "up_to",
    "clock_at",
    "metadata",
    "hash",
];

pub(super) const PAGE: Page = Page::new("/transfers/{transfer}", |visit| Box::pin(show(visit)));

async fn show(visit: Arc<Visit>) -> Outcome {
    let named = visit.named("transfer");
    let in_path = [("transfer", named)];
    let transfer = match visit.get(Ask::of("/v1/transfers/{transfer}").naming(&in_path)).await {
        // A journal's key is found by the same field.
        Err(problem) if problem.code == "journal_named" => {
            return Ok(Reply::SeeOther(format!("/journals/{}", encode(named))));
        }
        transfer => transfer?,
    };
    let reference = format!("@{}", field(&transfer, "sequence")?);
    let of_check = reference.clone();
    let check = move |ledger: &Ledger| Ok(ledger.check_transfer(ledger.refer(&of_check)?)?);
    let check = visit.read(Scope::TransfersRead, check).await?;
    let main = html! {
        (done(&visit))
        (actions(&visit, &transfer)?)
        (facts(&of_transfer(), &transfer)?)
        p {
            "Hash: "
            @if check.is_right() { span.good { "right" } ", computed anew from the transfer and from both accounts' chains before it." }
            @else { span.bad { "wrong" } ". " (why_wrong(&check)) " Verify the book." }
        }
        (related(&transfer)?)
    };
    Ok(shown(format!("Transfer {reference}"), main))
}

fn why_wrong(check: &TransferCheck) -> Markup {
    match &check.computed {
        Ok(computed) => html! { "Computed anew it is " code { (computed) } "." },
        Err(problem) => html! { "It cannot be computed: " (text(problem)) "." },
    }
}

fn of_transfer() -> Vec<crate::server::pages::cells::Column> {
    let columns = columns::<TransferWithBalancesRecord>(&FACTS);
    let columns = linking(columns, "journal_id", ("/journals/", "journal_id"));
    let columns = linking(columns, "hold_id", ("/holds/", "hold_id"));
    linking(columns, "reversed_id", ("/transfers/", "reversed_id"))
}

fn related(transfer: &Value) -> Result<Markup, Problem> {
    let hold = field(transfer, "hold")?;
    let reversed = field(transfer, "reversed")?;
    let reversals = rows(transfer, "reversals")?;
    let of_hold = ["sequence", "state", "amount", "remaining", "currency", "expires_at"];
    Ok(html! {
        @if !hold.is_null() {
            h2 { "Its hold" }
            (facts(&linking(columns::<HoldRecord>(&of_hold), "sequence", ("/holds/", "hold")), hold)?)
        }
        @if !reversed.is_null() {
            h2 { "What it undoes" }
            (table("Undone by this transfer", &of_transfers(), std::slice::from_ref(reversed))?)
        }
        @if !reversals.is_empty() { h2 { "Reversals" } (table("Transfers that undo this one", &of_transfers(), reversals)?) }
    })
}

/// Whether nothing is left of it to undo.
fn is_undone(transfer: &Value) -> Result<bool, Problem> {
    let amount = |of: &Value| Ok::<BigDecimal, Problem>(word(of, "amount")?.parse().unwrap_or_default());
    let undone = rows(transfer, "reversals")?.iter().map(amount).sum::<Result<BigDecimal, _>>()?;
    Ok(undone >= amount(transfer)?)
}

fn actions(visit: &Visit, transfer: &Value) -> Result<Markup, Problem> {
    let is_undoable = ["transfer", "capture"].contains(&word(transfer, "kind")?) && !is_undone(transfer)?;
    Ok(html! {
        @if visit.may(Scope::TransfersWrite) && visit.reaches_all() && is_undoable {
            div.actions { a.button href={ "/transfers/@" (field(transfer, "sequence")?) "/reverse" } { "Reverse" } }
        }
    })
}
