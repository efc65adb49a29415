//! Monitors: conditions on what accounts have, and what became of them.

use axum::http::StatusCode;

use crate::error::InputError;
use crate::ledger::Ledger;
use crate::server::answer::Answer;
use crate::server::call::{Call, parse};
use crate::server::endpoint::{Action, Body, CURSOR, Endpoint, LIMIT, MonitorsRun};
use crate::server::keys::scope::Scope;
use crate::server::monitors::adding::Monitors;
use crate::server::monitors::scope::MonitorScope;
use crate::server::problem::Problem;
use crate::server::schemas::Shape;

pub(super) fn endpoints() -> Vec<Endpoint> {
    let (one, path) = (Shape::One("MonitorRecord"), "/v1/monitors/{monitor}");
    let get = |path, summary, run: MonitorsRun, answer| {
        Endpoint::get(path, summary, Scope::MonitorsRead, Action::Monitors(run), answer)
    };
    let remove: MonitorsRun = remove;
    let add: MonitorsRun = add;
    vec![
        get(
            "/v1/monitors",
            "List the monitors, and whether their conditions are true",
            list,
            Shape::Page("MonitorRecord"),
        ),
        Endpoint::post(
            "/v1/monitors",
            "Add a condition on what an account has, or several together, or on holds or dues",
            Scope::MonitorsWrite,
            Action::Monitors(add),
            one,
        )
        .with_query(&[])
        .taking(Body::Json(Shape::One("MonitorRequest"))),
        get(path, "Show a monitor", show, one),
        Endpoint::delete(
            path,
            "Forget a monitor and what happened to it",
            Scope::MonitorsWrite,
            Action::Monitors(remove),
            one,
        ),
        get(
            "/v1/monitors/{monitor}/events",
            "List when the condition became true and when it ended, in order",
            events,
            Shape::Page("MonitorEventRecord"),
        )
        .with_query(&[LIMIT, CURSOR]),
    ]
}

fn list(_: &Call, monitors: &Monitors, _: &Ledger) -> Result<Answer, Problem> {
    Answer::list(&monitors.list()?)
}

fn show(call: &Call, monitors: &Monitors, _: &Ledger) -> Result<Answer, Problem> {
    Answer::one(&monitors.get(call.named("monitor"))?)
}

fn add(call: &Call, monitors: &Monitors, ledger: &Ledger) -> Result<Answer, Problem> {
    let mut fields = call.fields()?;
    let (name, when) = (fields.require_text("name")?, fields.require_text("when")?);
    let (account, prefix) = (fields.take_text("account")?, fields.take_text("prefix")?);
    let (currency, schedule) = (fields.take_text("currency")?, fields.take_text("schedule")?);
    fields.finish("name, when, account, prefix, currency and schedule")?;
    let scope = match (account, prefix, currency, schedule) {
        (Some(account), None, None, None) => MonitorScope::Account(parse(&account)?),
        (None, Some(prefix), currency, None) => {
            let currency = currency.as_deref().map(parse).transpose()?;
            MonitorScope::Prefix { prefix: prefix.into(), currency }
        }
        (None, None, None, Some(schedule)) => MonitorScope::Schedule(ledger.refer_to_schedule(&schedule)?.id().into()),
        _ => {
            return Err(
                InputError::request("say an account, a prefix with or without a currency, or a schedule").into()
            );
        }
    };
    let added = monitors.add(&name, scope, &when, ledger)?;
    Ok(Answer { status: StatusCode::CREATED, ..Answer::one(&added)? })
}

fn remove(call: &Call, monitors: &Monitors, _: &Ledger) -> Result<Answer, Problem> {
    Answer::one(&monitors.remove(call.named("monitor"))?)
}

fn events(call: &Call, monitors: &Monitors, _: &Ledger) -> Result<Answer, Problem> {
    let (records, next) = monitors.events(call.named("monitor"), call.cursor()?.unwrap_or(0), call.limit()?)?;
    Answer::page(&records, next)
}
