//! One row as a block: a field a line, its name before it.

use crate::cli::cut::wrap_lines;
use crate::cli::screen::Screen;
use crate::wire::Kind;

/// What stands between the longest name and the texts.
const GAP: usize = 3;

/// A field that is shown.
pub(super) struct Field {
    pub(super) name: String,
    pub(super) kind: Kind,
    pub(super) text: String,
}

/// The lines of the fields. Texts that are longer than the screen go on below.
pub(super) fn block(fields: &[Field], screen: Screen) -> Vec<String> {
    let indent = fields.iter().map(|field| field.name.len()).max().unwrap_or_default() + GAP;
    let mut lines = Vec::new();
    for field in fields {
        let texts = match screen.width {
            Some(width) => wrap_lines(&field.text, width.saturating_sub(indent).max(1)),
            None => field.text.split('\n').map(str::to_owned).collect(),
        };
        for (index, text) in texts.iter().enumerate() {
            let name = if index == 0 { field.name.replace('_', " ") } else { String::new() };
            lines.push(format!("{name:<indent$}{}", screen.painted(field.kind, text)));
        }
    }
    lines
}
