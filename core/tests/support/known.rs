//! What a batch is given, counted anew from the rows each time.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use teller::facts::{
    Account, AccountId, BookEvent, ClosedPeriods, Hold, HoldState, Instant, LastEvent, Metadata, Transfer, TransferId,
};
use teller::judging::{ClockLead, Known, Spent};
use teller::money::Amount;
use teller::requests::{Request, Scope};

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

    /// What a posting of these requests reads, and nothing else.
    pub(super) fn known_to(&self, requests: &[Request], now: Instant) -> Known {
        let scope = Scope::of(requests);
        let mut known = self.known(now);
        let accounts = self.accounts_in(&scope);
        let is_expired = |hold: &Hold| hold.state == HoldState::Open && hold.state_at(now) == HoldState::Expired;
        let touches = |hold: &Hold| accounts_of(hold).iter().any(|id| accounts.contains(id));
        let expired = known.holds.iter().filter(|hold| is_expired(hold) && touches(hold));
        let beyond: BTreeSet<_> = expired.flat_map(accounts_of).collect();
        known.holds.retain(|hold| scope.hold_ids.contains(&hold.id) || (is_expired(hold) && touches(hold)));
        known.accounts.retain(|account| accounts.contains(&account.id) || beyond.contains(&account.id));
        let named = [&scope.reversed_ids[..], &scope.annotated_ids].concat();
        let is_of_journal = |transfer: &Transfer| {
            let id = transfer.journal_id;
            id.is_some_and(|id| scope.journal_ids.contains(&id) || named.contains(&TransferId(id)))
        };
        known.transfers.retain(|transfer| scope.ids.contains(&transfer.id) || is_of_journal(transfer));
        let lowered = Scope::lowered_accounts(requests);
        known.spent.retain(|id, _| {
            let account = &self.accounts[id];
            lowered.contains(&account.name) && (account.velocity.has_window() || scope.limited.contains(&account.name))
        });
        known.annotations.retain(|id, _| scope.annotated_ids.contains(id));
        if scope.annotated_ids.is_empty() {
            known.last_events.retain(|id, _| scope.changed.contains(&self.accounts[id].name));
        }
        if scope.reversed_journal_ids.is_empty() {
            known.reversed.retain(|id, _| scope.reversed_ids.contains(id));
        }
        known
    }

    fn accounts_in(&self, scope: &Scope<'_>) -> BTreeSet<AccountId> {
        let mut accounts = BTreeSet::new();
        let named = scope.names.iter().filter_map(|name| self.find_account(name));
        accounts.extend(named.map(|account| account.id));
        accounts.extend(scope.hold_ids.iter().filter_map(|id| self.holds.get(id)).flat_map(accounts_of));
        for transfer in &self.transfers {
            let is_of_journal = transfer.journal_id.is_some_and(|id| scope.reversed_journal_ids.contains(&id));
            if is_of_journal || scope.reversed_ids.contains(&transfer.id) {
                accounts.extend([transfer.debit.account_id, transfer.credit.account_id]);
            }
            if scope.annotated_ids.contains(&transfer.id) {
                accounts.insert(transfer.debit.account_id);
            }
        }
        accounts
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

fn accounts_of(hold: &Hold) -> [AccountId; 2] {
    [hold.debit_account_id, hold.credit_account_id]
}
