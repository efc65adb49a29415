//! The first page: what the book has by currency and type, how it stands, what expires soon, and what was posted last.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use bigdecimal::{BigDecimal, RoundingMode};
use maud::{Markup, html};
use serde_json::Value;

use crate::server::kept_answers::KeptAnswer;
use crate::server::keys::scope::Scope;
use crate::server::pages::cells::{columns, linking, number, row, rows, title, word};
use crate::server::pages::page::{Outcome, Page, shown, shown_soon};
use crate::server::pages::pairs::Pairs;
use crate::server::pages::standing::standing;
use crate::server::pages::table::{framed, table};
use crate::server::pages::transfers::{find, of_transfers};
use crate::server::pages::visit::{Ask, Visit};
use crate::server::pages::zone::moment_with_zone;
use crate::server::problem::Problem;
use crate::wire::HoldRecord;

const OWED: &str = "liability";
const TYPES: [&str; 5] = ["asset", "liability", "equity", "revenue", "expense"];
/// Holds that expire within this time are shown.
const SOON: Duration = Duration::from_hours(24);
const HOLDS_MAX: u32 = 10;
const HOLDS: [&str; 6] = ["sequence", "expires_at", "debit_account", "credit_account", "remaining", "currency"];

pub(super) const PAGE: Page = Page::new("/", |visit| Box::pin(show(visit)));

async fn show(visit: Arc<Visit>) -> Outcome {
    if !visit.reaches_all() {
        let main = html! {
            p { "This key is for accounts that begin with " bdi { (visit.principal.prefix) } ". " a href="/accounts" { "Show them" } }
        };
        return Ok(shown("Overview", main));
    }
    let find = html! { @if visit.may(Scope::TransfersRead) { (find()) } };
    shown_soon("Overview", find, async move { parts(&visit).await }).await
}

async fn parts(visit: &Visit) -> Result<Markup, Problem> {
    Ok(html! {
        @if visit.may(Scope::BookRead) {
            div #totals data-live { (totals(visit).await?) }
            div #standing data-live { (standing(visit).await?) }
        }
        @if visit.may(Scope::TransfersRead) {
            div #holds data-live { (expiring(visit).await?) }
            div #newest data-live { (newest(visit).await?) }
        }
    })
}

/// Nothing is added up for a view: this is the trial balance as it was a while ago.
async fn totals(visit: &Visit) -> Result<Markup, Problem> {
    let ask = Ask::of("/v1/reports/trial-balance").with(Pairs::of([("depth", "1")]));
    let Some(report) = visit.get_kept(ask).await? else {
        return Ok(html! { p.notice { "The totals are being added up; reload in a while." } });
    };
    let sums = by_currency(rows(&report.value, "items")?)?;
    let table = html! {
        table {
            caption { "What the book has, by currency" }
            thead { tr {
                th scope="col" { "Currency" }
                @for name in ["Assets", "Liabilities", "Coverage", "Equity", "Revenue", "Expenses", "Debits", "Credits"] { th.n scope="col" { (name) } }
            } }
            tbody {
                @for (currency, sums) in &sums {
                    tr {
                        th scope="row" data-label="Currency" { (currency) }
                        @for account_type in TYPES {
                            td.n data-label=(title(account_type)) {
                                a href={ "/reports/trial-balance?currency=" (currency) } { (number(&sums.of_type(account_type))) }
                            }
                            @if account_type == OWED { td.n data-label="Coverage" { (sums.coverage()) } }
                        }
                        td.n data-label="Debits" { (number(sums.debits)) } td.n data-label="Credits" { (number(sums.credits)) }
                    }
                }
            }
        }
    };
    Ok(html! {
        h2 { "Totals" }
        @if sums.is_empty() { (nothing(visit)) } @else { (framed("Totals by currency", &table)) (verdict(&report)) }
    })
}

/// What a book is told that has nothing to show yet.
fn nothing(visit: &Visit) -> Markup {
    html! {
        p.nothing { "Nothing has been posted yet. " @if visit.may(Scope::AccountsWrite) { a href="/open-account" { "Open an account" } " " }
            @if visit.may(Scope::TransfersWrite) { a href="/cash" { "Deposit" } } }
    }
}

fn verdict(report: &KeptAnswer) -> Markup {
    html! {
        p {
            @match report.value.get("balanced").and_then(Value::as_bool) {
                Some(true) => { span.good { "Balanced" } ": debits equal credits in every currency. " }
                _ => { span.bad { "Not balanced" } ": debits and credits differ; verify the book. " }
            }
            span.quiet { "As of " (moment_with_zone(&report.made_at.to_string())) ". " a href="/proof" { "Proof" } }
        }
    }
}

#[derive(Default)]
struct Sums<'v> {
    by_type: BTreeMap<&'v str, BigDecimal>,
    debits: &'v str,
    credits: &'v str,
}

impl Sums<'_> {
    /// How much of what is owed the assets cover, in per cent. It is rounded down, so that 100 % is never too much.
    fn coverage(&self) -> String {
        let of = |account_type| self.by_type.get(account_type).cloned().unwrap_or_default();
        let (assets, owed) = (of("asset"), of(OWED));
        if owed <= BigDecimal::default() {
            return "-".to_owned();
        }
        let share = assets * BigDecimal::from(100) / owed;
        format!("{} %", share.with_scale_round(1, RoundingMode::Floor).to_plain_string())
    }

    fn of_type(&self, account_type: &str) -> String {
        // Nothing has as many decimals as the currency.
        let decimals = self.debits.split_once('.').map_or(0, |(_, decimals)| decimals.len());
        let sum = self.by_type.get(account_type).cloned().unwrap_or_default();
        sum.with_scale(i64::try_from(decimals).unwrap_or_default()).to_plain_string()
    }
}

fn by_currency(lines: &[Value]) -> Result<BTreeMap<&str, Sums<'_>>, Problem> {
    let mut all: BTreeMap<&str, Sums> = BTreeMap::new();
    for line in lines {
        let sums = all.entry(word(line, "currency")?).or_default();
        if word(line, "line")? == "total" {
            (sums.debits, sums.credits) = (word(line, "debits")?, word(line, "credits")?);
        } else {
            let closing: BigDecimal = word(line, "closing")?.parse().unwrap_or_default();
            *sums.by_type.entry(word(line, "type")?).or_default() += closing;
        }
    }
    Ok(all)
}

async fn expiring(visit: &Visit) -> Result<Markup, Problem> {
    let until = visit.now().after(SOON);
    let list = move |ledger: &crate::ledger::Ledger| Ok(ledger.list_expiring_holds(until, HOLDS_MAX)?);
    let holds = visit.read(Scope::TransfersRead, list).await?;
    let holds = holds.iter().map(|hold| row(&HoldRecord::from(hold))).collect::<Result<Vec<_>, _>>()?;
    let columns = linking(columns::<HoldRecord>(&HOLDS), "sequence", ("/holds/", "hold"));
    Ok(html! { h2 { "Holds that expire within a day" } (table("The soonest first", &columns, &holds)?) })
}

async fn newest(visit: &Visit) -> Result<Markup, Problem> {
    let page = visit.get(Ask::of("/v1/transfers").with(Pairs::of([("limit", "10")]))).await?;
    Ok(html! {
        h2 { "Newest transfers" }
        (table("The newest first", &of_transfers(), rows(&page, "items")?)?)
        p { a href="/transfers" { "All transfers" } }
    })
}
