//! Proving the book: everything is computed anew and compared, in the background, and the last result stays here.

use std::sync::Arc;
use std::time::Duration;

use maud::{Markup, html};
use serde_json::Value;
use tokio::time::Instant as Deadline;

use crate::server::kept_answers::KeptAnswer;
use crate::server::keys::scope::Scope;
use crate::server::pages::cells::{columns, field, rows, shown as value_of};
use crate::server::pages::page::{Outcome, Page, Reply, shown};
use crate::server::pages::problems::notice;
use crate::server::pages::table::table;
use crate::server::pages::visit::Visit;
use crate::server::pages::zone::moment_with_zone;
use crate::server::problem::Problem;
use crate::server::status::ServerCode;
use crate::wire::{FindingRecord, Kind, VerifyRecord};

/// The result that is kept.
pub(super) const NAME: &str = "verification";
/// A verification that nobody waits for may take as long as the book is large.
pub(super) const TIME_MAX: Duration = Duration::from_hours(12);

pub(super) const PAGE: Page =
    Page::new("/proof", |visit| Box::pin(async move { show(&visit) })).acting(|visit| Box::pin(verify(visit)));

fn show(visit: &Visit) -> Outcome {
    visit.check(Scope::BookRead)?;
    check_whole(visit)?;
    let last = visit.state.kept.last(NAME);
    let main = html! {
        p { "Every hash, version, pointer and balance is computed anew from the first row on, and compared with what is stored. "
            "Nobody is kept waiting by it. " a href="/proof/seals" { "Seals" } " prove more: that nothing was cut off at the end, or written anew as a whole." }
        form.actions method="post" action="/proof" {
            button.main type="submit" disabled[last.is_being_made] { "Verify the book now" }
        }
        @if last.is_being_made { p.notice { "A verification is under way; reload to see what it came to." } }
        @if let Some(problem) = &last.fault { (notice(problem)) }
        @match &last.answer {
            Some(answer) => (result(answer)?),
            None => p.nothing { "This server has not verified the book yet." },
        }
    };
    Ok(shown("Proof", main))
}

async fn verify(visit: Arc<Visit>) -> Outcome {
    visit.check(Scope::BookRead)?;
    check_whole(&visit)?;
    let (state, now) = (Arc::clone(&visit.state), visit.now());
    let make = async move {
        let work = |ledger: &crate::ledger::Ledger| {
            let record = VerifyRecord::from(&ledger.verify(&mut |_| {})?);
            let unwritten = |error| Problem::new(ServerCode::Panic, format!("the result cannot be shown: {error}"));
            serde_json::to_value(record).map_err(unwritten)
        };
        Ok((now, state.long.run(Deadline::now() + TIME_MAX, work).await?))
    };
    visit.state.kept.make_anew(NAME, make).await;
    Ok(Reply::SeeOther("/proof".to_owned()))
}

pub(super) fn check_whole(visit: &Visit) -> Result<(), Problem> {
    if visit.reaches_all() {
        return Ok(());
    }
    Err(Problem::new(ServerCode::Forbidden, "the key is for some accounts, and this is about the whole book"))
}

fn result(answer: &KeptAnswer) -> Result<Markup, Problem> {
    Ok(html! {
        h2 { "The last verification" }
        (verdict(&answer.value, &answer.made_at.to_string())?)
        (totals(rows(&answer.value, "totals")?)?)
    })
}

/// What a verification found.
pub(super) fn verdict(report: &Value, made_at: &str) -> Result<Markup, Problem> {
    let count = field(report, "finding_count")?.as_u64().unwrap_or(0);
    let findings = columns::<FindingRecord>(&["code", "sequence", "account", "problem"]);
    Ok(html! {
        p {
            @if count == 0 { span.good { "Right" } ": nothing differs. " } @else { span.bad { (count) " findings" } ". " }
            (field(report, "transfers")?.to_string()) " transfers and " (field(report, "accounts")?.to_string()) " accounts, as of "
            (moment_with_zone(made_at)) "."
        }
        @let later = field(report, "later_than_now")?;
        @if !later.is_null() { p.notice { "A clock was wrong: the newest entry is of " (moment_with_zone(later.as_str().unwrap_or_default())) "." } }
        @if count > 0 { (table("The first findings", &findings, rows(report, "findings")?)?) }
    })
}

fn totals(totals: &[Value]) -> Result<Markup, Problem> {
    let line = |total: &Value| {
        let cell = |name| Ok::<_, Problem>(value_of(Kind::Number, field(total, name)?));
        Ok(
            html! { tr { th scope="row" { (cell("currency")?) } td.n { (cell("debits")?) } td.n { (cell("credits")?) } } },
        )
    };
    let lines = totals.iter().map(line).collect::<Result<Vec<_>, Problem>>()?;
    Ok(html! {
        @if !lines.is_empty() {
            table {
                caption { "All debits and all credits, which are equal in a book that is whole" }
                thead { tr { th scope="col" { "Currency" } th.n scope="col" { "Debits" } th.n scope="col" { "Credits" } } }
                tbody { @for line in &lines { (line) } }
            }
        }
    })
}
