//! Webhooks: who is told of events, and what became of what was sent.

use std::time::Duration;

use axum::http::StatusCode;

use crate::error::InputError;
use crate::ledger::{EventCursor, Ledger};
use crate::server::answer::Answer;
use crate::server::call::{Call, take_cursor};
use crate::server::endpoint::{Action, Body, CURSOR, Endpoint, LIMIT, WebhooksRun};
use crate::server::feed::start::EventStart;
use crate::server::keys::scope::Scope;
use crate::server::problem::{Problem, of_field};
use crate::server::schemas::Shape;
use crate::server::status::ServerCode;
use crate::server::webhooks::kept::{NewWebhook, Webhooks, is_same_url};
use crate::server::webhooks::kind::WebhookKind;
use crate::store::DeliveryState;
use crate::wire::{Fields, read_duration};

/// How long the old secret still signs where nobody says.
const OLD_VALID_FOR: Duration = Duration::from_hours(24);

pub(super) fn endpoints() -> Vec<Endpoint> {
    let one = Shape::One("WebhookRecord");
    let get = |path, summary, run: WebhooksRun, answer| {
        Endpoint::get(path, summary, Scope::WebhooksRead, Action::Webhooks(run), answer)
    };
    let post = |path, summary, run: WebhooksRun, answer| {
        Endpoint::post(path, summary, Scope::WebhooksWrite, Action::Webhooks(run), answer).with_query(&[])
    };
    vec![
        get("/v1/webhooks", "List the webhooks, without their secrets", list, Shape::Page("WebhookRecord")),
        post("/v1/webhooks", "Add a webhook; its secret is shown once", add, Shape::One("WebhookMadeRecord"))
            .taking(Body::Json(Shape::One("WebhookRequest")))
            .judged_by(Action::Webhooks(|call, webhooks, ledger| {
                read_new(call, webhooks, ledger)?;
                Answer::nothing()
            })),
        get("/v1/webhooks/{webhook}", "Show a webhook", show, one),
        post(
            "/v1/webhooks/{webhook}/rotate",
            "Make a new secret; the old one signs too for a time",
            rotate,
            Shape::One("WebhookMadeRecord"),
        )
        .taking(Body::Json(Shape::One("RotationRequest")))
        .judged_by(Action::Webhooks(|call, webhooks, _| {
            named(call, webhooks)?;
            read_old_valid_for(call)?;
            Answer::nothing()
        })),
        Endpoint::post(
            "/v1/webhooks/{webhook}/test",
            "Send an event once that is none of the book's",
            Scope::WebhooksWrite,
            Action::WebhookTest(test),
            Shape::One("WebhookTestRecord"),
        )
        .with_query(&[]),
        post("/v1/webhooks/{webhook}/pause", "Send nothing until it is resumed", pause, one),
        post("/v1/webhooks/{webhook}/resume", "Send again, and what waits at once", resume, one),
        post("/v1/webhooks/{webhook}/remove", "Forget a webhook and its deliveries", remove, one),
        get(
            "/v1/webhooks/{webhook}/deliveries",
            "List the events that did not arrive at their first attempt",
            deliveries,
            Shape::Page("DeliveryRecord"),
        )
        .with_query(&[("state", "Only those in this state: `waiting`, `delivered` or `dead`"), LIMIT, CURSOR]),
        post("/v1/webhooks/{webhook}/replay", "Send events again", replay, one)
            .taking(Body::Json(Shape::One("ReplayRequest")))
            .judged_by(Action::Webhooks(|call, webhooks, ledger| {
                read_replay(call, webhooks, ledger)?;
                Answer::nothing()
            })),
    ]
}

fn list(_: &Call, webhooks: &Webhooks, _: &Ledger) -> Result<Answer, Problem> {
    Answer::list(&webhooks.list()?)
}

fn show(call: &Call, webhooks: &Webhooks, _: &Ledger) -> Result<Answer, Problem> {
    Answer::one(&webhooks.get(named(call, webhooks)?)?)
}

fn add(call: &Call, webhooks: &Webhooks, ledger: &Ledger) -> Result<Answer, Problem> {
    let made = webhooks.add(read_new(call, webhooks, ledger)?, ledger.clock().now())?;
    Ok(Answer { status: StatusCode::CREATED, ..Answer::one(&made)? })
}

/// What a body says of a webhook, where it may be added.
fn read_new(call: &Call, webhooks: &Webhooks, ledger: &Ledger) -> Result<NewWebhook, Problem> {
    let mut fields = call.fields()?;
    let url = fields.require_text("url")?;
    let kinds = fields.take_each("types", |word| word.parse::<WebhookKind>().map_err(InputError::request));
    let kinds = kinds.map_err(of_field("types"))?.unwrap_or_default();
    let accounts = fields.take_text("accounts")?.unwrap_or_default().into();
    let (ordered, allow_private) = (!fields.take_flag("unordered")?, fields.take_flag("allow_private")?);
    let after = take_cursor(&mut fields, "after").map_err(of_field("after"))?.unwrap_or(EventStart::Latest);
    fields.finish("url, types, accounts, unordered, allow_private and after")?;
    if allow_private && !call.principal.may(Scope::Admin) {
        let problem =
            Problem::new(ServerCode::Forbidden, "only a key with the scope admin may allow private addresses");
        return Err(problem.with("scope", Scope::Admin.as_str()).of_field("allow_private"));
    }
    if let Some(other) = webhooks.list()?.iter().find(|other| is_same_url(&other.url, &url)) {
        let detail = format!("there is a webhook for this URL already, {}", other.id);
        let problem = Problem::new(ServerCode::WebhookExists, detail).with("webhook", other.id.as_str());
        return Err(problem.of_field("url"));
    }
    let after = after.find(ledger).map_err(of_field("after"))?;
    let new = NewWebhook { url, kinds, accounts, ordered, allow_private, after };
    new.check_url().map_err(of_field("url"))?;
    Ok(new)
}

