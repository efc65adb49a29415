//! Giving up value that a hold reserved.

use std::ops::Range;

use crate::facts::{HoldState, Transfer, TransferKind};
use crate::judging::batch::Batch;
use crate::judging::batch::checks::check_not_closed;
use crate::judging::batch::content::Content;
use crate::judging::batch::operations::Judged;
use crate::judging::batch::origin::Origin;
use crate::judging::batch::reservations::hold_content;
use crate::judging::batch::sameness::has_notes;
use crate::rejection::Rejection;
use crate::requests::ReleaseRequest;

impl Judged for ReleaseRequest {
    fn check_well_formed(&self) -> Result<(), Rejection> {
        Ok(())
    }

    fn is_same(&self, known: &Transfer, _: &Batch) -> bool {
        known.kind == TransferKind::Release
            && known.hold_id == Some(self.hold.id())
            && has_notes(known, self.description.as_ref(), &self.metadata)
    }

    fn judge(&self, batch: &mut Batch, origin: Origin) -> Result<Range<usize>, Rejection> {
        let (hold, pair) = batch.get_hold(&self.hold)?;
        for (index, _) in pair.sides() {
            check_not_closed(batch.book.account(index))?;
        }
        batch.check_clock([pair.first, pair.second])?;
        batch.check_hold_is_open(&hold, &self.hold)?;

        // From here on nothing may be refused. A frozen account does not keep what it reserved: nothing goes in or out by that.
        batch.expire([pair.first, pair.second]);
        let content = Content {
            id: self.id.id(),
            key: self.id.key(),
            origin,
            ..hold_content(&hold, self.description.as_ref(), &self.metadata)
        };
        Ok(batch.give_up(hold, HoldState::Released, &content, pair))
    }
}
