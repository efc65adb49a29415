//! Consumers: readers of events whose place is kept.

use axum::http::StatusCode;

use crate::error::{Error, InputError};
use crate::ledger::{EventCursor, Ledger};
use crate::server::answer::Answer;
use crate::server::call::{Call, take_cursor};
use crate::server::consumers::held::LEASE_USUAL;
use crate::server::consumers::kept::{Consumers, Lease};
use crate::server::endpoint::{Action, Body, ConsumersRun, Endpoint};
use crate::server::feed::start::EventStart;
use crate::server::keys::scope::Scope;
use crate::server::problem::{Problem, of_field};
use crate::server::schemas::Shape;
use crate::wire::{Fields, Json, read_duration};

pub(super) fn endpoints() -> Vec<Endpoint> {
    let one = Shape::One("ConsumerRecord");
    let (path, scope) = ("/v1/consumers/{consumer}", Scope::EventsRead);
    let run = |run: ConsumersRun| Action::Consumers(run);
    vec![
        Endpoint::get(
            "/v1/consumers",
            "List the consumers of events: how far each has come, and who reads as it",
            scope,
            run(list),
            Shape::Page("ConsumerRecord"),
        ),
        Endpoint::get(path, "Show a consumer", scope, run(show), one),
        Endpoint::put(path, "Add a consumer, or acknowledge what was dealt with", scope, run(put), one)
            .taking(Body::Json(Shape::One("ConsumerRequest"))),
        Endpoint::delete(path, "Forget a consumer and how far it has come", scope, run(remove), one),
        Endpoint::post(
            "/v1/consumers/{consumer}/move",
            "Put a consumer elsewhere, forward or back, which ends the lease of its reader",
            scope,
            run(put_elsewhere),
            one,
        )
        .with_query(&[])
        .taking(Body::Json(Shape::One("ConsumerMoveRequest")))
        .judged_by(run(judge_move)),
    ]
}

fn list(_: &Call, consumers: &Consumers, ledger: &Ledger) -> Result<Answer, Problem> {
    Answer::list(&consumers.list(ledger)?)
}

fn show(call: &Call, consumers: &Consumers, ledger: &Ledger) -> Result<Answer, Problem> {
    Answer::one(&consumers.get(call.named("consumer"), ledger)?)
}

fn put(call: &Call, consumers: &Consumers, ledger: &Ledger) -> Result<Answer, Problem> {
    let name = call.named("consumer");
    let mut fields = call.fields()?;
    let epoch = match fields.take("epoch") {
        None => return add(consumers, ledger, name, fields),
        Some(Json::Number(epoch)) => epoch,
        Some(_) => return Err(InputError::request("it is the number of a lease").at("field epoch").into()),
    };
    let cursor = take_cursor::<EventCursor>(&mut fields, "cursor")?;
    let lease = fields.take_read("lease", read_duration)?;
    fields.finish("cursor, epoch and lease")?;
    let missing =
        || InputError::request("the field cursor is missing: say up to which event everything was dealt with");
    let (cursor, time) = (cursor.ok_or_else(missing)?, lease.unwrap_or(LEASE_USUAL));
    let lease = Lease { consumer: name.to_owned(), epoch, after: None, time, is_after_a_kill: false };
    consumers.acknowledge(&lease, cursor, ledger)?;
    show(call, consumers, ledger)
}

/// Adds a consumer. One that is there already stays where it is.
fn add(consumers: &Consumers, ledger: &Ledger, name: &str, mut fields: Fields) -> Result<Answer, Problem> {
    let start = take_cursor(&mut fields, "cursor")?.unwrap_or(EventStart::First);
    // A lease begins with the first read.
    fields.take_read("lease", read_duration)?;
    fields.finish("cursor, epoch and lease")?;
    let is_new = consumers.add(name, start, ledger)?;
    let status = if is_new { StatusCode::CREATED } else { StatusCode::OK };
    Ok(Answer { status, ..Answer::one(&consumers.get(name, ledger)?)? })
}

fn put_elsewhere(call: &Call, consumers: &Consumers, ledger: &Ledger) -> Result<Answer, Problem> {
    let moved = consumers.move_to(call.named("consumer"), read_start(call)?, ledger);
    Answer::one(&moved.map_err(of_start)?)
}

fn judge_move(call: &Call, consumers: &Consumers, ledger: &Ledger) -> Result<Answer, Problem> {
    let start = read_start(call)?;
    consumers.get(call.named("consumer"), ledger)?;
    start.find(ledger).map_err(of_start)?;
    Answer::nothing()
}

fn read_start(call: &Call) -> Result<EventStart, Problem> {
    let mut fields = call.fields()?;
    let to = take_cursor::<EventStart>(&mut fields, "to").map_err(of_field("to"))?;
    fields.finish("to")?;
    Ok(to.ok_or_else(|| InputError::request("the field to is missing"))?)
}

/// A refusal of the place, unless it is of the consumer.
fn of_start(error: Error) -> Problem {
    let is_of_consumer = matches!(error, Error::Input(InputError::ConsumerUnknown { .. }));
    if is_of_consumer { error.into() } else { of_field("to")(error) }
}

fn remove(call: &Call, consumers: &Consumers, ledger: &Ledger) -> Result<Answer, Problem> {
    Answer::one(&consumers.remove(call.named("consumer"), ledger)?)
}
