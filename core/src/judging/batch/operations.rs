//! Judging one operation, whichever it is.

use std::ops::Range;

use crate::facts::Transfer;
use crate::judging::batch::origin::Origin;
use crate::judging::batch::{Batch, Verdict};
use crate::rejection::Rejection;
use crate::requests::{Operation, for_request};

/// The rules of one operation, each in the file of its noun.
pub(super) trait Judged {
    /// Refuses what can be refused without a look at the book.
    fn check_well_formed(&self) -> Result<(), Rejection>;

    /// Whether a transfer came of the same request. Its id, its journal and its digest were compared before.
    fn is_same(&self, known: &Transfer, batch: &Batch) -> bool;

    /// Refuses first; then does what cannot be refused, and tells the indexes of the transfers that it makes.
    fn judge(&self, batch: &mut Batch, origin: Origin) -> Result<Range<usize>, Rejection>;
}

impl Batch {
    pub(super) fn judge_operation(&mut self, operation: &Operation, origin: Origin) -> Result<Verdict, Rejection> {
        for_request!(operation, request => request.check_well_formed())?;
        if let Some(verdict) = self.find_replay(operation, origin)? {
            return Ok(verdict);
        }
        Ok(Verdict::Posted(for_request!(operation, request => request.judge(self, origin))?))
    }

    pub(super) fn is_same(&self, operation: &Operation, known: &Transfer) -> bool {
        for_request!(operation, request => request.is_same(known, self))
    }
}
