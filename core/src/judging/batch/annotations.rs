//! Changing what is kept beside accounts and transfers.

use std::ops::Range;

use crate::facts::{Annotation, Metadata, TextError};
use crate::judging::batch::Batch;
use crate::judging::batch::changes::Signed;
use crate::judging::batch::origin::Origin;
use crate::rejection::Rejection;
use crate::requests::{AnnotationRequest, AnnotationTarget, MetadataChange};

impl Batch {
    /// Records the change, unless all is kept like that already. Closed accounts take it too: nothing moves.
    pub(super) fn judge_annotation(
        &mut self,
        request: &AnnotationRequest,
        origin: Origin,
    ) -> Result<Range<usize>, Rejection> {
        let (index, transfer_id, before) = match &request.target {
            AnnotationTarget::Account(name) => {
                let index = self.book.get_by_name(name)?;
                (index, None, self.book.account(index).metadata.clone())
            }
            AnnotationTarget::Transfer(named) => {
                let transfer = self.get_original(named)?;
                let index = self.book.find_by_id(transfer.debit.account_id);
                let before = self.book.annotation(transfer.id).unwrap_or(&transfer.metadata).clone();
                let unknown = || Rejection::TransferUnknown { transfer: named.clone() };
                (index.ok_or_else(unknown)?, Some(transfer.id), before)
            }
        };
        self.check_clock_of_event(index)?;
        let after = changed(&request.change, &before)?;

        // From here on nothing may be refused.
        let end = self.book.drafts.len();
        if after != before {
            match transfer_id {
                Some(id) => self.book.set_annotation(id, after.clone()),
                None => self.book.account_mut(index).metadata = after.clone(),
            }
            let terms = self.book.account(index).terms();
            let signed =
                Signed { actor: &request.actor, reason: request.reason.as_ref(), journal_id: origin.journal_id };
            self.draft_event(index, terms, Some(Annotation { transfer_id, before, after }), signed);
        }
        Ok(end..end)
    }
}

fn changed(change: &MetadataChange, before: &Metadata) -> Result<Metadata, Rejection> {
    change.apply(before).map_err(|error| match error {
        TextError::TooMany { entries, entries_max } => Rejection::MetadataTooLarge { entries, entries_max },
        TextError::Empty { .. } | TextError::TooLong { .. } | TextError::Form { .. } => {
            unreachable!("each entry was checked when it entered")
        }
    })
}
