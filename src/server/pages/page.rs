//! What a page is: a path, and what is shown there.

use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use axum::http::StatusCode;
use maud::{Markup, html};
use tokio::time::timeout;

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
    /// The end of it, where that takes long: it is sent behind the rest when it is there.
    pub(super) later: Option<Later>,
    pub(super) status: StatusCode,
}

pub(super) type Later = Pin<Box<dyn Future<Output = Result<Markup, Problem>> + Send>>;

/// How long a page waits for its end before its beginning is sent without it.
const SOON: Duration = Duration::from_millis(15);

impl Document {
    pub(super) fn new(title: impl Into<String>, main: Markup) -> Self {
        Self { title: title.into(), main, later: None, status: StatusCode::OK }
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

/// A page whose end may take long. Where it is there soon, a problem with it is the page's; later, the problem stands in its place.
pub(super) async fn shown_soon(
    title: impl Into<String>,
    main: Markup,
    end: impl Future<Output = Result<Markup, Problem>> + Send + 'static,
) -> Outcome {
    let mut end: Later = Box::pin(end);
    match timeout(SOON, &mut end).await {
        Ok(end) => Ok(shown(title, html! { (main) (end?) })),
        Err(_) => Ok(Reply::Page(Document { later: Some(end), ..Document::new(title, main) })),
    }
}

/// A page that is shown.
pub(super) fn shown(title: impl Into<String>, main: Markup) -> Reply {
    Reply::Page(Document::new(title, main))
}

#[cfg(test)]
mod tests {
    use std::future::{pending, ready};

    use super::*;
    use crate::server::status::ServerCode;

    fn run<T>(work: impl Future<Output = T>) -> T {
        tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap().block_on(work)
    }

    #[test]
    fn an_end_that_is_there_soon_is_part_of_the_page_and_its_problem_is_the_page_s() {
        let end = ready(Ok(html! { p { "end" } }));
        let Ok(Reply::Page(page)) = run(shown_soon("T", html! { p { "begin" } }, end)) else { panic!("no page") };
        assert!(page.later.is_none());
        assert_eq!(page.main.into_string(), "<p>begin</p><p>end</p>");
        let refused = ready(Err(Problem::new(ServerCode::NotFound, "no")));
        assert!(run(shown_soon("T", Markup::default(), refused)).is_err());
    }

    #[test]
    fn an_end_that_takes_long_is_left_for_later() {
        let Ok(Reply::Page(page)) = run(shown_soon("T", html! { p { "begin" } }, pending())) else { panic!("no page") };
        assert!(page.later.is_some());
        assert_eq!(page.main.into_string(), "<p>begin</p>");
    }
}
