//! Judging a file line by line, with the walk that verifies a book.

use std::collections::HashMap;

use crate::error::Error;
use crate::facts::{AccountEvent, AccountId, BookEvent, Due, Hash, Schedule, Sequence, Transfer, TransferKind};
use crate::judging::open_account;
use crate::ledger::NamedCurrency;
use crate::ledger::events::order::OpenedAccount;
use crate::ledger::proof::verify::{ExpectedCurrencies, Walk, Walked};
use crate::ledger::transport::book::problems::refusal;
use crate::ledger::transport::book::schedules::ScheduleCheck;
use crate::ledger::transport::book::{BookHeader, BookPart, BookTrailer};
use crate::models::accounts::AccountHistoryUpdate;
use crate::models::currencies::CurrencyRow;
use crate::money::{Amount, Currency, CurrencyCode, ISO_4217};
use crate::store::Store;

/// The parts of a file, in order.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Part {
    Currencies,
    Entries,
    Schedules,
    Trailer,
}

/// How many lines of what there were.
#[derive(Default)]
struct Counts {
    accounts: u64,
    transfers: u64,
    events: u64,
    book_events: u64,
}

impl Counts {
    const fn list(&self) -> [u64; 4] {
        [self.accounts, self.transfers, self.events, self.book_events]
    }
}

/// What the lines so far come to.
pub(super) struct Check {
    header: BookHeader,
    found: Counts,
    /// What the trailer says that the accounts' heads come to.
    root: Option<Hash>,
    part: Part,
    last_code: Option<CurrencyCode>,
    last_sequence: Sequence,
    currencies: HashMap<CurrencyCode, NamedCurrency>,
    pub(super) walk: Walk,
    schedules: ScheduleCheck,
}

impl Check {
    /// One whose accounts take so many bytes of memory.
    pub(super) fn new(header: BookHeader, accounts_bytes_max: usize) -> Self {
        Self {
            header,
            found: Counts::default(),
            root: None,
            part: Part::Currencies,
            last_code: None,
            last_sequence: Sequence::UNASSIGNED,
            currencies: HashMap::new(),
            walk: Walk::new(accounts_bytes_max),
            schedules: ScheduleCheck::default(),
        }
    }

    /// How many accounts, transfers and events there were.
    pub(super) const fn done(&self) -> u64 {
        let Counts { accounts, transfers, events, book_events } = self.found;
        accounts + transfers + events + book_events
    }

    pub(super) const fn is_complete(&self) -> bool {
        matches!(self.part, Part::Trailer)
    }

    /// Sees to it that the accounts of the next line are at hand.
    pub(super) fn fetch_accounts(&mut self, record: &BookPart) -> Result<(), Error> {
        let accounts = &mut self.walk.accounts;
        match record {
            BookPart::Transfer(transfer, _) => accounts.fetch([transfer.debit.account_id, transfer.credit.account_id]),
            BookPart::Event(event, _) => accounts.fetch([event.account_id]),
            BookPart::Schedule(schedule, _) => accounts.fetch([schedule.debit_account_id, schedule.credit_account_id]),
            BookPart::Header(_)
            | BookPart::Currency(_)
            | BookPart::Account(_)
            | BookPart::BookEvent(_)
            | BookPart::Due(_)
            | BookPart::Trailer(_) => accounts.fetch([]),
        }
    }

    /// What is wrong with the next line, whose accounts are at hand, or nothing.
    pub(super) fn take(&mut self, record: &BookPart) -> Result<(), String> {
        match record {
            BookPart::Header(_) => Err("it is a second header".to_owned()),
            BookPart::Currency(named) => self.take_currency(named),
            BookPart::Account(account) => self.take_account(account),
            BookPart::Transfer(transfer, currency) => self.take_transfer(transfer, *currency),
            BookPart::Event(event, currency) => self.take_event(event, *currency),
            BookPart::BookEvent(event) => self.take_book_event(event),
            BookPart::Schedule(schedule, currency) => self.take_schedule(schedule, *currency),
            BookPart::Due(due) => self.take_due(due),
            BookPart::Trailer(trailer) => self.take_trailer(trailer),
        }
    }

    fn enter(&mut self, part: Part) -> Result<(), String> {
        if self.part == Part::Trailer {
            return Err("it stands behind the trailer".to_owned());
        }
        if part < self.part {
            let order = "currencies come first, then accounts, transfers and events together, then schedules";
            return Err(format!("it is out of order: {order}"));
        }
        self.part = part;
        Ok(())
    }

