//! Whether a row says what a request asks for, field by field. Each operation says which fields it has.

use crate::facts::{Description, Instant, Metadata, Transfer};
use crate::judging::batch::Batch;
use crate::money::{Amount, Money};
use crate::requests::{Expiry, Parties, Quantity, ReversalTime};

impl Batch {
    pub(super) fn has_parties(&self, known: &Transfer, parties: &Parties) -> bool {
        self.book.resolve(parties).is_ok_and(|pair| {
            self.book.account(pair.debit).id == known.debit.account_id
                && self.book.account(pair.credit).id == known.credit.account_id
        })
    }

    pub(super) fn has_quantity(&self, known: &Transfer, quantity: Quantity) -> bool {
        let is_currency = |money: Money| {
            let account = self.book.find_by_id(known.debit.account_id).map(|index| self.book.account(index));
            account.is_some_and(|account| account.currency == money.currency)
        };
        match quantity {
            Quantity::Exactly(money) => known.up_to.is_none() && known.amount == money.amount && is_currency(money),
            Quantity::UpTo(money) => known.up_to == Some(money.amount) && is_currency(money),
            Quantity::All => known.up_to == Some(Amount::MAX),
        }
    }
}

pub(super) fn has_notes(known: &Transfer, description: Option<&Description>, metadata: &Metadata) -> bool {
    known.description.as_ref() == description && known.metadata == *metadata
}

/// A request without an effective time got that of the clock.
pub(super) fn has_effective_time(known: &Transfer, effective_at: Option<Instant>) -> bool {
    effective_at.unwrap_or(known.clock_time()) == known.effective_at
}

pub(super) fn has_expiry(known: &Transfer, expiry: Expiry) -> bool {
    match expiry {
        Expiry::Never => known.expires_at.is_none(),
        Expiry::At(expires_at) => known.expires_at == Some(expires_at),
        Expiry::After(time) => known.expires_at == Some(known.clock_time().after(time)),
    }
}

pub(super) fn has_reversal_time(known: &Transfer, at: ReversalTime, original: Option<&Transfer>) -> bool {
    match at {
        ReversalTime::Now => known.effective_at == known.clock_time(),
        ReversalTime::Original => original.is_some_and(|original| known.effective_at == original.effective_at),
    }
}
