//! A list of the API as a page: a form of all filters that the API has for it, the rows, and the way to the next page.

use maud::{Markup, html};
use serde_json::Value;

use crate::server::pages::cells::{Column, rows};
use crate::server::pages::page::{Outcome, shown};
use crate::server::pages::pairs::Pairs;
use crate::server::pages::table::{pager, table};
use crate::server::pages::visit::{Ask, Visit, parameters};
use crate::server::pages::zone::{of_view, with_moments};
use crate::server::problem::Problem;

/// The filters that are times, which the pages read in the zone of the view.
const TIMES: [&str; 2] = ["from", "to"];
/// What the API has for any key of metadata, and the two fields that stand for one.
const METADATA: &str = "metadata.*";
const METADATA_FIELDS: [(&str, &str); 2] =
    [("metadata_key", "Something is kept beside it under this key"), ("metadata_value", "And it is this")];
/// What the pages give themselves, and show no field for.
const OWN: [&str; 1] = ["time_zone"];
const ROWS_PER_PAGE: &str = "50";
/// What a filter can be, where that is a choice.
const CHOICES: [(&str, &[&str]); 4] = [
    ("kind", &["transfer", "hold", "capture", "release", "reversal"]),
    ("state", &["open", "captured", "released", "expired"]),
    ("order", &["newest", "oldest"]),
    ("zero", &["true", "false"]),
];

pub(super) struct List {
    pub(super) path: &'static str,
    pub(super) api: &'static str,
    pub(super) title: &'static str,
    pub(super) caption: &'static str,
}

impl List {
    /// The page, with something above the table.
    pub(super) async fn show(&self, visit: &Visit, above: Markup, columns: &[Column]) -> Outcome {
        let names: Vec<_> = fields(self.api).map(|(name, _)| name).collect();
        let filters = visit.query.only(&names);
        let query = match visit.query.get("cursor") {
            // It has the filters in it.
            Some(cursor) => Pairs::of([("cursor", cursor)]),
            None => with_metadata(&with_moments(visit, &filters, &TIMES)?)?,
        };
        let page = visit.get(Ask::of(self.api).with(query.with("limit", ROWS_PER_PAGE))).await?;
        let next = page.get("next_cursor").and_then(Value::as_str);
        let main = html! {
            (above)
            @if !names.is_empty() {
                details open[filters != Pairs::default()] { summary { "Filters" } (form(self.path, self.api, &filters)) }
            }
            div #rows data-live[visit.query.get("cursor").is_none()] {
                (table(self.caption, columns, rows(&page, "items")?)?)
                (pager(self.path, &filters.with("cursor", visit.query.get("cursor").unwrap_or_default()), next))
            }
        };
        Ok(shown(self.title, main))
    }
}

/// The parameters that have one field each, and the fields for metadata.
fn fields(api: &'static str) -> impl Iterator<Item = (&'static str, &'static str)> {
    let has_metadata = parameters(api).any(|(name, _)| name == METADATA);
    let of_metadata = METADATA_FIELDS.into_iter().filter(move |_| has_metadata);
    parameters(api).filter(|(name, _)| !name.ends_with('*') && !OWN.contains(name)).chain(of_metadata)
}

/// What the API is asked for, with one parameter in place of the two fields.
fn with_metadata(filters: &Pairs) -> Result<Pairs, Problem> {
    let [(of_key, _), (of_value, _)] = METADATA_FIELDS;
    let asked = filters.without(&[of_key, of_value]);
    match (filters.get(of_key), filters.get(of_value)) {
        (Some(key), Some(value)) => Ok(asked.with(&METADATA.replace('*', key.trim()), value)),
        (None, None) => Ok(asked),
        _ => Err(Problem::invalid("metadata is looked for by its key and by its value: give both")),
    }
}

/// A field for each parameter that the API has.
pub(super) fn form(path: &str, api: &'static str, given: &Pairs) -> Markup {
    html! {
        form.fields method="get" action=(path) {
            @for (name, help) in fields(api) {
                label {
                    (name.replace('_', " ")) small { (help.replace('`', "")) @if TIMES.contains(&name) { ", by the clocks of " (of_view()) } }
                    @if let Some((_, choices)) = CHOICES.iter().find(|(of, _)| *of == name) {
                        select name=(name) {
                            option value="" { "any" }
                            @for choice in *choices {
                                option value=(choice) selected[given.get(name) == Some(choice)] { (choice) }
                            }
                        }
                    } @else {
                        input type="text" name=(name) value=[given.get(name)] maxlength="1024";
                    }
                }
            }
            div.actions { button type="submit" { "Show" } a.button href=(path) { "All" } }
        }
    }
}
