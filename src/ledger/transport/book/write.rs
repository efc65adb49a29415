//! Writing what a file says, batch by batch. A batch and how far the import has come are committed together.

use std::collections::{HashMap, HashSet};

use crate::error::Error;
use crate::facts::{Account, AccountEvent, BookEvent, Hold, Transfer, TransferId, TransferKind};
use crate::ledger::NamedCurrency;
use crate::ledger::events::order::OpenedAccount;
use crate::ledger::posting::writing::write_metadata;
use crate::ledger::proof::verify::{Reversed, Walk, apply_to_hold, opened_hold};
use crate::ledger::transport::book::BookPart;
use crate::ledger::transport::book::problems::{refusal, unused};
use crate::ledger::transport::book::schedules::ScheduleLines;
use crate::ledger::transport::outbox::Weighed;
use crate::models::currencies::CurrencyRow;
use crate::store::Store;

/// How many lines one transaction takes, and how many bytes of texts.
const LINES_PER_BATCH: usize = 2_000;
const BYTES_PER_BATCH: usize = 1 << 20;

/// Lines that were judged and are not in the book yet.
#[derive(Default)]
pub(super) struct Lines {
    currencies: Vec<(u64, NamedCurrency)>,
    accounts: Vec<Account>,
    /// Where the accounts stand in the file.
    accounts_at: Vec<u64>,
    transfers: Vec<Transfer>,
    /// Where the transfers stand in the file.
    transfers_at: Vec<u64>,
    events: Vec<AccountEvent>,
    book_events: Vec<BookEvent>,
    schedules: ScheduleLines,
    text_bytes: usize,
}

impl Lines {
    pub(super) fn push(&mut self, number: u64, record: BookPart) -> Result<(), Error> {
        self.text_bytes += record.text_bytes();
        match record {
            BookPart::Header(_) | BookPart::Trailer(_) => {}
            BookPart::Currency(named) => self.currencies.push((number, named)),
            BookPart::Account(account) => {
                self.accounts.push(opened(number, &account)?);
                self.accounts_at.push(number);
            }
            BookPart::Transfer(transfer, _) => {
                self.transfers.push(*transfer);
                self.transfers_at.push(number);
            }
            BookPart::Event(event, _) => self.events.push(*event),
            BookPart::BookEvent(event) => self.book_events.push(*event),
            BookPart::Schedule(schedule, _) => self.schedules.schedules.push((number, *schedule)),
            BookPart::Due(due) => self.schedules.dues.push((number, *due)),
        }
        Ok(())
    }

    pub(super) fn is_full(&self) -> bool {
        let entries = self.transfers.len() + self.events.len() + self.book_events.len() + self.schedules.len();
        self.currencies.len() + self.accounts.len() + entries >= LINES_PER_BATCH || self.text_bytes >= BYTES_PER_BATCH
    }

    /// Writes all of them. What only the book can tell is judged here: currencies that it has otherwise, names and ids that are there
    /// already, holds, and reversals.
    pub(super) fn write(&self, store: &mut dyn Store, walk: &mut Walk) -> Result<(), Error> {
        self.write_currencies(store)?;
        if !self.accounts.is_empty() {
            self.check_names(store)?;
            store.insert_imported_accounts(&self.accounts)?;
        }
        if !self.transfers.is_empty() {
            self.check_ids(store)?;
            store.insert_transfers(&self.transfers)?;
            self.write_holds(store)?;
            self.check_reversals(store, walk)?;
        }
        if !self.events.is_empty() {
            store.insert_events(&self.events)?;
            write_metadata(store, &self.events)?;
        }
        if !self.book_events.is_empty() {
            store.insert_book_events(&self.book_events)?;
        }
        self.schedules.write(store)
    }

