//! Columns for people, as wide as the page. How wide they are follows from the first rows, so that a list of any length needs no more memory
//! than a page of it.
//!
//! A needed column is never left out in silence. Where the needed columns have no room beside each other, each row becomes a block with a
//! field a line.

use serde_json::{Map, Value};
use unicode_width::UnicodeWidthStr;

use crate::cli::block::{Field, block};
use crate::cli::cut::{cut, widest, wrap_lines};
use crate::cli::screen::Screen;
use crate::wire::{Columns, Kind, Record};

/// What stands between two columns.
const GAP: usize = 2;
/// How narrow a column of words may become.
const WORDS_MIN: usize = 8;
/// How narrow a column may become that is shown where there is room.
const ROOM_MIN: usize = 12;

/// A column that is asked for.
#[derive(Clone, Debug)]
pub(super) struct Column {
    pub(super) name: String,
    pub(super) kind: Kind,
    pub(super) need: Need,
}

/// Whether a column must be there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Need {
    Always,
    /// Only where there is room, which the earlier ones of the list get first.
    Room,
}

impl Column {
    /// The columns of a record.
    pub(super) fn of<R: Record>(columns: &Columns<R>) -> Vec<Self> {
        let needed = columns.names().iter().map(|name| (*name, Need::Always));
        let rest = columns.room().iter().map(|name| (*name, Need::Room));
        let column = |(name, need): (&str, Need)| Self { name: name.to_owned(), kind: R::kind(name), need };
        needed.chain(rest).map(column).collect()
    }
}

/// A table that has begun.
pub(super) struct Table {
    columns: Vec<Placed>,
    shape: Shape,
    screen: Screen,
    /// Needed columns that were empty in the first rows, and had no room.
    left_out: Vec<Placed>,
    /// Those of them in which a later row has something.
    missed: Vec<String>,
    has_begun: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shape {
    /// A row is a line, or several where its words are long.
    Lines,
    /// A row is a block, with a field a line.
    Blocks,
}

struct Placed {
    name: String,
    heading: String,
    kind: Kind,
    need: Need,
    /// That of its widest cell.
    cells_width: usize,
    width: usize,
    is_number: bool,
}

impl Table {
    /// As wide as the rows that are shown first, and no wider than the screen.
    pub(super) fn of(columns: &[Column], first_rows: &[Map<String, Value>], screen: Screen) -> Self {
        let placed = || columns.iter().map(|column| Placed::new(column, first_rows, screen)).collect::<Vec<_>>();
        let fitted = match screen.width {
            Some(width) => fit(placed(), width),
            None => Some((placed(), Vec::new())),
        };
        let (shape, (columns, left_out)) = match fitted {
            Some(fitted) => (Shape::Lines, fitted),
            None => (Shape::Blocks, (placed(), Vec::new())),
        };
        Self { columns, shape, screen, left_out, missed: Vec::new(), has_begun: false }
    }

    /// Whether all needed columns have room beside each other, without a word that is broken.
    pub(super) fn has_room(columns: &[Column], first_rows: &[Map<String, Value>], screen: Screen) -> bool {
        let Some(width) = screen.width else { return true };
        let mut placed: Vec<_> = columns.iter().map(|column| Placed::new(column, first_rows, screen)).collect();
        if needed_width(&placed) > width {
            placed.iter_mut().for_each(Placed::shorten);
        }
        needed_width(&placed) <= width
    }

    /// Whether each row is a block.
    pub(super) fn is_of_blocks(&self) -> bool {
        self.shape == Shape::Blocks
    }

    /// Rows as they are shown. The header stands before the first of them.
    pub(super) fn show(&mut self, rows: &[Map<String, Value>]) -> Vec<String> {
        let mut shown = Vec::with_capacity(rows.len() + 1);
        for row in rows {
            let is_first = !std::mem::replace(&mut self.has_begun, true);
            match self.shape {
                Shape::Lines => {
                    if is_first {
                        shown.push(self.header());
                    }
                    self.note_missed(row);
                    shown.push(self.row(row));
                }
                Shape::Blocks => {
                    if !is_first {
                        shown.push(String::new());
                    }
                    shown.extend(self.block(row));
                }
            }
        }
        shown
    }

    /// The headings of the columns that had no room although a row has something in them.
    pub(super) fn missed(&self) -> &[String] {
        &self.missed
    }

    fn note_missed(&mut self, row: &Map<String, Value>) {
        let screen = self.screen;
        let is_missed = |column: &mut Placed| !column.shown(row, screen).is_empty();
        self.missed.extend(self.left_out.extract_if(.., is_missed).map(|column| column.heading));
    }

    fn header(&self) -> String {
        let cells: Vec<_> = self.columns.iter().map(|column| vec![column.heading.clone()]).collect();
        self.lines(&cells, |_, text| text.to_owned())
    }

    fn block(&self, row: &Map<String, Value>) -> Vec<String> {
        let field = |column: &Placed| Field {
            name: column.name.clone(),
            kind: column.kind,
            text: column.shown(row, self.screen),
        };
        let fields: Vec<_> = self.columns.iter().map(field).filter(|field| !field.text.is_empty()).collect();
        block(&fields, self.screen)
    }

    /// A row, on as many lines as its words need.
    fn row(&self, row: &Map<String, Value>) -> String {
        let mut room = self.screen.width.map_or(0, |width| width.saturating_sub(total(&self.columns)));
        let cells: Vec<_> = self
            .columns
            .iter()
            .map(|column| {
                let text = column.shown(row, self.screen);
                // Longer cells of later rows take the room that is left.
                let longer = widest(&text).saturating_sub(column.width).min(room);
                room -= longer;
                column.cell(&text, column.width + longer, self.screen)
            })
            .collect();
        self.lines(&cells, |column, text| self.screen.painted(column.kind, text))
    }

