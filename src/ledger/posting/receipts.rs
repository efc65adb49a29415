//! The answers to requests.

use crate::facts::{Account, AccountId, AccountName, Transfer, TransferId};
use crate::judging::{Ruling, Verdict};
use crate::maps::FastMap;
use crate::money::Currency;
use crate::requests::Request;

/// A transfer, and its accounts' names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Posted {
    /// The transfer. In a dry run its sequence is [`Sequence::UNASSIGNED`](crate::facts::Sequence::UNASSIGNED).
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

/// The names of a batch's accounts, for its answers.
pub(crate) struct NamesById(FastMap<AccountId, (AccountName, Currency)>);

impl NamesById {
    pub(crate) fn new(accounts: &[Account]) -> Self {
        Self(accounts.iter().map(|account| (account.id, (account.name.clone(), account.currency))).collect())
    }

    pub(crate) fn answer(&self, request: &Request, verdict: Verdict, ruling: &Ruling) -> Receipt {
        let journal_id = match request {
            Request::Operation(_) | Request::Due(_) => None,
            Request::Journal(request) => Some(request.id()),
            Request::JournalReversal(request) => Some(request.id.id()),
        };
        let (transfers, replayed) = match verdict {
            Verdict::Posted(places) => (&ruling.transfers[places], false),
            Verdict::ReplayedPosted(places) => (&ruling.transfers[places], true),
            Verdict::ReplayedStored(ref transfers) => (transfers.as_slice(), true),
        };
        // Expiries that were recorded between a journal's legs are no part of it.
        let is_part = |transfer: &&Transfer| journal_id.is_none_or(|id| transfer.journal_id == Some(id.0));
        let transfers = transfers.iter().filter(is_part).map(|transfer| self.posted(transfer, replayed)).collect();
        Receipt { journal_id, transfers, replayed }
    }

    fn posted(&self, transfer: &Transfer, replayed: bool) -> Posted {
        let (debit_account, currency) = self.0[&transfer.debit.account_id].clone();
        let (credit_account, _) = self.0[&transfer.credit.account_id].clone();
        Posted { transfer: transfer.clone(), debit_account, credit_account, currency, replayed }
    }
}
