//! Changing what is kept beside accounts and transfers.

use std::ops::Range;

use crate::facts::{Annotation, Metadata, TextError, Transfer};
use crate::judging::batch::Batch;
use crate::judging::batch::events::Signed;
use crate::judging::batch::operations::Judged;
use crate::judging::batch::origin::Origin;
use crate::rejection::Rejection;
use crate::requests::{AnnotationRequest, AnnotationTarget, MetadataChange};

impl Judged for AnnotationRequest {
    fn check_well_formed(&self) -> Result<(), Rejection> {
        Ok(())
    }

    /// It makes no transfer.
    fn is_same(&self, _: &Transfer, _: &Batch) -> bool {
        false
    }

    /// Records the change, unless all is kept like that already. Closed accounts take it too: nothing moves.
    fn judge(&self, batch: &mut Batch, origin: Origin) -> Result<Range<usize>, Rejection> {
        let (index, transfer_id, before) = match &self.target {
            AnnotationTarget::Account(name) => {
                let index = batch.book.get_by_name(name)?;
                (index, None, batch.book.account(index).metadata.clone())
            }
            AnnotationTarget::Transfer(named) => {
                let transfer = batch.get_original(named)?;
                let index = batch.book.find_by_id(transfer.debit.account_id);
                let before = batch.book.annotation(transfer.id).unwrap_or(&transfer.metadata).clone();
                let unknown = || Rejection::TransferUnknown { transfer: named.clone() };
                (index.ok_or_else(unknown)?, Some(transfer.id), before)
            }
        };
        batch.check_clock_of_event(index)?;
        let after = changed(&self.change, &before)?;

        // From here on nothing may be refused.
        let end = batch.book.drafts.len();
        if after != before {
            match transfer_id {
                Some(id) => batch.book.set_annotation(id, after.clone()),
                None => batch.book.account_mut(index).metadata = after.clone(),
            }
            let terms = batch.book.account(index).terms();
            let signed = Signed { actor: &self.actor, reason: self.reason.as_ref(), journal_id: origin.journal_id };
            batch.draft_event(index, terms, Some(Annotation { transfer_id, before, after }), signed);
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
