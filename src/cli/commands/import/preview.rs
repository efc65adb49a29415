//! What each line of a file would become: the result of a dry run with rules.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::cli::args::count;
use crate::cli::context::Context;
use crate::cli::failure::Failure;
use crate::cli::talk::say;
use crate::ledger::{ImportCounts, Line, Mode, TransferLine};
use crate::wire::{ImportLineRecord, ImportRecord};

/// The lines, by their numbers. They are read in one thread and judged in another. A dry run bounds how many there are.
#[derive(Clone, Default)]
pub(super) struct Preview(Arc<Mutex<BTreeMap<u64, ImportLineRecord>>>);

impl Preview {
    pub(super) fn see(&self, line: &Line<TransferLine>) {
        self.lines().insert(line.number, ImportLineRecord::new(line));
    }

    pub(super) fn accept(&self, number: u64, replayed: bool) {
        if let Some(line) = self.lines().get_mut(&number) {
            line.accept(replayed);
        }
    }

    pub(super) fn refuse(&self, number: u64, problem: &str) {
        if let Some(line) = self.lines().get_mut(&number) {
            line.refuse(problem.to_owned());
        }
    }

    pub(super) fn show(&self, context: &Context, counts: ImportCounts) -> Result<(), Failure> {
        let lines: Vec<_> = std::mem::take(&mut *self.lines()).into_values().collect();
        let mut list = context.output.list();
        list.add_with(&lines, &ImportLineRecord::columns_for(&lines))?;
        list.end_before(&ImportRecord::new(counts, None, Mode::DryRun))?;
        let ImportCounts { lines, done, replayed, refused, malformed, .. } = counts;
        say(format_args!(
            "Dry run: of {}, {done} would be imported, {replayed} were imported before, and {} would be refused.",
            count(lines, "line"),
            refused + malformed
        ));
        Ok(())
    }

    fn lines(&self) -> MutexGuard<'_, BTreeMap<u64, ImportLineRecord>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
