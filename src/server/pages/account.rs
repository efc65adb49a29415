//! One account: what it has now and had then, its statement in both orders, its open holds, and how it was changed.

use std::sync::Arc;

use maud::{Markup, html};
use serde_json::Value;

use crate::server::keys::scope::Scope;
use crate::server::named;
use crate::server::pages::acting::flow::done;
use crate::server::pages::cells::{account_path, account_path_to, columns, linking, rows, text, word};
use crate::server::pages::chart::{self, Point};
use crate::server::pages::page::{Outcome, Page, shown};
use crate::server::pages::pairs::Pairs;
use crate::server::pages::table::{facts, pager, table};
use crate::server::pages::visit::{Ask, Visit};
use crate::server::pages::zone::{of_view, with_moments};
use crate::server::problem::Problem;
use crate::wire::{AccountEventRecord, AccountRecord, BalanceRecord, EntryRecord, HoldRecord};

const FACTS: [&str; 18] = [
    "posted",
    "held",
    "available",
    "currency",
    "type",
    "state",
    "version",
    "min_balance",
    "max_balance",
    "per_transfer",
    "per_day",
    "per_month",
    "description",
    "metadata",
    "opened_at",
    "opened_by",
    "closed_at",
    "head",
];
const ENTRIES: [&str; 9] =
    ["sequence", "recorded_at", "effective_at", "kind", "counterparty", "change", "balance", "description", "key"];
const HOLDS: [&str; 8] =
    ["sequence", "state", "debit_account", "credit_account", "amount", "remaining", "currency", "expires_at"];
const EVENTS: [&str; 6] = ["event", "recorded_at", "state_before", "state_after", "actor", "reason"];
/// What is told of a statement's span and order.
const SPAN: [&str; 3] = ["order", "from", "to"];

/// The most open holds that are shown beside the statement.
const HOLDS_MAX: usize = 20;

pub(super) const PAGE: Page = Page::new("/accounts/{account}", |visit| Box::pin(show(visit)));

async fn show(visit: Arc<Visit>) -> Outcome {
    let named = [("account", visit.named("account"))];
    let ask = |path| Ask::of(path).naming(&named);
    let span = with_moments(&visit, &visit.query.only(&["order", "from", "to", "cursor"]), &["from", "to"])?
        .with("limit", "50");
    let history = ask("/v1/accounts/{account}/history").with(Pairs::of([("limit", "20")]));
    let (account, statement, holds, history, as_of) = tokio::join!(
        visit.get(ask("/v1/accounts/{account}")),
        visit.get(ask("/v1/accounts/{account}/statement").with(span)),
        open_holds(&visit),
        visit.get(history),
        as_of(&visit),
    );
    // Of several problems that of the account itself is the page's, whichever is there first.
    let (account, statement, holds, history, as_of) = (account?, statement?, holds?, history?, as_of?);
    let main = html! {
        (done(&visit))
        (actions(&visit, &account)?)
        div #facts data-live data-accounts=(visit.named("account")) { (facts(&columns::<AccountRecord>(&FACTS), &account)?) }
        (as_of_form(&visit, as_of.as_ref())?)
        (statement_of(&visit, &statement)?)
        @if let Some(holds) = &holds { div #holds data-live { (list_of_holds(&visit, rows(holds, "items")?)?) } }
        h2 { "History" }
        (table("Changes of the account, newest first", &columns::<AccountEventRecord>(&EVENTS), rows(&history, "items")?)?)
    };
    Ok(shown(text(visit.named("account")), main))
}

/// What it had at the moments that were asked for.
async fn as_of(visit: &Visit) -> Result<Option<Value>, Problem> {
    let moments = visit.query.only(&["at", "recorded_at"]);
    if moments == Pairs::default() {
        return Ok(None);
    }
    let named = [("account", visit.named("account"))];
    let moments = moments.with("time_zone", &of_view().to_string());
    visit.get(Ask::of("/v1/accounts/{account}/balance").naming(&named).with(moments)).await.map(Some)
}

fn path_of(visit: &Visit) -> String {
    account_path(visit.named("account"))
}

/// What a form keeps that a browser leaves out: the query of the path that it is sent to.
fn hidden_name(visit: &Visit) -> Markup {
    let name = visit.named("account");
    html! { @if named::is_step(name) { input type="hidden" name=(named::NAME) value=(name); } }
}

fn as_of_form(visit: &Visit, balance: Option<&Value>) -> Result<Markup, Problem> {
    let shown = ["posted", "currency", "effective_at", "recorded_at"];
    Ok(html! {
        h2 { "As of" }
        form.fields method="get" action=(path_of(visit)) {
            (hidden_name(visit))
            label { "Counts for the books by" small { "such as 2026-09-30, 2026-09, yesterday, 2026-09-30T12:00, by the clocks of " (of_view()) }
                input type="text" name="at" value=[visit.query.get("at")] maxlength="40"; }
            label { "As the ledger knew it at" small { "the same; empty for now" }
                input type="text" name="recorded_at" value=[visit.query.get("recorded_at")] maxlength="40"; }
            div { button type="submit" { "Show" } }
        }
        @if let Some(balance) = balance { div.notice { (facts(&columns::<BalanceRecord>(&shown), balance)?) } }
    })
}

fn statement_of(visit: &Visit, statement: &Value) -> Result<Markup, Problem> {
    let entries = rows(statement, "items")?;
    let is_effective = visit.query.get("order") == Some("effective");
    let time = if is_effective { "effective_at" } else { "recorded_at" };
    let points =
        entries.iter().rev().map(|entry| Ok(Point { time: word(entry, time)?, amount: word(entry, "balance")? }));
    let points = points.collect::<Result<Vec<_>, Problem>>()?;
    let columns = linking(columns::<EntryRecord>(&ENTRIES), "sequence", ("/transfers/@", "sequence"));
    let next = statement.get("next_cursor").and_then(Value::as_str);
    let name = text(visit.named("account"));
    Ok(html! {
        h2 #statement { "Statement" }
        form.fields method="get" action=(path_of(visit)) {
            (hidden_name(visit))
            label { "Order" select name="order" {
                option value="recorded" { "as recorded" }
                option value="effective" selected[is_effective] { "as it counts for the books" }
            } }
            label { "From" small { "a month, a day or a time, such as 2026-09-01" } input type="text" name="from" value=[visit.query.get("from")] maxlength="40"; }
            label { "Before" small { "the first one that is not shown, such as 2026-10-01" } input type="text" name="to" value=[visit.query.get("to")] maxlength="40"; }
            div { button type="submit" { "Show" } }
        }
        div #entries data-live[visit.query.get("cursor").is_none()] {
            p { "Opening " strong.n { (word(statement, "opening")?) } ", closing " strong.n { (word(statement, "closing")?) } " " (word(statement, "currency")?) }
            (chart::balance(&name, word(statement, "currency")?, &points))
            (table("Entries, newest first; change and balance on the account's normal side", &columns, entries)?)
            (pager(&path_of(visit), &visit.query.only(&[&SPAN[..], &["cursor"]].concat()), next))
        }
    })
}

