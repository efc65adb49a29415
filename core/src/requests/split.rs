//! One amount for several accounts.

use crate::facts::{AccountName, RequestId};
use crate::money::{Money, Share, SplitError, split};
use crate::requests::journal::JournalRequest;
use crate::requests::operation::Operation;
use crate::requests::parties::Parties;
use crate::requests::stage::Stage;
use crate::requests::transfer::TransferRequest;

/// A party of a split, and what it gets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// The account that rises.
    pub to: AccountName,
    /// By which share of the amount.
    pub share: Share,
}

/// A journal that moves an amount from one account to several, to the last unit. Parts of nothing have no transfer.
///
/// `like` is what each transfer is beside its parties and its amount.
///
/// # Errors
/// [`SplitError::RestTwice`], [`SplitError::Sum`].
pub fn split_journal<S: Stage>(
    id: RequestId,
    from: &AccountName,
    total: Money,
    parts: &[Part],
    like: impl Fn(Parties, Money) -> TransferRequest<S>,
) -> Result<JournalRequest<S>, SplitError> {
    let shares: Vec<_> = parts.iter().map(|part| part.share.clone()).collect();
    let amounts = split(total.amount, &shares)?;
    let legs = parts.iter().zip(amounts).filter(|(_, amount)| amount.is_positive()).map(|(part, amount)| {
        let parties = Parties::Transfer { from: from.clone(), to: part.to.clone() };
        Operation::Transfer(like(parties, Money::new(amount, total.currency)))
    });
    Ok(JournalRequest::new(id, legs.collect()))
}
