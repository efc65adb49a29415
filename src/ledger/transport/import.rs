//! Importing files of accounts or transfers in batches, so that a file of any size takes little memory. Only a dry run judges the whole
//! file at once. While a batch is posted, another thread reads and prepares the next ones, as far as that does not need the book.
//!
//! An import can be run again: lines that were posted before are replays. The id of a line without a key is made from its meaning and from
//! how many lines before it in the file mean the same, so the same file always gives the same ids.

use std::collections::{BTreeSet, HashMap, HashSet};

use crate::error::{Error, InputError};
use crate::facts::AccountName;
use crate::ledger::Ledger;
use crate::ledger::accounts::Opened;
use crate::ledger::bounded::make_room;
use crate::ledger::posting::receipts::Posted;
use crate::ledger::transport::import_lines::{
    Draft, Outcome, Prepared, Reported, account_request, prepare_transfer, split, transfer_request,
};
use crate::ledger::transport::lines::{
    AccountLine, ImportCounts, ImportSink, ImportSource, Line, Malformed, Refused, TransferLine,
};
use crate::ledger::transport::occurrences::Identities;
use crate::ledger::transport::read_ahead::{BatchSize, read_ahead};
use crate::ledger::write_options::{Mode, WriteOptions};
use crate::maps::FastMap;
use crate::money::{Currency, CurrencyCode};
use crate::store::Access;

/// The most lines of one transaction: enough that its fixed cost does not count, and few enough that its locks are short. Three batches are
/// in memory, of which one is posted and two are read ahead. docs/performance.md has the figures.
const LINES_PER_BATCH: usize = 2_000;
/// The most bytes of fields in one transaction. One line can have 70 kB of metadata, which is in memory several times.
const BYTES_PER_BATCH: usize = 1 << 20;

/// The most lines and bytes of a dry run. All of them are in memory, about 3 kB a line.
const DRY_RUN_LINES_MAX: usize = 100_000;
const DRY_RUN_BYTES_MAX: usize = 64 << 20;

const DRY_RUN_TOO_LARGE: &str = "a dry run judges all lines of a file at once, and takes at most 100000 lines and 64 MiB; \
    try out a part of the file, or import it into a copy of the book";

/// The most accounts whose currency is remembered during an import, about 100 bytes each.
const CURRENCIES_MAX: usize = 30_000;

