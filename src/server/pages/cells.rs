//! How values are shown. Whatever a book says is text: markup is escaped, and characters that deceive are made visible.

use std::borrow::Cow;

use maud::{Markup, html};
use serde::Serialize;
use serde_json::Value;

use crate::server::named;
use crate::server::pages::pairs::{Pairs, encode};
use crate::server::pages::zone::{moment, of_view};
use crate::server::problem::Problem;
use crate::server::status::ServerCode;
use crate::wire::{Kind, Record, visible};

/// From how many digits on an amount is wide.
const WIDE_MIN: usize = 15;
/// Zeros of a currency with more decimals than this are shown as one digit.
const SHOWN_DECIMALS_OF_NOTHING: usize = 4;

/// A text of the book.
pub(super) fn text(text: &str) -> Cow<'_, str> {
    visible(text)
}

/// From how many characters on a text may be broken anywhere, where there is little room. Shorter ones are read as a whole.
const LONG_MIN: usize = 29;

/// A text of the book, whichever way it is written.
pub(super) fn words(of_book: &str) -> Markup {
    let is_long = of_book.chars().count() >= LONG_MIN;
    html! { bdi class=[is_long.then_some("long")] { (text(of_book)) } }
}

/// An amount, which may be broken on paper where it is too wide for that.
pub(super) fn number(of_book: &str) -> Markup {
    let shown = amount(of_book);
    html! { bdi class=[(shown.len() >= WIDE_MIN).then_some("wide")] { (text(shown)) } }
}

/// An amount. Nothing of a currency with many decimals is a zero: its other digits would only take room.
fn amount(text: &str) -> &str {
    let has_many = text.split_once('.').is_some_and(|(_, decimals)| decimals.len() > SHOWN_DECIMALS_OF_NOTHING);
    let is_nothing = text.bytes().all(|byte| matches!(byte, b'0' | b'.'));
    if has_many && is_nothing { "0" } else { text }
}

/// A field of an answer. One that is not there is a fault of ours and never an empty cell.
pub(super) fn field<'v>(value: &'v Value, name: &str) -> Result<&'v Value, Problem> {
    value.get(name).ok_or_else(|| Problem::new(ServerCode::Panic, format!("the answer has no field {name:?}")))
}

/// A field that is a text; empty where it is null.
pub(super) fn word<'v>(value: &'v Value, name: &str) -> Result<&'v str, Problem> {
    Ok(field(value, name)?.as_str().unwrap_or_default())
}

/// A record as a row of a table.
pub(super) fn row(record: &impl Serialize) -> Result<Value, Problem> {
    serde_json::to_value(record).map_err(|error| Problem::invalid(error.to_string()))
}

/// The rows of a list.
pub(super) fn rows<'v>(value: &'v Value, name: &str) -> Result<&'v [Value], Problem> {
    Ok(field(value, name)?.as_array().map_or(&[], Vec::as_slice))
}

/// A column of a table, or one of several facts.
pub(super) struct Column {
    pub(super) name: &'static str,
    pub(super) title: String,
    pub(super) kind: Kind,
    to: Option<To>,
}

/// Where the cells of a column lead.
#[derive(Clone, Copy)]
enum To {
    /// The page of the account that the cell names.
    Account,
    /// What the link begins with, and the field that is put behind that.
    Named(&'static str, &'static str),
    /// The field that is the link; a cell whose row has none leads nowhere.
    Link(&'static str),
}

/// Some fields of a record.
pub(super) fn columns<R: Record>(names: &[&'static str]) -> Vec<Column> {
    let known = R::columns();
    debug_assert!(names.iter().all(|name| known.contains(name)), "{names:?} of {known:?}");
    let column = |name: &'static str| {
        let kind = R::kind(name);
        let to = (kind == Kind::Name).then_some(To::Account);
        Column { name, title: title_of(name, kind), kind, to }
    };
    names.iter().map(|name| column(name)).collect()
}

/// The same columns, of which some are amounts that their record has as texts.
pub(super) fn counting(mut columns: Vec<Column>, names: &[&str]) -> Vec<Column> {
    columns.iter_mut().filter(|column| names.contains(&column.name)).for_each(|column| column.kind = Kind::Number);
    columns
}

/// The same columns, of which one leads to a page: what its links begin with, and the field behind that.
pub(super) fn linking(columns: Vec<Column>, name: &str, (prefix, of): (&'static str, &'static str)) -> Vec<Column> {
    with_link(columns, name, To::Named(prefix, of))
}

/// The same columns, of which one leads where a field says.
pub(super) fn leading(columns: Vec<Column>, name: &str, of: &'static str) -> Vec<Column> {
    with_link(columns, name, To::Link(of))
}

fn with_link(mut columns: Vec<Column>, name: &str, to: To) -> Vec<Column> {
    columns.iter_mut().filter(|column| column.name == name).for_each(|column| column.to = Some(to));
    columns
}

/// `recorded_at` as `Recorded (UTC)`, with the zone of the view.
fn title_of(name: &str, kind: Kind) -> String {
    if kind == Kind::Time { format!("{} ({})", title(name.trim_end_matches("_at")), of_view()) } else { title(name) }
}

/// A name of a field, as people write it.
pub(super) fn title(name: &str) -> String {
    if name == "url" {
        return "URL".to_owned();
    }
    let words = name.replace('_', " ");
    let mut letters = words.chars();
    let first = letters.next().map(|letter| letter.to_ascii_uppercase());
    first.into_iter().chain(letters).collect()
}

impl Column {
    /// A column of numbers that no record has.
    pub(super) fn number(name: &'static str, title: &str) -> Self {
        Self { name, title: title.to_owned(), kind: Kind::Number, to: None }
    }

