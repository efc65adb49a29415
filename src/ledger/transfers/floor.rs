//! What a batch takes the database alone.

use std::time::Duration;

use crate::error::Error;
use crate::ledger::Ledger;
use crate::ledger::write_options::Mode;
use crate::requests::{BatchPolicy, Request};

impl Ledger {
    /// Posts a batch, and tells how long its rows took: the same statements, guards and commit as of any other, with nothing judged, hashed, looked up
    /// or answered. `None` if something would be refused, or it takes accounts that are not remembered; then nothing is done.
    ///
    /// # Errors
    /// [`Error::Store`], and then nothing is posted.
    pub(crate) fn time_writing(&self, requests: &[Request]) -> Result<Option<Duration>, Error> {
        let posting = self.posting(requests, BatchPolicy::CarryOn, Mode::Commit);
        self.time_writing_of(&posting)
    }
}
