//! Recognising a request that was answered before. What was asked for then is compared with what is asked for now.

use std::ops::Range;

use uuid::Uuid;

use crate::facts::{Description, Metadata, RequestDigest, Transfer, TransferId, TransferKind};
use crate::judging::batch::checks::check_positive;
use crate::judging::batch::origin::Origin;
use crate::judging::batch::transfers::check_parties_differ;
use crate::judging::batch::{Batch, Verdict};
use crate::rejection::Rejection;
use crate::requests::{
    CaptureRequest, Expiry, HoldRequest, JournalRequest, JournalReversalRequest, Operation, Parties, Quantity,
    ReleaseRequest, ReversalRequest, ReversalTime, TransferRequest,
};

impl Batch {
    /// What can be refused without a look at the book.
    pub(super) fn check_well_formed(operation: &Operation) -> Result<(), Rejection> {
        match operation {
            Operation::Transfer(request) | Operation::Hold(HoldRequest { transfer: request, .. }) => {
                check_positive(request.quantity.money())?;
                check_parties_differ(&request.parties)
            }
            Operation::Capture(request) => check_positive(request.quantity.money()),
            Operation::Reverse(request) => check_positive(request.quantity.money()),
            Operation::Release(_) | Operation::Change(_) | Operation::Annotate(_) => Ok(()),
        }
    }

    /// The earlier answer to the same operation, if there is one.
    pub(super) fn find_replay(&self, operation: &Operation, origin: Origin) -> Result<Option<Verdict>, Rejection> {
        let Some(request_id) = operation.request_id() else { return Ok(None) };
        let id = request_id.id();
        let Some(known) = self.find_known(id) else { return Ok(None) };
        let is_same_origin = known.journal_id == origin.journal_id && known.request_digest == origin.digest;
        if !is_same_origin || !self.is_same(operation, known) {
            return Err(Rejection::IdReused { id: request_id.clone(), sequence: known.sequence });
        }
        let remainder = id.of_remainder();
        if let Some(index) = self.book.find_draft(id) {
            let end = self.book.find_draft(remainder).unwrap_or(index) + 1;
            return Ok(Some(Verdict::ReplayedPosted(index..end)));
        }
        let rest = self.stored.get(&remainder).filter(|_| known.kind == TransferKind::Capture);
        Ok(Some(Verdict::ReplayedStored([Some(known), rest].into_iter().flatten().cloned().collect())))
    }

    pub(super) fn find_journal_replay(&self, request: &JournalRequest) -> Result<Option<Verdict>, Rejection> {
        let Some(known) = self.find_known(request.id()) else { return Ok(None) };
        let reused = Rejection::IdReused { id: request.request_id().clone(), sequence: known.sequence };
        if known.journal_id != Some(request.id().0) || known.request_digest != RequestDigest::of_journal(request) {
            return Err(reused);
        }
        let transfers = self.transfers_of_journal(request.id().0);
        let mut expected = 0;
        for leg in request.legs() {
            let Some(id) = leg.id() else { continue };
            let is_same = transfers.iter().any(|transfer| transfer.id == id && self.is_same(leg, transfer));
            if !is_same {
                return Err(reused);
            }
            let has_remainder = transfers.iter().any(|transfer| transfer.id == id.of_remainder());
            expected += 1 + usize::from(has_remainder);
        }
        if expected != transfers.len() {
            return Err(reused);
        }
        Ok(Some(self.replayed_journal(request.id().0, transfers)))
    }

    pub(super) fn find_journal_reversal_replay(
        &self,
        request: &JournalReversalRequest,
    ) -> Result<Option<Verdict>, Rejection> {
        let Some(known) = self.find_known(request.id.id()) else { return Ok(None) };
        let transfers = self.transfers_of_journal(request.id.id().0);
        let originals = self.transfers_of_journal(request.journal.id().0);
        let original =
            |reversal: &Transfer| originals.iter().find(|original| reversal.reversed_id == Some(original.id));
        let is_same = known.request_digest == Some(RequestDigest::of_journal_reversal(request))
            && transfers.iter().all(|reversal| {
                has_reversal_time(reversal, request.at, original(reversal))
                    && has_notes(reversal, request.description.as_ref(), &request.metadata)
            });
        if !is_same {
            return Err(Rejection::IdReused { id: request.id.clone(), sequence: known.sequence });
        }
        Ok(Some(self.replayed_journal(request.id.id().0, transfers)))
    }

    fn replayed_journal(&self, id: Uuid, transfers: Vec<Transfer>) -> Verdict {
        match self.journals.get(&id) {
            Some(drafts) => Verdict::ReplayedPosted(drafts.clone()),
            None => Verdict::ReplayedStored(transfers),
        }
    }