    /// A column of words that no record has.
    pub(super) fn words(name: &'static str, title: &str) -> Self {
        Self { kind: Kind::Text, ..Self::number(name, title) }
    }

    pub(super) fn is_number(&self) -> bool {
        self.kind == Kind::Number
    }

    /// The cell of a row.
    pub(super) fn cell(&self, row: &Value) -> Result<Markup, Problem> {
        let value = field(row, self.name)?;
        let shown = shown(self.kind, value);
        let target = match self.to.filter(|_| !value.is_null()) {
            None => None,
            Some(To::Account) => value.as_str().map(account_path),
            Some(To::Link(of)) => field(row, of)?.as_str().map(str::to_owned),
            Some(To::Named(prefix, of)) => Some(match field(row, of)? {
                Value::String(text) => format!("{prefix}{}", encode(text)),
                other => format!("{prefix}{}", encode(&other.to_string())),
            }),
        };
        Ok(match target {
            Some(target) => html! { a href=(target) { (shown) } },
            None => shown,
        })
    }
}

/// A value by what it is.
pub(super) fn shown(kind: Kind, value: &Value) -> Markup {
    match (kind, value) {
        (_, Value::Null) => html! {},
        (Kind::Time, Value::String(time)) => moment(time),
        (Kind::State, Value::String(state)) => html! { span class={ "state " (state) } { (state.replace('_', " ")) } },
        (Kind::Id | Kind::Hash, Value::String(id)) => html! { code { (id) } },
        (Kind::Number, Value::String(text)) => number(text),
        (_, Value::String(of_book)) => words(of_book),
        (_, Value::Bool(is_so)) => html! { @if *is_so { "yes" } @else { "no" } },
        (_, Value::Number(number)) => html! { (number.to_string()) },
        (_, Value::Object(entries)) => html! {
            @if !entries.is_empty() {
                dl.entries { @for (key, value) in entries { div { dt { bdi { (text(key)) } } dd { (shown(Kind::Text, value)) } } } }
            }
        },
        (_, Value::Array(items)) => html! { ul { @for item in items { li { (shown(Kind::Text, item)) } } } },
    }
}

/// The page of an account.
pub(super) fn account_path(name: &str) -> String {
    account_path_to(name, "")
}

/// A page of an account, by what stands behind its name: `/freeze`. A name that a browser would take for steps in the path stands in the query.
pub(super) fn account_path_to(name: &str, page: &str) -> String {
    if named::is_step(name) {
        return Pairs::of([(named::NAME, name)]).behind(&format!("/accounts/{}{page}", named::ELSEWHERE));
    }
    format!("/accounts/{}{page}", encode(name))
}

pub(super) fn account_link(name: &str) -> Markup {
    html! { a href=(account_path(name)) { (words(name)) } }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_of_many_decimals_takes_one_digit_and_everything_else_stays() {
        for (text, shown) in [
            ("0.000000000000000000", "0"),
            ("0.00", "0.00"),
            ("0", "0"),
            ("0.000000000000000001", "0.000000000000000001"),
            ("-0.50000", "-0.50000"),
        ] {
            assert_eq!(amount(text), shown);
        }
    }

    #[test]
    fn only_a_long_text_may_be_broken_anywhere() {
        assert_eq!(words("customers:bob").into_string(), "<bdi>customers:bob</bdi>");
        assert!(words(&"w".repeat(LONG_MIN)).into_string().starts_with("<bdi class=\"long\">"));
        assert_eq!(number("12.50").into_string(), "<bdi>12.50</bdi>");
        assert!(number("5.123456789012345678").into_string().starts_with("<bdi class=\"wide\">"));
    }
}
