//! A form from its first view to what came of it.

use axum::http::Method;
use maud::{Markup, html};
use serde_json::Value;

use crate::server::keys::scope::Scope;
use crate::server::keys::secret::make_token;
use crate::server::pages::acting::confirmation::{changes, confirmation};
use crate::server::pages::acting::effects;
use crate::server::pages::acting::fields::Field;
use crate::server::pages::page::{Document, Outcome, Reply, shown};
use crate::server::pages::pairs::Pairs;
use crate::server::pages::problems::notice;
use crate::server::pages::visit::{Ask, Visit, read};
use crate::server::problem::Problem;
use crate::server::status::ServerCode;

/// The field that tells a request from all others.
const KEY: Field = Field::required("key", "Key", "It is posted once under this key, and found by it");

/// What a form does, and what it has to be filled with.
pub(in crate::server::pages) struct Form {
    pub(in crate::server::pages) title: &'static str,
    pub(in crate::server::pages) about: &'static str,
    pub(in crate::server::pages) scope: Scope,
    pub(in crate::server::pages) fields: &'static [Field],
    pub(in crate::server::pages) kind: Kind,
    /// The call that it makes of the API.
    pub(in crate::server::pages) wanted: fn(&Visit, &Pairs) -> Result<Wanted, Problem>,
}

/// How it is tried out before it is confirmed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(in crate::server::pages) enum Kind {
    /// It posts, and has a key.
    Posting,
    /// It changes something, and what it changes is compared.
    Change,
}

/// A call of the API, and where to look afterwards.
pub(in crate::server::pages) struct Wanted {
    pub(in crate::server::pages) method: Method,
    pub(in crate::server::pages) path: &'static str,
    pub(in crate::server::pages) named: Vec<(&'static str, String)>,
    pub(in crate::server::pages) body: Value,
    /// What shows the thing as it is now, where it is there already.
    pub(in crate::server::pages) now: Option<&'static str>,
    pub(in crate::server::pages) done: fn(&Value) -> String,
}

impl Wanted {
    pub(in crate::server::pages) fn post(
        path: &'static str,
        body: impl Into<Value>,
        done: fn(&Value) -> String,
    ) -> Self {
        Self { method: Method::POST, path, named: Vec::new(), body: body.into(), now: None, done }
    }

    pub(in crate::server::pages) fn naming(self, name: &'static str, value: &str) -> Self {
        Self { named: vec![(name, value.to_owned())], ..self }
    }

    pub(in crate::server::pages) fn changing(self, now: &'static str) -> Self {
        Self { now: Some(now), ..self }
    }
}

/// The form, filled with what the query has.
pub(in crate::server::pages) fn show(visit: &Visit, form: &Form) -> Outcome {
    visit.check(form.scope)?;
    Ok(shown(form.title, filled(visit, form, &visit.query, &html! {})?))
}

/// What was sent is tried out, done, or shown again to be changed.
pub(in crate::server::pages) async fn act(visit: &Visit, form: &Form) -> Outcome {
    visit.check(form.scope)?;
    let step = match visit.form.get("step") {
        Some("confirm") => confirm(visit, form).await,
        Some("edit") => return Ok(shown(form.title, filled(visit, form, &visit.form, &html! {})?)),
        _ => try_out(visit, form).await,
    };
    match step {
        // A refusal leaves the form as it was filled.
        Err(problem) if problem.status.is_client_error() => {
            let main = filled(visit, form, &visit.form, &notice(&problem))?;
            Ok(Reply::Page(Document::new(form.title, main).with_status(problem.status)))
        }
        step => step,
    }
}

async fn try_out(visit: &Visit, form: &Form) -> Outcome {
    let wanted = (form.wanted)(visit, &visit.form)?;
    let named = names(&wanted);
    let ask = Ask::of(wanted.path).naming(&named).sending(wanted.body.clone());
    let main = match form.kind {
        Kind::Posting => effects::of(visit, &visit.try_out(ask).await?).await?,
        Kind::Change => {
            let ask = ask.with(Pairs::of([("dry_run", "true")]));
            let after = read(&visit.send(wanted.method.clone(), ask).await?)?;
            let before = match wanted.now {
                Some(path) => Some(visit.get(Ask::of(path).naming(&named)).await?),
                None => None,
            };
            changes(before.as_ref(), &after)
        }
    };
    Ok(shown(format!("{}: confirm", form.title), confirmation(path_of(visit), &visit.form, &main)))
}

async fn confirm(visit: &Visit, form: &Form) -> Outcome {
    let wanted = (form.wanted)(visit, &visit.form)?;
    let named = names(&wanted);
    let ask = Ask::of(wanted.path).naming(&named).sending(wanted.body.clone());
    let answer = visit.send(wanted.method.clone(), ask).await?;
    let word = if answer.is_replayed { "before" } else { "now" };
    let target = (wanted.done)(&read(&answer)?);
    Ok(Reply::SeeOther(Pairs::of([("done", word)]).behind(&target)))
}

fn names(wanted: &Wanted) -> Vec<(&str, &str)> {
    wanted.named.iter().map(|(name, value)| (*name, value.as_str())).collect()
}

fn path_of(visit: &Visit) -> &str {
    visit.target.split('?').next().unwrap_or_default()
}

fn filled(visit: &Visit, form: &Form, given: &Pairs, above: &Markup) -> Result<Markup, Problem> {
    let key = match given.get("key") {
        Some(key) => key.to_owned(),
        None => fresh_key()?,
    };
    Ok(html! {
        (above)
        p { (form.about) }
        form.fields.one method="post" action=(path_of(visit)) {
            @for field in form.fields { (field.shown(given.get(field.name))) }
            @if form.kind == Kind::Posting { (KEY.shown(Some(&key))) }
            div.actions { button.main type="submit" { "Check it first" } }
        }
    })
}

fn fresh_key() -> Result<String, Problem> {
    let (token, _) = make_token().map_err(|error| Problem::new(ServerCode::Panic, error.to_string()))?;
    Ok(format!("page-{}", &token[..24]))
}

/// What a page says that was led to by a form.
pub(in crate::server::pages) fn done(visit: &Visit) -> Markup {
    html! {
        @match visit.query.get("done") {
            Some("now") => p.notice role="status" { "Done." },
            Some("before") => p.notice role="status" { "This was done before; nothing was done twice." },
            _ => {}
        }
    }
}
