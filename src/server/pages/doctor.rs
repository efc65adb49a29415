//! What is known of the database, and what could lose money there.

use std::sync::Arc;

use maud::html;
use serde_json::Value;

use crate::server::pages::cells::{columns, rows, title, word};
use crate::server::pages::page::{Outcome, Page, shown};
use crate::server::pages::table::table;
use crate::server::pages::visit::{Ask, Visit};
use crate::server::problem::Problem;
use crate::wire::FactRecord;

const COLUMNS: [&str; 4] = ["fact", "value", "warning", "advice"];

pub(super) const PAGE: Page = Page::new("/doctor", |visit| Box::pin(show(visit)));

async fn show(visit: Arc<Visit>) -> Outcome {
    let facts = visit.get(Ask::of("/v1/doctor")).await?;
    let named = |fact: &Value| {
        let mut fact = fact.clone();
        fact["fact"] = title(word(&fact, "fact")?).into();
        Ok(fact)
    };
    let facts = &rows(&facts, "items")?.iter().map(named).collect::<Result<Vec<_>, Problem>>()?[..];
    let warnings = facts.iter().filter(|fact| !fact["warning"].is_null()).count();
    let main = html! {
        p {
            @if warnings == 0 { span.good { "Well" } ": there are no warnings." }
            @else { span.warn { (warnings) " warnings" } ", each with what to do." }
        }
        p {
            "All of this is quick to tell, whatever the size of the book. That its indexes find all rows is proved by "
            a href="/proof" { "a verification" } "."
        }
        (table("What is known of the database", &columns::<FactRecord>(&COLUMNS), facts)?)
    };
    Ok(shown("Doctor", main))
}
