//! An import can be killed at any point and started again with the same file: a row says how many lines are in the book, and what their
//! SHA-256 is. Lines up to there are read and judged again, for what is known of accounts is kept in memory only, but not written.
//!
//! One thread reads the file, as far as that takes no look into the book, and this one judges and writes what it says.

use std::ops::ControlFlow;

use crate::error::Error;
use crate::facts::{AccountId, Hash, Instant, Sequence};
use crate::ledger::transport::book::check::Check;
use crate::ledger::transport::book::problems::refusal;
use crate::ledger::transport::book::throwaway::Throwaway;
use crate::ledger::transport::book::write::Lines;
use crate::ledger::transport::book::{BookHeader, BookLine, BookPart, BookProgress, BookSource};
use crate::ledger::transport::outbox::Weighed;
use crate::ledger::transport::read_ahead::{BatchSize, read_ahead};
use crate::ledger::{Ledger, Mode, WriteOptions};
use crate::models::book_imports::{BookImportRow, ONLY};
use crate::models::sql_types::{SqlId, SqlInstant};
use crate::rejection::Rejection;
use crate::store::{Access, PageSize, Store, StoreError};

/// How many accounts are brought to their end at once.
const ACCOUNTS_PER_PAGE: i64 = 2_000;

/// How many lines, and how many bytes of texts, are handed from the thread that reads to the one that writes at once.
const LINES_READ_AT_ONCE: usize = 200;
const BYTES_READ_AT_ONCE: usize = 1 << 20;

/// How many lines are read between two looks at whether to go on.
const LINES_PER_LOOK: u64 = 500;

/// What became of an import.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use = "it tells whether the whole book is in"]
#[non_exhaustive]
pub struct BookImported {
    /// What the file says of itself.
    pub header: BookHeader,
    /// How many lines were in the book before: where an earlier import of the file was cut off.
    pub resumed: u64,
    /// Whether the whole file had been imported before, so that nothing was left to do.
    pub replayed: bool,
    /// Whether the book is complete now. If not, it was broken off, and the same file goes on.
    pub is_complete: bool,
}

impl Ledger {
    /// Makes an empty book the one in a file, which is read in another thread: same id, same numbers, same hashes. Everything is computed
    /// anew, and a file in which anything does not fit is refused with the line. Until the last line is in, the book is incomplete, and opens for
    /// [`Ledger::open_incomplete`] only. A dry run makes a throwaway book of it, an SQLite file in the system's folder for temporary files.
    ///
    /// # Errors
    /// [`InputError::BookFile`](crate::InputError::BookFile), [`Rejection::BookUsed`], [`Error::File`], [`Error::Store`].
    ///
    /// ```
    /// # mod support { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/support/doctest_book.rs")); }
    /// # let (_folder, ledger) = support::new_book()?;
    /// use std::ops::ControlFlow;
    /// use teller::interchange::{BookReader, BookWriter};
    /// use teller::store::StoreOptions;
    /// use teller::{Ledger, Mode};
    ///
    /// let mut writer = BookWriter::new(Vec::new(), |lines| Ok(lines.clear()));
    /// ledger.export_book(&mut writer, &mut |_| ControlFlow::Continue(()))?;
    /// let lines = writer.into_inner();
    ///
    /// let folder = tempfile::tempdir()?;
    /// let url = format!("sqlite://{}", folder.path().join("copy.db").display());
    /// let copy = Ledger::open_incomplete(url.parse()?, StoreOptions::default().making_missing())?;
    /// let mut reader = BookReader::new(lines.as_slice());
    /// assert!(copy.import_book(&mut reader, Mode::Commit, &mut |_| ControlFlow::Continue(()))?.is_complete);
    /// assert_eq!(copy.book_id()?, ledger.book_id()?);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn import_book(
        &self,
        source: &mut (dyn BookSource + Send),
        options: impl Into<WriteOptions>,
        progress: &mut dyn FnMut(BookProgress) -> ControlFlow<()>,
    ) -> Result<BookImported, Error> {
        let mode = options.into().mode;
        let Some(BookLine { record: BookPart::Header(header), .. }) = source.next_line()? else {
            let problem = "it is not the header of a book that was exported";
            return Err(refusal(1, problem.to_owned()));
        };
        let (digest, now) = (source.digest(), self.clock.now());
        let found = match mode {
            Mode::Commit => None,
            Mode::DryRun => Some(self.pool.transaction(Access::Read, |store| Ok(look(store, header, digest, now)?.0))?),
        };
        let throwaway = found.map(|_| Throwaway::new()).transpose()?;
        let into = throwaway.as_ref().map_or(self, Throwaway::ledger);
        let begun = into.pool.transaction(Access::Alone, |store| begin(store, header, digest, now))?;
        let (found, written) = (found.unwrap_or(begun), begun.lines);
        let check = Check::new(header, self.walk_bytes_max);
        let mut import = Import { into, of: self, header, found, written, digest: begun.digest, check };
        let bytes_of = |line: &DigestedLine| line.line.record.text_bytes();
        let size = BatchSize { items_max: LINES_READ_AT_ONCE, bytes_max: BYTES_READ_AT_ONCE, bytes_of };
        let read = read_ahead(Digested(source), &size, |batches| import.take(&mut batches.flatten(), progress));
        if read?.is_break() {
            return Ok(import.outcome(false));
        }
        if begun.finished_at.is_none() {
            import.finish(now)?;
        }
        Ok(import.outcome(true))
    }
}

