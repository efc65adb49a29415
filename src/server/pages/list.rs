//! A list of the API as a page: a form of all filters that the API has for it, the rows, and the way to the next page.

use std::sync::Arc;

use maud::{Markup, html};
use serde_json::Value;

use crate::server::answer::SEARCHED_TO;
use crate::server::pages::cells::{Column, rows, title};
use crate::server::pages::page::{Outcome, shown, shown_soon};
use crate::server::pages::pairs::Pairs;
use crate::server::pages::table::{pager, table};
use crate::server::pages::visit::{Ask, Visit, parameters};
use crate::server::pages::zone::{moment_with_zone, of_view, with_moments};
use crate::server::problem::Problem;

/// The filters that are times, which the pages read in the zone of the view.
const TIMES: [&str; 2] = ["from", "to"];
/// What the API has for any key of metadata, and the two fields that stand for one.
const METADATA: &str = "metadata.*";
const METADATA_FIELDS: [(&str, &str); 2] =
    [("metadata_key", "Something is kept beside it under this key"), ("metadata_value", "And it is this")];
/// What the pages give themselves, and show no field for.
const OWN: [&str; 1] = ["time_zone"];
const ROWS_PER_PAGE: usize = 50;
/// How many searches of the API one view makes at most.
const SEARCHES_MAX: usize = 10;
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
    /// Which come first where nobody says, if somebody can.
    pub(super) order: Option<&'static str>,
}

impl List {
    /// The page, with something above the table. A search that has not found enough yet goes on behind what is shown already.
    pub(super) async fn show(&'static self, visit: &Arc<Visit>, above: Markup, columns: Vec<Column>) -> Outcome {
        let names: Vec<_> = fields(self.api).map(|(name, _)| name).collect();
        let filters = visit.query.only(&names);
        let query = match visit.query.get("cursor") {
            // It has the filters in it.
            Some(cursor) => Pairs::of([("cursor", cursor)]),
            None => with_metadata(&with_moments(visit, &filters, &TIMES)?)?,
        };
        let found = Found::read(self.api, visit, &query, ROWS_PER_PAGE).await?;
        let main = html! {
            (above)
            @if !names.is_empty() {
                details open[filters != Pairs::default()] { summary { "Filters" } (form(self.path, self.api, &filters)) }
            }
        };
        if found.searched_to.is_none() {
            return Ok(shown(self.title, html! { (main) (self.rows(visit, &filters, &found, &columns)?) }));
        }
        let visit = Arc::clone(visit);
        let rows = async move {
            let found = found.go_on(self.api, &visit).await?;
            self.rows(&visit, &filters, &found, &columns)
        };
        shown_soon(self.title, main, rows).await
    }

    /// What was found. It is live if it is the first page and the search has ended: each event would begin another search anew.
    fn rows(&self, visit: &Visit, filters: &Pairs, found: &Found, columns: &[Column]) -> Result<Markup, Problem> {
        let is_live = visit.query.get("cursor").is_none() && found.searched_to.is_none();
        let query = filters.with("cursor", visit.query.get("cursor").unwrap_or_default());
        Ok(html! {
            div #rows data-live[is_live] {
                @if !found.rows.is_empty() { (table(&self.caption(filters), columns, &found.rows)?) }
                @else if found.searched_to.is_some() { p.nothing { "Nothing was found so far." } }
                @else if *filters != Pairs::default() { p.nothing { "Nothing matches these filters. " a href=(self.path) { "Show all" } } }
                @else { (table(&self.caption(filters), columns, &[])?) }
                @if let (Some(moment), Some(next)) = (&found.searched_to, &found.next) {
                    (searched(moment, filters, &filters.with("cursor", next).behind(self.path)))
                    (pager(self.path, &query, None))
                } @else { (pager(self.path, &query, found.next.as_deref())) }
            }
        })
    }

    fn caption(&self, filters: &Pairs) -> String {
        match filters.get("order").or(self.order) {
            Some(first) => format!("{}, {first} first", self.caption),
            None => self.caption.to_owned(),
        }
    }
}

/// How far a search came, and the way on.
fn searched(moment: &str, filters: &Pairs, next: &str) -> Markup {
    let to = if filters.get("order") == Some("oldest") { "up" } else { "back" };
    html! {
        p.notice {
            "Searched " (to) " to " (moment_with_zone(moment)) ". " a href=(next) rel="next" { "Search on" }
            ", or narrow it: by an account, a key or a span it is found sooner."
        }
    }
}

/// The rows of a page, as far as they were found.
struct Found {
    rows: Vec<Value>,
    next: Option<String>,
    /// How far the search came, where it ended before it had found enough.
    searched_to: Option<String>,
}

impl Found {
    async fn read(api: &'static str, visit: &Visit, query: &Pairs, limit: usize) -> Result<Self, Problem> {
        let page = visit.get(Ask::of(api).with(query.with("limit", &limit.to_string()))).await?;
        let told = |name: &str| page.get(name).and_then(Value::as_str).map(str::to_owned);
        Ok(Self { rows: rows(&page, "items")?.to_vec(), next: told("next_cursor"), searched_to: told(SEARCHED_TO) })
    }

    /// Searches on, a short read behind the other, until enough is found or it was looked far enough for one view.
    async fn go_on(mut self, api: &'static str, visit: &Visit) -> Result<Self, Problem> {
        for _ in 1..SEARCHES_MAX {
            let (Some(_), Some(cursor)) = (&self.searched_to, &self.next) else { break };
            let query = Pairs::of([("cursor", cursor.as_str())]);
            let more = Self::read(api, visit, &query, ROWS_PER_PAGE - self.rows.len()).await?;
            self.rows.extend(more.rows);
            (self.next, self.searched_to) = (more.next, more.searched_to);
        }
        Ok(self)
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
                    (title(name)) small { (help.replace('`', "")) @if TIMES.contains(&name) { ", by the clocks of " (of_view()) } }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_search_says_how_far_it_came_in_the_order_of_the_list() {
        let told = |order: &str| searched("2026-03-12T08:00:00Z", &Pairs::of([("order", order)]), "/on").into_string();
        assert!(
            told("newest").contains("Searched back to <time")
                && told("newest").contains(">2026-03-12 08:00:00</time> UTC")
        );
        assert!(told("oldest").contains("Searched up to <time") && told("oldest").contains("href=\"/on\""));
    }
}
