//! How results are shown in each format: one, many, or one in detail. Records say themselves which columns they have.

use crate::cli::failure::Failure;
use crate::cli::fields::{cell, fields_of};
use crate::cli::format::Format;
use crate::cli::listing::Listing;
use crate::cli::output::Output;
use crate::cli::table::single_line;
use crate::wire::{Columns, Record};

impl Output {
    /// A list of one kind, which is written page by page.
    pub(super) fn list<R: Record>(&self) -> Listing<'_, R> {
        Listing::new(self)
    }

    /// Writes one result.
    pub(super) fn one<R: Record>(&self, record: &R) -> Result<(), Failure> {
        self.one_with(record, &R::table())
    }

    /// Writes one result, in a table with these columns.
    pub(super) fn one_with<R: Record>(&self, record: &R, columns: &Columns<R>) -> Result<(), Failure> {
        match self.format {
            Format::Json => self.document(record),
            Format::Ndjson => self.line(record),
            Format::Csv | Format::Table | Format::Html => self.many_with(std::slice::from_ref(record), columns),
        }
    }

    /// Writes many results of one kind.
    pub(super) fn many<R: Record>(&self, records: &[R]) -> Result<(), Failure> {
        self.many_with(records, &R::table())
    }

    /// Writes many results of one kind, in a table with these columns.
    pub(super) fn many_with<R: Record>(&self, records: &[R], columns: &Columns<R>) -> Result<(), Failure> {
        let mut list = self.list();
        list.add_with(records, columns)?;
        list.end_whole()
    }

    /// Writes one result with all its fields, in a table one below the other.
    pub(super) fn details<R: Record>(&self, record: &R) -> Result<(), Failure> {
        if self.format != Format::Table {
            return self.one(record);
        }
        let fields = fields_of(record)?;
        let width = fields.keys().map(String::len).max().unwrap_or_default() + 3;
        for (name, value) in &fields {
            self.text_line(&format!("{:<width$}{}", name.replace('_', " "), single_line(&cell(value))))?;
        }
        Ok(())
    }
}
