//! What a form would come to, and the button that does it.

use maud::{Markup, html};
use serde_json::Value;

use crate::server::pages::acting::fields::{Field, hidden};
use crate::server::pages::cells::{shown, text, title};
use crate::server::pages::pairs::Pairs;
use crate::server::pages::table::framed;
use crate::wire::Kind;

/// What moves with every change and tells nobody anything.
const LEFT_OUT: [&str; 9] =
    ["head", "version", "hash", "sequence", "replayed", "dry_run", "changed", "recorded_at", "event"];

/// What would be done, and the choice between doing it and changing it.
pub(super) fn confirmation(path: &str, form: &Pairs, effect: &Markup) -> Markup {
    html! {
        p.notice { "Nothing is done yet. This is what it would come to:" }
        (effect)
        form method="post" action=(path) {
            (hidden(form))
            div.actions {
                button.main type="submit" name="step" value="confirm" { "Confirm" }
                button type="submit" name="step" value="edit" formnovalidate { "Change it" }
            }
        }
    }
}

/// What the form was filled with.
pub(super) fn given(fields: &[Field], form: &Pairs) -> Markup {
    let told = fields.iter().filter_map(|field| field.told(form));
    html! { dl.facts { @for (label, words) in told { div { dt { (label) } dd { bdi { (text(&words)) } } } } } }
}

/// The fields that differ; all that are told where there was nothing before.
pub(super) fn changes(before: Option<&Value>, after: &Value) -> Markup {
    let none = serde_json::Map::new();
    let fields = after.as_object().unwrap_or(&none);
    let old = |name: &str| before.and_then(|before| before.get(name)).unwrap_or(&Value::Null);
    let is_told = |name: &str, value: &Value| match before {
        Some(before) => before.get(name).is_some_and(|old| old != value),
        None => !value.is_null() && value.as_object().is_none_or(|object| !object.is_empty()),
    };
    let told: Vec<_> =
        fields.iter().filter(|(name, value)| !LEFT_OUT.contains(&name.as_str()) && is_told(name, value)).collect();
    let table = html! {
        table {
            caption { "What changes" }
            thead { tr { th scope="col" { "Field" } @if before.is_some() { th scope="col" { "Before" } } th scope="col" { "After" } } }
            tbody {
                @for (name, value) in &told {
                    tr {
                        th scope="row" data-label="Field" { (title(name)) }
                        @if before.is_some() { td data-label="Before" { (or_none(old(name))) } }
                        td data-label="After" { (or_none(value)) }
                    }
                }
            }
        }
    };
    html! { @if told.is_empty() { p { "It changes nothing: everything is like that already." } } @else { (framed("What changes", &table)) } }
}

fn or_none(value: &Value) -> Markup {
    if value.is_null() {
        html! { span.quiet { "none" } }
    } else {
        shown(Kind::Text, value)
    }
}
