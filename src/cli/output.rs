use std::cell::{RefCell, RefMut};
use std::io::{self, BufWriter, IsTerminal, Stdout, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use clap::ValueEnum;
use comfy_table::{CellAlignment, Table, presets};
use serde::Serialize;
use serde_json::{Map, Value};

use super::failure::Failure;
use crate::formats::Record;

/// How results are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// Columns for people
    Table,
    /// One JSON document
    Json,
    /// One JSON document a line
    Ndjson,
    /// Comma-separated values with a header
    Csv,
}

/// Where results go.
pub(super) struct Output {
    pub(super) format: Format,
    stdout: RefCell<BufWriter<Stdout>>,
    /// Whether there were results to write.
    pub(super) has_begun: Arc<AtomicBool>,
}

/// Which of a record's fields a table shows; every other format shows all.
pub(super) type Columns = &'static [&'static str];

impl Output {
    pub(super) fn new(format: Format) -> Self {
        Self { format, stdout: RefCell::new(BufWriter::new(io::stdout())), has_begun: Arc::default() }
    }

    /// The same kind of output, with nothing in it yet.
    pub(super) fn again(&self) -> Self {
        Self::new(self.format)
    }

    /// Writes one result.
    pub(super) fn one(&self, record: &impl Serialize, columns: &[&str]) -> Result<(), Failure> {
        match self.format {
            Format::Json => self.json(record),
            Format::Table | Format::Ndjson | Format::Csv => self.rows(std::slice::from_ref(record), columns),
        }
    }

    /// Writes many results of one kind.
    pub(super) fn many<R: Record>(&self, records: &[R], columns: &[&str]) -> Result<(), Failure> {
        match self.format {
            Format::Json => self.json(records),
            Format::Csv if records.is_empty() => self.csv_header(&R::columns()),
            Format::Table | Format::Ndjson | Format::Csv => self.rows(records, columns),
        }
    }

    fn rows<R: Serialize>(&self, records: &[R], columns: &[&str]) -> Result<(), Failure> {
        match self.format {
            Format::Json => self.json(records),
            Format::Ndjson => records.iter().try_for_each(|record| self.line(record)),
            Format::Csv => self.csv(&fields(records)?),
            Format::Table => self.table(&fields(records)?, columns),
        }
    }

    /// Writes one result with all its fields, in a table one below the other.
    pub(super) fn details(&self, record: &impl Serialize) -> Result<(), Failure> {
        if self.format != Format::Table {
            return self.one(record, &[]);
        }
        let fields = fields(std::slice::from_ref(record))?;
        let width = fields.iter().flatten().map(|(name, _)| name.len()).max().unwrap_or_default() + 3;
        for (name, value) in fields.iter().flatten() {
            self.text_line(&format!("{:<width$}{}", name.replace('_', " "), single_line(&cell(value))))?;
        }
        Ok(())
    }

    /// Writes bytes as they are.
    pub(super) fn raw(&self, bytes: &[u8]) -> Result<(), Failure> {
        Ok(self.begin().write_all(bytes)?)
    }

    /// Writes a failure to stderr, in the format that the results would have.
    pub(super) fn failure(&self, failure: &Failure) {
        // What was written before it is flushed first, so that it stands first where both go to one place.
        let _ = self.finish();
        if failure.is_silent() {
            return;
        }
        match self.format {
            Format::Json | Format::Ndjson => anstream::eprintln!("{}", failure.to_json()),
            Format::Table | Format::Csv => anstream::eprintln!("{}", failure.to_text()),
        }
    }

    pub(super) fn finish(&self) -> Result<(), Failure> {
        Ok(self.stdout.borrow_mut().flush()?)
    }

    fn begin(&self) -> RefMut<'_, BufWriter<Stdout>> {
        self.has_begun.store(true, Ordering::Relaxed);
        self.stdout.borrow_mut()
    }

    fn text_line(&self, line: &str) -> Result<(), Failure> {
        Ok(writeln!(self.begin(), "{}", line.trim_end())?)
    }

    fn json(&self, value: &(impl Serialize + ?Sized)) -> Result<(), Failure> {
        let mut stdout = self.begin();
        serde_json::to_writer_pretty(&mut *stdout, value).map_err(io::Error::from)?;
        Ok(stdout.write_all(b"\n")?)
    }

    fn line(&self, value: &impl Serialize) -> Result<(), Failure> {
        let mut stdout = self.begin();
        serde_json::to_writer(&mut *stdout, value).map_err(io::Error::from)?;
        Ok(stdout.write_all(b"\n")?)
    }

    fn csv_header(&self, columns: &[&str]) -> Result<(), Failure> {
        let mut stdout = self.begin();
        let mut writer = csv::Writer::from_writer(&mut *stdout);
        writer.write_record(columns).map_err(io::Error::other)?;
        Ok(writer.flush()?)
    }

    fn csv(&self, records: &[Map<String, Value>]) -> Result<(), Failure> {
        let mut stdout = self.begin();
        let mut writer = csv::Writer::from_writer(&mut *stdout);
        let Some(first) = records.first() else { return Ok(()) };
        writer.write_record(first.keys()).map_err(io::Error::other)?;
        for record in records {
            writer.write_record(record.values().map(cell)).map_err(io::Error::other)?;
        }
        Ok(writer.flush()?)
    }

    fn table(&self, records: &[Map<String, Value>], columns: &[&str]) -> Result<(), Failure> {
        if records.is_empty() {
            return Ok(());
        }
        let mut table = Table::new();
        table.load_style(presets::NOTHING);
        if !io::stdout().is_terminal() {
            table.force_no_tty();
        }
        table.set_header(columns.iter().map(|column| column.replace('_', " ").to_uppercase()));
        let value = |record: &Map<String, Value>, column: &str| record.get(column).map_or_else(String::new, cell);
        for record in records {
            table.add_row(columns.iter().map(|column| single_line(&value(record, column))));
        }
        for (index, column) in columns.iter().enumerate() {
            let is_number = records.iter().all(|record| looks_like_a_number(&value(record, column)));
            if let Some(shown) = table.column_mut(index) {
                shown.set_padding((0, 2));
                shown.set_cell_alignment(if is_number { CellAlignment::Right } else { CellAlignment::Left });
            }
        }
        table.lines().try_for_each(|line| self.text_line(&line))
    }
}

fn fields<R: Serialize>(records: &[R]) -> Result<Vec<Map<String, Value>>, Failure> {
    let fields = |record: &R| match serde_json::to_value(record).map_err(io::Error::from)? {
        Value::Object(fields) => Ok(fields),
        other => Ok(Map::from_iter([("value".to_owned(), other)])),
    };
    records.iter().map(fields).collect()
}

fn cell(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Object(entries) if entries.is_empty() => String::new(),
        other => other.to_string(),
    }
}

/// Control characters would break the table, or the terminal.
fn single_line(text: &str) -> String {
    text.chars().map(|character| if character.is_control() { ' ' } else { character }).collect()
}

fn looks_like_a_number(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'-'))
}