impl Ledger {
    /// Opens the accounts of a file, and reads the file in another thread. An account that the same line opened before is left as it is. A dry run
    /// takes at most 100,000 lines and 64 MiB.
    ///
    /// # Errors
    /// [`Error::Store`]; [`Error::File`] if the file cannot be read or the sink fails; [`Error::Input`] among the lines, or for a dry run of too
    /// many. Lines that were committed before stay, and the import can be run again.
    ///
    /// ```
    /// # mod support { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/support/doctest_book.rs")); }
    /// # let (_folder, ledger) = support::new_book()?;
    /// use std::ops::ControlFlow;
    ///
    /// use teller::Mode;
    /// use teller::facts::AccountType;
    /// use teller::ledger::{AccountLine, ImportCounts, ImportSink, Line, MinBalance, Refused};
    ///
    /// struct Ignore;
    ///
    /// impl ImportSink for Ignore {
    ///     fn refuse(&mut self, _: &Refused) -> std::io::Result<()> {
    ///         Ok(())
    ///     }
    ///
    ///     fn progress(&mut self, _: &ImportCounts) -> ControlFlow<()> {
    ///         ControlFlow::Continue(())
    ///     }
    /// }
    ///
    /// let carol = AccountLine {
    ///     name: "customers:carol".parse()?,
    ///     account_type: AccountType::Liability,
    ///     currency: "EUR".parse()?,
    ///     min_balance: MinBalance::Default,
    ///     max_balance: None,
    ///     description: None,
    ///     metadata: Default::default(),
    /// };
    /// let line = Line { number: 2, raw: b"customers:carol,liability,EUR".to_vec(), has_key: true, content: Ok(carol) };
    /// let counts = ledger.import_accounts([Ok(line)].into_iter(), Mode::Commit, &mut Ignore)?;
    /// assert_eq!(counts.done, 1);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn import_accounts(
        &self,
        lines: impl Iterator<Item = Result<Line<AccountLine>, Error>> + Send,
        options: impl Into<WriteOptions>,
        sink: &mut dyn ImportSink,
    ) -> Result<ImportCounts, Error> {
        let options = options.into();
        let mode = options.mode;
        let currencies = self.currencies_by_code()?;
        let prepared = lines.map(|line| {
            let (reported, content) = split(line?);
            let content = content.map_err(|fault| Outcome::Malformed { fault, id: None });
            Ok(Prepared { reported, request: content.and_then(|content| account_request(content, &currencies)) })
        });
        run(prepared, mode, sink, |requests| {
            let outcome = |answer| match answer {
                Ok(Opened { replayed, .. }) => Outcome::Done { replayed },
                Err(rejection) => Outcome::Refused { rejection, id: None },
            };
            ask(requests, |requests| Ok(self.open_accounts(requests, &options)?.into_iter().map(outcome).collect()))
        })
    }

    /// Posts the transfers of a file, in order, and reads the file in another thread. Lines that were posted before are replays, so importing the
    /// same file twice changes nothing. A line without a key equals a line of another file with the same meaning: see
    /// [`Ledger::import_transfers_from`]. A dry run takes at most 100,000 lines and 64 MiB.
    ///
    /// # Errors
    /// Those of [`Ledger::import_accounts`]. Lines that were committed before stay, and the import can be run again.
    ///
    /// ```
    /// # mod support { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/support/doctest_book.rs")); }
    /// # let (_folder, ledger) = support::new_book()?;
    /// use std::ops::ControlFlow;
    ///
    /// use teller::Mode;
    /// use teller::ledger::{ImportCounts, ImportSink, Line, LineKey, Refused, TransferLine};
    /// use teller::requests::Parties;
    ///
    /// # struct Ignore;
    /// #
    /// # impl ImportSink for Ignore {
    /// #     fn refuse(&mut self, _: &Refused) -> std::io::Result<()> {
    /// #         Ok(())
    /// #     }
    /// #
    /// #     fn progress(&mut self, _: &ImportCounts) -> ControlFlow<()> {
    /// #         ControlFlow::Continue(())
    /// #     }
    /// # }
    /// let payment = TransferLine {
    ///     key: LineKey::Occurrence,
    ///     parties: Parties::Transfer { from: "customers:alice".parse()?, to: "customers:bob".parse()? },
    ///     amount: "30.00".to_owned(),
    ///     currency: None,
    ///     effective_at: None,
    ///     description: None,
    ///     metadata: Default::default(),
    /// };
    /// let line = Line { number: 2, raw: b"customers:alice,customers:bob,30.00".to_vec(), has_key: false, content: Ok(payment) };
    /// let lines = || [Ok(line.clone())].into_iter();
    /// assert_eq!(ledger.import_transfers(lines(), Mode::Commit, &mut Ignore)?.done, 1);
    /// assert_eq!(ledger.import_transfers(lines(), Mode::Commit, &mut Ignore)?.replayed, 1);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn import_transfers(
        &self,
        lines: impl Iterator<Item = Result<Line<TransferLine>, Error>> + Send,
        options: impl Into<WriteOptions>,
        sink: &mut dyn ImportSink,
    ) -> Result<ImportCounts, Error> {
        self.import_transfers_from(None, lines, options, sink)
    }

    /// Does the same as [`Ledger::import_transfers`] for a file with a name of its own, which distinguishes its lines without a key from those of
    /// other files.
    ///
    /// # Errors
    /// Those of [`Ledger::import_transfers`].
    ///
    /// ```
    /// # mod support { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/support/doctest_book.rs")); }
    /// # let (_folder, ledger) = support::new_book()?;
    /// # use std::ops::ControlFlow;
    /// # use teller::Mode;
    /// # use teller::ledger::{ImportCounts, ImportSink, Line, LineKey, Refused, TransferLine};
    /// # use teller::requests::Parties;
    /// # struct Ignore;
    /// #
    /// # impl ImportSink for Ignore {
    /// #     fn refuse(&mut self, _: &Refused) -> std::io::Result<()> {
    /// #         Ok(())
    /// #     }
    /// #
    /// #     fn progress(&mut self, _: &ImportCounts) -> ControlFlow<()> {
    /// #         ControlFlow::Continue(())
    /// #     }
    /// # }
    /// # let payment = TransferLine {
    /// #     key: LineKey::Occurrence,
    /// #     parties: Parties::Transfer { from: "customers:alice".parse()?, to: "customers:bob".parse()? },
    /// #     amount: "30.00".to_owned(),
    /// #     currency: None,
    /// #     effective_at: None,
    /// #     description: None,
    /// #     metadata: Default::default(),
    /// # };
    /// # let line = Line { number: 2, raw: b"customers:alice,customers:bob,30.00".to_vec(), has_key: false, content: Ok(payment) };
    /// let lines = || [Ok(line.clone())].into_iter();
    /// for month in ["bank 2026-08", "bank 2026-09"] {
    ///     let source = Some(month.parse()?);
    ///     let counts = ledger.import_transfers_from(source.as_ref(), lines(), Mode::Commit, &mut Ignore)?;
    ///     assert_eq!(counts.done, 1, "equal lines of two files are two transfers");
    /// }
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn import_transfers_from(
        &self,
        source: Option<&ImportSource>,
        lines: impl Iterator<Item = Result<Line<TransferLine>, Error>> + Send,
        options: impl Into<WriteOptions>,
        sink: &mut dyn ImportSink,
    ) -> Result<ImportCounts, Error> {
        let options = options.into();
        let mode = options.mode;
        let currencies = self.currencies_by_code()?;
        let mut known = FastMap::default();
        let mut identities = Identities::new(source, self.has_transfers()?);
        let prepared = lines.map(|line| Ok(prepare_transfer(line?, &mut identities, &currencies)));
        run(prepared, mode, sink, |mut drafts| {
            self.find_former_ids(&mut drafts)?;
            self.find_currencies(&drafts, &mut known)?;
            let requests: Vec<_> =
                drafts.into_iter().map(|draft| draft.and_then(|draft| transfer_request(draft, &known))).collect();
            let ids: Vec<_> = requests.iter().flatten().map(|request| request.id.id()).collect();
            ask(requests, |requests| {
                let answers = self.post_batch(requests, &options)?.into_iter().zip(ids);
                let outcome = |(answer, id)| match answer {
                    Ok(Posted { replayed, .. }) => Outcome::Done { replayed },
                    Err(rejection) => Outcome::Refused { rejection, id: Some(id) },
                };
                Ok(answers.map(outcome).collect())
            })
        })
    }

    fn currencies_by_code(&self) -> Result<HashMap<CurrencyCode, Currency>, Error> {
        let currencies = self.list_currencies()?;
        Ok(currencies.into_iter().map(|named| (named.currency.code(), named.currency)).collect())
    }

    fn has_transfers(&self) -> Result<bool, Error> {
        self.pool.transaction(Access::Read, |store| Ok(store.newest_sequence()?.is_some()))
    }

    /// Replaces the ids of lines that a development version imported by those that it gave them.
    fn find_former_ids(&self, drafts: &mut [Result<Draft, Outcome>]) -> Result<(), Error> {
        let formers: Vec<_> = drafts.iter().flatten().filter_map(|draft| draft.identity.former).collect();
        if formers.is_empty() {
            return Ok(());
        }
        let found: HashSet<_> = self.find_transfers(&formers)?.iter().map(|posted| posted.transfer.id).collect();
        for draft in drafts.iter_mut().flatten() {
            if let Some(id) = draft.identity.former.filter(|id| found.contains(id)) {
                draft.identity.id = id.into();
            }
        }
        Ok(())
    }

    /// Finds the currencies of accounts whose lines do not give one. They are remembered, because they never change.
    fn find_currencies(
        &self,
        drafts: &[Result<Draft, Outcome>],
        known: &mut FastMap<AccountName, Currency>,
    ) -> Result<(), Error> {
        let silent = drafts.iter().flatten().filter(|draft| draft.money.is_none());
        let names: BTreeSet<_> = silent.map(|draft| draft.line.parties.names()[0]).collect();
        let names: Vec<_> = names.into_iter().collect();
        make_room(known, CURRENCIES_MAX, names.len());
        let unknown: Vec<_> = names.into_iter().filter(|name| !known.contains_key(*name)).collect();
        if !unknown.is_empty() {
            let found = self.find_accounts(&unknown)?;
            known.extend(found.into_iter().map(|account| (account.name, account.currency)));
        }
        Ok(())
    }
}

