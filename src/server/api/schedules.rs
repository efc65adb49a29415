//! What is to be posted when.

use std::ops::ControlFlow;

use crate::facts::{Instant, ScheduleId};
use crate::ledger::{Ledger, Mode};
use crate::server::answer::Answer;
use crate::server::call::{Call, in_parameter};
use crate::server::endpoint::{Action, Body, CURSOR, DRY_RUN, Endpoint, LIMIT};
use crate::server::keys::scope::Scope;
use crate::server::problem::Problem;
use crate::server::schemas::Shape;
use crate::wire::{ScheduleHistoryRecord, ScheduleRecord, ScheduleRunRecord, read_schedule};

pub(super) fn endpoints() -> Vec<Endpoint> {
    let schedule = Shape::One("ScheduleRecord");
    vec![
        Endpoint::post(
            "/v1/schedules",
            "Add a transfer that recurs",
            Scope::SchedulesWrite,
            Action::Write(add),
            schedule,
        )
        .taking(Body::Json(Shape::One("ScheduleRequest"))),
        Endpoint::get(
            "/v1/schedules",
            "List schedules",
            Scope::SchedulesRead,
            Action::Read(list),
            Shape::Page("ScheduleRecord"),
        )
        .with_query(&[LIMIT, CURSOR]),
        Endpoint::get(
            "/v1/schedules/{schedule}",
            "Show a schedule, and what became of its dues, latest first",
            Scope::SchedulesRead,
            Action::Read(show),
            Shape::Within("ScheduleRecord", "dues", "DueRecord"),
        )
        .with_query(&[LIMIT, CURSOR]),
        Endpoint::post(
            "/v1/schedules/{schedule}/cancel",
            "Cancel a schedule; what was posted stays",
            Scope::SchedulesWrite,
            Action::Write(cancel),
            schedule,
        )
        .taking(Body::Json(Shape::One("ReasonRequest"))),
        Endpoint::post(
            "/v1/schedules/run",
            "Post what is due",
            Scope::SchedulesWrite,
            Action::Write(run),
            Shape::One("ScheduleRunRecord"),
        )
        .with_query(&[("until", "Only what is due by this moment; now where it is not given"), DRY_RUN]),
    ]
}

fn add(call: &Call, ledger: &Ledger) -> Result<Answer, Problem> {
    let request = read_schedule(call.keyed_fields()?, call.actor().clone())?;
    let mode = call.mode()?;
    let added = ledger.add_written_schedule(&request, mode)?;
    Ok(Answer::one(&ScheduleRecord::added(&added, mode))?.written(added.replayed, mode).without_posting())
}

fn list(call: &Call, ledger: &Ledger) -> Result<Answer, Problem> {
    let cursor: Option<ScheduleId> = match call.query.get("cursor") {
        None => None,
        Some(text) => Some(text.parse().map_err(|_| in_parameter("cursor", "it is none of this list"))?),
    };
    let page = ledger.list_schedules(cursor, call.limit()?)?;
    let records: Vec<_> = page.schedules.iter().map(ScheduleRecord::from).collect();
    Answer::page(&records, page.next.map(|next| next.to_string()))
}

fn show(call: &Call, ledger: &Ledger) -> Result<Answer, Problem> {
    let before: Option<Instant> = call.asked("cursor")?;
    let schedule = ledger.refer_to_schedule(call.named("schedule"))?;
    let history = ledger.get_schedule(schedule, before, call.limit()?)?;
    let next = history.next.map(|next| next.to_string());
    let record = ScheduleHistoryRecord::from(&history);
    Answer::page_within(&ScheduleRecord::from(&history.status), "dues", &record.dues, next)
}

fn cancel(call: &Call, ledger: &Ledger) -> Result<Answer, Problem> {
    let (reason, mode) = (call.reason()?, call.mode()?);
    let schedule = ledger.refer_to_schedule(call.named("schedule"))?;
    let cancelled = ledger.cancel_schedule(schedule, call.actor(), reason.as_ref(), mode)?;
    Answer::one(&ScheduleRecord::new(&cancelled.status, mode))
}

fn run(call: &Call, ledger: &Ledger) -> Result<Answer, Problem> {
    let mode: Mode = call.mode()?;
    let run = ledger.run_schedules(call.asked("until")?, mode, &mut |_| ControlFlow::Continue(()))?;
    Answer::one(&ScheduleRunRecord::new(&run, mode))
}
