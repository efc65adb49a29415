//! The changes of what accounts may do, each at its place between two transfers of its account.

use std::collections::VecDeque;

use super::walk::Walk;
use crate::models::account_events::AccountEventRow;
use crate::rules::{AccountEvent, AccountId, AccountState, Sequence, hash_event};
use crate::store::{Store, StoreError};

/// The events of a part of the book, which are applied as the walk meets their places.
#[derive(Default)]
pub(super) struct PendingEvents(VecDeque<AccountEventRow>);

impl PendingEvents {
    pub(super) fn between(store: &mut dyn Store, first: i64, last: i64) -> Result<Self, StoreError> {
        Ok(Self(store.event_rows_between(first, last)?.into()))
    }

    fn next_before(&mut self, sequence: i64) -> Option<AccountEventRow> {
        self.0.pop_front_if(|row| row.sequence < sequence)
    }
}

impl Walk {
    /// Applies the events whose place is before a transfer.
    pub(super) fn apply_events(&mut self, pending: &mut PendingEvents, sequence: i64) {
        while let Some(row) = pending.next_before(sequence) {
            self.check_seal_before(row.sequence);
            self.apply_event(row);
        }
    }

    pub(super) fn apply_event(&mut self, row: AccountEventRow) {
        let (id, number) = (AccountId(row.account_id), row.event);
        let place = Some(Sequence(row.sequence));
        if !self.accounts.contains_key(&id) {
            return self.find_event_without_account(id, number, place);
        }
        match AccountEvent::try_from(row) {
            Ok(event) => self.apply(&event),
            Err(corrupt) => self.find(place, self.name_of(id), corrupt.to_string()),
        }
    }

    pub(in crate::service) fn apply(&mut self, event: &AccountEvent) {
        let place = Some(event.sequence);
        let Some(account) = self.accounts.get_mut(&event.account_id) else {
            return self.find_event_without_account(event.account_id, event.number, place);
        };
        let name = account.name.to_string();
        let hash = hash_event(event, account.head);
        let problems = account.problems_with(event, hash);

        // What is stored is believed from here on, so that one fault is found once and not in every later row.
        account.head = event.hash;
        account.terms = event.after;
        account.closed_at = (event.after.state == AccountState::Closed).then_some(event.recorded_at);
        account.last_event = Some((event.number, event.recorded_at));
        for problem in problems {
            self.find(place, Some(name.clone()), format!("event {} {problem}", event.number));
        }
    }

    fn find_event_without_account(&mut self, account: AccountId, number: i64, place: Option<Sequence>) {
        let problem = format!("event {number} is recorded, but the account is not in the book");
        self.find(place, Some(account.0.to_string()), problem);
    }
}