/// A line, and the SHA-256 of the file up to its end.
struct DigestedLine {
    line: BookLine,
    digest: Hash,
}

struct Digested<'a>(&'a mut (dyn BookSource + Send));

impl Iterator for Digested<'_> {
    type Item = Result<DigestedLine, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        let line = self.0.next_line().transpose()?;
        Some(line.map(|line| DigestedLine { line, digest: self.0.digest() }))
    }
}

/// How much of a file is in the book.
#[derive(Clone, Copy)]
struct Found {
    lines: u64,
    digest: Hash,
    begun_at: Instant,
    finished_at: Option<Instant>,
}

struct Import<'a> {
    /// Where the lines go: the book, or a throwaway one.
    into: &'a Ledger,
    /// The book that the import is of.
    of: &'a Ledger,
    header: BookHeader,
    /// What was in the book when this import began.
    found: Found,
    /// How many lines are where they go, and their digest.
    written: u64,
    digest: Hash,
    check: Check,
}

/// What a book has to do with a file.
enum Relation {
    /// Nothing at all: it is empty.
    Empty,
    /// Nothing of another file is there but its id.
    OtherId,
    /// An import of this file has begun.
    Begun,
}

/// Finds how much of a file is in the book, and refuses a book that has something else.
fn look(store: &mut dyn Store, header: BookHeader, digest: Hash, now: Instant) -> Result<(Found, Relation), Error> {
    let (accounts, events) = (store.count_accounts()?, store.count_book_events()?);
    let nothing = Found { lines: 1, digest, begun_at: now, finished_at: None };
    let Some(row) = store.find_book_import()? else {
        if accounts > 0 || events > 0 {
            return Err(Rejection::BookUsed { accounts, events }.into());
        }
        return Ok((nothing, Relation::Empty));
    };
    if row.finished_at.is_none() && row.lines == 1 && accounts == 0 {
        return Ok((nothing, Relation::OtherId));
    }
    if row.book_id != SqlId::new(header.book_id) {
        return Err(Rejection::BookUsed { accounts, events }.into());
    }
    let found = Found {
        lines: row.lines.unsigned_abs(),
        // The table holds hashes only.
        digest: Hash(row.digest.try_into().unwrap_or_default()),
        begun_at: row.begun_at.instant().unwrap_or(now),
        finished_at: row.finished_at.and_then(SqlInstant::instant),
    };
    Ok((found, Relation::Begun))
}

/// The refusal of a book that has something of its own.
fn used(store: &mut dyn Store) -> Result<Rejection, StoreError> {
    Ok(Rejection::BookUsed { accounts: store.count_accounts()?, events: store.count_book_events()? })
}

/// Finds how much is there already, or begins.
fn begin(store: &mut dyn Store, header: BookHeader, digest: Hash, now: Instant) -> Result<Found, Error> {
    let (found, relation) = look(store, header, digest, now)?;
    let row = row_of(header, &found);
    match relation {
        Relation::Empty => store.begin_book_import(&row)?,
        Relation::OtherId => {
            store.give_book_id(SqlId::new(header.book_id))?;
            store.advance_book_import(&row)?;
        }
        Relation::Begun => {}
    }
    Ok(found)
}

fn row_of(header: BookHeader, found: &Found) -> BookImportRow {
    BookImportRow {
        id: ONLY,
        book_id: SqlId::new(header.book_id),
        lines: i64::try_from(found.lines).unwrap_or(i64::MAX),
        digest: found.digest.0.to_vec(),
        begun_at: found.begun_at.into(),
        finished_at: found.finished_at.map(Into::into),
    }
}

