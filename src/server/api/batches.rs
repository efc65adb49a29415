//! Many requests in one transaction.

use axum::http::header;

use crate::error::InputError;
use crate::ledger::Ledger;
use crate::rejection::Rejection;
use crate::requests::{BatchPolicy, Request, Written};
use crate::server::answer::{Answer, NDJSON};
use crate::server::call::{Call, KEY_HEADER};
use crate::server::endpoint::{Action, Body, DRY_RUN, Endpoint};
use crate::server::keys::scope::Scope;
use crate::server::problem::Problem;
use crate::server::schemas::Shape;
use crate::server::status::ServerCode;
use crate::wire::ItemRecord;

pub(super) fn endpoints() -> Vec<Endpoint> {
    let summary = "Do many requests in one transaction, in order, each seeing the effects of those before it";
    vec![
        Endpoint::post("/v1/batches", summary, Scope::TransfersWrite, Action::Write(batch), Shape::Page("ItemRecord"))
            .with_query(&[
                ("on_refusal", "What a refusal means for the rest: `carry-on`, `stop` or `nothing`"),
                DRY_RUN,
            ])
            .taking(Body::Batch),
    ]
}

fn batch(call: &Call, ledger: &Ledger) -> Result<Answer, Problem> {
    let policies = [
        ("carry-on", BatchPolicy::CarryOn),
        ("stop", BatchPolicy::StopAtFirst),
        ("nothing", BatchPolicy::AllOrNothing),
    ];
    let policy = call.word("on_refusal", policies)?.unwrap_or(BatchPolicy::CarryOn);
    if call.headers.contains_key(KEY_HEADER) {
        return Err(Problem::invalid("an Idempotency-Key means nothing here; give each item a key or an id"));
    }
    let requests = read(call)?;
    call.check_changes(&requests)?;
    let options = call.options()?;
    let mode = options.mode;
    let answers = ledger.submit_written(&requests, policy, options)?;
    let records: Vec<_> = (1..).zip(&answers).map(|(item, answer)| ItemRecord::new(item, answer, None, mode)).collect();
    // The others were refused only because of it.
    let is_to_blame = |answer: &Result<_, Rejection>| {
        answer.as_ref().is_err_and(|rejection| !matches!(rejection, Rejection::BatchRefused { .. }))
    };
    let refused = answers.iter().position(is_to_blame);
    match refused.filter(|_| policy == BatchPolicy::AllOrNothing) {
        None => Answer::list(&records),
        Some(index) => {
            let items = serde_json::to_value(&records).unwrap_or_default();
            let detail = format!("item {} of the batch was refused, so nothing of it was posted", index + 1);
            Err(Problem::new(ServerCode::BatchRefused, detail).with("item", index + 1).with("items", items))
        }
    }
}

fn read(call: &Call) -> Result<Vec<Request<Written>>, Problem> {
    let media_type = call.headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if media_type.starts_with(NDJSON) {
        return Ok(call.reader().read_items_that(Call::check_actor, &call.body)?);
    }
    let list = call
        .json()?
        .into_list()
        .map_err(|_| InputError::request("a batch is a list, in brackets, or a line an item"))?;
    Ok(call.reader().read_list(list)?)
}
