use crate::money::Currency;
use crate::rules::{AccountName, Transfer, TransferId};

/// A transfer, and its accounts' names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Posted {
    /// The transfer. In a dry run its sequence is [`Sequence::UNASSIGNED`](crate::rules::Sequence::UNASSIGNED).
    pub transfer: Transfer,
    /// The account that was debited.
    pub debit_account: AccountName,
    /// The account that was credited.
    pub credit_account: AccountName,
    /// The currency of the amount and of both accounts.
    pub currency: Currency,
    /// Whether this is the first answer again, to a repeated request.
    pub replayed: bool,
}

/// The answer to a request that was not refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// The journal, where it was one.
    pub journal_id: Option<TransferId>,
    /// The transfers, in order: one for most operations, two for a capture that releases the rest, none for a change of an account.
    pub transfers: Vec<Posted>,
    /// Whether this is the first answer again, to a repeated request.
    pub replayed: bool,
}
