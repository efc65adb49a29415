//! Many accounts or transfers from a file, in batches, so that a file of any size takes little memory; but for a dry run, which judges the
//! whole file at once. While a batch is posted, the next ones are read and prepared in another thread, as far as that takes no look into
//! the book.
//!
//! An import can be run again: lines that were posted before are answered as replays. Where a line has no key, its id derives from what
//! it means and from how many lines before it in the file mean the same, so the same file always gives the same ids.

use std::collections::{BTreeSet, HashMap, HashSet};

use crate::error::{Error, InputError};
use crate::facts::{AccountName, Limits, TransferId};
use crate::ledger::posting::remembered::make_room;
use crate::ledger::transport::ahead::{BatchSize, read_ahead};
use crate::ledger::transport::lines::{
    AccountLine, ImportCounts, ImportSink, ImportSource, Line, Malformed, MinBalance, Refused, TransferLine,
};
use crate::ledger::transport::occurrences::{Identities, Identity};
use crate::ledger::{Ledger, Mode};
use crate::maps::FastMap;
use crate::money::{Amount, Currency, CurrencyCode, Money};
use crate::rejection::Rejection;
use crate::requests::{AccountRequest, TransferRequest};
use crate::store::Access;

/// How many lines one transaction takes: enough that its fixed cost does not count, few enough that its locks are short and that three
/// batches, of which one is posted and two are read ahead, take little memory. docs/performance.md has the figures.
const LINES_PER_BATCH: usize = 2_000;
/// How many bytes of fields one transaction takes at most, and one line. A line can have 70 kB of metadata, which is in memory several times.
const BYTES_PER_BATCH: usize = 1 << 20;

/// How many lines, and bytes of them, a dry run takes, as all of them are in memory: about 3 kB a line.
const DRY_RUN_LINES_MAX: usize = 100_000;
const DRY_RUN_BYTES_MAX: usize = 64 << 20;

const DRY_RUN_TOO_LARGE: &str = "a dry run judges all lines of a file at once, and takes at most 100000 lines and 64 MiB; \
    try out a part of the file, or import it into a copy of the book";

/// Of how many accounts the currency is remembered over an import: some 100 bytes each.
const CURRENCIES_MAX: usize = 30_000;

/// What became of a line.
enum Outcome {
    Done { replayed: bool },
    Refused { rejection: Rejection, id: Option<TransferId> },
    Malformed { fault: Malformed, id: Option<TransferId> },
}

/// A line, and what to ask for because of it.
struct Prepared<R> {
    reported: Reported,
    request: Result<R, Outcome>,
}

/// What is told of a line that is not imported, and what is counted of one that is.
struct Reported {
    number: u64,
    raw: Vec<u8>,
    has_key: bool,
    is_by_meaning: bool,
}

/// A transfer that is to be posted, but for what only the book can tell.
struct Draft {
    identity: Identity,
    line: TransferLine,
    /// `None` where the line does not say the currency: it is that of the account that is named first.
    money: Option<Money>,
}

impl Ledger {
    /// Opens the accounts of a file, which is read in another thread. Accounts that were opened before by the same lines are left as they
    /// are. A dry run takes at most 100,000 lines and 64 MiB.
    ///
    /// # Errors
    /// [`Error::Store`] and [`Error::File`] stop it, and so does [`Error::Input`] among the lines or for a dry run of too many. What was committed stays, and the import can be run again.
    pub fn import_accounts(
        &self,
        lines: impl Iterator<Item = Result<Line<AccountLine>, Error>> + Send,
        mode: Mode,
        sink: &mut dyn ImportSink,
    ) -> Result<ImportCounts, Error> {
        let currencies = self.currencies_by_code()?;
        let prepared = lines.map(|line| {
            let (reported, content) = split(line?);
            let content = content.map_err(|fault| Outcome::Malformed { fault, id: None });
            Ok(Prepared { reported, request: content.and_then(|content| account_request(content, &currencies)) })
        });
        run(prepared, mode, sink, |requests| {
            let outcome = |answer| match answer {
                Ok(crate::ledger::Opened { replayed, .. }) => Outcome::Done { replayed },
                Err(rejection) => Outcome::Refused { rejection, id: None },
            };
            ask(requests, |requests| Ok(self.open_accounts(requests, mode)?.into_iter().map(outcome).collect()))
        })
    }

    /// Posts the transfers of a file, in order. The file is read in another thread. Lines that were posted before are replays, so the same
    /// file twice changes nothing. A line without a key is the same as one of another file that means the same: see
    /// [`Ledger::import_transfers_from`]. A dry run takes at most 100,000 lines and 64 MiB.
    ///
    /// # Errors
    /// As [`Ledger::import_accounts`]. What was committed stays, and the import can be run again.
    pub fn import_transfers(
        &self,
        lines: impl Iterator<Item = Result<Line<TransferLine>, Error>> + Send,
        mode: Mode,
        sink: &mut dyn ImportSink,
    ) -> Result<ImportCounts, Error> {
        self.import_transfers_from(None, lines, mode, sink)
    }

