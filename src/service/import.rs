//! Many accounts or transfers from a file, in batches, so that a file of any size takes little memory; but for a dry run, which judges the
//! whole file at once.
//!
//! An import can be run again: lines that were posted before are answered as replays. Where a line has no key, its id derives from what
//! it says and from how many lines before it in the file say the same, so the same file always gives the same ids.

use std::collections::{BTreeSet, HashMap};

use sha2::{Digest, Sha256};

use super::import_lines::{
    AccountLine, ImportCounts, ImportSink, Line, LineKey, Malformed, MinBalance, Refused, TransferLine,
};
use super::{Ledger, Mode};
use crate::error::Error;
use crate::money::{Amount, Currency, CurrencyCode, Money};
use crate::rules::{AccountName, AccountRequest, Description, Limits, Parties, Rejection, TransferId, TransferRequest};

/// How many lines one transaction takes: enough that its fixed cost does not count, few enough that its locks are short.
const LINES_PER_BATCH: usize = 1_000;

/// What became of a line.
enum Outcome {
    Done { replayed: bool },
    Refused { rejection: Rejection, id: Option<TransferId> },
    Malformed { fault: Malformed, id: Option<TransferId> },
}

impl Ledger {
    /// Opens the accounts of a file. Accounts that were opened before by the same lines are left as they are.
    ///
    /// # Errors
    /// [`Error::Store`] and [`Error::File`] stop it. What was committed stays, and the import can be run again.
    pub fn import_accounts(
        &self,
        lines: impl Iterator<Item = Result<Line<AccountLine>, Error>>,
        mode: Mode,
        sink: &mut dyn ImportSink,
    ) -> Result<ImportCounts, Error> {
        let currencies = self.currencies_by_code()?;
        run(lines, lines_per_batch(mode), sink, |batch| {
            let prepared = batch.iter().map(|line| match &line.content {
                Ok(content) => account_request(content, &currencies),
                Err(fault) => Err(Outcome::Malformed { fault: fault.clone(), id: None }),
            });
            let outcome = |answer| match answer {
                Ok(super::Opened { replayed, .. }) => Outcome::Done { replayed },
                Err(rejection) => Outcome::Refused { rejection, id: None },
            };
            ask(prepared, |requests| Ok(self.open_accounts(requests, mode)?.into_iter().map(outcome).collect()))
        })
    }

