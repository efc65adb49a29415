//! A form from its first view to what came of it.

use axum::http::{Method, StatusCode};
use maud::{Markup, html};
use serde_json::{Map, Value};

use crate::server::answer::Answer;
use crate::server::keys::scope::Scope;
use crate::server::keys::secret::make_token;
use crate::server::pages::acting::confirmation::{changes, confirmation, given};
use crate::server::pages::acting::effects;
use crate::server::pages::acting::fields::Field;
use crate::server::pages::page::{Document, Outcome, Reply, shown};
use crate::server::pages::pairs::{Pairs, encode, path_with_name};
use crate::server::pages::problems::notice;
use crate::server::pages::table::named_facts;
use crate::server::pages::visit::{Ask, Visit, read};
use crate::server::problem::Problem;
use crate::server::status::ServerCode;

/// The field that tells a request from all others.
const KEY: Field = Field::required("key", "Key", "It is posted once under this key, and found by it");
/// The hidden field that tells a form from others of its kind where nothing is posted.
const FORM: &str = "form";
/// What is told of the thing that a form is about, as far as it has that.
const OF_SUBJECT: [&str; 22] = [
    "name",
    "url",
    "account",
    "id",
    "key",
    "kind",
    "state",
    "debit_account",
    "credit_account",
    "amount",
    "remaining",
    "currency",
    "posted",
    "held",
    "available",
    "min_balance",
    "max_balance",
    "per_transfer",
    "per_day",
    "per_month",
    "every",
    "scopes",
];

/// What a form does, and what it has to be filled with.
pub(in crate::server::pages) struct Form {
    pub(in crate::server::pages) title: &'static str,
    pub(in crate::server::pages) about: &'static str,
    pub(in crate::server::pages) scope: Scope,
    pub(in crate::server::pages) fields: &'static [Field],
    /// The path that shows the thing that it is about, if it is there.
    pub(in crate::server::pages) of: Option<&'static str>,
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
    /// It cannot be tried out, but judged: the server sees to it that it is done once.
    Once,
}

/// A call of the API, and where to look afterwards.
pub(in crate::server::pages) struct Wanted {
    pub(in crate::server::pages) method: Method,
    pub(in crate::server::pages) path: &'static str,
    pub(in crate::server::pages) named: Vec<(&'static str, String)>,
    pub(in crate::server::pages) body: Value,
    /// What shows the thing as it is now, where it is there already.
    pub(in crate::server::pages) now: Option<&'static str>,
    pub(in crate::server::pages) done: Done,
}

/// What is shown afterwards.
#[derive(Clone, Copy)]
pub(in crate::server::pages) enum Done {
    /// Another page.
    At(fn(&Value) -> String),
    /// The answer itself, which stands in no other place.
    Here(fn(&Value) -> Result<Document, Problem>),
}

impl Wanted {
    pub(in crate::server::pages) fn post(
        path: &'static str,
        body: impl Into<Value>,
        done: fn(&Value) -> String,
    ) -> Self {
        Self { method: Method::POST, path, named: Vec::new(), body: body.into(), now: None, done: Done::At(done) }
    }

    /// A call that forgets the thing that its path names.
    pub(in crate::server::pages) fn delete(path: &'static str, done: fn(&Value) -> String) -> Self {
        Self { method: Method::DELETE, ..Self::post(path, Map::new(), done) }
    }

    /// A call whose answer is shown at once: it has a secret, or is kept nowhere.
    pub(in crate::server::pages) fn post_and_show(
        path: &'static str,
        body: impl Into<Value>,
        done: fn(&Value) -> Result<Document, Problem>,
    ) -> Self {
        Self { method: Method::POST, path, named: Vec::new(), body: body.into(), now: None, done: Done::Here(done) }
    }

    pub(in crate::server::pages) fn naming(self, name: &'static str, value: &str) -> Self {
        Self { named: vec![(name, value.to_owned())], ..self }
    }

