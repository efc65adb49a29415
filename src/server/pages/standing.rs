//! How the book and its server stand: what was proved last, what is held back or refused, and how much is posted.

use std::time::Duration;

use maud::{Markup, html};

use crate::facts::LengthOfTime;
use crate::ledger::Ledger;
use crate::server::keys::scope::Scope;
use crate::server::pages::cells::{columns, field, linking, row, word};
use crate::server::pages::table::table;
use crate::server::pages::visit::Visit;
use crate::server::pages::zone::moment_with_zone;
use crate::server::pages::{proof, seals};
use crate::server::problem::Problem;
use crate::server::recent::Lately;
use crate::wire::DueRecord;

const DUES_MAX: u32 = 10;
const DUES: [&str; 8] =
    ["schedule", "due_at", "debit_account", "credit_account", "amount", "currency", "attempts", "reason"];

/// For those who may see the book as a whole.
pub(super) async fn standing(visit: &Visit) -> Result<Markup, Problem> {
    let metrics = &visit.state.metrics;
    let refusals = metrics.refusals();
    Ok(html! {
        h2 { "Standing" }
        dl.facts {
            div { dt { "Verified" } dd { (verified(visit)?) } }
            div { dt { "Newest seal" } dd { (sealed(visit)?) } }
            div { dt { "Events" } dd { (held_back(metrics.feed_is_behind_for())) } }
            div { dt { "Last minute" } dd { (last_minute(metrics.recent.lately())) } }
            div { dt { "Refused" } dd {
                @if refusals.is_empty() { "nothing" }
                @for (index, (code, count)) in refusals.iter().enumerate() { @if index > 0 { ", " } (count) " " code { (code) } }
                " since this server was started"
            } }
        }
        (refused_dues(visit).await?)
    })
}

fn verified(visit: &Visit) -> Result<Markup, Problem> {
    let last = visit.state.kept.last(proof::NAME);
    let Some(answer) = &last.answer else {
        return Ok(html! { "not since this server was started. " a href="/proof" { "Verify" } });
    };
    let findings = field(&answer.value, "finding_count")?.as_u64().unwrap_or_default();
    Ok(html! {
        @if findings == 0 { span.good { "Right" } } @else { span.bad { (findings) " findings" } }
        " up to " (field(&answer.value, "transfers")?.to_string()) " transfers, as of " (moment_with_zone(&answer.made_at.to_string())) ". "
        a href="/proof" { "Proof" }
    })
}

fn sealed(visit: &Visit) -> Result<Markup, Problem> {
    let last = visit.state.kept.last(seals::MADE);
    let newest = last.answer.as_ref().and_then(|answer| answer.value.as_array()?.first().cloned());
    let Some(seal) = newest else {
        return Ok(html! { "none since this server was started. " a href="/proof/seals" { "Seal" } });
    };
    Ok(html! {
        "up to sequence " (field(&seal, "sequence")?.to_string()) ", of " (moment_with_zone(word(&seal, "sealed_at")?)) ". "
        a href="/proof/seals" { "Seals" }
    })
}

fn held_back(time: Option<Duration>) -> Markup {
    let Some(time) = time else { return html! { "told up to the newest" } };
    let time = LengthOfTime(Duration::from_secs(time.as_secs()));
    html! { span.bad { "held back for " (time) } " by a writer that does not end" }
}

fn last_minute(Lately { transfers, postings, most_within }: Lately) -> Markup {
    let tenths = transfers * 10 / 60;
    html! {
        (transfers) " transfers, " (tenths / 10) "." (tenths % 10) " a second"
        @if postings > 0 {
            "; 99 of 100 postings here were answered "
            @match most_within { Some(time) => { "within " (LengthOfTime(time)) } None => { "in more than 5s" } }
        }
    }
}

async fn refused_dues(visit: &Visit) -> Result<Markup, Problem> {
    let list = |ledger: &Ledger| Ok(ledger.list_refused_dues(None, DUES_MAX)?.dues);
    let dues = visit.read(Scope::BookRead, list).await?;
    let rows = dues.iter().map(|due| row(&DueRecord::from(due))).collect::<Result<Vec<_>, _>>()?;
    let columns = linking(columns::<DueRecord>(&DUES), "schedule", ("/schedules/", "schedule"));
    Ok(
        html! { @if !rows.is_empty() { (table("Dues that were refused and are tried again, the oldest first", &columns, &rows)?) } },
    )
}