    /// Posts the transfers of a file, in order. Lines that were posted before are replays, so the same file twice changes nothing.
    ///
    /// # Errors
    /// [`Error::Store`] and [`Error::File`] stop it. What was committed stays, and the import can be run again.
    pub fn import_transfers(
        &self,
        lines: impl Iterator<Item = Result<Line<TransferLine>, Error>>,
        mode: Mode,
        sink: &mut dyn ImportSink,
    ) -> Result<ImportCounts, Error> {
        let currencies = self.currencies_by_code()?;
        let mut occurrences = Occurrences::default();
        run(lines, lines_per_batch(mode), sink, |batch| {
            let accounts = self.currencies_by_account(batch)?;
            let prepare = |line: &Line<TransferLine>| match &line.content {
                Ok(content) => transfer_request(content, occurrences.id(content), &currencies, &accounts),
                Err(fault) => Err(Outcome::Malformed { fault: fault.clone(), id: None }),
            };
            let prepared: Vec<_> = batch.iter().map(prepare).collect();
            let ids: Vec<_> = prepared.iter().flatten().map(|request: &TransferRequest| request.id).collect();
            ask(prepared.into_iter(), |requests| {
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

    /// The currencies of those accounts whose lines do not say one.
    fn currencies_by_account(&self, batch: &[Line<TransferLine>]) -> Result<HashMap<AccountName, Currency>, Error> {
        let silent = batch.iter().flat_map(|line| &line.content).filter(|content| content.currency.is_none());
        let names: BTreeSet<_> = silent.map(|content| content.parties.names()[0]).collect();
        if names.is_empty() {
            return Ok(HashMap::new());
        }
        let found = self.find_accounts(&names.into_iter().collect::<Vec<_>>())?;
        Ok(found.into_iter().map(|account| (account.name, account.currency)).collect())
    }
}

/// Nothing of a dry run's batch is there for the next one to see, so all its lines are one batch.
const fn lines_per_batch(mode: Mode) -> usize {
    match mode {
        Mode::Commit => LINES_PER_BATCH,
        Mode::DryRun => usize::MAX,
    }
}

/// Takes the lines batch by batch, and reports what became of each.
fn run<T>(
    mut lines: impl Iterator<Item = Result<Line<T>, Error>>,
    lines_per_batch: usize,
    sink: &mut dyn ImportSink,
    mut work: impl FnMut(&[Line<T>]) -> Result<Vec<Outcome>, Error>,
) -> Result<ImportCounts, Error> {
    let mut counts = ImportCounts::default();
    loop {
        let batch = lines.by_ref().take(lines_per_batch).collect::<Result<Vec<_>, _>>()?;
        if batch.is_empty() {
            return Ok(counts);
        }
        let outcomes = work(&batch)?;
        assert_eq!(outcomes.len(), batch.len(), "one outcome a line");
        for (line, outcome) in batch.into_iter().zip(outcomes) {
            report(line, outcome, &mut counts, sink)?;
        }
        if sink.progress(&counts).is_break() {
            return Ok(counts);
        }
    }
}

fn report<T>(
    line: Line<T>,
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
    let refused = Refused { number: line.number, fields: line.fields, fault, id };
    sink.refuse(&refused)
        .map_err(|source| Error::File { doing: "write down a line that was not imported".into(), source })
}

/// Asks for what could be prepared, and puts the answers between the faults of the rest, in the order of the lines.
fn ask<R>(
    prepared: impl Iterator<Item = Result<R, Outcome>>,
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

fn account_request(
    line: &AccountLine,
    currencies: &HashMap<CurrencyCode, Currency>,
) -> Result<AccountRequest, Outcome> {
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
        description: line.description.clone(),
        metadata: line.metadata.clone(),
        ..AccountRequest::new(line.name.clone(), line.account_type, currency)
    })
}

fn transfer_request(
    line: &TransferLine,
    id: TransferId,
    currencies: &HashMap<CurrencyCode, Currency>,
    accounts: &HashMap<AccountName, Currency>,
) -> Result<TransferRequest, Outcome> {
    let account = line.parties.names()[0];
    let currency = match line.currency {
        Some(currency) => currencies.get(&currency).ok_or(Rejection::CurrencyUnknown { currency }),
        None => accounts.get(account).ok_or_else(|| Rejection::AccountUnknown { account: account.clone() }),
    };
    let currency = *currency.map_err(|rejection| Outcome::Refused { rejection, id: Some(id) })?;
    let money = Money::parse(&line.amount, currency)
        .map_err(|error| Outcome::Malformed { fault: Malformed::new("amount", error), id: Some(id) })?;
    Ok(TransferRequest {
        effective_at: line.effective_at,
        description: line.description.clone(),
        metadata: line.metadata.clone(),
        ..TransferRequest::new(id, line.parties.clone(), money)
    })
}

/// How often each content without a key came so far. Takes 24 bytes or so for each different one.
#[derive(Default)]
struct Occurrences(HashMap<[u8; 16], u32>);

impl Occurrences {
    fn id(&mut self, line: &TransferLine) -> TransferId {
        match line.key {
            LineKey::Id(id) => id,
            LineKey::Occurrence => {
                let digest = digest(line);
                let count = self.0.entry(digest).or_default();
                *count += 1;
                TransferId::from_line(&digest, *count)
            }
        }
    }
}

/// What a line says, as bytes of fixed length. Part of the ids of imported transfers, so it never changes.
fn digest(line: &TransferLine) -> [u8; 16] {
    let form = match line.parties {
        Parties::Transfer { .. } => "transfer",
        Parties::Deposit { .. } => "deposit",
        Parties::Withdrawal { .. } => "withdrawal",
        Parties::Post { .. } => "post",
        Parties::Fall { .. } => "fall",
        Parties::Rise { .. } => "rise",
    };
    let [first, second] = line.parties.names();
    let currency = line.currency.map(|code| code.to_string()).unwrap_or_default();
    let effective_at = line.effective_at.map(|time| time.to_string()).unwrap_or_default();
    let description = line.description.as_ref().map_or("", Description::as_str);
    let fixed = [form, first.as_str(), second.as_str(), &line.amount, &currency, &effective_at, description];
    let metadata = line.metadata.entries().iter().flat_map(|(key, value)| [key.as_str(), value.as_str()]);

    let mut hasher = Sha256::new();
    for text in fixed.into_iter().chain(metadata) {
        hasher.update((text.len() as u64).to_be_bytes());
        hasher.update(text);
    }
    let full: [u8; 32] = hasher.finalize().into();
    let [low, _] = full.as_chunks().0 else { unreachable!("32 bytes are two times 16") };
    *low
}
