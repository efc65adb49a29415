//! What is kept beside accounts and transfers.

use crate::ledger::{Ledger, Mode};
use crate::requests::{AnnotationRequest, AnnotationTarget, Operation, Request};
use crate::server::answer::Answer;
use crate::server::call::Call;
use crate::server::endpoint::{Action, Body, CURSOR, Endpoint, LIMIT, Parameter};
use crate::server::keys::scope::Scope;
use crate::server::problem::Problem;
use crate::server::schemas::Shape;
use crate::wire::{Fields, Json, MetadataChangeRecord, MetadataRecord};

const RECORDED_AT: Parameter = ("recorded_at", "What the ledger knew at this moment");

pub(super) fn endpoints() -> Vec<Endpoint> {
    let kept = Shape::One("MetadataRecord");
    let changes = Shape::Page("MetadataChangeRecord");
    let request = Body::Json(Shape::One("MetadataRequest"));
    vec![
        Endpoint::get(
            "/v1/accounts/{account}/metadata",
            "Show what is kept beside an account",
            Scope::AccountsRead,
            Action::Read(show),
            kept,
        )
        .with_query(&[RECORDED_AT])
        .within_reach(),
        Endpoint::patch(
            "/v1/accounts/{account}/metadata",
            "Change what is kept beside an account",
            Scope::AccountsWrite,
            Action::Write(change),
            kept,
        )
        .taking(request)
        .within_reach(),
        Endpoint::get(
            "/v1/accounts/{account}/metadata/history",
            "Show how that was changed, newest first",
            Scope::AccountsRead,
            Action::Read(history),
            changes,
        )
        .with_query(&[LIMIT, CURSOR])
        .within_reach(),
        Endpoint::get(
            "/v1/transfers/{transfer}/metadata",
            "Show what is kept beside a transfer",
            Scope::TransfersRead,
            Action::Read(show),
            kept,
        )
        .with_query(&[RECORDED_AT]),
        Endpoint::patch(
            "/v1/transfers/{transfer}/metadata",
            "Change what is kept beside a transfer",
            Scope::TransfersWrite,
            Action::Write(change),
            kept,
        )
        .taking(request),
        Endpoint::get(
            "/v1/transfers/{transfer}/metadata/history",
            "Show how that was changed, newest first",
            Scope::TransfersRead,
            Action::Read(history),
            changes,
        )
        .with_query(&[LIMIT, CURSOR]),
    ]
}

fn target(call: &Call, ledger: &Ledger) -> Result<AnnotationTarget, Problem> {
    match call.named("transfer") {
        "" => Ok(AnnotationTarget::Account(call.account()?)),
        text => Ok(AnnotationTarget::Transfer(ledger.refer(text)?)),
    }
}

fn show(call: &Call, ledger: &Ledger) -> Result<Answer, Problem> {
    let (target, recorded_at) = (target(call, ledger)?, call.asked("recorded_at")?);
    let kept = ledger.metadata_as_of(&target, recorded_at)?;
    Answer::one(&MetadataRecord::new(&target, recorded_at, kept))
}

fn change(call: &Call, ledger: &Ledger) -> Result<Answer, Problem> {
    let mut body = call.fields()?;
    let name = if call.named("transfer").is_empty() { "account" } else { "transfer" };
    if body.has("account") || body.has("transfer") {
        return Err(Problem::invalid(format!("the path names the {name} already; leave it out of the body")));
    }
    body.add(name, Json::Text(call.named(name).to_owned()));
    let mut item = Fields::default();
    item.add("annotate", Json::Object(body));
    let Request::Operation(Operation::Annotate(written)) = call.reader().read_item(Json::Object(item))? else {
        return Err(Problem::invalid("this changes no metadata"));
    };
    let AnnotationRequest { change, actor, reason, .. } = written;
    let request = AnnotationRequest { target: target(call, ledger)?, change, actor, reason };
    let mode: Mode = call.mode()?;
    let kept = ledger.annotate(&request, mode)?;
    Answer::one(&MetadataRecord::new(&request.target, None, kept))
}

fn history(call: &Call, ledger: &Ledger) -> Result<Answer, Problem> {
    let target = target(call, ledger)?;
    let limit = call.limit()?;
    // One more than asked for tells whether there is another page.
    let mut events = ledger.annotations(&target, call.cursor()?, limit.saturating_add(1))?;
    let is_last = events.len() <= limit as usize;
    events.truncate(limit as usize);
    let next = events.last().filter(|_| !is_last).map(|event| event.sequence.to_string());
    Answer::page(&events.iter().filter_map(MetadataChangeRecord::of).collect::<Vec<_>>(), next)
}
