//! How results are shown in each format: one, many, or one in detail. Records say themselves which columns they have.

use crate::cli::block::{Field, block};
use crate::cli::failure::Failure;
use crate::cli::fields::fields_of;
use crate::cli::format::Format;
use crate::cli::listing::Listing;
use crate::cli::output::Output;
use crate::wire::{Columns, Kind, Record};

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
        let screen = self.screen();
        // A hash has no room beside its name.
        let is_shown = |name: &str| screen.width.is_none() || R::kind(name) != Kind::Hash;
        let fields = fields_of(record)?.into_iter().filter(|(name, _)| is_shown(name)).map(|(name, value)| {
            let kind = R::kind(&name);
            Field { text: screen.shown_field(kind, &value), name, kind }
        });
        block(&fields.collect::<Vec<_>>(), screen).iter().try_for_each(|line| self.text_line(line))
    }
}