    pub(in crate::server::pages) fn changing(self, now: &'static str) -> Self {
        Self { now: Some(now), ..self }
    }
}

/// The form, filled with what the query has.
pub(in crate::server::pages) async fn show(visit: &Visit, form: &Form) -> Outcome {
    visit.check(form.scope)?;
    Ok(shown(form.title, filled(visit, form, &visit.query, None).await?))
}

/// What was sent is tried out, done, or shown again to be changed.
pub(in crate::server::pages) async fn act(visit: &Visit, form: &Form) -> Outcome {
    visit.check(form.scope)?;
    let step = match visit.form.get("step") {
        Some("edit") => return Ok(shown(form.title, filled(visit, form, &visit.form, None).await?)),
        step => match form.fields.iter().try_for_each(|field| field.check(&visit.form)) {
            Err(problem) => Err(problem),
            Ok(()) if step == Some("confirm") => confirm(visit, form).await,
            Ok(()) => try_out(visit, form).await,
        },
    };
    match step {
        // A refusal leaves the form as it was filled.
        Err(problem) if problem.status.is_client_error() => {
            let main = filled(visit, form, &visit.form, Some(&problem)).await?;
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
        Kind::Once => {
            visit.judge(&wanted.method, ask).await?;
            html! { (subject(visit, form.of).await?) (given(form.fields, &visit.form)) }
        }
    };
    Ok(shown(format!("{}: confirm", form.title), confirmation(&path_of(visit), &visit.form, &main)))
}

async fn confirm(visit: &Visit, form: &Form) -> Outcome {
    let wanted = (form.wanted)(visit, &visit.form)?;
    let answer = send(visit, form, &wanted).await?;
    let value = read(&answer)?;
    match wanted.done {
        Done::Here(show) => Ok(Reply::Page(show(&value)?)),
        Done::At(target) => {
            let word = if answer.is_replayed { "before" } else { "now" };
            Ok(Reply::SeeOther(Pairs::of([("done", word)]).behind(&target(&value))))
        }
    }
}

async fn send(visit: &Visit, form: &Form, wanted: &Wanted) -> Result<Answer, Problem> {
    let named = names(wanted);
    let ask = Ask::of(wanted.path).naming(&named).sending(wanted.body.clone());
    match (form.kind, visit.form.get(FORM)) {
        (Kind::Once, Some(mark)) => visit.send_once(mark, wanted.method.clone(), ask).await,
        (Kind::Once, None) => Err(Problem::invalid("the form has lost its mark; open it anew")),
        (Kind::Posting | Kind::Change, _) => visit.send(wanted.method.clone(), ask).await,
    }
}

fn names(wanted: &Wanted) -> Vec<(&str, &str)> {
    wanted.named.iter().map(|(name, value)| (*name, value.as_str())).collect()
}

fn path_of(visit: &Visit) -> String {
    path_with_name(&visit.target)
}

/// The thing that a form is about, so that nobody acts on another one.
async fn subject(visit: &Visit, of: Option<&'static str>) -> Result<Markup, Problem> {
    let Some(path) = of else { return Ok(html! {}) };
    let named: Vec<_> = visit.path.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    match visit.get(Ask::of(path).naming(&named)).await {
        Ok(subject) => Ok(named_facts(&subject, &OF_SUBJECT)),
        // A key that may change it and not see it names it all the same.
        Err(problem) if problem.status == StatusCode::FORBIDDEN => Ok(html! {}),
        Err(problem) => Err(problem),
    }
}

async fn filled(visit: &Visit, form: &Form, given: &Pairs, refused: Option<&Problem>) -> Result<Markup, Problem> {
    let mark = fresh_mark()?;
    let subject = subject(visit, form.of).await?;
    let key = Pairs::of([(KEY.name, given.get(KEY.name).unwrap_or(&mark))]);
    let is_plain = form.fields.is_empty() && form.kind != Kind::Posting;
    Ok(html! {
        @if let Some(problem) = refused { (notice(problem)) }
        p { (form.about) }
        (subject)
        form.fields.one method="post" action=(path_of(visit)) {
            @for field in form.fields { (field.shown(given, refused)) }
            @match form.kind {
                Kind::Posting => { (KEY.shown(&key, refused)) }
                Kind::Once => { input type="hidden" name=(FORM) value=(mark); }
                Kind::Change => {}
            }
            div.actions {
                @if is_plain { button.main type="submit" name="step" value="confirm" { "Confirm" } }
                @else { button.main type="submit" { "Check it first" } }
                @if let Some(back) = back(&path_of(visit)) { a.button href=(back) { "Cancel" } }
            }
        }
    })
}

/// The page of the thing that a form is about, or of all of its kind.
fn back(path: &str) -> Option<String> {
    let (path, name) = path.split_once('?').unwrap_or((path, ""));
    let (above, _) = path.rsplit_once('/').filter(|(above, _)| !above.is_empty())?;
    Some(if name.is_empty() { above.to_owned() } else { format!("{above}?{name}") })
}

fn fresh_mark() -> Result<String, Problem> {
    let (token, _) = make_token().map_err(|error| Problem::new(ServerCode::Panic, error.to_string()))?;
    Ok(format!("page-{}", &token[..24]))
}

/// The page of the thing that an answer is about: its folder, and the field of the answer that names it.
pub(in crate::server::pages) fn page_of(folder: &str, answer: &Value, field: &str) -> String {
    format!("{folder}/{}", encode(answer.get(field).and_then(Value::as_str).unwrap_or_default()))
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
