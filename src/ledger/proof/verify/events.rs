//! The events of accounts and of the book, each applied at its sequence.

use std::collections::VecDeque;

use crate::facts::{AccountEvent, AccountId, Sequence};
use crate::ledger::proof::verify::book_events::KnownSchedules;
use crate::ledger::proof::verify::walk::Walk;
use crate::models::account_events::AccountEventRow;
use crate::models::book_events::BookEventRow;
use crate::proof::hash_event;

/// The events of a part of the book that the walk has not reached yet.
pub(super) struct PendingEvents {
    openings: VecDeque<i64>,
    of_accounts: VecDeque<AccountEventRow>,
    of_book: VecDeque<BookEventRow>,
    schedules: KnownSchedules,
}

enum EventRow {
    Opening(i64),
    OfAccount(Box<AccountEventRow>),
    OfBook(Box<BookEventRow>),
}

impl EventRow {
    const fn sequence(&self) -> i64 {
        match self {
            Self::Opening(id) => *id,
            Self::OfAccount(row) => row.sequence,
            Self::OfBook(row) => row.sequence,
        }
    }
}

impl PendingEvents {
    pub(super) fn new(
        openings: Vec<i64>,
        of_accounts: Vec<AccountEventRow>,
        of_book: Vec<BookEventRow>,
        schedules: KnownSchedules,
    ) -> Self {
        Self { openings: openings.into(), of_accounts: of_accounts.into(), of_book: of_book.into(), schedules }
    }

    /// The accounts of the events.
    pub(super) fn accounts(&self) -> impl Iterator<Item = AccountId> {
        self.of_accounts.iter().map(|row| AccountId(row.account_id))
    }

    fn next_before(&mut self, sequence: i64) -> Option<EventRow> {
        let of_account = self.of_accounts.front().map_or(i64::MAX, |row| row.sequence);
        let of_book = self.of_book.front().map_or(i64::MAX, |row| row.sequence);
        if let Some(id) = self.openings.pop_front_if(|id| *id < sequence.min(of_account).min(of_book)) {
            return Some(EventRow::Opening(id));
        }
        if let Some(row) = self.of_book.pop_front_if(|row| row.sequence < sequence.min(of_account)) {
            return Some(EventRow::OfBook(Box::new(row)));
        }
        let row = self.of_accounts.pop_front_if(|row| row.sequence < sequence)?;
        Some(EventRow::OfAccount(Box::new(row)))
    }
}

impl Walk {
    /// Applies the events whose sequence is lower than `sequence`.
    pub(super) fn apply_events(&mut self, pending: &mut PendingEvents, sequence: i64) {
        while let Some(row) = pending.next_before(sequence) {
            let sequence = row.sequence();
            match row {
                // All accounts were opened before the walk began.
                EventRow::Opening(_) => {}
                EventRow::OfAccount(row) => self.apply_event(*row),
                EventRow::OfBook(row) => self.apply_book_event_row(*row, &pending.schedules),
            }
            self.take_sequence(sequence);
        }
    }

    pub(super) fn apply_event(&mut self, row: AccountEventRow) {
        let (id, number) = (AccountId(row.account_id), row.event);
        let sequence = Some(Sequence(row.sequence));
        if self.accounts.get(id).is_none() {
            return self.find_event_without_account(id, number, sequence);
        }
        match AccountEvent::try_from(row) {
            Ok(event) => self.apply(&event),
            Err(corrupt) => self.add_finding(sequence, self.name_of(id), corrupt.to_string()),
        }
    }

    /// Applies an event. Its account must have been fetched.
    pub(in crate::ledger) fn apply(&mut self, event: &AccountEvent) {
        let sequence = Some(event.sequence);
        let Some(account) = self.accounts.get(event.account_id) else {
            return self.find_event_without_account(event.account_id, event.number, sequence);
        };
        let name = account.name.to_string();
        let hash = hash_event(event, account.head);
        let problems = account.problems_with(event, hash);

        // From here on the walk uses what is stored, so that one fault is one finding, and not one for every later row.
        self.accounts.take(event);
        for problem in problems {
            self.add_finding(sequence, Some(name.clone()), format!("event {} {problem}", event.number));
        }
    }

    fn find_event_without_account(&mut self, account: AccountId, number: i64, sequence: Option<Sequence>) {
        let problem = format!("event {number} is recorded, but the account is not in the book");
        self.add_finding(sequence, Some(account.0.to_string()), problem);
    }
}