fn rotate(call: &Call, webhooks: &Webhooks, ledger: &Ledger) -> Result<Answer, Problem> {
    let name = named(call, webhooks)?;
    let made = webhooks.rotate(name, read_old_valid_for(call)?, ledger.clock().now())?;
    Ok(Answer { status: StatusCode::CREATED, ..Answer::one(&made)? })
}

fn read_old_valid_for(call: &Call) -> Result<Duration, Problem> {
    let mut fields = call.fields()?;
    let time = fields.take_read("old_valid_for", read_duration).map_err(of_field("old_valid_for"))?;
    fields.finish("old_valid_for")?;
    Ok(time.unwrap_or(OLD_VALID_FOR))
}

fn test(call: &Call, webhooks: &Webhooks, ledger: &Ledger) -> Result<Answer, Problem> {
    Answer::one(&webhooks.test(named(call, webhooks)?, ledger.book_id()?, ledger.clock().now())?)
}

fn pause(call: &Call, webhooks: &Webhooks, _: &Ledger) -> Result<Answer, Problem> {
    Answer::one(&webhooks.pause(named(call, webhooks)?)?)
}

fn resume(call: &Call, webhooks: &Webhooks, ledger: &Ledger) -> Result<Answer, Problem> {
    let resumed = webhooks.resume(named(call, webhooks)?, ledger).map_err(|error| {
        let problem = Problem::from(error);
        match problem.code {
            "cursor_foreign" => {
                let detail = format!("{}; say where it goes on first, by replay with after", problem.detail);
                Problem { detail, ..problem }
            }
            _ => problem,
        }
    });
    Answer::one(&resumed?)
}

fn remove(call: &Call, webhooks: &Webhooks, _: &Ledger) -> Result<Answer, Problem> {
    Answer::one(&webhooks.remove(named(call, webhooks)?)?)
}

fn deliveries(call: &Call, webhooks: &Webhooks, _: &Ledger) -> Result<Answer, Problem> {
    let name = named(call, webhooks)?;
    let (behind, limit) = (call.cursor()?.unwrap_or(0), call.limit()?);
    let states = [DeliveryState::Waiting, DeliveryState::Delivered, DeliveryState::Dead];
    let (records, next) = match call.word("state", states.map(|state| (state.as_str(), state)))? {
        None => webhooks.deliveries(name, behind, limit)?,
        Some(state) => webhooks.deliveries_in(name, state, behind, limit)?,
    };
    Answer::page(&records, next)
}

/// Which events are sent again.
enum Replay {
    One(String),
    After(Option<EventCursor>),
    Dead,
}

fn read_replay(call: &Call, webhooks: &Webhooks, ledger: &Ledger) -> Result<Replay, Problem> {
    let name = named(call, webhooks)?;
    let mut fields: Fields = call.fields()?;
    let event = fields.take_text("event")?;
    let after = take_cursor::<EventStart>(&mut fields, "after").map_err(of_field("after"))?;
    let is_of_dead = fields.take_flag("dead")?;
    fields.finish("event, after or dead")?;
    match (event, after, is_of_dead) {
        (Some(event), None, false) => {
            webhooks.check_delivery(name, &event).map_err(of_field("event"))?;
            Ok(Replay::One(event))
        }
        (None, Some(after), false) => Ok(Replay::After(after.find(ledger).map_err(of_field("after"))?)),
        (None, None, true) => Ok(Replay::Dead),
        _ => Err(Problem::invalid("give one of the fields event, after and dead")),
    }
}

fn replay(call: &Call, webhooks: &Webhooks, ledger: &Ledger) -> Result<Answer, Problem> {
    let (name, now) = (call.named("webhook"), ledger.clock().now());
    let replayed = match read_replay(call, webhooks, ledger)? {
        Replay::One(event) => webhooks.replay(name, &event, now)?,
        Replay::After(cursor) => webhooks.replay_after(name, cursor)?,
        Replay::Dead => webhooks.replay_dead(name, now)?,
    };
    Answer::one(&replayed)
}

/// What the path names, where there is such a webhook.
fn named<'c>(call: &'c Call, webhooks: &Webhooks) -> Result<&'c str, Problem> {
    let name = call.named("webhook");
    if webhooks.list()?.iter().any(|webhook| webhook.id == name || webhook.url == name) {
        return Ok(name);
    }
    Err(InputError::WebhookUnknown(name.to_owned()).into())
}
