//! The routes, made of the table of endpoints.

use std::sync::{Arc, LazyLock};

use axum::Router;
use axum::extract::Request as HttpRequest;
use axum::http::{HeaderMap, HeaderName, header};
use axum::middleware::{Next, from_fn};
use axum::response::IntoResponse;
use axum::routing::{MethodFilter, get, on};

use crate::server::health::Health;
use crate::server::problem::Problem;
use crate::server::state::State;
use crate::server::status::ServerCode;
use crate::server::{api, dispatch, door, health, openapi, pages, scrape};

pub(super) fn router(state: &Arc<State>) -> Router {
    let mut router = Router::new();
    for endpoint in api::all() {
        // The table has the methods that there are filters for.
        let Ok(method) = MethodFilter::try_from(endpoint.method.clone()) else { continue };
        let state = Arc::clone(state);
        let handler = move |request: HttpRequest| dispatch::answer(Arc::clone(&state), endpoint, request);
        router = router.route(endpoint.path, on(method, handler));
    }
    let known = Arc::new(Health::default());
    let (of_ready, of_missing, of_method) = (Arc::clone(state), Arc::clone(state), Arc::clone(state));
    let of_door = Arc::clone(state);
    router
        .route("/livez", get(|| async { health::live() }))
        .route("/readyz", get(move || health::ready(Arc::clone(&of_ready), Arc::clone(&known))))
        .merge(metrics(state))
        .merge(documents())
        .merge(pages::router(state))
        .fallback(move |headers: HeaderMap| async move {
            let problem = Problem::new(ServerCode::NotFound, "there is no such path");
            if pages::are_wanted(&headers) {
                return pages::refuse(&problem);
            }
            dispatch::refuse(problem, &headers, &of_missing)
        })
        .method_not_allowed_fallback(move |headers: HeaderMap| async move {
            let problem = Problem::new(ServerCode::MethodNotAllowed, "the path has no such method");
            dispatch::refuse(problem, &headers, &of_method)
        })
        .layer(from_fn(move |request: HttpRequest, next: Next| door::pass(Arc::clone(&of_door), request, next)))
}

fn metrics(state: &Arc<State>) -> Router {
    let state = Arc::clone(state);
    let handler = move |headers: HeaderMap| async move {
        match dispatch::may_read_metrics(&state, &headers).await {
            Ok(()) => {
                scrape::refresh(&state).await;
                ([("content-type", "text/plain; version=0.0.4")], state.metrics.text()).into_response()
            }
            Err(problem) => dispatch::refuse(problem, &headers, &state),
        }
    };
    Router::new().route("/metrics", get(handler))
}

/// The document of the API, and a page that shows it. Both are the same for everybody, and made when the first one asks.
fn documents() -> Router {
    static DOCUMENT: LazyLock<String> = LazyLock::new(|| openapi::document(api::all()).to_string());
    static PAGE: LazyLock<String> = LazyLock::new(|| openapi::page(api::all()));
    const OF_PAGE: [(HeaderName, &str); 2] =
        [(header::CONTENT_TYPE, "text/html; charset=utf-8"), (header::CONTENT_SECURITY_POLICY, openapi::PAGE_POLICY)];
    Router::new()
        .route("/openapi.json", get(async || ([(header::CONTENT_TYPE, "application/json")], DOCUMENT.as_str())))
        .route("/docs", get(async || (OF_PAGE, PAGE.as_str())))
}
