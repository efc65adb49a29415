//! Importing files of accounts or transfers. Only a dry run judges the whole file at once.
//!
//! An import can be run again: lines that were posted before are replays. The id of a line without a key is made from its meaning and from
//! how many lines before it in the file mean the same, so the same file always gives the same ids.

use std::collections::{BTreeSet, HashMap, HashSet};

use crate::error::Error;
use crate::facts::AccountName;
use crate::judging::Actors;
use crate::ledger::Ledger;
use crate::ledger::accounts::Opened;
use crate::ledger::bounded::make_room;
use crate::ledger::posting::Posting;
use crate::ledger::posting::ahead::Begun;
use crate::ledger::posting::receipts::Receipt;
use crate::ledger::transport::import_batches::{Asked, run};
use crate::ledger::transport::import_lines::{
    Draft, Outcome, Prepared, account_request, prepare_transfer, split, transfer_request,
};
use crate::ledger::transport::lines::{AccountLine, ImportCounts, ImportSink, ImportSource, Line, TransferLine};
use crate::ledger::transport::occurrences::Identities;
use crate::ledger::transport::read_ahead::Made;
use crate::ledger::write_options::{Mode, WriteOptions};
use crate::maps::FastMap;
use crate::money::{Currency, CurrencyCode};
use crate::requests::{BatchPolicy, Request};
use crate::store::Access;

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
        let ask = |lines| Ok(Made { item: Asked::of(lines), is_settled: true });
        run(prepared, mode, sink, ask, |asked| {
            let outcome = |answer| match answer {
                Ok(Opened { replayed, .. }) => Outcome::Done { replayed },
                Err(rejection) => Outcome::Refused { rejection, id: None },
            };
            let answers = self.open_accounts(&asked.requests, &options)?;
            Ok(asked.answered(answers.into_iter().map(outcome)))
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
        let ask = |mut drafts: Vec<_>| {
            self.find_former_ids(&mut drafts)?;
            self.find_currencies(&drafts, &mut known)?;
            let requests = drafts.into_iter().map(|draft| Ok(transfer_request(draft?, &known)?.into()));
            let asked = Asked::of(requests.collect());
            // A dry run judges all lines at once.
            let is_posted = mode == Mode::Commit && !asked.requests.is_empty();
            let begun = is_posted.then(|| self.begin(&self.posting_for(&asked.requests, &options)));
            let is_settled = begun.as_ref().is_none_or(Begun::is_judged);
            Ok(Made { item: (asked, begun), is_settled })
        };
        run(prepared, mode, sink, ask, |(asked, begun)| {
            let requests = &asked.requests;
            let answers = match begun {
                Some(begun) => self.finish(begun, requests, || self.posting_for(requests, &options))?.answers,
                None => self.submit(requests, BatchPolicy::CarryOn, options.clone())?,
            };
            let ids: Vec<_> = requests.iter().map(Request::id).collect();
            let outcomes = answers.into_iter().zip(ids).map(|(answer, id)| match answer {
                Ok(Receipt { replayed, .. }) => Outcome::Done { replayed },
                Err(rejection) => Outcome::Refused { rejection, id },
            });
            Ok(asked.answered(outcomes))
        })
    }

    fn posting_for<'a>(&'a self, requests: &'a [Request], options: &'a WriteOptions) -> Posting<'a> {
        let actors = Actors::One(self.acting(options));
        self.posting(requests, BatchPolicy::CarryOn, options.mode).acting_for(actors)
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
