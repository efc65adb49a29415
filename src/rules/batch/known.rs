use std::collections::HashMap;
use std::sync::Arc;

use super::super::account::Account;
use super::super::event::{AccountEvent, LastEvent};
use super::super::hash::Hash;
use super::super::hold::Hold;
use super::super::ids::{AccountId, Sequence, TransferId};
use super::super::lead::ClockLead;
use super::super::period::ClosedPeriods;
use super::super::rejection::Rejection;
use super::super::text::Metadata;
use super::super::transfer::Transfer;
use super::super::velocity::Spent;
use crate::money::Amount;

/// What is known when a batch is judged. The accounts are locked, and all else was read after the lock.
#[derive(Default)]
pub struct Known {
    /// The accounts that the requests name, and both accounts of every hold and transfer that they are about.
    pub accounts: Vec<Account>,
    /// The transfers that have an id that is asked for, or are to be reversed, and all those of journals that are asked for.
    pub transfers: Vec<Transfer>,
    /// The holds that are asked for, and those of the accounts that have expired without that being recorded. Both accounts of the
    /// latter are among the accounts.
    pub holds: Vec<Hold>,
    /// How much was reversed of the transfers that are to be reversed, where that is not nothing.
    pub reversed: HashMap<TransferId, Amount>,
    /// The newest event of each account that is to be changed and was changed before.
    pub last_events: HashMap<AccountId, LastEvent>,
    /// The periods that are closed.
    pub closed_periods: Arc<ClosedPeriods>,
    /// How far ahead of the clock the accounts' newest entries may be.
    pub lead: ClockLead,
    /// What has left the accounts whose velocity is limited by the day or month, or is about to be, in the present ones.
    pub spent: HashMap<AccountId, Spent>,
    /// What is kept beside transfers that are asked for, where it is not what they were posted with any more.
    pub annotations: HashMap<TransferId, Metadata>,
}

/// An account as a batch leaves it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChangedAccount {
    /// Its new state.
    pub account: Account,
    /// The head that it had when the batch began. Whoever still has that has the whole history that the account was judged by.
    pub head_before: Hash,
}

impl ChangedAccount {
    /// Whether the batch has done anything to it. Whatever it does moves the head on.
    pub(super) fn is_changed(&self) -> bool {
        self.account.head != self.head_before
    }
}

impl From<Account> for ChangedAccount {
    /// As a batch finds it.
    fn from(account: Account) -> Self {
        Self { head_before: account.head, account }
    }
}

/// What a batch comes to.
pub struct Ruling {
    /// The new rows, in the order in which they were accepted.
    pub transfers: Vec<Transfer>,
    /// The accounts that the rows and events touch, by id.
    pub accounts: Vec<ChangedAccount>,
    /// New holds, as the batch leaves them.
    pub holds_opened: Vec<Hold>,
    /// The new states of holds from before.
    pub holds_changed: Vec<Hold>,
    /// New events, in the order in which they were accepted.
    pub events: Vec<AccountEvent>,
}

impl Ruling {
    /// How many places it takes: one for each new transfer and event.
    #[must_use]
    pub const fn sequence_count(&self) -> usize {
        self.transfers.len() + self.events.len()
    }

    /// Whether there is nothing but transfers and what they change of accounts.
    #[must_use]
    pub const fn only_moves(&self) -> bool {
        self.events.is_empty() && self.holds_opened.is_empty() && self.holds_changed.is_empty()
    }

    /// Puts places in for what stands for them: see [`Sequence::provisional`]. In a dry run there are none.
    pub(crate) fn place(&mut self, drawn: &[Sequence]) {
        let is_dry_run = drawn.iter().all(|place| *place == Sequence::UNASSIGNED);
        assert!(is_dry_run || drawn.is_sorted_by(|a, b| a < b), "places rise");
        for transfer in &mut self.transfers {
            transfer.sequence = transfer.sequence.placed(drawn);
            for leg in [&mut transfer.debit, &mut transfer.credit] {
                leg.previous = leg.previous.map(|previous| previous.placed(drawn));
            }
        }
        for last in self.accounts.iter_mut().filter_map(|changed| changed.account.last.as_mut()) {
            last.sequence = last.sequence.placed(drawn);
        }
        for hold in &mut self.holds_opened {
            hold.sequence = hold.sequence.placed(drawn);
        }
        for event in &mut self.events {
            event.sequence = event.sequence.placed(drawn);
        }
    }

