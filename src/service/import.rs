//! Many accounts or transfers from a file, in batches, so that a file of any size takes little memory; but for a dry run, which judges the
//! whole file at once. While a batch is posted, the next ones are read and prepared in another thread, as far as that takes no look into
//! the book.
//!
//! An import can be run again: lines that were posted before are answered as replays. Where a line has no key, its id derives from what
//! it says and from how many lines before it in the file say the same, so the same file always gives the same ids.

use std::collections::{BTreeSet, HashMap};

use super::ahead::{BatchSize, read_ahead};
use super::import_lines::{AccountLine, ImportCounts, ImportSink, Line, Malformed, MinBalance, Refused, TransferLine};
use super::occurrences::Occurrences;
use super::remembered::make_room;
use super::{Ledger, Mode};
use crate::error::Error;
use crate::money::{Amount, Currency, CurrencyCode, Money};
use crate::rules::{AccountName, AccountRequest, FastMap, Limits, Rejection, RequestId, TransferId, TransferRequest};

/// How many lines one transaction takes: enough that its fixed cost does not count, few enough that its locks are short and that three
/// batches, of which one is posted and two are read ahead, take little memory. docs/performance.md has the figures.
const LINES_PER_BATCH: usize = 2_000;
/// How many bytes of fields one transaction takes at most, and one line. A line can have 70 kB of metadata, which is in memory several times.
const BYTES_PER_BATCH: usize = 1 << 20;

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
    number: u64,
    fields: Vec<String>,
    request: Result<R, Outcome>,
}

/// A transfer that is to be posted, but for what only the book can tell.
struct Draft {
    id: RequestId,
    line: TransferLine,
    /// `None` where the line does not say the currency: it is that of the account that is named first.
    money: Option<Money>,
}

impl Ledger {
    /// Opens the accounts of a file, which is read in another thread. Accounts that were opened before by the same lines are left as they
    /// are.
    ///
    /// # Errors
    /// [`Error::Store`] and [`Error::File`] stop it. What was committed stays, and the import can be run again.
    pub fn import_accounts(
        &self,
        lines: impl Iterator<Item = Result<Line<AccountLine>, Error>> + Send,
        mode: Mode,
        sink: &mut dyn ImportSink,
    ) -> Result<ImportCounts, Error> {
        let currencies = self.currencies_by_code()?;
        let prepared = lines.map(|line| Ok(prepare(line?, |content| account_request(content, &currencies))));
        run(prepared, mode, sink, |requests| {
            let outcome = |answer| match answer {
                Ok(super::Opened { replayed, .. }) => Outcome::Done { replayed },
                Err(rejection) => Outcome::Refused { rejection, id: None },
            };
            ask(requests, |requests| Ok(self.open_accounts(requests, mode)?.into_iter().map(outcome).collect()))
        })
    }

    /// Posts the transfers of a file, in order. The file is read in another thread. Lines that were posted before are replays, so the same
    /// file twice changes nothing.
    ///
    /// # Errors
    /// [`Error::Store`] and [`Error::File`] stop it. What was committed stays, and the import can be run again.
    pub fn import_transfers(
        &self,
        lines: impl Iterator<Item = Result<Line<TransferLine>, Error>> + Send,
        mode: Mode,
        sink: &mut dyn ImportSink,
    ) -> Result<ImportCounts, Error> {
        let currencies = self.currencies_by_code()?;
        let mut known = FastMap::default();
        let mut occurrences = Occurrences::default();
        let prepared = lines.map(|line| {
            Ok(prepare(line?, |content| {
                let id = occurrences.id(&content);
                draft(content, id, &currencies)
            }))
        });
        run(prepared, mode, sink, |drafts| {
            self.find_currencies(&drafts, &mut known)?;
            let requests: Vec<_> =
                drafts.into_iter().map(|draft| draft.and_then(|draft| transfer_request(draft, &known))).collect();
            let ids: Vec<_> = requests.iter().flatten().map(|request| request.id.id()).collect();
            ask(requests, |requests| {
                let answers = self.post_batch(requests, mode)?.into_iter().zip(ids);
                let outcome = |(answer, id)| match answer {
                    Ok(super::Posted { replayed, .. }) => Outcome::Done { replayed },
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
        Mode::DryRun => (usize::MAX, usize::MAX),
    };
    BatchSize { items_max, bytes_max, bytes_of: |line| line.fields.iter().map(String::len).sum() }
}

fn prepare<T, R>(line: Line<T>, request: impl FnOnce(T) -> Result<R, Outcome>) -> Prepared<R> {
    let content = line.content.map_err(|fault| Outcome::Malformed { fault, id: None });
    Prepared { number: line.number, fields: line.fields, request: content.and_then(request) }
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
        for batch in batches {
            let batch = batch.into_iter().collect::<Result<Vec<_>, _>>()?;
            let (lines, requests): (Vec<_>, Vec<_>) =
                batch.into_iter().map(|line| ((line.number, line.fields), line.request)).unzip();
            let outcomes = work(requests)?;
            assert_eq!(outcomes.len(), lines.len(), "one outcome a line");
            for ((number, fields), outcome) in lines.into_iter().zip(outcomes) {
                report(number, fields, outcome, &mut counts, sink)?;
            }
            if sink.progress(&counts).is_break() {
                break;
            }
        }
        Ok(counts)
    })
}

fn report(
    number: u64,
    fields: Vec<String>,
    outcome: Outcome,
    counts: &mut ImportCounts,
    sink: &mut dyn ImportSink,
) -> Result<(), Error> {
    counts.lines += 1;
    let (fault, id) = match outcome {
        Outcome::Done { replayed: false } => {
            counts.done += 1;
            return Ok(());
        }
        Outcome::Done { replayed: true } => {
            counts.replayed += 1;
            return Ok(());
        }
        Outcome::Refused { rejection, id } => {
            counts.refused += 1;
            let (code, message) = (rejection.code(), rejection.to_string());
            (Malformed { column: String::new(), code, message }, id)
        }
        Outcome::Malformed { fault, id } => {
            counts.malformed += 1;
            (fault, id)
        }
    };
    sink.refuse(&Refused { number, fields, fault, id })
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

fn draft(line: TransferLine, id: RequestId, currencies: &HashMap<CurrencyCode, Currency>) -> Result<Draft, Outcome> {
    let Some(currency) = line.currency else { return Ok(Draft { id, line, money: None }) };
    let unknown = || Outcome::Refused { rejection: Rejection::CurrencyUnknown { currency }, id: Some(id.id()) };
    let currency = *currencies.get(&currency).ok_or_else(unknown)?;
    let money = parse_money(&line, id.id(), currency)?;
    Ok(Draft { id, line, money: Some(money) })
}

fn transfer_request(
    Draft { id, line, money }: Draft,
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
