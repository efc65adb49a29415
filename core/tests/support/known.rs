//! What a batch is given, counted anew from the rows each time.

use std::collections::HashMap;
use std::sync::Arc;

use teller::facts::{Account, AccountId, BookEvent, ClosedPeriods, Instant, LastEvent, Metadata, TransferId};
use teller::judging::{ClockLead, Known, Spent};
use teller::money::Amount;

use super::book::State;

impl State {
    /// All that there is. A batch needs less, and must not mind more.
    pub(super) fn known(&self, now: Instant) -> Known {
        Known {
            // In no order that a database would promise.
            accounts: self.accounts.values().rev().cloned().collect(),
            transfers: self.transfers.iter().rev().cloned().collect(),
            holds: self.holds.values().copied().collect(),
            reversed: self.reversed(),
            last_events: self.last_events(),
            closed_periods: Arc::new(ClosedPeriods::after(&self.book_events)),
            lead: self.lead(),
            spent: self.accounts.values().map(|account| (account.id, self.spent(account, now))).collect(),
            annotations: self.annotations(),
        }
    }

    fn reversed(&self) -> HashMap<TransferId, Amount> {
        let mut reversed = HashMap::<_, Amount>::new();
        for transfer in &self.transfers {
            if let Some(id) = transfer.reversed_id {
                let sum = reversed.entry(id).or_default();
                *sum = sum.checked_add(transfer.amount).unwrap();
            }
        }
        reversed
    }

    fn last_events(&self) -> HashMap<AccountId, LastEvent> {
        let last = |event: &teller::facts::AccountEvent| LastEvent {
            number: event.number,
            sequence: event.sequence,
            recorded_at: event.recorded_at,
        };
        self.events.iter().map(|event| (event.account_id, last(event))).collect()
    }

    pub(super) fn lead(&self) -> ClockLead {
        let accepted = |event: &BookEvent| event.change.accepted_until();
        ClockLead { accepted_until: self.book_events.iter().filter_map(accepted).max(), ..ClockLead::default() }
    }

    /// Read from the newest transfer back, as from a database.
    fn spent(&self, account: &Account, now: Instant) -> Spent {
        let mut spent = Spent::nothing_at(now);
        let mut released = HashMap::new();
        let of_account = self.transfers.iter().rev().filter(|transfer| transfer.entry_of(account.id).is_some());
        for transfer in of_account.take_while(|transfer| spent.reaches(transfer.recorded_at)).collect::<Vec<_>>() {
            if account.falls_by(transfer.side_of(account.id)) {
                spent.look_back(transfer, &mut released);
            }
        }
        spent
    }

    pub(super) fn annotations(&self) -> HashMap<TransferId, Metadata> {
        let annotations = self.events.iter().filter_map(|event| event.annotation.as_ref());
        annotations.filter_map(|annotation| Some((annotation.transfer_id?, annotation.after.clone()))).collect()
    }
}
