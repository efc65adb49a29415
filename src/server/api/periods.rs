//! Periods of effective time, closed and open.

use crate::facts::{Period, PeriodAction};
use crate::ledger::Ledger;
use crate::requests::PeriodChange;
use crate::server::answer::Answer;
use crate::server::call::{Call, parse};
use crate::server::endpoint::{Action, Body, Endpoint};
use crate::server::keys::scope::Scope;
use crate::server::problem::Problem;
use crate::server::schemas::Shape;
use crate::wire::{ClosedPeriodRecord, PeriodChangeRecord, PeriodEventRecord};

pub(super) fn endpoints() -> Vec<Endpoint> {
    let changed = Shape::One("PeriodChangeRecord");
    let reason = Body::Json(Shape::One("ReasonRequest"));
    vec![
        Endpoint::get(
            "/v1/periods",
            "List the periods that are closed",
            Scope::BookRead,
            Action::Read(list),
            Shape::Page("ClosedPeriodRecord"),
        )
        .with_query(&[("recorded_at", "Those that were closed at this moment")]),
        Endpoint::get(
            "/v1/periods/history",
            "Show how periods were closed and reopened",
            Scope::BookRead,
            Action::Read(history),
            Shape::Page("PeriodEventRecord"),
        ),
        Endpoint::post(
            "/v1/periods/{period}/close",
            "Close a period of effective time",
            Scope::BookWrite,
            Action::Write(close),
            changed,
        )
        .taking(reason),
        Endpoint::post(
            "/v1/periods/{period}/reopen",
            "Open a period again",
            Scope::BookWrite,
            Action::Write(reopen),
            changed,
        )
        .taking(reason),
    ]
}

fn list(call: &Call, ledger: &Ledger) -> Result<Answer, Problem> {
    let closed = ledger.closed_periods(call.asked("recorded_at")?)?;
    Answer::list(&closed.iter().map(ClosedPeriodRecord::from).collect::<Vec<_>>())
}

fn history(_: &Call, ledger: &Ledger) -> Result<Answer, Problem> {
    Answer::list(&ledger.period_events()?.iter().filter_map(PeriodEventRecord::of).collect::<Vec<_>>())
}

fn close(call: &Call, ledger: &Ledger) -> Result<Answer, Problem> {
    change(call, ledger, PeriodAction::Close)
}

fn reopen(call: &Call, ledger: &Ledger) -> Result<Answer, Problem> {
    change(call, ledger, PeriodAction::Reopen)
}

fn change(call: &Call, ledger: &Ledger, action: PeriodAction) -> Result<Answer, Problem> {
    let period: Period = parse(call.named("period"))?;
    let (reason, mode) = (call.reason()?, call.mode()?);
    let event = ledger.change_period(&PeriodChange { period, action, actor: call.actor().clone(), reason }, mode)?;
    Answer::one(&PeriodChangeRecord::new(period, action, event.as_ref(), mode))
}
