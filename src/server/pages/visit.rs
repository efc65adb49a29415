//! One view of a page: who looks, what was asked for, and the way to the API, which answers a page as it answers a program.

use std::sync::Arc;

use axum::http::{HeaderMap, Method};
use serde_json::Value;

use crate::facts::Instant;
use crate::ledger::{Ledger, Receipt};
use crate::server::answer::Answer;
use crate::server::call::Call;
use crate::server::endpoint::{Action, Endpoint};
use crate::server::kept_answers::KeptAnswer;
use crate::server::keys::ring::Principal;
use crate::server::keys::scope::Scope;
use crate::server::keys::secret::digest_of;
use crate::server::pages::pairs::Pairs;
use crate::server::problem::Problem;
use crate::server::query::Query;
use crate::server::state::State;
use crate::server::status::ServerCode;
use crate::server::{api, deadline, dispatch};

pub(super) struct Visit {
    pub(super) state: Arc<State>,
    pub(super) principal: Arc<Principal>,
    /// What the path names.
    pub(super) path: Vec<(String, String)>,
    /// The path as it was asked for.
    pub(super) target: String,
    pub(super) query: Pairs,
    /// What a form sent.
    pub(super) form: Pairs,
}

/// A call of the API: the path as the table of endpoints has it, and what stands in its braces.
pub(super) struct Ask<'t> {
    pub(super) path: &'static str,
    pub(super) named: &'t [(&'t str, &'t str)],
    pub(super) query: Pairs,
    pub(super) body: Value,
}

impl<'t> Ask<'t> {
    pub(super) fn of(path: &'static str) -> Self {
        Self { path, named: &[], query: Pairs::default(), body: Value::Null }
    }

    pub(super) fn naming(self, named: &'t [(&'t str, &'t str)]) -> Self {
        Self { named, ..self }
    }

    pub(super) fn with(self, query: Pairs) -> Self {
        Self { query, ..self }
    }

    pub(super) fn sending(self, body: Value) -> Self {
        Self { body, ..self }
    }
}

impl Visit {
    /// What the path names.
    pub(super) fn named(&self, name: &str) -> &str {
        self.path.iter().find(|(one, _)| one == name).map_or("", |(_, value)| value)
    }

    pub(super) fn may(&self, scope: Scope) -> bool {
        self.principal.may(scope)
    }

    /// Whether the key is for all accounts.
    pub(super) fn reaches_all(&self) -> bool {
        self.principal.prefix.is_empty()
    }

    pub(super) fn now(&self) -> Instant {
        self.state.poster.ledger().clock().now()
    }

    /// What the API answers to a GET.
    pub(super) async fn get(&self, ask: Ask<'_>) -> Result<Value, Problem> {
        read(&self.send(Method::GET, ask).await?)
    }

    /// The same, or nothing where the key may not see it.
    pub(super) async fn get_if(&self, scope: Scope, ask: Ask<'_>) -> Result<Option<Value>, Problem> {
        if self.may(scope) { self.get(ask).await.map(Some) } else { Ok(None) }
    }

    /// What the API answers to a POST or PATCH.
    pub(super) async fn send(&self, method: Method, ask: Ask<'_>) -> Result<Answer, Problem> {
        let endpoint = endpoint(&method, ask.path)?;
        dispatch::perform(&self.state, endpoint, self.call(endpoint, &ask)?).await
    }

    /// The same, done once however often a form with that mark is sent. Another call under the same mark is another one.
    pub(super) async fn send_once(&self, mark: &str, method: Method, ask: Ask<'_>) -> Result<Answer, Problem> {
        let endpoint = endpoint(&method, ask.path)?;
        dispatch::check_scope(endpoint, &self.principal)?;
        let name = format!("{} {mark} {method} {} {:?} {}", self.principal.id, ask.path, ask.named, ask.body);
        let (state, call) = (Arc::clone(&self.state), self.call(endpoint, &ask)?);
        let work = async move { dispatch::perform(&state, endpoint, call).await };
        self.state.once.run(&digest_of(&name), work).await
    }