    fn take_currency(&mut self, named: &NamedCurrency) -> Result<(), String> {
        self.enter(Part::Currencies)?;
        let code = named.currency.code();
        rises("currency", code, self.last_code.replace(code))?;
        self.currencies.insert(code, named.clone());
        Ok(())
    }

    fn take_account(&mut self, account: &OpenedAccount) -> Result<(), String> {
        self.enter(Part::Entries)?;
        self.take_sequence(account.event.account_id.sequence())?;
        let opening = &account.opening;
        let listed = self.currencies.get(&opening.currency.code());
        if listed.is_none_or(|named| named.currency != opening.currency) {
            return Err(format!("account {} is in a currency that the file does not list so", opening.name));
        }
        open_account(opening, None, &account.event).map_err(|rejection| rejection.to_string())?;
        let hash = self.walk.begin_account(opening.clone(), &account.event);
        if hash != account.hash {
            return Err(format!("the hash is {}, the account's content gives {hash}", account.hash));
        }
        self.found.accounts += 1;
        Ok(())
    }

    fn take_transfer(&mut self, transfer: &Transfer, currency: Currency) -> Result<(), String> {
        self.enter(Part::Entries)?;
        self.take_sequence(transfer.sequence)?;
        self.check_currency(transfer.debit.account_id, currency)?;
        if transfer.kind != TransferKind::Hold && transfer.expires_at.is_some() {
            return Err(format!("a {} cannot expire", transfer.kind));
        }
        if transfer.up_to.is_some_and(|most| most < transfer.amount) {
            return Err("the amount is more than what was asked for at most".to_owned());
        }
        if let Some(key) = transfer.key.as_ref().filter(|key| key.id() != transfer.id) {
            return Err(format!("the id is {}, the key {key} gives {}", transfer.id, key.id()));
        }
        self.walk.recompute(transfer);
        self.first_finding()?;
        self.found.transfers += 1;
        Ok(())
    }

    fn take_event(&mut self, event: &AccountEvent, currency: Currency) -> Result<(), String> {
        self.enter(Part::Entries)?;
        self.take_sequence(event.sequence)?;
        self.check_currency(event.account_id, currency)?;
        self.walk.apply(event);
        self.first_finding()?;
        self.found.events += 1;
        Ok(())
    }

    fn take_book_event(&mut self, event: &BookEvent) -> Result<(), String> {
        self.enter(Part::Entries)?;
        self.take_sequence(event.sequence)?;
        self.walk.apply_book_event(event);
        self.first_finding()?;
        self.found.book_events += 1;
        Ok(())
    }

    fn take_schedule(&mut self, schedule: &Schedule, currency: Currency) -> Result<(), String> {
        self.enter(Part::Schedules)?;
        self.check_currency(schedule.debit_account_id, currency)?;
        let walk = self.schedules.take_schedule(schedule)?;
        walk.problem(&self.walk.accounts).map_or(Ok(()), Err)
    }

    fn take_due(&mut self, due: &Due) -> Result<(), String> {
        self.enter(Part::Schedules)?;
        self.schedules.take_due(due)
    }

    /// Each currency is one that every book has or that an event registers, and none that an event registers is missing.
    fn compare_currencies(&self) -> Result<(), String> {
        let mut expected = ExpectedCurrencies::new(&self.walk.of_book);
        let problem = self.currencies.values().find_map(|named| expected.meet(&CurrencyRow::from(named)));
        let is_registered = |code: &&str| !ISO_4217.iter().any(|(listed, ..)| listed == code);
        let missing = expected.missing().find(is_registered);
        let missing = missing.map(|code| format!("an event registers currency {code}, which the file does not list"));
        problem.or(missing).map_or(Ok(()), Err)
    }

    fn take_sequence(&mut self, sequence: Sequence) -> Result<(), String> {
        rises("sequence", sequence, Some(self.last_sequence))?;
        self.last_sequence = sequence;
        Ok(())
    }

    fn check_currency(&self, account: AccountId, currency: Currency) -> Result<(), String> {
        match self.walk.accounts.get(account) {
            Some(walked) if walked.currency != currency => {
                Err(format!("it is in {}, account {} is in {}", currency.code(), walked.name, walked.currency.code()))
            }
            _ => Ok(()),
        }
    }

    fn first_finding(&self) -> Result<(), String> {
        let Some(finding) = self.walk.first_finding() else { return Ok(()) };
        let account = finding.account.as_deref().unwrap_or("no account in particular");
        Err(format!("{} (account {account})", finding.problem))
    }