/// The first of its open holds. A key for some accounts cannot have them by pages.
async fn open_holds(visit: &Visit) -> Result<Option<Value>, Problem> {
    let named = [("account", visit.named("account"))];
    let limit = (HOLDS_MAX + 1).to_string();
    let ask = if visit.reaches_all() {
        Ask::of("/v1/holds").with(Pairs::of(named).with("limit", &limit))
    } else {
        Ask::of("/v1/accounts/{account}/holds").naming(&named)
    };
    visit.get_if(Scope::TransfersRead, ask).await
}

fn list_of_holds(visit: &Visit, holds: &[Value]) -> Result<Markup, Problem> {
    let shown = &holds[..holds.len().min(HOLDS_MAX)];
    let all = Pairs::of([("account", visit.named("account"))]).behind("/holds");
    Ok(html! {
        h2 { "Open holds" }
        (table("Open holds of the account", &linking(columns::<HoldRecord>(&HOLDS), "sequence", ("/holds/", "hold")), shown)?)
        @if shown.len() < holds.len() { p.quiet { "The first " (shown.len()) ". " a href=(all) { "All of them" } } }
    })
}

/// What may be done with it, for those whose key may.
fn actions(visit: &Visit, account: &Value) -> Result<Markup, Problem> {
    let to = |page| account_path_to(visit.named("account"), page);
    let state = word(account, "state")?;
    let [from, of] = ["from", "account"].map(|name| Pairs::of([(name, visit.named("account"))]));
    Ok(html! {
        @if state != "closed" {
            div.actions {
                @if visit.may(Scope::TransfersWrite) {
                    a.button href=(from.behind("/post")) { "Transfer from here" }
                    a.button href=(of.behind("/cash")) { "Deposit or withdraw" }
                    a.button href=(from.behind("/hold")) { "Place a hold" }
                }
                @if visit.may(Scope::AccountsWrite) {
                    @if state == "open" { a.button href=(to("/freeze")) { "Freeze" } }
                    @else { a.button href=(to("/unfreeze")) { "Unfreeze" } }
                    a.button href=(to("/limits")) { "Change limits" }
                    a.button href=(to("/close")) { "Close for ever" }
                }
            }
        }
    })
}
