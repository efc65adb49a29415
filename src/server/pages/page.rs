//! What a page is: a path, and what is shown there.

use std::pin::Pin;
use std::sync::Arc;

use axum::http::StatusCode;
use maud::Markup;

use crate::server::keys::secret::digest_of;
use crate::server::pages::visit::Visit;
use crate::server::problem::Problem;
use crate::wire::Zone;

/// What a browser is answered.
pub(super) enum Reply {
    Page(Document),
    /// Look there: what a form was sent for is done.
    SeeOther(String),
    /// The same, with times in another zone from now on.
    InZone {
        zone: Zone,
        target: String,
    },
}

/// What stands on a page between its head and its foot.
pub(super) struct Document {
    pub(super) title: String,
    pub(super) main: Markup,
    pub(super) status: StatusCode,
}

impl Document {
    pub(super) fn new(title: impl Into<String>, main: Markup) -> Self {
        Self { title: title.into(), main, status: StatusCode::OK }
    }

    /// Tells what stands on the page from what stood there before.
    pub(super) fn mark(&self) -> String {
        format!("\"{}\"", &digest_of(&self.main.0)[..16])
    }

    pub(super) fn with_status(self, status: StatusCode) -> Self {
        Self { status, ..self }
    }
}

pub(super) type Outcome = Result<Reply, Problem>;
pub(super) type Run = fn(Arc<Visit>) -> Pin<Box<dyn Future<Output = Outcome> + Send>>;

pub(super) struct Page {
    pub(super) path: &'static str,
    pub(super) show: Run,
    /// What a form that is sent here does.
    pub(super) act: Option<Run>,
}

impl Page {
    pub(super) const fn new(path: &'static str, show: Run) -> Self {
        Self { path, show, act: None }
    }

    pub(super) const fn acting(self, act: Run) -> Self {
        Self { act: Some(act), ..self }
    }
}

/// A page that is shown.
pub(super) fn shown(title: impl Into<String>, main: Markup) -> Reply {
    Reply::Page(Document::new(title, main))
}
