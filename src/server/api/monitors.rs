//! Monitors: conditions on what accounts have, and what became of them.

use axum::http::StatusCode;

use crate::error::{Error, InputError};
use crate::ledger::Ledger;
use crate::server::answer::Answer;
use crate::server::call::Call;
use crate::server::endpoint::{Action, Body, CURSOR, Endpoint, LIMIT, MonitorsRun};
use crate::server::keys::scope::Scope;
use crate::server::monitors::adding::Monitors;
use crate::server::monitors::scope::MonitorScope;
use crate::server::problem::{Problem, of_field};
use crate::server::schemas::Shape;

pub(super) fn endpoints() -> Vec<Endpoint> {
    let (one, path) = (Shape::One("MonitorRecord"), "/v1/monitors/{monitor}");
    let get = |path, summary, run: MonitorsRun, answer| {
        Endpoint::get(path, summary, Scope::MonitorsRead, Action::Monitors(run), answer)
    };
    let remove: MonitorsRun = remove;
    let (add, judge): (MonitorsRun, MonitorsRun) = (add, judge);
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
        .taking(Body::Json(Shape::One("MonitorRequest")))
        .judged_by(Action::Monitors(judge)),
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

/// What a body says of a monitor.
struct Asked {
    name: String,
    scope: MonitorScope,
    when: String,
}

fn read(call: &Call, ledger: &Ledger) -> Result<Asked, Problem> {
    let mut fields = call.fields()?;
    let (name, when) = (fields.require_text("name")?, fields.require_text("when")?);
    let account = fields.take_parsed("account").map_err(of_field("account"))?;
    let currency = fields.take_parsed("currency").map_err(of_field("currency"))?;
    let (prefix, schedule) = (fields.take_text("prefix")?, fields.take_text("schedule")?);
    fields.finish("name, when, account, prefix, currency and schedule")?;
    let scope = match (account, prefix, currency, schedule) {
        (Some(account), None, None, None) => MonitorScope::Account(account),
        (None, Some(prefix), currency, None) => MonitorScope::Prefix { prefix: prefix.into(), currency },
        (None, None, None, Some(schedule)) => {
            let scope = MonitorScope::of_schedule(&schedule, ledger).map_err(|error| error.at("field schedule"));
            scope.map_err(of_field("schedule"))?
        }
        _ => {
            let problem = "give one of the fields account, prefix and schedule, and a currency beside a prefix alone";
            let problem = InputError::request(problem);
            return Err(of_field("account")(problem));
        }
    };
    Ok(Asked { name, scope, when })
}

/// The field that a refusal of a whole monitor is about, where the refusal names none.
fn refused(asked: &Asked, error: Error) -> Problem {
    let is_of_currency = match &asked.scope {
        MonitorScope::Prefix { currency, .. } => currency.is_none() == asked.when.contains(['<', '>', '=']),
        MonitorScope::Account(_) | MonitorScope::Schedule(_) => false,
    };
    let field = match &error {
        Error::Input(InputError::Text(_) | InputError::MonitorExists(_)) => "name",
        Error::Input(_) if is_of_currency => "currency",
        Error::Input(_) => "when",
        Error::Rejected(_) | Error::Store(_) | Error::File { .. } => return error.into(),
    };
    of_field(field)(error)
}

fn judge(call: &Call, monitors: &Monitors, ledger: &Ledger) -> Result<Answer, Problem> {
    let asked = read(call, ledger)?;
    let judged = monitors.try_out(&asked.name, asked.scope.clone(), &asked.when, ledger);
    Answer::one(&judged.map_err(|error| refused(&asked, error))?)
}

fn add(call: &Call, monitors: &Monitors, ledger: &Ledger) -> Result<Answer, Problem> {
    let asked = read(call, ledger)?;
    let added = monitors.add(&asked.name, asked.scope.clone(), &asked.when, ledger);
    let added = added.map_err(|error| refused(&asked, error))?;
    Ok(Answer { status: StatusCode::CREATED, ..Answer::one(&added)? })
}

fn remove(call: &Call, monitors: &Monitors, _: &Ledger) -> Result<Answer, Problem> {
    Answer::one(&monitors.remove(call.named("monitor"))?)
}

fn events(call: &Call, monitors: &Monitors, _: &Ledger) -> Result<Answer, Problem> {
    let (records, next) = monitors.events(call.named("monitor"), call.cursor()?.unwrap_or(0), call.limit()?)?;
    Answer::page(&records, next)
}
