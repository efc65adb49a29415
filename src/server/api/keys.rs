//! The keys of the API, made and ended by a key that may do all.

use std::time::Duration;

use axum::http::StatusCode;

use crate::facts::Instant;
use crate::server::answer::Answer;
use crate::server::call::Call;
use crate::server::endpoint::{Action, Body, Endpoint, KeysRun};
use crate::server::keys::kept::{KeptKey, Keys, MadeKey, NewKey};
use crate::server::keys::scope::Scope;
use crate::server::problem::{Problem, of_field};
use crate::server::schemas::Shape;
use crate::server::status::ServerCode;
use crate::wire::{KeyMadeRecord, KeyRecord, read_duration, read_lifetime};

/// How long the old key still works where nobody says.
const OLD_VALID_FOR: Duration = Duration::from_hours(1);

pub(super) fn endpoints() -> Vec<Endpoint> {
    let post = |path, summary, run: KeysRun, answer| {
        Endpoint::post(path, summary, Scope::Admin, Action::Keys(run), answer).with_query(&[])
    };
    vec![
        Endpoint::get(
            "/v1/keys",
            "List the keys, without what makes them secret",
            Scope::Admin,
            Action::Keys(list),
            Shape::Page("KeyRecord"),
        ),
        Endpoint::get(
            "/v1/keys/{key}",
            "Show a key by its id, or the newest of a name",
            Scope::Admin,
            Action::Keys(show),
            Shape::One("KeyRecord"),
        ),
        post("/v1/keys", "Make a key; it is shown once", create, Shape::One("KeyMadeRecord"))
            .taking(Body::Json(Shape::One("KeyRequest")))
            .judged_by(Action::Keys(|call, keys, now| {
                read_new(call, keys, now)?;
                Answer::nothing()
            })),
        post("/v1/keys/{key}/revoke", "End a key now, by its name or id", revoke, Shape::Page("KeyRecord")),
        post(
            "/v1/keys/{key}/rotate",
            "Make a new key in the place of one, which ends after a time",
            rotate,
            Shape::One("KeyMadeRecord"),
        )
        .taking(Body::Json(Shape::One("RotationRequest")))
        .judged_by(Action::Keys(|call, keys, now| {
            valid(call, keys, now)?;
            read_old_valid_for(call)?;
            Answer::nothing()
        })),
    ]
}

fn list(_: &Call, keys: &Keys, now: Instant) -> Result<Answer, Problem> {
    Answer::list(&keys.list()?.iter().map(|key| record(key, now)).collect::<Vec<_>>())
}

fn show(call: &Call, keys: &Keys, now: Instant) -> Result<Answer, Problem> {
    let name = call.named("key");
    let is_meant = |key: &KeptKey| key.id == name || key.name.as_str() == name;
    let found = keys.list()?.into_iter().rfind(is_meant);
    let unknown = || Problem::new(ServerCode::KeyUnknown, format!("there is no key {name:?}")).with("key", name);
    Answer::one(&record(&found.ok_or_else(unknown)?, now))
}

fn record(key: &KeptKey, now: Instant) -> KeyRecord {
    KeyRecord::new(key.shown(), key.is_valid(now))
}

fn create(call: &Call, keys: &Keys, now: Instant) -> Result<Answer, Problem> {
    made(&keys.create(read_new(call, keys, now)?, now)?)
}

/// What a body says of a key, where it may be made.
fn read_new(call: &Call, keys: &Keys, now: Instant) -> Result<NewKey, Problem> {
    let mut fields = call.fields()?;
    let name = fields.require_parsed("name").map_err(of_field("name"))?;
    let scopes: Vec<Scope> = fields.require_each("scopes", str::parse).map_err(of_field("scopes"))?;
    let prefix = fields.take_text("prefix")?.unwrap_or_default().into();
    let expires_in = fields.take_read("expires_in", read_lifetime).map_err(of_field("expires_in"))?;
    fields.finish("name, scopes, prefix and expires_in")?;
    if let Some(valid) = keys.list()?.iter().find(|key| key.name == name && key.is_valid(now)) {
        let detail = format!("there is a key {name} already, {}; revoke or rotate it", valid.id);
        let problem = Problem::new(ServerCode::KeyExists, detail).with("name", name.as_str());
        return Err(problem.of_field("name"));
    }
    let expires_at = expires_in.map(|time| now.after(time));
    let new = NewKey { prefix, expires_at, ..NewKey::new(name, scopes) };
    new.check_scopes().map_err(of_field("scopes"))?;
    Ok(new)
}

fn revoke(call: &Call, keys: &Keys, now: Instant) -> Result<Answer, Problem> {
    let name = valid(call, keys, now)?;
    Answer::list(&keys.revoke(name, now)?.iter().map(|key| record(key, now)).collect::<Vec<_>>())
}

fn rotate(call: &Call, keys: &Keys, now: Instant) -> Result<Answer, Problem> {
    let name = valid(call, keys, now)?;
    made(&keys.rotate(name, read_old_valid_for(call)?, now)?)
}

fn read_old_valid_for(call: &Call) -> Result<Duration, Problem> {
    let mut fields = call.fields()?;
    let time = fields.take_read("old_valid_for", read_duration).map_err(of_field("old_valid_for"))?;
    fields.finish("old_valid_for")?;
    Ok(time.unwrap_or(OLD_VALID_FOR))
}

/// What the path names, where there is a valid key of that name or id.
fn valid<'c>(call: &'c Call, keys: &Keys, now: Instant) -> Result<&'c str, Problem> {
    let name = call.named("key");
    let is_valid = |key: &KeptKey| key.is_valid(now) && (key.name.as_str() == name || key.id == name);
    if keys.list()?.iter().any(is_valid) {
        return Ok(name);
    }
    Err(Problem::new(ServerCode::KeyUnknown, format!("there is no valid key {name:?}")).with("key", name))
}

fn made(made: &MadeKey) -> Result<Answer, Problem> {
    let answer = Answer::one(&KeyMadeRecord::new(&made.text, made.key.shown()))?;
    Ok(Answer { status: StatusCode::CREATED, ..answer })
}
