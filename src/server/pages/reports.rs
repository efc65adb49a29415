//! The reports that finance people know. Each figure leads to what it adds up.

use std::sync::Arc;

use maud::{Markup, html};
use serde_json::Value;

use crate::server::pages::cells::{Column, account_path, columns, counting, field, leading, rows, word};
use crate::server::pages::list::form;
use crate::server::pages::page::{Outcome, Page, shown, shown_soon};
use crate::server::pages::pairs::Pairs;
use crate::server::pages::table::table;
use crate::server::pages::visit::{Ask, Visit, parameters};
use crate::server::pages::zone::{moment_with_zone, of_view, short};
use crate::server::problem::Problem;
use crate::server::status::ServerCode;
use crate::wire::{SheetRecord, TrialBalanceRecord};

const TRIAL_BALANCE: [&str; 9] =
    ["account", "type", "currency", "opening", "debits", "credits", "closing", "debit", "credit"];
const SHEET: [&str; 5] = ["account", "type", "currency", "amount", "period"];
const FIGURES: [&str; 7] = ["opening", "debits", "credits", "closing", "debit", "credit", "amount"];
/// The most lines of a page, and those of a report that is shown here.
const LINES_PER_PAGE: usize = 80;
const LINES_MAX: usize = 1_000;
/// The field that the figures lead by.
const LINK: &str = "link";

struct Report {
    word: &'static str,
    api: &'static str,
    title: &'static str,
    about: &'static str,
}

const REPORTS: [Report; 3] = [
    Report {
        word: "trial-balance",
        api: "/v1/reports/trial-balance",
        title: "Trial balance",
        about: "What moved on each account in a span, and what it has in the end",
    },
    Report {
        word: "balance-sheet",
        api: "/v1/reports/balance-sheet",
        title: "Balance sheet",
        about: "What is owned and owed at a moment",
    },
    Report {
        word: "income-statement",
        api: "/v1/reports/income-statement",
        title: "Income statement",
        about: "What was earned and spent in a span",
    },
];

pub(super) const INDEX: Page = Page::new("/reports", |_| Box::pin(async { Ok(shown("Reports", index())) }));
pub(super) const PAGE: Page = Page::new("/reports/{report}", |visit| Box::pin(show(visit)));

fn index() -> Markup {
    html! {
        dl.facts {
            @for report in &REPORTS {
                div { dt { (report.about) } dd { a href={ "/reports/" (report.word) } { (report.title) } } }
            }
        }
    }
}

async fn show(visit: Arc<Visit>) -> Outcome {
    let asked = visit.named("report");
    let unknown = || Problem::new(ServerCode::NotFound, format!("there is no report {asked:?}"));
    let report = REPORTS.iter().find(|report| report.word == asked).ok_or_else(unknown)?;
    let names: Vec<_> =
        parameters(report.api).map(|(name, _)| name).filter(|name| !["time_zone", "limit"].contains(name)).collect();
    let query = visit.query.only(&names);
    let zone = of_view().to_string();
    let asked = query.with("time_zone", &zone).with("limit", &(LINES_MAX + 1).to_string());
    let names: &[&str] = if report.word == "trial-balance" { &TRIAL_BALANCE } else { &SHEET };
    let mut columns = if report.word == "trial-balance" {
        columns::<TrialBalanceRecord>(names)
    } else {
        columns::<SheetRecord>(names)
    };
    columns = counting(columns, &FIGURES);
    for name in FIGURES.iter().chain(["account"].iter()) {
        columns = leading(columns, name, LINK);
    }
    let path = format!("/reports/{}", report.word);
    let main = html! {
        p { (report.about) ". Days and months are those of " (zone) "." }
        details open[query != Pairs::default()] { summary { "Span, filters and columns" } (form(&path, report.api, &query)) }
    };
    let answer = async move {
        // It adds up all accounts, so it is not made for each view.
        let answer = visit.get_kept(Ask::of(report.api).with(asked)).await?;
        Ok(html! {
            @if let Some(answer) = &answer {
                (verdict(&answer.value))
                (lines(&visit, report, &columns, rows(&answer.value, "items")?)?)
                p.quiet { "As of " (moment_with_zone(&answer.made_at.to_string())) "." }
            } @else { p.notice { "The report is being made; reload in a while." } }
        })
    };
    shown_soon(report.title, main, answer).await
}

fn verdict(answer: &Value) -> Markup {
    html! {
        @match answer.get("balanced").and_then(Value::as_bool) {
            Some(true) => p { span.good { "Balanced" } ": both sides agree in every currency." },
            Some(false) => p { span.bad { "Not balanced" } ": the sides differ; verify the book." },
            None => {}
        }
    }
}

fn lines(visit: &Visit, report: &Report, columns: &[Column], lines: &[Value]) -> Result<Markup, Problem> {
    let is_deep = visit.query.get("depth").is_some();
    let with_link = |line: &Value| {
        let mut line = line.clone();
        line[LINK] = link(&line, is_deep)?.into();
        if line["account"].is_null() {
            line["account"] = name_of_sum(&line)?.into();
        }
        Ok(line)
    };
    let path = format!("/reports/{}", report.word);
    let page =
        visit.query.get("page").and_then(|page| page.parse::<usize>().ok()).map_or(0, |page| page.saturating_sub(1));
    let kept = &lines[..lines.len().min(LINES_MAX)];
    let shown = kept.iter().skip(page.saturating_mul(LINES_PER_PAGE)).take(LINES_PER_PAGE).map(with_link);
    let shown = shown.collect::<Result<Vec<_>, Problem>>()?;
    let has_more = page.saturating_add(1).saturating_mul(LINES_PER_PAGE) < kept.len();
    Ok(html! {
        @if kept.len() < lines.len() {
            p.notice { "These are the first " (kept.len()) " lines. "
                a href=(visit.query.with("depth", "1").without(&["page"]).behind(&path)) { "Add up by folders" } ", or choose what the names begin with." }
        }
        (table(report.title, columns, &shown)?)
        @if page > 0 || has_more {
            nav.pager aria-label="Pages" {
                @if page > 0 { a href=(visit.query.without(&["page"]).behind(&path)) rel="first" { "First page" } }
                @if has_more { a href=(visit.query.with("page", &(page + 2).to_string()).behind(&path)) rel="next" { "Next page" } }
            }
        }
    })
}

/// What a line is called that adds up others: of the lines of a type, that type too.
fn name_of_sum(line: &Value) -> Result<String, Problem> {
    let name = word(line, "line")?.replace('_', " ");
    match line.get("type").and_then(Value::as_str) {
        Some(of) if name == "total" => Ok(format!("{name} {of}")),
        _ => Ok(name),
    }
}

/// What a line adds up: an account's statement over the span, or the accounts below a folder.
fn link(line: &Value, is_folder: bool) -> Result<Option<String>, Problem> {
    let Some(account) = field(line, "account")?.as_str() else { return Ok(None) };
    if is_folder {
        return Ok(Some(Pairs::of([("prefix", account)]).behind("/accounts")));
    }
    let [from, to] = [short(word(line, "from")?), short(word(line, "to")?)];
    let span = [("order", "effective"), ("from", from.as_str()), ("to", to.as_str())];
    Ok(Some(Pairs::of(span).behind(&account_path(account))))
}
