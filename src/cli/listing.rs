//! Lists of any length, written page by page, so that none is ever whole in memory.

use std::fmt::Display;
use std::marker::PhantomData;

use serde::Serialize;
use serde_json::{Map, Value};

use crate::cli::failure::Failure;
use crate::cli::fields::fields_of;
use crate::cli::format::Format;
use crate::cli::output::Output;
use crate::cli::table::{Column, Table};
use crate::cli::talk::say;
use crate::wire::{Columns, Next, Record, cell, write_json_pretty};

/// What a list is called in its JSON object.
pub(super) const ITEMS: &str = "items";

/// How far a level of JSON stands to the right of the one around it.
const INDENT: &str = "  ";
const ITEM_DEPTH: usize = 2;

/// A list that is being written.
pub(super) struct Listing<'a, R> {
    output: &'a Output,
    /// What stands before it in its JSON object.
    head: Map<String, Value>,
    /// What it is called there.
    name: &'static str,
    table: Option<Table>,
    count: u64,
    has_begun: bool,
    rows: PhantomData<fn() -> R>,
}

impl<'a, R: Record> Listing<'a, R> {
    pub(super) fn new(output: &'a Output) -> Self {
        Self { output, head: Map::new(), name: ITEMS, table: None, count: 0, has_begun: false, rows: PhantomData }
    }

    /// The same list behind the fields of another record. Other formats show the list alone.
    pub(super) fn inside(self, head: &impl Serialize) -> Result<Self, Failure> {
        Ok(Self { head: fields_of(head)?, ..self })
    }

    /// The same list by another name in its JSON object.
    pub(super) fn named(self, name: &'static str) -> Self {
        Self { name, ..self }
    }

    /// Adds a page.
    pub(super) fn add(&mut self, records: &[R]) -> Result<(), Failure> {
        self.add_with(records, &R::table())
    }

    /// Adds a page, in a table with these columns. A table takes them and their widths from the first page that has rows.
    pub(super) fn add_with(&mut self, records: &[R], columns: &Columns<R>) -> Result<(), Failure> {
        self.begin()?;
        match self.output.format {
            Format::Json => (self.count..).zip(records).try_for_each(|(index, record)| self.item(index, record))?,
            Format::Ndjson => records.iter().try_for_each(|record| self.output.line(record))?,
            Format::Csv => records.iter().try_for_each(|record| self.csv_row(record))?,
            Format::Table | Format::Html => self.rows(records, columns)?,
        }
        self.count += records.len() as u64;
        Ok(())
    }

    /// How many rows there were.
    pub(super) const fn count(&self) -> u64 {
        self.count
    }

    /// Ends the list, and tells in JSON where the next page begins.
    pub(super) fn end(self, next: Option<impl Display>) -> Result<(), Failure> {
        self.end_before(&Next::new(next))
    }

    /// Ends a list that has no other pages.
    pub(super) fn end_whole(self) -> Result<(), Failure> {
        self.end(None::<&str>)
    }

    /// Ends the list, and adds the fields of a record behind it in its JSON object.
    pub(super) fn end_before(mut self, tail: &impl Serialize) -> Result<(), Failure> {
        self.begin()?;
        if let Some(missed) = self.table.as_ref().map(Table::missed).filter(|missed| !missed.is_empty()) {
            say(format_args!("There was no room for {}; --wide shows all columns.", missed.join(", ")));
        }
        if self.output.format != Format::Json {
            return Ok(());
        }
        let mut end = if self.count == 0 { "]".to_owned() } else { format!("\n{INDENT}]") };
        for (name, value) in &fields_of(tail)? {
            end.push_str(&field(name, value)?);
        }
        self.output.raw(format!("{end}\n}}\n").as_bytes())
    }

    fn begin(&mut self) -> Result<(), Failure> {
        if std::mem::replace(&mut self.has_begun, true) {
            return Ok(());
        }
        match self.output.format {
            Format::Csv => self.output.csv_line(R::columns()),
            Format::Json => {
                let fields = self.head.iter().map(|(name, value)| field(name, value)).collect::<Result<String, _>>()?;
                let begin = format!("{fields},\n{INDENT}\"{}\": [", self.name);
                self.output.raw(format!("{{{}", begin.trim_start_matches(',')).as_bytes())
            }
            Format::Ndjson | Format::Table | Format::Html => Ok(()),
        }
    }

    fn item(&self, index: u64, record: &R) -> Result<(), Failure> {
        let separator = if index == 0 { "" } else { "," };
        let item = format!("{separator}\n{}{}", INDENT.repeat(ITEM_DEPTH), indented(record, ITEM_DEPTH)?);
        self.output.raw(item.as_bytes())
    }

    fn csv_row(&self, record: &R) -> Result<(), Failure> {
        self.output.csv_line(fields_of(record)?.values().map(cell))
    }

    fn rows(&mut self, records: &[R], columns: &Columns<R>) -> Result<(), Failure> {
        let rows = records.iter().map(fields_of).collect::<Result<Vec<_>, _>>()?;
        if rows.is_empty() {
            return Ok(());
        }
        let output = self.output;
        let table = self.table.get_or_insert_with(|| Table::of(&Column::of(columns), &rows, output.screen()));
        table.show(&rows).iter().try_for_each(|line| output.text_line(line))
    }
}

/// A field of the JSON object that a list stands in, behind another one.
fn field(name: &str, value: &Value) -> Result<String, Failure> {
    Ok(format!(",\n{INDENT}\"{name}\": {}", indented(value, 1)?))
}

/// A value on several lines, at a depth. Line ends in a JSON document stand between its parts only.
fn indented(value: &impl Serialize, depth: usize) -> Result<String, Failure> {
    let mut text = Vec::new();
    write_json_pretty(&mut text, value)?;
    Ok(String::from_utf8_lossy(&text).replace('\n', &format!("\n{}", INDENT.repeat(depth))))
}