    /// As [`Ledger::import_transfers`], from a file with a name of its own, by which its lines without a key are told from those of other
    /// files.
    ///
    /// # Errors
    /// As [`Ledger::import_transfers`].
    pub fn import_transfers_from(
        &self,
        source: Option<&ImportSource>,
        lines: impl Iterator<Item = Result<Line<TransferLine>, Error>> + Send,
        mode: Mode,
        sink: &mut dyn ImportSink,
    ) -> Result<ImportCounts, Error> {
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
                let answers = self.post_batch(requests, mode)?.into_iter().zip(ids);
                let outcome = |(answer, id)| match answer {
                    Ok(crate::ledger::Posted { replayed, .. }) => Outcome::Done { replayed },
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

    /// Gives lines that a development version imported the ids that it gave them.
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

    /// Finds the currencies of those accounts whose lines do not say one. They are remembered, for they never change.
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

/// Nothing of a dry run's batch is there for the next one to see, so all its lines are one batch.
fn batch_size<R>(mode: Mode) -> BatchSize<Prepared<R>> {
    let (items_max, bytes_max) = match mode {
        Mode::Commit => (LINES_PER_BATCH, BYTES_PER_BATCH),
        Mode::DryRun => (DRY_RUN_LINES_MAX, DRY_RUN_BYTES_MAX),
    };
    BatchSize { items_max, bytes_max, bytes_of: |line| line.reported.raw.len() }
}

fn split<T>(Line { number, raw, has_key, content }: Line<T>) -> (Reported, Result<T, Malformed>) {
    (Reported { number, raw, has_key, is_by_meaning: false }, content)
}

fn prepare_transfer(
    line: Line<TransferLine>,
    identities: &mut Identities,
    currencies: &HashMap<CurrencyCode, Currency>,
) -> Prepared<Draft> {
    let (mut reported, content) = split(line);
    let request = match content {
        Ok(content) => {
            let identity = identities.of(&content, &reported.raw);
            reported.is_by_meaning = identity.is_by_meaning;
            draft(content, identity, currencies)
        }
        Err(fault) => {
            let id = Some(fault.id.unwrap_or_else(|| identities.of_malformed(&reported.raw)));
            Err(Outcome::Malformed { fault, id })
        }
    };
    Prepared { reported, request }
}

/// Takes the lines batch by batch, and reports what became of each.
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
        Outcome::Done { replayed: false } => {
            counts.done += 1;
            return Ok(());
        }
        Outcome::Done { replayed: true } => {
            counts.replayed += 1;
            counts.replayed_without_key += u64::from(line.is_by_meaning);
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

/// Asks for what could be prepared, and puts the answers between the faults of the rest, in the order of the lines.
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

fn account_request(line: AccountLine, currencies: &HashMap<CurrencyCode, Currency>) -> Result<AccountRequest, Outcome> {
    let malformed = |column, error| Outcome::Malformed { fault: Malformed::new(column, error), id: None };
    let unknown = || Outcome::Refused { rejection: Rejection::CurrencyUnknown { currency: line.currency }, id: None };
    let currency = *currencies.get(&line.currency).ok_or_else(unknown)?;
    let limit = |column, text: &str| match Money::parse_signed(text, currency) {
        Ok(money) => Ok(Some(money.amount)),
        Err(error) => Err(malformed(column, error)),
    };
    let min_balance = match &line.min_balance {
        MinBalance::Default => Limits::default_for(line.account_type).min_balance,
        MinBalance::None => None,
        MinBalance::At(text) => limit("min_balance", text)?,
    };
    let max_balance: Option<Amount> = match &line.max_balance {
        None => None,
        Some(text) => limit("max_balance", text)?,
    };
    Ok(AccountRequest {
        limits: Limits { min_balance, max_balance },
        description: line.description,
        metadata: line.metadata,
        ..AccountRequest::new(line.name, line.account_type, currency)
    })
}

fn draft(
    line: TransferLine,
    identity: Identity,
    currencies: &HashMap<CurrencyCode, Currency>,
) -> Result<Draft, Outcome> {
    let Some(currency) = line.currency else { return Ok(Draft { identity, line, money: None }) };
    let unknown =
        || Outcome::Refused { rejection: Rejection::CurrencyUnknown { currency }, id: Some(identity.id.id()) };
    let currency = *currencies.get(&currency).ok_or_else(unknown)?;
    let money = parse_money(&line, identity.id.id(), currency)?;
    Ok(Draft { identity, line, money: Some(money) })
}

fn transfer_request(
    Draft { identity: Identity { id, .. }, line, money }: Draft,
    accounts: &FastMap<AccountName, Currency>,
) -> Result<TransferRequest, Outcome> {
    let account = line.parties.names()[0];
    let unknown = || {
        let rejection = Rejection::AccountUnknown { account: account.clone() };
        Outcome::Refused { rejection, id: Some(id.id()) }
    };
    let money = match money {
        Some(money) => money,
        None => parse_money(&line, id.id(), *accounts.get(account).ok_or_else(unknown)?)?,
    };
    Ok(TransferRequest {
        effective_at: line.effective_at,
        description: line.description,
        metadata: line.metadata,
        ..TransferRequest::new(id, line.parties, money)
    })
}

fn parse_money(line: &TransferLine, id: TransferId, currency: Currency) -> Result<Money, Outcome> {
    Money::parse(&line.amount, currency)
        .map_err(|error| Outcome::Malformed { fault: Malformed::new("amount", error), id: Some(id) })
}
