//! What people call transfers, holds and journals.

use crate::error::Error;
use crate::facts::{Names, Reference, ScheduleId, Sequence, TransferId};
use crate::ledger::Ledger;
use crate::rejection::Rejection;
use crate::store::Access;

impl Ledger {
    /// What a text names: `@17` the transfer at that sequence, a UUID what has it as its id, anything else what has it as its key. Whether
    /// there is such a thing is for the operation to say that the reference is handed to.
    ///
    /// # Errors
    /// [`InputError::Text`](crate::error::InputError::Text) for what can be none of them,
    /// [`Rejection::SequenceUnknown`], [`Error::Store`].
    pub fn refer(&self, text: &str) -> Result<Reference, Error> {
        Reference::read(text, &mut Book(self))
    }

    /// What a text names, read as by [`Ledger::refer`], where it names a journal. The sequence of any of its transfers names the journal too.
    ///
    /// # Errors
    /// As [`Ledger::refer`].
    pub fn refer_to_journal(&self, text: &str) -> Result<Reference, Error> {
        let reference = self.refer(text)?;
        if !reference.is_by_sequence() {
            return Ok(reference);
        }
        let journal_id = self.get_transfer(reference.clone())?.transfer.journal_id;
        Ok(match journal_id {
            Some(id) => reference.with_id(TransferId(id)),
            None => reference,
        })
    }

    /// The schedule that a text names by its id or its key. Whether there is one is for the operation to say.
    ///
    /// # Errors
    /// [`InputError::Text`](crate::error::InputError::Text) for what can be neither, [`Error::Store`].
    pub fn refer_to_schedule(&self, text: &str) -> Result<ScheduleId, Error> {
        let has_id =
            |id: TransferId| self.pool.transaction(Access::Read, |store| Ok(store.find_schedule(id.into())?.is_some()));
        Ok(Reference::read_name(text, has_id)?.id().into())
    }
}

struct Book<'a>(&'a Ledger);

impl Names for Book<'_> {
    type Error = Error;

    fn has_id(&mut self, id: TransferId) -> Result<bool, Error> {
        Ok(!self.0.find_transfers(&[id])?.is_empty())
    }

    fn get_id_at(&mut self, sequence: Sequence) -> Result<TransferId, Error> {
        let found = self.0.find_transfer_at(sequence)?;
        Ok(found.ok_or(Rejection::SequenceUnknown { sequence })?.transfer.id)
    }
}
