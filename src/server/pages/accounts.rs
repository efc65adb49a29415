//! The accounts as a tree, level by level. Folders show what the accounts below have together, as it was a while ago where that takes long.

use std::sync::Arc;

use maud::{Markup, html};
use serde_json::Value;

use crate::facts::{Instant, NamePrefix};
use crate::ledger::Branch;
use crate::server::kept_answers::KeptAnswer;
use crate::server::keys::scope::Scope;
use crate::server::lanes::panicked;
use crate::server::pages::cells::{account_link, number, row, rows, text, word, words};
use crate::server::pages::page::{Outcome, Page, Reply, shown_soon};
use crate::server::pages::pairs::Pairs;
use crate::server::pages::table::{framed, pager};
use crate::server::pages::visit::{Ask, Visit};
use crate::server::pages::zone::moment_with_zone;
use crate::server::problem::{Problem, Retry};
use crate::wire::BalanceRecord;

const PATH: &str = "/accounts";
const ROWS_PER_PAGE: u32 = 50;

pub(super) const PAGE: Page = Page::new(PATH, |visit| Box::pin(show(visit)));

/// What a row of the level has: one line a currency and type.
struct Row {
    name: Markup,
    state: Option<String>,
    balances: Vec<Value>,
    /// How many accounts the folder has, as far as that is known.
    made_at: Option<Instant>,
    is_summed: bool,
}

async fn show(visit: Arc<Visit>) -> Outcome {
    let own = &visit.principal.prefix;
    let prefix = visit.query.get("prefix").map_or_else(|| own.clone(), NamePrefix::from);
    if !own.holds(&prefix) {
        // A key for some accounts begins where they do.
        return Ok(Reply::SeeOther(PATH.to_owned()));
    }
    let (of_read, after) = (prefix.clone(), visit.query.get("cursor").map(str::to_owned));
    let list = move |ledger: &crate::ledger::Ledger| {
        Ok(ledger.list_branches(of_read.as_str(), after.as_deref(), ROWS_PER_PAGE)?)
    };
    let level = visit.read(Scope::AccountsRead, list).await?;
    let main = html! {
        (path_to(&visit, prefix.as_str()))
        form.fields method="get" action=(PATH) role="search" {
            label { "Names that begin with" input type="search" name="prefix" value=(prefix) maxlength="255"; }
            div { button type="submit" { "Show" } }
        }
        @if visit.may(Scope::AccountsWrite) { div.actions { a.button href="/open-account" { "Open an account" } } }
    };
    let rows = async move {
        let rows = rows_of(&visit, &level.branches).await?;
        Ok(html! {
            @if rows.is_empty() { p.nothing { "No account has a name that begins like that." } } @else { (table(&rows)?) }
            (pager(PATH, &visit.query, level.next.as_deref()))
        })
    };
    shown_soon("Accounts", main, rows).await
}

/// A row a branch. The folders are waited for together, so that a view waits once.
async fn rows_of(visit: &Arc<Visit>, branches: &[Branch]) -> Result<Vec<Row>, Problem> {
    let mut sums = Vec::new();
    for branch in branches {
        if let Branch::Folder(folder) = branch {
            let (visit, folder) = (Arc::clone(visit), folder.clone());
            sums.push(tokio::spawn(async move { sum(&visit, &folder).await }));
        }
    }
    let (mut rows, mut sums) = (Vec::with_capacity(branches.len()), sums.into_iter());
    for branch in branches {
        rows.push(match branch {
            Branch::Account(account) => of_account(account)?,
            Branch::Folder(folder) => {
                let Some(sum) = sums.next() else { unreachable!("there is a sum for each folder") };
                let sum = match sum.await.map_err(|_| panicked())? {
                    // Too much is being added up; a later view finds it.
                    Err(problem) if problem.retry == Retry::SameKey => None,
                    sum => sum?,
                };
                of_folder(folder, sum.as_deref())?
            }
        });
    }
    Ok(rows)
}