    /// The refusal of an id that an earlier request of the same batch used, now that the place of that one's transfer is known.
    #[must_use]
    pub fn placed(&self, rejection: Rejection) -> Rejection {
        match rejection {
            Rejection::IdReused { id, sequence } if sequence.is_provisional() => {
                let earlier = self.transfers.iter().find(|transfer| transfer.id == id.id());
                let sequence = earlier.map_or(Sequence::UNASSIGNED, |transfer| transfer.sequence);
                Rejection::IdReused { id, sequence }
            }
            Rejection::InLeg { leg, rejection } => self.placed(*rejection).in_leg(leg),
            other => other,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::account::{AccountRequest, AccountType, LastTransfer};
    use super::super::super::instant::Instant;
    use super::super::super::opening::{Opening, open_account};
    use super::super::super::request::{Parties, TransferRequest};
    use super::super::Batch;
    use super::*;
    use crate::money::{Currency, Money};

    /// Both accounts have a history, and the batch has pointers into that and into itself.
    fn judged() -> Batch {
        let euro = Currency::new("EUR".parse().unwrap(), 2).unwrap();
        let account = |(name, id): (&str, i64)| {
            let request = AccountRequest::new(name.parse().unwrap(), AccountType::Asset, euro);
            let Opening::New(account) = open_account(&request, None, Instant::EPOCH).unwrap() else { unreachable!() };
            let last = LastTransfer { sequence: Sequence(id), recorded_at: Instant::EPOCH };
            Account { id: AccountId(id), version: 1, last: Some(last), ..account }
        };
        let known = Known { accounts: [("a", 1), ("b", 2), ("c", 3)].map(account).to_vec(), ..Known::default() };
        let mut batch = Batch::new(known, Instant::EPOCH);
        for (from, to) in [("a", "b"), ("b", "c"), ("a", "b")] {
            let id = TransferId::from_key(&format!("{from}{to}{}", batch.sequence_count())).unwrap();
            let parties = Parties::Transfer { from: from.parse().unwrap(), to: to.parse().unwrap() };
            let money = Money::new(Amount::from_minor(1), euro);
            batch.judge(&TransferRequest::new(id, parties, money).into()).unwrap();
        }
        batch
    }

    #[test]
    fn places_that_are_drawn_later_lead_to_the_same_rows() {
        let drawn = [7, 9, 12].map(Sequence);
        let expected = judged().finish(&drawn);
        let mut ruling = judged().finish_provisionally();
        assert_ne!(ruling.transfers, expected.transfers);
        ruling.place(&drawn);
        assert_eq!(ruling.transfers, expected.transfers);
        assert_eq!(ruling.accounts, expected.accounts);
        assert_eq!(ruling.transfers[2].debit.previous, Some(Sequence(9)), "a place in the batch");
        assert_eq!(ruling.transfers[1].debit.previous, Some(Sequence(3)), "a place from before");
    }

    #[test]
    fn an_id_that_a_leg_reuses_is_refused_with_the_place_of_the_transfer_that_has_it() {
        let id = TransferId::from_key("ab0").unwrap();
        let ruling = judged().finish(&[7, 9, 12].map(Sequence));
        let judged_before = Rejection::IdReused { id: id.into(), sequence: Sequence::provisional(0) };
        let placed = Rejection::IdReused { id: id.into(), sequence: Sequence(7) };
        assert_eq!(ruling.placed(judged_before.clone().in_leg(2)), placed.in_leg(2));

        let undone = Ruling { transfers: Vec::new(), ..ruling };
        assert_eq!(undone.placed(judged_before), Rejection::IdReused { id: id.into(), sequence: Sequence::UNASSIGNED });
    }
}
