//! The part of a request that no row of it shows, kept as a hash beside its first transfer so that a repetition can be told from
//! another request with the same id.
//!
//! Most requests are shown by their rows as a whole and have none. Those that have one: journals with changes of accounts or metadata,
//! which leave nothing behind where they change nothing; captures that are final, which release nothing where nothing was left; and
//! reversals of journals, which undo what is left of them.
//!
//! What is hashed is the format's name and a newline, then the operations that are not shown, each as its number in the request from 0, a
//! word, and its fields, written as in [`chain`](super::chain). Each operation says itself which of its fields those are.

use uuid::Uuid;

use crate::facts::{Hash, RequestDigest};
use crate::proof::preimage::Preimage;
use crate::requests::{JournalRequest, JournalReversalRequest, Operation, UnseenField};

const FORMAT: &[u8] = b"teller.request.1\n";

impl RequestDigest {
    /// That of one operation, or `None` where its rows show all of it.
    pub(crate) fn of_operation(operation: &Operation) -> Option<Self> {
        Self::of(std::slice::from_ref(operation))
    }

    /// That of a journal.
    pub(crate) fn of_journal(journal: &JournalRequest) -> Option<Self> {
        Self::of(journal.legs())
    }

    /// That of the reversal of a journal: it undoes what is left, which no row shows.
    pub(crate) fn of_journal_reversal(request: &JournalReversalRequest) -> Self {
        let mut preimage = Preimage::new(FORMAT);
        preimage.integer(0);
        preimage.text("reverse journal");
        preimage.uuid(request.journal.id().0);
        Self::finish(&preimage)
    }

    fn of(operations: &[Operation]) -> Option<Self> {
        let mut preimage = None;
        for (number, operation) in (0..).zip(operations) {
            let fields = operation.unseen();
            if fields.is_empty() {
                continue;
            }
            let preimage = preimage.get_or_insert_with(|| Preimage::new(FORMAT));
            preimage.integer(number);
            for field in fields {
                write(preimage, field);
            }
        }
        preimage.as_ref().map(Self::finish)
    }

    /// The first half of the hash.
    fn finish(preimage: &Preimage) -> Self {
        let Hash(digest) = preimage.digest();
        let (halves, _) = digest.as_chunks();
        Self(Uuid::new_v8(halves[0]))
    }
}

fn write(preimage: &mut Preimage, field: UnseenField<'_>) {
    match field {
        UnseenField::Integer(value) => preimage.integer(value),
        UnseenField::Text(text) => preimage.text(text),
        UnseenField::Id(id) => preimage.uuid(id),
        UnseenField::Metadata(metadata) => preimage.metadata(metadata),
        UnseenField::Reason(reason) => preimage.optional(reason, |preimage, reason| preimage.text(reason.as_str())),
    }
}
