//! The reports that finance people know. Each figure leads to what it adds up.

use std::sync::Arc;

use maud::{Markup, html};
use serde_json::Value;

use crate::server::pages::cells::{Column, columns, counting, field, leading, rows, word};
use crate::server::pages::list::form;
use crate::server::pages::page::{Outcome, Page, shown};
use crate::server::pages::pairs::{Pairs, encode};
use crate::server::pages::table::table;
use crate::server::pages::visit::{Ask, Visit, parameters};
use crate::server::problem::Problem;
use crate::server::status::ServerCode;
use crate::wire::{SheetRecord, TrialBalanceRecord};

const TRIAL_BALANCE: [&str; 9] =
    ["account", "type", "currency", "opening", "debits", "credits", "closing", "debit", "credit"];
const SHEET: [&str; 6] = ["account", "line", "type", "currency", "amount", "period"];
const FIGURES: [&str; 7] = ["opening", "debits", "credits", "closing", "debit", "credit", "amount"];
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
    let names: Vec<_> = parameters(report.api).map(|(name, _)| name).collect();
    let query = visit.query.only(&names);
    let answer = visit.get(Ask::of(report.api).with(query.clone())).await?;
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
        p { (report.about) ". Days and months are of UTC." }
        details open[query != Pairs::default()] { summary { "Span, filters and columns" } (form(&path, report.api, &query)) }
        (verdict(&answer))
        (lines(&visit, report, &columns, rows(&answer, "items")?)?)
    };
    Ok(shown(report.title, main))
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
            line["account"] = word(&line, "line")?.replace('_', " ").into();
        }
        Ok(line)
    };
    let lines = lines.iter().map(with_link).collect::<Result<Vec<_>, Problem>>()?;
    table(report.title, columns, &lines)
}

/// What a line adds up: an account's statement over the span, or the accounts below a folder.
fn link(line: &Value, is_folder: bool) -> Result<Option<String>, Problem> {
    let Some(account) = field(line, "account")?.as_str() else { return Ok(None) };
    if is_folder {
        return Ok(Some(Pairs::of([("prefix", account)]).behind("/accounts")));
    }
    let span = [("order", "effective"), ("from", word(line, "from")?), ("to", word(line, "to")?)];
    Ok(Some(Pairs::of(span).behind(&format!("/accounts/{}", encode(account)))))
}