    fn write_currencies(&self, store: &mut dyn Store) -> Result<(), Error> {
        for (number, NamedCurrency { currency, name }) in &self.currencies {
            let (code, exponent) = (currency.code().to_string(), i16::from(currency.exponent()));
            match store.find_currency(&code)? {
                None => _ = store.insert_currency(&CurrencyRow { code, exponent, name: name.to_string() })?,
                Some(row) if row.exponent == exponent && row.name == name.as_str() => {}
                Some(row) => {
                    let problem = format!(
                        "currency {code} has {exponent} decimals and the name {:?}, this book has it with {} and {:?}",
                        name.as_str(),
                        row.exponent,
                        row.name
                    );
                    return Err(refusal(*number, problem));
                }
            }
        }
        Ok(())
    }

    fn check_names(&self, store: &mut dyn Store) -> Result<(), Error> {
        let names: Vec<_> = self.accounts.iter().map(|account| &account.name).collect();
        let there = store.find_accounts(&names)?;
        let mut taken: HashSet<_> = there.iter().map(|account| &account.name).collect();
        for (name, line) in names.iter().zip(&self.accounts_at) {
            if !taken.insert(name) {
                return Err(refusal(*line, format!("account {name} is there a second time")));
            }
        }
        Ok(())
    }

    fn check_ids(&self, store: &mut dyn Store) -> Result<(), Error> {
        let ids: Vec<_> = self.transfers.iter().map(|transfer| transfer.id).collect();
        let mut places: HashMap<_, _> =
            store.find_transfers(&ids)?.into_iter().map(|transfer| (transfer.id, transfer.sequence)).collect();
        for (transfer, number) in self.transfers.iter().zip(&self.transfers_at) {
            if let Some(sequence) = places.insert(transfer.id, transfer.sequence) {
                let problem = format!("the id {} is already used by transfer {sequence}", transfer.id);
                return Err(refusal(*number, problem));
            }
        }
        Ok(())
    }

    fn write_holds(&self, store: &mut dyn Store) -> Result<(), Error> {
        let is_later = |transfer: &&Transfer| transfer.kind != TransferKind::Hold;
        let ids: Vec<_> = self.transfers.iter().filter(is_later).filter_map(|transfer| transfer.hold_id).collect();
        let mut changed: HashMap<TransferId, Hold> = HashMap::new();
        if !ids.is_empty() {
            changed.extend(store.find_holds(&ids)?.into_iter().map(|hold| (hold.id, hold)));
        }
        let mut opened: HashMap<TransferId, Hold> = HashMap::new();
        for (transfer, number) in self.transfers.iter().zip(&self.transfers_at) {
            let fits = match (transfer.kind, transfer.hold_id) {
                (TransferKind::Hold, Some(id)) if id == transfer.id => {
                    opened.insert(id, opened_hold(transfer));
                    true
                }
                (TransferKind::Transfer | TransferKind::Reversal, None) => true,
                (_, Some(id)) => {
                    let hold = opened.get_mut(&id).or_else(|| changed.get_mut(&id));
                    hold.is_some_and(|hold| apply_to_hold(hold, transfer))
                }
                (_, None) => false,
            };
            if !fits {
                let hold = transfer.hold_id.map_or_else(|| "none".to_owned(), |id| id.to_string());
                return Err(refusal(
                    *number,
                    format!("a {} does not fit the hold that it names, {hold}", transfer.kind),
                ));
            }
        }
        let mut opened: Vec<_> = opened.into_values().collect();
        opened.sort_unstable_by_key(|hold| hold.sequence);
        if !opened.is_empty() {
            store.insert_holds(&opened)?;
        }
        if !changed.is_empty() {
            store.update_holds(&changed.into_values().collect::<Vec<_>>())?;
        }
        Ok(())
    }

    fn check_reversals(&self, store: &mut dyn Store, walk: &mut Walk) -> Result<(), Error> {
        walk.check_reversals(&Reversed::of(store, &self.transfers)?, &self.transfers);
        let Some(finding) = walk.first_finding() else { return Ok(()) };
        let is_there = |transfer: &Transfer| Some(transfer.sequence) == finding.sequence;
        let index = self.transfers.iter().position(is_there).unwrap_or_default();
        Err(refusal(self.transfers_at[index], finding.problem.clone()))
    }
}

fn opened(number: u64, account: &OpenedAccount) -> Result<Account, Error> {
    unused(account).map_err(|problem| refusal(number, problem))
}
