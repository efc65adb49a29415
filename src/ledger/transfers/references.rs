//! What people call transfers, holds and journals.

use crate::error::Error;
use crate::facts::{Reference, TransferId, WrittenReference};
use crate::ledger::Ledger;
use crate::ledger::posting::resolving::Resolver;
use crate::store::Access;

impl Ledger {
    /// What a text names: `@17` the transfer at that sequence, a UUID what has it as its id, anything else what has it as its key. Whether
    /// there is such a thing is for the operation to say that the reference is handed to.
    ///
    /// # Errors
    /// [`InputError::Text`](crate::error::InputError::Text) for what can be none of them,
    /// [`Rejection::SequenceUnknown`](crate::rejection::Rejection::SequenceUnknown), [`Error::Store`].
    ///
    /// ```
    /// # mod support { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/support/doctest_book.rs")); }
    /// # let (_folder, ledger) = support::new_book()?;
    /// let deposit = ledger.refer("deposit 1")?;
    /// let sequence = ledger.get_transfer_details(deposit.clone())?.posted.transfer.sequence;
    /// assert_eq!(ledger.refer(&format!("@{}", sequence.0))?.id(), deposit.id());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn refer(&self, text: &str) -> Result<Reference, Error> {
        let written: WrittenReference = text.parse()?;
        match written.certain() {
            Some(reference) => Ok(reference),
            None => self.pool.transaction(Access::Read, |store| Resolver::new(store).named(&written)),
        }
    }

    /// What a text names, read as by [`Ledger::refer`], where it names a journal. The sequence of any of its transfers names the journal too.
    ///
    /// # Errors
    /// As [`Ledger::refer`].
    ///
    /// ```
    /// # mod support { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/support/doctest_book.rs")); }
    /// # let (_folder, ledger) = support::new_book()?;
    /// use teller::Mode;
    /// use teller::facts::TransferId;
    /// use teller::requests::JournalRequest;
    ///
    /// let legs = vec![support::payment(&ledger, "price", "50.00")?.into()];
    /// ledger.post_journal(&JournalRequest::new(TransferId::from_key("order 7")?, legs), Mode::Commit)?;
    /// assert_eq!(ledger.refer_to_journal("order 7")?.id(), TransferId::from_key("order 7")?);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn refer_to_journal(&self, text: &str) -> Result<Reference, Error> {
        let written: WrittenReference = text.parse()?;
        match written.certain() {
            Some(reference) => Ok(reference),
            None => self.pool.transaction(Access::Read, |store| Resolver::new(store).journal(&written)),
        }
    }

    /// The schedule that a text names by its id or its key. Whether there is one is for the operation to say.
    ///
    /// # Errors
    /// [`InputError::Text`](crate::error::InputError::Text) for what can be neither, [`Error::Store`].
    ///
    /// ```
    /// # mod support { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/support/doctest_book.rs")); }
    /// # let (_folder, ledger) = support::new_book()?;
    /// use teller::facts::TransferId;
    ///
    /// assert_eq!(ledger.refer_to_schedule("rent")?.id(), TransferId::from_key("rent")?);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn refer_to_schedule(&self, text: &str) -> Result<Reference, Error> {
        let has_id =
            |id: TransferId| self.pool.transaction(Access::Read, |store| Ok(store.find_schedule(id.into())?.is_some()));
        Reference::read_name(text, has_id)
    }
}
