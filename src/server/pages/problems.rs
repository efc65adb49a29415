//! What is shown where a page cannot be.

use axum::http::StatusCode;
use maud::{Markup, html};
use serde_json::{Map, Value};

use crate::server::pages::cells::{shown, text};
use crate::server::pages::page::Document;
use crate::server::problem::{FIELD, Problem};
use crate::wire::Kind;

/// A page that tells why another is not shown.
pub(super) fn document(problem: &Problem) -> Document {
    Document::new(title(problem.status), notice(problem)).with_status(problem.status)
}

/// What was refused and why, for people.
pub(super) fn notice(problem: &Problem) -> Markup {
    // A form marks the field itself.
    let fields: Map<_, _> = problem.fields.clone().into_iter().filter(|(name, _)| name != FIELD).collect();
    html! {
        div.notice.bad role="alert" {
            p { (text(&sentence(&problem.detail))) }
            @if !fields.is_empty() { (shown(Kind::Text, &Value::Object(fields))) }
            p.quiet { "Code " code { (problem.code) } }
        }
    }
}

fn title(status: StatusCode) -> &'static str {
    match status {
        StatusCode::FORBIDDEN => "Not allowed",
        StatusCode::NOT_FOUND => "Not found",
        StatusCode::SERVICE_UNAVAILABLE | StatusCode::GATEWAY_TIMEOUT => "Not now",
        status if status.is_server_error() => "A fault",
        _ => "Not as it was asked for",
    }
}

/// A detail as a sentence.
pub(super) fn sentence(detail: &str) -> String {
    let mut letters = detail.chars();
    let first = letters.next().map(|letter| letter.to_uppercase().to_string()).unwrap_or_default();
    let end = if detail.ends_with(['.', '?', '!']) { "" } else { "." };
    format!("{first}{}{end}", letters.as_str())
}
