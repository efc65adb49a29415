//! Columns for people. How wide they are follows from the first rows, so that a list of any length needs no more memory than a page.

use serde_json::{Map, Value};
use unicode_width::UnicodeWidthStr;

use crate::cli::fields::cell;
use crate::wire::visible;

/// What stands between two columns.
const GAP: usize = 2;

/// The columns of a table that has begun.
pub(super) struct Table {
    columns: Vec<Column>,
}

struct Column {
    name: String,
    width: usize,
    is_number: bool,
}

impl Table {
    /// As wide as the rows that are shown first. Longer cells of later rows push out what stands behind them.
    pub(super) fn of(columns: &[&str], first_rows: &[Map<String, Value>]) -> Self {
        let column = |name: &&str| {
            let cells = || first_rows.iter().map(|row| shown(row, name));
            let width = cells().map(|cell| cell.width()).chain([name.len()]).max().unwrap_or_default();
            Column { name: (*name).to_owned(), width, is_number: cells().all(|cell| looks_like_a_number(&cell)) }
        };
        Self { columns: columns.iter().map(column).collect() }
    }

    pub(super) fn header(&self) -> String {
        self.line(|column| column.name.replace('_', " ").to_uppercase())
    }

    pub(super) fn row(&self, row: &Map<String, Value>) -> String {
        self.line(|column| shown(row, &column.name))
    }

    fn line(&self, cell: impl Fn(&Column) -> String) -> String {
        let mut line = String::new();
        for column in &self.columns {
            let text = cell(column);
            let padding = " ".repeat(column.width.saturating_sub(text.width()));
            let gap = " ".repeat(GAP);
            line.extend(
                if column.is_number { [&padding, &text, &gap] } else { [&text, &padding, &gap] }.map(String::as_str),
            );
        }
        line.truncate(line.trim_end().len());
        line
    }
}

fn shown(row: &Map<String, Value>, column: &str) -> String {
    row.get(column).map_or_else(String::new, |value| single_line(&cell(value)))
}

/// Line ends and tabs would break the table, and other such characters the terminal.
pub(super) fn single_line(text: &str) -> String {
    visible(&text.replace(['\n', '\r', '\t'], " ")).into_owned()
}

/// Digits, with a sign and a decimal point or without. An empty cell does not speak against it.
pub(super) fn looks_like_a_number(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'-'))
}
