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
        let Some(account) = self.accounts.get_mut(&id) else {
            let problem = format!("event {number} is recorded, but the account is not in the book");
            return self.find(place, Some(id.0.to_string()), problem);
        };
        let name = account.name.to_string();
        let event = match AccountEvent::try_from(row) {
            Ok(event) => event,
            Err(corrupt) => return self.find(place, Some(name), corrupt.to_string()),
        };
        let hash = hash_event(&event, account.head);
        let problems = account.problems_with(&event, hash);

        // What is stored is believed from here on, so that one fault is found once and not in every later row.
        account.head = event.hash;
        account.terms = event.after;
        account.closed_at = (event.after.state == AccountState::Closed).then_some(event.recorded_at);
        account.last_event = Some((event.number, event.recorded_at));
        for problem in problems {
            self.find(place, Some(name.clone()), format!("event {number} {problem}"));
        }
    }
}
