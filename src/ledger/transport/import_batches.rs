//! From the lines of a file to batches, so that a file of any size takes little memory: while one is written, the next one is judged, and the one
//! behind that is read.

use crate::error::{Error, InputError};
use crate::ledger::transport::import_lines::{Outcome, Prepared, Reported};
use crate::ledger::transport::lines::{ImportCounts, ImportSink, Malformed, Refused};
use crate::ledger::transport::read_ahead::{Batch, BatchSize, Made, make_ahead};
use crate::ledger::write_options::Mode;

/// The most lines of one transaction: enough that its fixed cost does not count, and few enough that its locks are short. Three batches are
/// in memory: one is written, one is judged, and one is read. docs/performance.md has the figures.
const LINES_PER_BATCH: usize = 2_000;
/// The most bytes of fields in one transaction. One line can have 70 kB of metadata, which is in memory several times.
const BYTES_PER_BATCH: usize = 1 << 20;

/// The most lines and bytes of a dry run. All of them are in memory, about 3 kB a line.
const DRY_RUN_LINES_MAX: usize = 100_000;
const DRY_RUN_BYTES_MAX: usize = 64 << 20;

const DRY_RUN_TOO_LARGE: &str = "a dry run judges all lines of a file at once, and takes at most 100000 lines and 64 MiB; \
    try out a part of the file, or import it into a copy of the book";

/// A dry run writes nothing that a later batch could see, so all its lines are one batch.
fn batch_size<R>(mode: Mode) -> BatchSize<Prepared<R>> {
    let (items_max, bytes_max) = match mode {
        Mode::Commit => (LINES_PER_BATCH, BYTES_PER_BATCH),
        Mode::DryRun => (DRY_RUN_LINES_MAX, DRY_RUN_BYTES_MAX),
    };
    BatchSize { items_max, bytes_max, bytes_of: |line| line.reported.raw.len() }
}

/// Imports the lines batch by batch, and reports the outcome of each line. `ask` prepares the requests of a batch while those of the batch before it
/// are written, unless these are not settled.
pub(super) fn run<R: Send, J: Send>(
    lines: impl Iterator<Item = Result<Prepared<R>, Error>> + Send,
    mode: Mode,
    sink: &mut dyn ImportSink,
    mut ask: impl FnMut(Vec<Result<R, Outcome>>) -> Result<Made<J>, Error> + Send,
    mut write: impl FnMut(J) -> Result<Vec<Outcome>, Error>,
) -> Result<ImportCounts, Error> {
    let make = |batches: &mut dyn Iterator<Item = Batch<Prepared<R>>>| {
        let batch = batches.next()?;
        if mode == Mode::DryRun && batches.next().is_some() {
            let error = InputError::request(DRY_RUN_TOO_LARGE);
            return Some(Made { item: Err(error.into()), is_settled: false });
        }
        let asked = batch.into_iter().collect::<Result<Vec<_>, _>>().and_then(|batch| {
            let (lines, requests): (Vec<_>, Vec<_>) =
                batch.into_iter().map(|line| (line.reported, line.request)).unzip();
            Ok((lines, ask(requests)?))
        });
        Some(match asked {
            Ok((lines, Made { item, is_settled })) => Made { item: Ok((lines, item)), is_settled },
            Err(error) => Made { item: Err(error), is_settled: false },
        })
    };
    let mut counts = ImportCounts::default();
    make_ahead(lines, &batch_size(mode), make, |batches| {
        for batch in batches {
            let (lines, asked): (Vec<_>, _) = batch?;
            let outcomes = write(asked)?;
            assert_eq!(outcomes.len(), lines.len(), "one outcome a line");
            for (line, outcome) in lines.into_iter().zip(outcomes) {
                report(line, outcome, &mut counts, sink)?;
            }
            if sink.progress(&counts).is_break() {
                break;
            }
        }
        Ok(counts)
    })
}

fn report(line: Reported, outcome: Outcome, counts: &mut ImportCounts, sink: &mut dyn ImportSink) -> Result<(), Error> {
    counts.lines += 1;
    let (fault, rejection, id) = match outcome {
        Outcome::Done { replayed } => {
            counts.done += u64::from(!replayed);
            counts.replayed += u64::from(replayed);
            counts.replayed_without_key += u64::from(replayed && line.is_by_meaning);
            sink.accept(line.number, replayed);
            return Ok(());
        }
        Outcome::Refused { rejection, id } => {
            counts.refused += 1;
            let (code, message) = (rejection.code(), rejection.to_string());
            (Malformed { column: String::new(), code, message, id: None }, Some(rejection), id)
        }
        Outcome::Malformed { fault, id } => {
            counts.malformed += 1;
            (fault, None, id)
        }
    };
    let Reported { number, raw, has_key, .. } = line;
    sink.refuse(&Refused { number, raw, fault, rejection, id: id.filter(|_| !has_key) })
        .map_err(|source| Error::File { doing: "write down a line that was not imported".into(), source })
}

/// The requests of the lines that could be prepared, and what became of the others.
pub(super) struct Asked<R> {
    pub(super) requests: Vec<R>,
    /// Of each line; `None` for those that became requests.
    outcomes: Vec<Option<Outcome>>,
}

impl<R> Asked<R> {
    pub(super) fn of(lines: Vec<Result<R, Outcome>>) -> Self {
        let mut requests = Vec::with_capacity(lines.len());
        let mut keep = |request| requests.push(request);
        let outcomes = lines.into_iter().map(|line| line.map(&mut keep).err()).collect();
        Self { requests, outcomes }
    }

    /// All outcomes in the order of the lines, given those of the requests.
    pub(super) fn answered(self, mut answers: impl Iterator<Item = Outcome>) -> Vec<Outcome> {
        self.outcomes.into_iter().filter_map(|outcome| outcome.or_else(|| answers.next())).collect()
    }
}
