//! What an endpoint is: one row of the table that makes the routes, the check of scopes, and the document of the API.

use std::sync::atomic::AtomicBool;

use axum::http::{HeaderMap, Method, header};

use crate::facts::Instant;
use crate::ledger::{Ledger, Mode, Prepared, Receipt};
use crate::requests::{Request, Written};
use crate::server::answer::Answer;
use crate::server::call::Call;
use crate::server::consumers::kept::Consumers;
use crate::server::currencies::Currencies;
use crate::server::jobs::Jobs;
use crate::server::keys::kept::Keys;
use crate::server::keys::scope::Scope;
use crate::server::lanes::Late;
use crate::server::monitors::adding::Monitors;
use crate::server::named;
use crate::server::problem::Problem;
use crate::server::schemas::Shape;
use crate::server::webhooks::kept::Webhooks;

/// What is done with a call.
#[derive(Clone, Copy)]
pub(super) enum Action {
    /// It is read, posted together with those of others, and shown.
    Post(fn(&Call) -> Result<Request<Written>, Problem>, fn(&Receipt, Mode) -> Result<Answer, Problem>),
    /// The same for what may open accounts: how it is made ready, how it is posted by itself, how it is shown.
    PostPrepared(Prepare, Alone, fn(&Receipt, Mode) -> Result<Answer, Problem>),
    /// A short read.
    Read(Run),
    /// A write that is no posting.
    Write(Run),
    /// A read that can take as long as the book is large.
    Long(Run),
    /// Work that becomes a job where it takes longer than a client waits.
    Job(JobRun),
    /// The keys of the API.
    Keys(KeysRun),
    /// Webhooks.
    Webhooks(WebhooksRun),
    /// The same, where it waits for a receiver.
    WebhookTest(WebhooksRun),
    /// Consumers of events.
    Consumers(ConsumersRun),
    /// Monitors.
    Monitors(MonitorsRun),
    /// What became of jobs.
    Jobs(fn(&Call, &Jobs) -> Result<Answer, Problem>),
    /// The whole book, as a stream.
    Export,
    /// The events, as a page or as a stream.
    Events,
    /// Nothing of the book is needed.
    Inline(fn(&Call) -> Result<Answer, Problem>),
}

pub(super) type Prepare = fn(&Call, &Currencies) -> Result<Prepared, Problem>;
pub(super) type Alone = fn(&Call, &Ledger) -> Result<Receipt, Problem>;
pub(super) type Run = fn(&Call, &Ledger) -> Result<Answer, Problem>;
/// The flag tells that the server ends, so that the work should.
pub(super) type JobRun = fn(&Call, &Ledger, &AtomicBool) -> Result<Answer, Problem>;
/// The time is the book's.
pub(super) type KeysRun = fn(&Call, &Keys, Instant) -> Result<Answer, Problem>;

pub(super) type ConsumersRun = fn(&Call, &Consumers, &Ledger) -> Result<Answer, Problem>;
pub(super) type MonitorsRun = fn(&Call, &Monitors, &Ledger) -> Result<Answer, Problem>;
pub(super) type WebhooksRun = fn(&Call, &Webhooks, &Ledger) -> Result<Answer, Problem>;

/// Which keys can use an endpoint, of those that are for some accounts only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reach {
    /// It looks at what the call names.
    Accounts,
    /// It is about more than some accounts.
    Book,
}

/// What a body may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Body {
    None,
    /// An object; some endpoints do without.
    Json(Shape),
    /// A list, or a line an item.
    Batch,
    /// A file of comma-separated values, byte for byte.
    Csv,
}

impl Body {
    /// An empty object, with blanks.
    const NOTHING_MAX: usize = 1 << 10;
    const ONE_MAX: usize = 1 << 20;
    const LARGE_MAX: usize = 16 << 20;

    pub(super) const fn bytes_max(self) -> usize {
        match self {
            Self::None => Self::NOTHING_MAX,
            Self::Json(_) => Self::ONE_MAX,
            Self::Batch | Self::Csv => Self::LARGE_MAX,
        }
    }
}

/// A parameter of the query.
pub(super) type Parameter = (&'static str, &'static str);

pub(super) struct Endpoint {
    pub(super) method: Method,
    pub(super) path: &'static str,
    /// What it does, in a few words.
    pub(super) summary: &'static str,
    /// `None` where any key will do.
    pub(super) scope: Option<Scope>,
    pub(super) reach: Reach,
    pub(super) query: &'static [Parameter],
    pub(super) body: Body,
    pub(super) answer: Shape,
    pub(super) action: Action,
    /// Refuses what the action would refuse, and does nothing. A form asks it before it is confirmed, where the action cannot be tried out.
    pub(super) judge: Option<Action>,
    /// Whether it judges `If-Match` behind the lock of the account that its path names.
    pub(super) judges_version: bool,
}