impl Import<'_> {
    fn outcome(&self, is_complete: bool) -> BookImported {
        let replayed = self.found.finished_at.is_some();
        BookImported { header: self.header, resumed: self.found.lines - 1, replayed, is_complete }
    }

    /// Takes the lines to the end of the file, and writes what is not in the book yet.
    fn take(
        &mut self,
        source: &mut dyn Iterator<Item = Result<DigestedLine, Error>>,
        progress: &mut dyn FnMut(BookProgress) -> ControlFlow<()>,
    ) -> Result<ControlFlow<()>, Error> {
        let mut lines = Lines::default();
        let mut number = 1;
        for line in source {
            let DigestedLine { line, digest } = line?;
            number = line.number;
            self.check.fetch_accounts(&line.record)?;
            self.check.take(&line.record).map_err(|problem| refusal(number, problem))?;
            if number <= self.found.lines {
                self.check_found(number, digest)?;
            }
            if number > self.written {
                lines.push(number, line.record)?;
                if lines.is_full() || self.check.is_complete() {
                    self.write(&std::mem::take(&mut lines), number, digest)?;
                }
            }
            let shown = BookProgress { done: self.check.done(), total: self.header.total() };
            if number.is_multiple_of(LINES_PER_LOOK) && progress(shown).is_break() {
                return Ok(ControlFlow::Break(()));
            }
        }
        if !self.check.is_complete() || number < self.found.lines {
            return Err(refusal(number, "the file ends here, without its trailer: it was cut off".to_owned()));
        }
        Ok(ControlFlow::Continue(()))
    }

    /// The lines that are in the book must be those of this file.
    fn check_found(&self, number: u64, digest: Hash) -> Result<(), Error> {
        if number < self.found.lines || digest == self.found.digest {
            return Ok(());
        }
        if self.found.finished_at.is_some() {
            return Err(self.of.pool.transaction(Access::Read, |store| Ok(used(store)?))?.into());
        }
        let problem = "the book has the beginning of another file, which differs up to this line".to_owned();
        Err(refusal(number, problem))
    }

    fn write(&mut self, lines: &Lines, number: u64, digest: Hash) -> Result<(), Error> {
        let before = self.written;
        let after = row_of(self.header, &Found { lines: number, digest, ..self.found });
        let check = &mut self.check;
        self.into.pool.transaction(Access::Write, |store| {
            let row = store.find_book_import()?.filter(|row| row.finished_at.is_none());
            match row.map(|row| (row.lines.unsigned_abs(), row.digest)) {
                Some((lines, _)) if lines == before => {}
                // The connection was lost in the commit, which came about all the same.
                Some((lines, digest)) if lines == number && digest == after.digest => return Ok(()),
                _ => {
                    let reason = "another import into this book is under way".to_owned();
                    return Err(StoreError::Conflict { reason }.into());
                }
            }
            lines.write(store, &mut check.walk)?;
            if check.is_complete() {
                check.compare_end(store, number)?;
            }
            Ok(store.advance_book_import(&after)?)
        })?;
        self.written = number;
        self.digest = digest;
        Ok(())
    }

    /// Brings the accounts to where their histories end, and lets the book be used.
    fn finish(&mut self, now: Instant) -> Result<(), Error> {
        let pool = &self.into.pool;
        let (mut next, mut size) = (Some(i64::MIN), PageSize::up_to(ACCOUNTS_PER_PAGE));
        while let Some(first) = next {
            next = pool.transaction(Access::Write, |store| {
                let rows = store.account_rows_from(first, &mut size)?;
                let Some(last) = rows.last() else { return Ok(None) };
                let ids: Vec<_> = rows.iter().map(|row| AccountId(row.id)).collect();
                store.update_histories(self.check.updates(&ids, self.written)?)?;
                Ok(last.id.checked_add(1))
            })?;
        }
        let newest = self.check.newest();
        let found = Found { lines: self.written, digest: self.digest, finished_at: Some(now), ..self.found };
        pool.transaction(Access::Alone, |store| {
            let row = store.find_book_import()?;
            if row.is_some_and(|row| row.finished_at.is_some()) {
                return Ok(());
            }
            let is_whole = store.count_accounts()?.unsigned_abs() == self.header.accounts
                && store.count_book_events()?.unsigned_abs() == self.header.book_events;
            if store.newest_sequence()?.unwrap_or(Sequence::UNASSIGNED) != newest || !is_whole {
                return Err(used(store)?.into());
            }
            store.continue_sequences(newest)?;
            Ok(store.advance_book_import(&row_of(self.header, &found))?)
        })
    }
}