    /// Refuses what a call that cannot be tried out would refuse. Nothing is done.
    pub(super) async fn judge(&self, method: &Method, ask: Ask<'_>) -> Result<(), Problem> {
        let endpoint = endpoint(method, ask.path)?;
        dispatch::judge(&self.state, endpoint, self.call(endpoint, &ask)?).await
    }

    /// What a posting would come to.
    pub(super) async fn try_out(&self, ask: Ask<'_>) -> Result<Receipt, Problem> {
        let endpoint = endpoint(&Method::POST, ask.path)?;
        let ask = Ask { query: ask.query.with("dry_run", "true"), ..ask };
        dispatch::try_out(&self.state, endpoint, self.call(endpoint, &ask)?).await
    }

    /// The answer to a GET that takes long, as it was a while ago. `None` where it is not ready yet.
    pub(super) async fn get_kept(&self, ask: Ask<'_>) -> Result<Option<Arc<KeptAnswer>>, Problem> {
        let endpoint = endpoint(&Method::GET, ask.path)?;
        let name = ask.query.behind(ask.path);
        let (state, now) = (Arc::clone(&self.state), self.now());
        let call = self.call(endpoint, &ask)?;
        dispatch::check_scope(endpoint, &self.principal)?;
        let make = async move { Ok((now, read(&dispatch::perform(&state, endpoint, call).await?)?)) };
        self.state.kept.get(&name, Box::pin(make)).await
    }

    /// A short read of what the API does not answer.
    pub(super) async fn read<T: Send + 'static>(
        &self,
        scope: Scope,
        work: impl FnOnce(&Ledger) -> Result<T, Problem> + Send + 'static,
    ) -> Result<T, Problem> {
        self.check(scope)?;
        self.state.reads.run(deadline::default(false), work).await
    }

    pub(super) fn check(&self, scope: Scope) -> Result<(), Problem> {
        if self.may(scope) {
            return Ok(());
        }
        Err(Problem::new(ServerCode::Forbidden, format!("the key lacks the scope {scope}")))
    }

    fn call(&self, endpoint: &Endpoint, ask: &Ask<'_>) -> Result<Call, Problem> {
        let body = if ask.body.is_null() { String::new() } else { ask.body.to_string() };
        Ok(Call {
            principal: Arc::clone(&self.principal),
            path: ask.named.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
            query: Query::read(&ask.query.encoded(), &endpoint.query_names())?,
            headers: HeaderMap::new(),
            body,
            file: Vec::new(),
        })
    }
}

/// The parameters that an endpoint takes, but those of every list.
pub(super) fn parameters(path: &str) -> impl Iterator<Item = (&'static str, &'static str)> {
    let found = api::all().iter().find(|endpoint| endpoint.method == Method::GET && endpoint.path == path);
    let query = found.map_or(&[][..], |endpoint| endpoint.query);
    query.iter().copied().filter(|(name, _)| !["limit", "cursor"].contains(name))
}

fn endpoint(method: &Method, path: &str) -> Result<&'static Endpoint, Problem> {
    let found = api::all().iter().find(|endpoint| endpoint.method == *method && endpoint.path == path);
    let is_plain = |endpoint: &&Endpoint| !matches!(endpoint.action, Action::Export | Action::Events);
    found
        .filter(is_plain)
        .ok_or_else(|| Problem::new(ServerCode::Panic, format!("no endpoint answers {method} {path}")))
}

/// The JSON of an answer.
pub(super) fn read(answer: &Answer) -> Result<Value, Problem> {
    let unreadable = |error| Problem::new(ServerCode::Panic, format!("the answer cannot be read: {error}"));
    serde_json::from_slice(&answer.body).map_err(unreadable)
}
