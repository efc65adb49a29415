//! The answers to requests.

use crate::facts::{AccountName, Transfer, TransferId};
use crate::judging::{Ruling, Verdict};
use crate::ledger::accounts::labels::AccountLabels;
use crate::models::CorruptRow;
use crate::money::Currency;
use crate::requests::Request;

/// A transfer, with the names of its accounts.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Posted {
    /// The transfer. In a dry run its sequence is [`Sequence::UNASSIGNED`](crate::facts::Sequence::UNASSIGNED).
    pub transfer: Transfer,
    /// The account that was debited.
    pub debit_account: AccountName,
    /// The account that was credited.
    pub credit_account: AccountName,
    /// The currency of the amount and of both accounts.
    pub currency: Currency,
    /// Whether the request was posted before, and this is its first answer again.
    pub replayed: bool,
}

/// The answer to a request that was not refused.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Receipt {
    /// The journal's id, if the request was a journal or its reversal.
    pub journal_id: Option<TransferId>,
    /// The transfers, in order: one for most operations, two for a capture that releases the rest, none for a change of an account or of
    /// metadata.
    pub transfers: Vec<Posted>,
    /// Whether the request was posted before, and this is its first answer again.
    pub replayed: bool,
}

impl AccountLabels {
    /// The answer to a request that was judged, given the labels of all accounts of the batch.
    pub(crate) fn answer(&self, request: &Request, verdict: Verdict, ruling: &Ruling) -> Receipt {
        let journal_id = match request {
            Request::Operation(_) | Request::Due(_) => None,
            Request::Journal(request) => Some(request.id()),
            Request::JournalReversal(request) => Some(request.id.id()),
        };
        let (transfers, replayed) = match verdict {
            Verdict::Posted(indexes) => (&ruling.transfers[indexes], false),
            Verdict::ReplayedPosted(indexes) => (&ruling.transfers[indexes], true),
            Verdict::ReplayedStored(ref transfers) => (transfers.as_slice(), true),
        };
        // An expiry that was recorded between a journal's legs is not part of the journal.
        let is_part = |transfer: &&Transfer| journal_id.is_none_or(|id| transfer.journal_id == Some(id.0));
        let posted = |transfer: &Transfer| {
            let posted = self.posted(transfer.clone(), replayed);
            posted.unwrap_or_else(|_| unreachable!("a transfer is judged with both its accounts"))
        };
        Receipt { journal_id, transfers: transfers.iter().filter(is_part).map(posted).collect(), replayed }
    }

    /// A transfer with the names of its accounts.
    pub(crate) fn posted(&self, transfer: Transfer, replayed: bool) -> Result<Posted, CorruptRow> {
        let label = |id| self.get(id, "transfers", transfer.sequence);
        let (debit, credit) = (label(transfer.debit.account_id)?, label(transfer.credit.account_id)?);
        Ok(Posted {
            debit_account: debit.name.clone(),
            credit_account: credit.name.clone(),
            currency: debit.currency,
            transfer,
            replayed,
        })
    }
}