/// The parameters that several endpoints have.
pub(super) const DRY_RUN: Parameter = ("dry_run", "Judge it like any other, and leave no trace: `true` or `false`");
pub(super) const LIMIT: Parameter = ("limit", "The most items of a page, 1 to 1000; 100 where it is not given");
pub(super) const CURSOR: Parameter = ("cursor", "The `next_cursor` of the page before");

pub(super) const TIME_ZONE: Parameter = (
    "time_zone",
    "Whose days, months and clocks are meant: `UTC` where it is not given, an offset like `+02:00`, or a name like `Europe/Berlin`",
);
pub(super) const ORDER: Parameter = ("order", "Which come first: `newest` or `oldest`");
pub(super) const METADATA: Parameter =
    ("metadata.*", "Only those beside which this is kept now, by its key: `metadata.invoice=7`");

impl Endpoint {
    pub(super) fn get(path: &'static str, summary: &'static str, scope: Scope, action: Action, answer: Shape) -> Self {
        Self {
            method: Method::GET,
            path,
            summary,
            scope: Some(scope),
            reach: Reach::Book,
            query: &[],
            body: Body::None,
            answer,
            action,
            judge: None,
            judges_version: false,
        }
    }

    pub(super) fn post(path: &'static str, summary: &'static str, scope: Scope, action: Action, answer: Shape) -> Self {
        Self { method: Method::POST, query: &[DRY_RUN], ..Self::get(path, summary, scope, action, answer) }
    }

    pub(super) fn patch(
        path: &'static str,
        summary: &'static str,
        scope: Scope,
        action: Action,
        answer: Shape,
    ) -> Self {
        Self { method: Method::PATCH, query: &[DRY_RUN], ..Self::get(path, summary, scope, action, answer) }
    }

    pub(super) fn put(path: &'static str, summary: &'static str, scope: Scope, action: Action, answer: Shape) -> Self {
        Self { method: Method::PUT, ..Self::get(path, summary, scope, action, answer) }
    }

    pub(super) fn delete(
        path: &'static str,
        summary: &'static str,
        scope: Scope,
        action: Action,
        answer: Shape,
    ) -> Self {
        Self { method: Method::DELETE, ..Self::get(path, summary, scope, action, answer) }
    }

    pub(super) fn with_query(self, query: &'static [Parameter]) -> Self {
        Self { query, ..self }
    }

    pub(super) fn judged_by(self, judge: Action) -> Self {
        Self { judge: Some(judge), ..self }
    }

    pub(super) fn judging_version(self) -> Self {
        Self { judges_version: true, ..self }
    }

    pub(super) fn answering(self, answer: Shape) -> Self {
        Self { answer, ..self }
    }

    pub(super) fn taking(self, body: Body) -> Self {
        Self { body, ..self }
    }

    /// Keys that are for some accounts only can use it: it looks at what is named.
    pub(super) fn within_reach(self) -> Self {
        Self { reach: Reach::Accounts, ..self }
    }

    /// Refuses `If-Match` where nothing judges it: a client that sends it relies on it.
    pub(super) fn check_condition(&self, headers: &HeaderMap) -> Result<(), Problem> {
        if self.judges_version || self.method == Method::GET || !headers.contains_key(header::IF_MATCH) {
            return Ok(());
        }
        Err(Problem::invalid(
            "If-Match means nothing here: it is for changes of an account and its limits; a transfer has \"if\" in its body",
        ))
    }

    /// The method as a word that lives as long as the program.
    pub(super) fn method_word(&self) -> &'static str {
        match self.method {
            Method::GET => "GET",
            Method::PATCH => "PATCH",
            Method::PUT => "PUT",
            Method::DELETE => "DELETE",
            _ => "POST",
        }
    }

    /// What is known of a call that was not answered by its deadline: whether it may have changed something, in whichever lane it was.
    pub(super) fn late(&self) -> Late {
        match self.action {
            Action::Read(_) | Action::Long(_) => Late::Reads,
            _ if self.method == Method::GET => Late::Reads,
            _ => Late::Writes,
        }
    }

    /// The parameters of its query, with that of all paths that name an account.
    pub(super) fn parameters(&self) -> impl Iterator<Item = &'static Parameter> {
        const OF_ACCOUNT: &Parameter = &(
            named::NAME,
            "The account, where a client cannot write its name in a path, as browsers cannot with `..`; the path has `-` then",
        );
        self.query.iter().chain(self.path.contains("{account}").then_some(OF_ACCOUNT))
    }

    pub(super) fn query_names(&self) -> Vec<&'static str> {
        self.parameters().map(|(name, _)| *name).collect()
    }

    /// Whether its answer can be lines that go on to the end, so that their number is not bounded as that of a page is.
    pub(super) fn answer_has_lines(&self) -> bool {
        matches!(self.action, Action::Events)
    }

    /// Whether a client must say by which key it can repeat the call.
    pub(super) fn needs_key(&self) -> bool {
        matches!(self.action, Action::Post(..) | Action::PostPrepared(..))
    }
}
