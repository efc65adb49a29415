//! The rows and new states that a batch leads to.

use crate::facts::{Account, AccountEvent, Hash, Hold, Reference, Sequence, Transfer, TransferId};
use crate::rejection::Rejection;

/// An account as a batch leaves it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChangedAccount {
    /// Its new state.
    pub account: Account,
    /// The head that it had when the batch began. An account with that head still has the whole history by which it was judged.
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
    /// How many sequences it takes: one for each new transfer and event.
    #[must_use]
    pub const fn sequence_count(&self) -> usize {
        self.transfers.len() + self.events.len()
    }

    /// Whether there is nothing but transfers and what they change of accounts.
    #[must_use]
    pub const fn only_moves(&self) -> bool {
        self.events.is_empty() && self.holds_opened.is_empty() && self.holds_changed.is_empty()
    }

    /// Replaces the sequences of the transfers that its own first transfers follow. For a batch whose accounts were as another one leaves
    /// them that was not written yet.
    pub fn replace_previous(&mut self, replacement: impl Fn(Sequence) -> Sequence) {
        for entry in self.transfers.iter_mut().flat_map(|transfer| [&mut transfer.debit, &mut transfer.credit]) {
            entry.previous = entry.previous.map(&replacement);
        }
    }

    /// Replaces [provisional](Sequence::provisional) sequences by those that the database drew. In a dry run there are none.
    ///
    /// # Panics
    /// When the drawn sequences do not rise.
    pub fn assign_sequences(&mut self, drawn: &[Sequence]) {
        let is_dry_run = drawn.iter().all(|sequence| *sequence == Sequence::UNASSIGNED);
        assert!(is_dry_run || drawn.is_sorted_by(|a, b| a < b), "sequences rise");
        self.replace_previous(|previous| previous.drawn_from(drawn));
        for transfer in &mut self.transfers {
            transfer.sequence = transfer.sequence.drawn_from(drawn);
        }
        for last in self.accounts.iter_mut().filter_map(|changed| changed.account.last.as_mut()) {
            last.sequence = last.sequence.drawn_from(drawn);
        }
        for hold in &mut self.holds_opened {
            hold.sequence = hold.sequence.drawn_from(drawn);
        }
        for event in &mut self.events {
            event.sequence = event.sequence.drawn_from(drawn);
        }
    }

    /// Replaces the provisional sequence in a refusal that names a transfer of an earlier request of the same batch: because its id is used
    /// again, or because it is a leg that cannot be reversed.
    #[must_use]
    pub fn with_sequences(&self, rejection: Rejection) -> Rejection {
        match rejection {
            Rejection::IdReused { id, sequence } if sequence.is_provisional() => {
                let sequence = self.sequence_of(id.id());
                Rejection::IdReused { id, sequence }
            }
            Rejection::NotReversible { transfer, kind }
                if transfer.sequence().is_some_and(Sequence::is_provisional) =>
            {
                let transfer = Reference::at(self.sequence_of(transfer.id()), transfer.id());
                Rejection::NotReversible { transfer, kind }
            }
            Rejection::InLeg { leg, rejection } => self.with_sequences(*rejection).in_leg(leg),
            other => other,
        }
    }

    fn sequence_of(&self, id: TransferId) -> Sequence {
        let transfer = self.transfers.iter().find(|transfer| transfer.id == id);
        transfer.map_or(Sequence::UNASSIGNED, |transfer| transfer.sequence)
    }
}

#[cfg(test)]
mod tests {
    use crate::facts::{AccountId, AccountType, Instant, LastTransfer, OpeningEvent, TransferId};
    use crate::judging::batch::Batch;
    use crate::judging::batch::known::Known;
    use crate::judging::opening::{Opening, open_account};
    use crate::money::{Amount, Currency, Money};
    use crate::requests::{AccountRequest, Parties, TransferRequest};

    use super::*;

    /// Both accounts have a history, and the batch has pointers into that and into itself.
    fn judged() -> Batch {
        let euro = Currency::new("EUR".parse().unwrap(), 2).unwrap();
        let account = |(name, id): (&str, i64)| {
            let request = AccountRequest::new(name.parse().unwrap(), AccountType::Asset, euro);
            let (account_id, recorded_at) = (AccountId(id), Instant::EPOCH);
            let event = OpeningEvent { account_id, recorded_at, actor: "ops".parse().unwrap() };
            let Opening::New(account) = open_account(&request, None, &event).unwrap() else { unreachable!() };
            let last = LastTransfer { sequence: Sequence(id), recorded_at };
            Account { version: 1, last: Some(last), ..account }
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
    fn sequences_that_are_drawn_later_lead_to_the_same_rows() {
        let drawn = [7, 9, 12].map(Sequence);
        let expected = judged().finish(&drawn);
        let mut ruling = judged().finish_provisionally();
        assert_ne!(ruling.transfers, expected.transfers);
        ruling.assign_sequences(&drawn);
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
        assert_eq!(ruling.with_sequences(judged_before.clone().in_leg(2)), placed.in_leg(2));

        let undone = Ruling { transfers: Vec::new(), ..ruling };
        assert_eq!(
            undone.with_sequences(judged_before),
            Rejection::IdReused { id: id.into(), sequence: Sequence::UNASSIGNED }
        );
    }
}
