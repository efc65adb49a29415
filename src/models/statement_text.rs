//! For tests: the text of a statement as a snapshot that can be read. The files are in `tests/snapshots/sql`, which no package has.

use std::fmt::Write;

use diesel::backend::Backend;
use diesel::query_builder::{DebugQuery, QueryFragment, debug_query};

use crate::facts::{Hash, Instant, TransferKind};
use crate::models::sql_types::{SqlHash, SqlId, SqlInstant, SqlKind};

/// A line ends where it has this many characters.
const LINE_CHARACTERS_MAX: usize = 110;

/// What begins a line.
const CLAUSES: [&str; 21] = [
    "and",
    "begin",
    "cross",
    "delete",
    "for",
    "from",
    "insert",
    "join",
    "limit",
    "offset",
    "on",
    "or",
    "order",
    "pragma",
    "returning",
    "select",
    "set",
    "union",
    "update",
    "values",
    "where",
];

/// What goes on with the clause that the word before them began.
const GO_ON: [&str; 2] = ["cross join", "key update"];

/// The statement's text must be the one in the file of that name.
#[track_caller]
pub(crate) fn assert_statement<DB, T>(name: &str, statement: &T)
where
    DB: Backend,
    T: QueryFragment<DB>,
    for<'a> DebugQuery<'a, T, DB>: ToString,
{
    let shown = debug_query::<DB, _>(statement).to_string();
    let (text, _) = shown.split_once(" -- binds:").expect("Diesel tells the parameters behind the text");
    assert_text(name, text);
}

/// As above, for a text that no parameters belong to.
#[track_caller]
pub(crate) fn assert_text(name: &str, text: &str) {
    let lines = in_lines(text);
    let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert_eq!(words(&lines), words(text), "only spaces become ends of lines");
    insta::with_settings!({
        snapshot_path => "../../tests/snapshots/sql",
        prepend_module_to_snapshot => false,
        omit_expression => true,
    }, {
        insta::assert_snapshot!(name, lines);
    });
}

/// Each clause on a line of its own, indented as deep as the parentheses that it is in.
fn in_lines(text: &str) -> String {
    let (mut lines, mut line, mut before) = (String::new(), String::new(), "");
    let (mut depth, mut is_between) = (0_usize, false);
    for word in text.split_whitespace() {
        let goes_on = (is_between && word == "and") || GO_ON.contains(&format!("{before} {word}").as_str());
        let begins_clause = (CLAUSES.contains(&word) || word.starts_with(')') || before == "),") && !goes_on;
        if !line.is_empty() && (begins_clause || line.len() + word.len() >= LINE_CHARACTERS_MAX) {
            let _ = writeln!(lines, "{line}");
            line.clear();
        }
        let closed_first = word.chars().take_while(|character| *character == ')').count();
        if line.is_empty() {
            let is_continued = !begins_clause && !lines.is_empty();
            line.push_str(&"    ".repeat(depth.saturating_sub(closed_first) + usize::from(is_continued)));
        } else {
            line.push(' ');
        }
        line.push_str(word);
        is_between = word == "between" || (is_between && word != "and");
        depth = (depth + word.matches('(').count()).saturating_sub(word.matches(')').count());
        before = word;
    }
    lines + &line
}

impl Default for SqlId {
    fn default() -> Self {
        Self::new(uuid::Uuid::nil())
    }
}

impl Default for SqlInstant {
    fn default() -> Self {
        Instant::MIN.into()
    }
}

impl Default for SqlHash {
    fn default() -> Self {
        Hash([0; 32]).into()
    }
}

impl Default for SqlKind {
    fn default() -> Self {
        Self::Kind(TransferKind::Transfer)
    }
}