/// What the accounts below a folder have together, as far as that is known.
async fn sum(visit: &Visit, folder: &str) -> Result<Option<Arc<KeptAnswer>>, Problem> {
    let depth = folder.matches(':').count().to_string();
    let query = Pairs::of([("prefix", folder), ("depth", depth.as_str())]);
    visit.get_kept(Ask::of("/v1/balances").with(query)).await
}

fn of_account(account: &crate::facts::Account) -> Result<Row, Problem> {
    let balance = row(&BalanceRecord::from(account))?;
    let state = Some(account.state.to_string());
    Ok(Row {
        name: account_link(account.name.as_str()),
        state,
        balances: vec![balance],
        made_at: None,
        is_summed: true,
    })
}

fn of_folder(folder: &str, sum: Option<&KeptAnswer>) -> Result<Row, Problem> {
    let balances = sum.map(|sum| rows(&sum.value, "items").map(<[Value]>::to_vec)).transpose()?;
    let name = html! { a href=(Pairs::of([("prefix", folder)]).behind(PATH)) { (words(folder)) } };
    let is_summed = balances.is_some();
    Ok(Row {
        name,
        state: None,
        balances: balances.unwrap_or_default(),
        made_at: sum.map(|sum| sum.made_at),
        is_summed,
    })
}

fn table(rows: &[Row]) -> Result<Markup, Problem> {
    let mut lines = Vec::new();
    for row in rows {
        if row.balances.is_empty() {
            lines.push(html! { tr { th scope="row" { (row.name) } td colspan="7" {
                @if !row.is_summed { "Being added up; reload in a while." }
            } } });
        }
        for (index, balance) in row.balances.iter().enumerate() {
            lines.push(line(row, index, balance)?);
        }
    }
    let oldest = rows.iter().filter_map(|row| row.made_at).min();
    let table = html! {
        table {
            caption { "Balances on the normal side of each account" }
            thead { tr {
                th scope="col" { "Account" } th scope="col" { "Type" } th scope="col" { "Currency" }
                th.n scope="col" { "Posted" } th.n scope="col" { "Held" } th.n scope="col" { "Available" }
                th scope="col" { "State" } th.n scope="col" { "Accounts" }
            } }
            tbody { @for line in &lines { (line) } }
        }
    };
    Ok(html! {
        (framed("Accounts", &table))
        @if let Some(oldest) = oldest { p.quiet { "Folders were added up at " (moment_with_zone(&oldest.to_string())) "." } }
    })
}

fn line(row: &Row, index: usize, balance: &Value) -> Result<Markup, Problem> {
    let accounts = balance.get("accounts").and_then(Value::as_u64).unwrap_or(1);
    Ok(html! {
        tr {
            @if index == 0 { th scope="row" rowspan=(row.balances.len()) { (row.name) } }
            td data-label="Type" { (word(balance, "type")?) }
            td data-label="Currency" { (word(balance, "currency")?) }
            @for (label, name) in [("Posted", "posted"), ("Held", "held"), ("Available", "available")] {
                td.n data-label=(label) { (number(word(balance, name)?)) }
            }
            td data-label="State" { @if let Some(state) = &row.state { span class={ "state " (state) } { (state) } } }
            td.n data-label="Accounts" { @if row.state.is_none() { (accounts) } }
        }
    })
}

/// The folders above, from the top down.
fn path_to(visit: &Visit, prefix: &str) -> Markup {
    let ends = prefix.match_indices(':').map(|(colon, _)| &prefix[..=colon]);
    let folders = ends.filter(|folder| folder.starts_with(visit.principal.prefix.as_str()));
    html! {
        @if !prefix.is_empty() {
            nav.path aria-label="Folders above" {
                @if visit.reaches_all() { a href=(PATH) { "All" } }
                @for folder in folders {
                    " / " a href=(Pairs::of([("prefix", folder)]).behind(PATH)) { bdi { (text(folder)) } }
                }
            }
        }
    }
}