/// A dry run writes nothing that a later batch could see, so all its lines are one batch.
fn batch_size<R>(mode: Mode) -> BatchSize<Prepared<R>> {
    let (items_max, bytes_max) = match mode {
        Mode::Commit => (LINES_PER_BATCH, BYTES_PER_BATCH),
        Mode::DryRun => (DRY_RUN_LINES_MAX, DRY_RUN_BYTES_MAX),
    };
    BatchSize { items_max, bytes_max, bytes_of: |line| line.reported.raw.len() }
}

/// Imports the lines batch by batch, and reports the outcome of each line.
fn run<R: Send>(
    lines: impl Iterator<Item = Result<Prepared<R>, Error>> + Send,
    mode: Mode,
    sink: &mut dyn ImportSink,
    mut work: impl FnMut(Vec<Result<R, Outcome>>) -> Result<Vec<Outcome>, Error>,
) -> Result<ImportCounts, Error> {
    let mut counts = ImportCounts::default();
    read_ahead(lines, &batch_size(mode), |batches| {
        let mut batches = batches.peekable();
        while let Some(batch) = batches.next() {
            if mode == Mode::DryRun && batches.peek().is_some() {
                return Err(InputError::request(DRY_RUN_TOO_LARGE).into());
            }
            let batch = batch.into_iter().collect::<Result<Vec<_>, _>>()?;
            let (lines, requests): (Vec<_>, Vec<_>) =
                batch.into_iter().map(|line| (line.reported, line.request)).unzip();
            let outcomes = work(requests)?;
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

/// Submits the lines that could be prepared, and returns all outcomes in the order of the lines.
fn ask<R>(
    prepared: impl IntoIterator<Item = Result<R, Outcome>>,
    answer: impl FnOnce(&[R]) -> Result<Vec<Outcome>, Error>,
) -> Result<Vec<Outcome>, Error> {
    let mut requests = Vec::new();
    let mut outcomes = Vec::new();
    for one in prepared {
        match one {
            Ok(request) => {
                requests.push(request);
                outcomes.push(None);
            }
            Err(outcome) => outcomes.push(Some(outcome)),
        }
    }
    let mut answers = answer(&requests)?.into_iter();
    Ok(outcomes.into_iter().filter_map(|outcome| outcome.or_else(|| answers.next())).collect())
}
