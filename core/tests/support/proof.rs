//! Whether a book is whole: everything that is kept of accounts and holds is counted a second time, from the rows alone.

use std::collections::HashMap;

use teller::facts::{
    Account, AccountEvent, AccountId, AccountState, Entry, Hold, HoldState, Instant, LastTransfer, NormalSide, Terms,
    Transfer, TransferKind,
};
use teller::money::Amount;
use teller::proof::{hash_account, hash_event, hash_transfer};

use super::book::{Book, State};

/// How far the look at an account has come.
struct Progress {
    account: Account,
    last_event_at: Option<Instant>,
    event_number: i64,
}

impl Book {
    /// Counts everything anew.
    ///
    /// # Panics
    /// Where something is not what its history comes to.
    pub fn verify(&self) {
        let state = self.state.borrow();
        let mut accounts: HashMap<_, _> = state.accounts.keys().map(|id| (*id, state.opened(*id))).collect();
        let mut transfers = state.transfers.iter().peekable();
        let mut events = state.events.iter().peekable();
        loop {
            match (transfers.peek(), events.peek()) {
                (Some(transfer), Some(event)) if transfer.sequence < event.sequence => {
                    follow_transfer(&mut accounts, transfers.next().unwrap());
                }
                (_, Some(_)) => follow_event(&mut accounts, events.next().unwrap()),
                (Some(_), None) => follow_transfer(&mut accounts, transfers.next().unwrap()),
                (None, None) => break,
            }
        }
        state.count_holds(&mut accounts);
        for (id, counted) in accounts {
            assert_eq!(state.accounts[&id], counted.account, "an account is what its history comes to");
            check_inside_limits(&counted.account);
        }
    }
}

impl State {
    /// An account as it was opened.
    fn opened(&self, id: AccountId) -> Progress {
        let (request, stored) = (&self.openings[&id], &self.accounts[&id]);
        let terms = Terms::opening(request.limits);
        let account = Account {
            state: terms.state,
            limits: terms.limits,
            velocity: terms.velocity,
            balances: teller::facts::Balances::default(),
            version: 0,
            last: None,
            head: hash_account(request, &stored.opening_event()),
            metadata: request.metadata.clone(),
            closed_at: None,
            ..stored.clone()
        };
        Progress { account, last_event_at: None, event_number: 0 }
    }

    /// What holds reserve, by their own transfers.
    fn count_holds(&self, accounts: &mut HashMap<AccountId, Progress>) {
        for hold in self.holds.values() {
            let of_hold = || self.transfers.iter().filter(|transfer| transfer.hold_id == Some(hold.id));
            let taken = of_hold().filter(|transfer| transfer.kind != TransferKind::Hold);
            let left = taken.fold(hold.amount.minor(), |left, transfer| left - transfer.amount.minor());
            assert_eq!(hold.remaining.minor(), left, "a hold has left what its transfers leave");
            assert_eq!(hold.state == HoldState::Open, left > 0, "a hold is open while something is left");
            let first = of_hold().next().expect("a hold has a transfer");
            assert_eq!((first.id, first.sequence, first.amount), (hold.id, hold.sequence, hold.amount));
            assert_eq!(first.expires_at, hold.expires_at);
            reserve(accounts, hold, first);
        }
    }
}

/// Limits are changed around the balance only, and nothing leaves them.
fn check_inside_limits(account: &Account) {
    assert!(account.limits.min_balance.is_none_or(|min_balance| account.available() >= min_balance));
    assert!(account.limits.max_balance.is_none_or(|max_balance| account.posted() <= max_balance));
}

fn reserve(accounts: &mut HashMap<AccountId, Progress>, hold: &Hold, first: &Transfer) {
    assert_eq!((first.debit.account_id, first.credit.account_id), (hold.debit_account_id, hold.credit_account_id));
    for (id, side) in [(hold.debit_account_id, NormalSide::Debit), (hold.credit_account_id, NormalSide::Credit)] {
        let balances = &mut accounts.get_mut(&id).unwrap().account.balances;
        let reserved = Amount::from_minor(balances.held(side).minor() + hold.remaining.minor());
        *balances = balances.with_held(side, reserved);
    }
}

fn follow_transfer(accounts: &mut HashMap<AccountId, Progress>, transfer: &Transfer) {
    let heads = [&transfer.debit, &transfer.credit].map(|entry| accounts[&entry.account_id].account.head);
    assert_eq!(transfer.hash, hash_transfer(transfer, heads[0], heads[1]), "a hash covers both histories");
    assert!(transfer.amount.is_positive());
    assert!(transfer.clock_at.is_none_or(|clock_at| clock_at < transfer.recorded_at));
    for (entry, side) in [(&transfer.debit, NormalSide::Debit), (&transfer.credit, NormalSide::Credit)] {
        follow_entry(&mut accounts.get_mut(&entry.account_id).unwrap().account, transfer, entry, side);
    }
}

fn follow_entry(account: &mut Account, transfer: &Transfer, entry: &Entry, side: NormalSide) {
    if !matches!(transfer.kind, TransferKind::Hold | TransferKind::Release) {
        let rises = account.account_type.normal_side() == side;
        let change = if rises { transfer.amount.minor() } else { -transfer.amount.minor() };
        account.balances.posted = Amount::from_minor(account.balances.posted.minor() + change);
    }
    account.version += 1;
    assert_eq!(entry.version, account.version, "versions have no gap");
    assert_eq!(entry.balance, account.balances.posted, "the balance behind a transfer is what its history comes to");
    assert_eq!(entry.previous, account.last.map(|last| last.sequence), "an entry points at the one before it");
    if let Some(last) = account.last {
        assert!(last.recorded_at < transfer.recorded_at && last.sequence < transfer.sequence, "entries rise in time");
    }
    account.last = Some(LastTransfer { sequence: transfer.sequence, recorded_at: transfer.recorded_at });
    account.head = transfer.hash;
}

fn follow_event(accounts: &mut HashMap<AccountId, Progress>, event: &AccountEvent) {
    let Progress { account, last_event_at, event_number } = accounts.get_mut(&event.account_id).unwrap();
    *event_number += 1;
    assert_eq!(event.hash, hash_event(event, account.head), "an event covers the history before it");
    assert_eq!((event.number, event.version, event.before), (*event_number, account.version, account.terms()));
    let times = [account.last.map(|last| last.recorded_at), *last_event_at];
    assert!(times.into_iter().flatten().all(|time| time < event.recorded_at), "an event is behind what was before it");
    if event.after.state == AccountState::Closed && account.closed_at.is_none() {
        account.closed_at = Some(event.recorded_at);
    }
    if let Some(annotation) = event.annotation.as_ref().filter(|annotation| annotation.transfer_id.is_none()) {
        assert_eq!(annotation.before, account.metadata);
        account.metadata = annotation.after.clone();
    }
    Terms { state: account.state, limits: account.limits, velocity: account.velocity } = event.after;
    account.head = event.hash;
    *last_event_at = Some(event.recorded_at);
}