    /// A journal's transfers, in order.
    pub(super) fn transfers_of_journal(&self, id: Uuid) -> Vec<Transfer> {
        if let Some(Range { start, end }) = self.journals.get(&id).cloned() {
            let drafts = &self.book.drafts[start..end];
            return drafts.iter().filter(|transfer| transfer.journal_id == Some(id)).cloned().collect();
        }
        let is_part = |transfer: &&Transfer| transfer.journal_id == Some(id);
        let mut transfers: Vec<_> = self.stored.values().filter(is_part).cloned().collect();
        transfers.sort_unstable_by_key(|transfer| transfer.sequence);
        transfers
    }

    /// A transfer of the book or of this batch.
    pub(super) fn find_known(&self, id: TransferId) -> Option<&Transfer> {
        let drafted = || self.book.find_draft(id).map(|index| &self.book.drafts[index]);
        self.stored.get(&id).or_else(drafted)
    }

    fn is_same(&self, operation: &Operation, known: &Transfer) -> bool {
        match operation {
            Operation::Transfer(request) => {
                known.kind == TransferKind::Transfer
                    && self.is_same_transfer(request, known)
                    // A request without an effective time got that of the clock.
                    && request.effective_at.unwrap_or(known.clock_time()) == known.effective_at
            }
            Operation::Hold(HoldRequest { transfer, expiry }) => {
                known.kind == TransferKind::Hold && self.is_same_transfer(transfer, known) && has_expiry(known, *expiry)
            }
            Operation::Capture(request) => self.is_same_capture(request, known),
            Operation::Release(request) => is_same_release(request, known),
            Operation::Reverse(request) => self.is_same_reversal(request, known),
            Operation::Change(_) | Operation::Annotate(_) => false,
        }
    }

    fn is_same_transfer(&self, request: &TransferRequest, known: &Transfer) -> bool {
        self.has_parties(known, &request.parties)
            && self.has_quantity(known, request.quantity)
            && has_notes(known, request.description.as_ref(), &request.metadata)
    }

    fn is_same_capture(&self, request: &CaptureRequest, known: &Transfer) -> bool {
        // Whether it was final is in the digest of the request, which is compared before.
        known.kind == TransferKind::Capture
            && known.hold_id == Some(request.hold.id())
            && self.has_quantity(known, request.quantity)
            && request.effective_at.unwrap_or(known.clock_time()) == known.effective_at
            && has_notes(known, request.description.as_ref(), &request.metadata)
    }

    fn is_same_reversal(&self, request: &ReversalRequest, known: &Transfer) -> bool {
        known.kind == TransferKind::Reversal
            && known.reversed_id == Some(request.reversed.id())
            && self.has_quantity(known, request.quantity)
            && has_reversal_time(known, request.at, self.find_known(request.reversed.id()))
            && has_notes(known, request.description.as_ref(), &request.metadata)
    }

    fn has_parties(&self, known: &Transfer, parties: &Parties) -> bool {
        self.book.resolve(parties).is_ok_and(|pair| {
            self.book.account(pair.debit).id == known.debit.account_id
                && self.book.account(pair.credit).id == known.credit.account_id
        })
    }

    fn has_quantity(&self, known: &Transfer, quantity: Quantity) -> bool {
        let is_currency = |money: crate::money::Money| {
            let account = self.book.find_by_id(known.debit.account_id).map(|index| self.book.account(index));
            account.is_some_and(|account| account.currency == money.currency)
        };
        match quantity {
            Quantity::Exactly(money) => known.up_to.is_none() && known.amount == money.amount && is_currency(money),
            Quantity::UpTo(money) => known.up_to == Some(money.amount) && is_currency(money),
            Quantity::All => known.up_to == Some(crate::money::Amount::MAX),
        }
    }
}

fn is_same_release(request: &ReleaseRequest, known: &Transfer) -> bool {
    known.kind == TransferKind::Release
        && known.hold_id == Some(request.hold.id())
        && has_notes(known, request.description.as_ref(), &request.metadata)
}

fn has_notes(known: &Transfer, description: Option<&Description>, metadata: &Metadata) -> bool {
    known.description.as_ref() == description && known.metadata == *metadata
}

fn has_expiry(known: &Transfer, expiry: Expiry) -> bool {
    match expiry {
        Expiry::Never => known.expires_at.is_none(),
        Expiry::At(expires_at) => known.expires_at == Some(expires_at),
        Expiry::After(time) => known.expires_at == Some(known.clock_time().after(time)),
    }
}

fn has_reversal_time(known: &Transfer, at: ReversalTime, original: Option<&Transfer>) -> bool {
    match at {
        ReversalTime::Now => known.effective_at == known.clock_time(),
        ReversalTime::Original => original.is_some_and(|original| known.effective_at == original.effective_at),
    }
}
