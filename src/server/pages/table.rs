//! Tables, lists of facts, and the way from one page of a list to the next.

use maud::{Markup, html};
use serde_json::Value;

use crate::server::pages::cells::{Column, field, shown, text, title};
use crate::server::pages::pairs::Pairs;
use crate::server::problem::Problem;
use crate::wire::Kind;

/// A table that scrolls by itself where the screen is narrow, by keyboard too.
pub(super) fn framed(caption: &str, table: &Markup) -> Markup {
    html! { div.scroll role="region" aria-label=(text(caption)) tabindex="0" { (table) } }
}

/// Rows with their columns. The first column is the head of its row.
pub(super) fn table(caption: &str, columns: &[Column], rows: &[Value]) -> Result<Markup, Problem> {
    if rows.is_empty() {
        return Ok(html! { p.nothing { (text(caption)) ": none." } });
    }
    let columns = told(columns, rows);
    let cells = rows.iter().map(|row| columns.iter().copied().map(|column| column.cell(row)).collect());
    let cells = cells.collect::<Result<Vec<Vec<_>>, Problem>>()?;
    let class = |column: &Column| column.is_number().then_some("n");
    let table = html! {
        table {
            caption { (text(caption)) }
            thead { tr { @for column in columns.iter().copied() { th scope="col" class=[class(column)] { (column.title) } } } }
            tbody {
                @for (row, values) in cells.iter().zip(rows) {
                    tr.total[is_total(values)] {
                        @for (index, (column, cell)) in columns.iter().copied().zip(row).enumerate() {
                            @if index == 0 { th scope="row" class=[class(column)] data-label=(column.title) { (cell) } }
                            @else { td class=[class(column)] data-label=(column.title) { (cell) } }
                        }
                    }
                }
            }
        }
    };
    Ok(framed(caption, &table))
}

/// The columns that some row has something in. One that is empty from top to bottom only takes room from the others.
fn told<'c>(columns: &'c [Column], rows: &[Value]) -> Vec<&'c Column> {
    let is_told = |column: &Column| rows.iter().any(|row| row.get(column.name).is_none_or(|value| !value.is_null()));
    columns
        .iter()
        .enumerate()
        .filter(|(index, column)| *index == 0 || is_told(column))
        .map(|(_, column)| column)
        .collect()
}

/// The most rows of a list that has no pages: somebody may have made it as long as he liked.
pub(super) const ROWS_MAX: usize = 50;

/// The first rows, and where all of them are.
pub(super) fn first_rows(caption: &str, columns: &[Column], rows: &[Value], all: &str) -> Result<Markup, Problem> {
    let shown = &rows[..rows.len().min(ROWS_MAX)];
    Ok(html! {
        (table(caption, columns, shown)?)
        @if shown.len() < rows.len() { p.quiet { "The first " (shown.len()) " of " (rows.len()) ". " a href=(all) { "All of them" } } }
    })
}

/// Whether a line of a report adds up others.
fn is_total(row: &Value) -> bool {
    row.get("line").and_then(Value::as_str).is_some_and(|line| line != "account")
}

/// Facts of one thing, without those that are null.
pub(super) fn facts(columns: &[Column], of: &Value) -> Result<Markup, Problem> {
    let mut facts = Vec::new();
    for column in columns {
        let value = field(of, column.name)?;
        let is_empty = value.is_null() || value.as_object().is_some_and(serde_json::Map::is_empty);
        if !is_empty {
            facts.push((column.title.as_str(), column.cell(of)?));
        }
    }
    Ok(html! { dl.facts { @for (title, fact) in &facts { div { dt { (title) } dd { (fact) } } } } })
}

/// Those facts of these names that the thing has.
pub(super) fn named_facts(of: &Value, names: &[&str]) -> Markup {
    let facts = names.iter().filter_map(|name| Some((*name, of.get(name).filter(|value| !value.is_null())?)));
    html! { dl.facts { @for (name, value) in facts { div { dt { (title(name)) } dd { (shown(Kind::Number, value)) } } } } }
}

/// The links to the other pages of a list. `query` is what the list was asked for.
pub(super) fn pager(path: &str, query: &Pairs, next: Option<&str>) -> Markup {
    let is_first = query.get("cursor").is_none();
    html! {
        @if !is_first || next.is_some() {
            nav.pager aria-label="Pages" {
                @if !is_first { a href=(query.without(&["cursor"]).behind(path)) rel="first" { "First page" } }
                @if let Some(next) = next {
                    a href=(query.with("cursor", next).behind(path)) rel="next" { "Next page" }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_column_that_is_empty_from_top_to_bottom_is_left_out_but_for_the_first() {
        let columns = ["a", "b", "c"].map(|name| Column::words(name, name));
        let rows = [json!({"a": null, "b": null, "c": null}), json!({"a": null, "b": 1, "c": null})];
        let names: Vec<_> = told(&columns, &rows).iter().map(|column| column.name).collect();
        assert_eq!(names, ["a", "b"]);
        let html = table("Rows", &columns, &rows).unwrap().into_string();
        assert!(html.contains("<td data-label=\"b\">1</td>") && !html.contains(">c</th>"), "{html}");
    }
}