    fn lines(&self, cells: &[Vec<String>], paint: impl Fn(&Placed, &str) -> String) -> String {
        let height = cells.iter().map(Vec::len).max().unwrap_or_default();
        let line = |index: usize| {
            let mut line = String::new();
            for (column, cell) in self.columns.iter().zip(cells) {
                let text = cell.get(index).map_or("", String::as_str);
                let padding = " ".repeat(column.width.saturating_sub(text.width()));
                let (gap, text) = (" ".repeat(GAP), paint(column, text));
                let parts = if column.is_number { [&padding, &text, &gap] } else { [&text, &padding, &gap] };
                line.extend(parts.map(String::as_str));
            }
            line.truncate(line.trim_end().len());
            line
        };
        (0..height).map(line).collect::<Vec<_>>().join("\n")
    }
}

impl Placed {
    fn new(column: &Column, first_rows: &[Map<String, Value>], screen: Screen) -> Self {
        let heading = column.name.replace('_', " ").to_uppercase();
        let cells = || first_rows.iter().map(|row| shown(row, (&column.name, column.kind, column.need), screen));
        let cells_width = cells().map(|cell| widest(&cell)).max().unwrap_or_default();
        let width = cells_width.max(heading.width());
        // An id may have no letter by chance.
        let is_number =
            column.kind == Kind::Number || column.kind != Kind::Id && cells().all(|cell| looks_like_a_number(&cell));
        Self { name: column.name.clone(), heading, kind: column.kind, need: column.need, cells_width, width, is_number }
    }

    fn shown(&self, row: &Map<String, Value>, screen: Screen) -> String {
        shown(row, (&self.name, self.kind, self.need), screen)
    }

    fn cell(&self, text: &str, width: usize, screen: Screen) -> Vec<String> {
        match (self.is_number || !self.is_of_words(), self.need) {
            // A number that is cut is another number.
            _ if screen.width.is_none() || widest(text) <= width => text.split('\n').map(str::to_owned).collect(),
            (true, _) => vec![text.to_owned()],
            (false, Need::Room) => vec![cut(text, width)],
            (false, Need::Always) => wrap_lines(text, width),
        }
    }

    const fn is_of_words(&self) -> bool {
        matches!(self.kind, Kind::Text | Kind::Name)
    }

    fn width_min(&self) -> usize {
        match (self.is_number || !self.is_of_words(), self.need) {
            (true, _) => self.width,
            (false, Need::Always) => self.width.min(self.heading.width().max(WORDS_MIN)),
            (false, Need::Room) => self.width.min(self.heading.width().max(ROOM_MIN)),
        }
    }

    /// Takes a shorter heading, and the room that it leaves.
    fn shorten(&mut self) {
        let short = match self.name.as_str() {
            "sequence" => "SEQ",
            "currency" => "CUR",
            "debit_account" => "DEBIT",
            "credit_account" => "CREDIT",
            "accounts" => "ACCTS",
            "valuation_difference" => "VALUATION",
            _ => return,
        };
        self.width = self.cells_width.max(short.width());
        short.clone_into(&mut self.heading);
    }
}

/// Chooses the columns and their widths, so that all of them have room together, and says which empty ones are left out. `None` where the
/// needed columns have no room.
fn fit(mut columns: Vec<Placed>, width: usize) -> Option<(Vec<Placed>, Vec<Placed>)> {
    if needed_width(&columns) > width {
        columns.iter_mut().for_each(Placed::shorten);
    }
    // Empty columns go before anything is narrowed.
    let mut left_out = Vec::new();
    while needed_width(&columns) > width
        && let Some(index) = columns.iter().rposition(|column| column.need == Need::Always && column.cells_width == 0)
    {
        left_out.push(columns.remove(index));
    }
    let mut left = width.saturating_sub(needed_width(&columns));
    columns.retain_mut(|column| {
        if column.need == Need::Always {
            return true;
        }
        let has_room = column.cells_width > 0 && column.width_min() + GAP <= left;
        column.width = column.width.min(left.saturating_sub(GAP));
        left -= if has_room { column.width + GAP } else { 0 };
        has_room
    });
    while total(columns.iter()) > width
        && let Some(column) = widest_of_words(&mut columns)
    {
        column.width -= 1;
    }
    // A block would make one column no narrower.
    (total(columns.iter()) <= width || columns.len() == 1).then_some((columns, left_out))
}

/// How wide the columns are together that must be there.
fn needed_width(columns: &[Placed]) -> usize {
    total(columns.iter().filter(|column| column.need == Need::Always))
}

/// The widest column that can be narrower.
fn widest_of_words(columns: &mut [Placed]) -> Option<&mut Placed> {
    columns.iter_mut().filter(|column| column.width > column.width_min()).max_by_key(|column| column.width)
}

/// How wide columns are together.
fn total<'a>(columns: impl IntoIterator<Item = &'a Placed>) -> usize {
    columns.into_iter().map(|column| column.width + GAP).sum::<usize>().saturating_sub(GAP)
}

/// A cell. One that is shown only where there is room has one line.
fn shown(row: &Map<String, Value>, (name, kind, need): (&str, Kind, Need), screen: Screen) -> String {
    let text = row.get(name).map_or_else(String::new, |value| screen.shown_field(kind, value));
    match need {
        Need::Always => text,
        Need::Room => text.replace('\n', ", "),
    }
}

/// Digits, with a sign and a decimal point or without. An empty cell does not speak against it.
fn looks_like_a_number(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'-'))
}
