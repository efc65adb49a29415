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
    let main = html! {
        (notice(problem))
        @if problem.status == StatusCode::NOT_FOUND {
            p { "Begin at " a href="/" { "the overview" } ", or look it up among " a href="/accounts" { "the accounts" } "." }
        }
    };
    Document::new(title(problem.status), main).with_status(problem.status)
}

/// What was refused and why, for people.
pub(super) fn notice(problem: &Problem) -> Markup {
    // A form marks the field itself.
    let fields: Map<_, _> = problem.fields.clone().into_iter().filter(|(name, _)| name != FIELD).collect();
    html! {
        div.notice.bad role="alert" {
            p { (text(&sentence(problem))) }
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

/// The detail of a problem as a sentence. A name that it begins with stays as it is: `Alice` can be another account than `alice`.
pub(super) fn sentence(problem: &Problem) -> String {
    let detail = &problem.detail;
    let begins_with = |name: &str| {
        let rest = detail.strip_prefix(name).filter(|_| !name.is_empty());
        rest.is_some_and(|rest| !rest.starts_with(char::is_alphanumeric))
    };
    let names = problem.fields.iter().filter(|(field, _)| ![FIELD, "place"].contains(&field.as_str()));
    let begins_with_name = names.filter_map(|(_, name)| name.as_str()).any(begins_with);
    let end = if detail.ends_with(['.', '?', '!']) { "" } else { "." };
    let mut letters = detail.chars();
    match letters.next() {
        Some(first) if !begins_with_name => {
            format!("{}{}{end}", first.to_uppercase(), letters.as_str())
        }
        _ => format!("{detail}{end}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sentence_begins_with_a_capital_unless_it_begins_with_a_name() {
        let of_alice = Problem::invalid("alice has 5.00 EUR available").with("account", "alice");
        assert_eq!(sentence(&of_alice), "alice has 5.00 EUR available.");
        let of_bob = Problem::invalid("the account is frozen").with("account", "bob").with("key", "");
        assert_eq!(sentence(&of_bob), "The account is frozen.");
        let of_field = Problem::invalid("amount is missing").with("account", "a").of_field("amount");
        assert_eq!(sentence(&of_field), "Amount is missing.");
        let of_place = Problem::invalid("parameter from: no time").with("place", "parameter from");
        assert_eq!(sentence(&of_place), "Parameter from: no time.");
        assert_eq!(sentence(&Problem::invalid("why?")), "Why?");
    }
}