    fn take_trailer(&mut self, trailer: &BookTrailer) -> Result<(), String> {
        self.enter(Part::Trailer)?;
        let said_at_end = [trailer.accounts, trailer.transfers, trailer.events, trailer.book_events];
        for (what, said) in [("header", self.header_counts()), ("trailer", said_at_end)] {
            let found = self.found.list();
            if said != found {
                return Err(format!(
                    "the {what} counts {said:?} accounts, transfers and events of accounts and of the book, the file has {found:?}"
                ));
            }
        }
        self.schedules.finish(&self.header, &self.walk.of_book)?;
        self.compare_currencies()?;
        if self.last_sequence != self.header.sequence {
            let (header, last) = (self.header.sequence, self.last_sequence);
            return Err(format!(
                "the header says that the newest sequence is {header}, the last one in the file is {last}"
            ));
        }
        self.root = Some(trailer.root);
        Ok(())
    }

    /// Judges what only the store can tell when all lines are in it, the last of them this one: the root over the accounts in the order of
    /// their names, and whether each ends where it may.
    pub(super) fn compare_end(&mut self, store: &mut dyn Store, line: u64) -> Result<(), Error> {
        let mut ends = Ok(());
        let mut judge = |id, walked: &Walked| {
            if ends.is_ok() {
                ends = update(id, walked).map(|_| ());
            }
        };
        let found = self.walk.seal_through(store, self.last_sequence.into(), &mut judge)?.root;
        if let Some(said) = self.root.filter(|said| *said != found) {
            return Err(refusal(line, format!("the root is {said}, the accounts' heads come to {found}")));
        }
        ends.map_err(|problem| refusal(line, problem))
    }

    const fn header_counts(&self) -> [u64; 4] {
        [self.header.accounts, self.header.transfers, self.header.events, self.header.book_events]
    }

    /// What the histories of accounts come to, when the last line was this one.
    pub(super) fn updates(&mut self, ids: &[AccountId], line: u64) -> Result<Vec<AccountHistoryUpdate>, Error> {
        let accounts = &mut self.walk.accounts;
        accounts.fetch(ids.iter().copied())?;
        let walked = ids.iter().filter_map(|id| Some((*id, accounts.get(*id)?)));
        let updates: Result<_, String> = walked.map(|(id, walked)| update(id, walked)).collect();
        updates.map_err(|problem| refusal(line, problem))
    }

    /// The newest sequence.
    pub(super) const fn newest(&self) -> Sequence {
        self.last_sequence
    }
}

fn rises<T: Copy + PartialOrd + std::fmt::Display>(what: &str, next: T, last: Option<T>) -> Result<(), String> {
    match last {
        Some(last) if next <= last => Err(format!("{what} {next} stands behind {what} {last}; they must rise")),
        _ => Ok(()),
    }
}

/// An account's totals must fit, and its balance lie inside its limits, as the table demands of every account.
fn update(id: AccountId, walked: &Walked) -> Result<AccountHistoryUpdate, String> {
    let fits = |what: &str, units: i128, least: i64| {
        let found = i64::try_from(units).ok().filter(|units| *units >= least);
        found.ok_or_else(|| format!("account {} has {units} minor units {what}, which no account can", walked.name))
    };
    let particulars = walked.particulars();
    let limits = particulars.terms.limits;
    let balance = walked.balance();
    let is_below = |limit: Amount| balance - walked.held_on_falling_side() < i128::from(limit.minor());
    let is_above = |limit: Amount| balance > i128::from(limit.minor());
    if limits.min_balance.is_some_and(is_below) || limits.max_balance.is_some_and(is_above) {
        return Err(format!("account {} ends with {balance} minor units, outside its limits", walked.name));
    }
    Ok(AccountHistoryUpdate {
        id: id.0,
        posted: fits("posted", balance, i64::MIN)?,
        debits_held: fits("in held debits", walked.held.debits, 0)?,
        credits_held: fits("in held credits", walked.held.credits, 0)?,
        version: walked.version,
        last_transfer: walked.last.map(|(sequence, _)| sequence.0),
        last_recorded_at: walked.last.map(|(_, recorded_at)| recorded_at.into()),
        min_balance: limits.min_balance.map(Amount::minor),
        max_balance: limits.max_balance.map(Amount::minor),
        per_transfer: particulars.terms.velocity.per_transfer.map(Amount::minor),
        per_day: particulars.terms.velocity.per_day.map(Amount::minor),
        per_month: particulars.terms.velocity.per_month.map(Amount::minor),
        closed_at: particulars.closed_at.map(Into::into),
        state: particulars.terms.state.as_str().to_owned(),
        head: walked.head.into(),
    })
}
