//! Recognising a request that was answered before. What was asked for then is compared with what is asked for now.

use std::ops::Range;

use uuid::Uuid;

use crate::facts::{RequestDigest, Transfer, TransferId, TransferKind};
use crate::judging::batch::origin::Origin;
use crate::judging::batch::sameness::{has_notes, has_reversal_time};
use crate::judging::batch::{Batch, Verdict};
use crate::rejection::Rejection;
use crate::requests::{JournalRequest, JournalReversalRequest, Operation};

impl Batch {
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
}
