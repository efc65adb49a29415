//! The part of a request that no row of it shows, kept as a hash beside its first transfer so that a repetition can be told from
//! another request with the same id.
//!
//! Most requests are shown by their rows as a whole and have none. Those that have one: journals with changes of accounts or metadata,
//! which leave nothing behind where they change nothing; captures that are final, which release nothing where nothing was left; and
//! reversals of journals, which undo what is left of them.
//!
//! What is hashed is the format's name and a newline, then the operations that are not shown, each as its number in the request from 0, a
//! word, and its fields, written as in [`chain`](super::chain).

use uuid::Uuid;

use crate::facts::{Hash, RequestDigest};
use crate::proof::preimage::Preimage;
use crate::requests::{
    AccountAction, AccountChange, AnnotationRequest, AnnotationTarget, JournalRequest, JournalReversalRequest,
    NewLimit, Operation, Remainder, Sides,
};

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
        let mut unseen = (0..).zip(operations).filter(|(_, operation)| is_unseen(operation)).peekable();
        unseen.peek()?;
        let mut preimage = Preimage::new(FORMAT);
        for (number, operation) in unseen {
            preimage.integer(number);
            match operation {
                Operation::Change(change) => write_change(&mut preimage, change),
                Operation::Annotate(request) => write_annotation(&mut preimage, request),
                _ => preimage.text("final"),
            }
        }
        Some(Self::finish(&preimage))
    }

    /// The first half of the hash.
    fn finish(preimage: &Preimage) -> Self {
        let Hash(digest) = preimage.digest();
        let (halves, _) = digest.as_chunks();
        Self(Uuid::new_v8(halves[0]))
    }
}

fn is_unseen(operation: &Operation) -> bool {
    match operation {
        Operation::Change(_) | Operation::Annotate(_) => true,
        Operation::Capture(request) => request.remainder == Remainder::Release,
        Operation::Transfer(_) | Operation::Hold(_) | Operation::Release(_) | Operation::Reverse(_) => false,
    }
}

/// The actor is left out: somebody else may send the request again.
fn write_change(preimage: &mut Preimage, change: &AccountChange) {
    match change.action {
        AccountAction::Limit(limits) => {
            preimage.text("limit");
            for limit in [limits.min_balance, limits.max_balance, limits.per_transfer, limits.per_day, limits.per_month]
            {
                match limit {
                    NewLimit::Keep => preimage.text("keep"),
                    NewLimit::Remove => preimage.text("remove"),
                    NewLimit::Set(amount) => {
                        preimage.text("set");
                        preimage.integer(amount.minor());
                    }
                }
            }
        }
        AccountAction::Freeze(sides) => {
            preimage.text("freeze");
            preimage.text(word_of(sides));
        }
        AccountAction::Unfreeze(sides) => {
            preimage.text("unfreeze");
            preimage.text(word_of(sides));
        }
        AccountAction::Close => preimage.text("close"),
    }
    preimage.text(change.account.as_str());
    preimage.optional(change.reason.as_ref(), |preimage, reason| preimage.text(reason.as_str()));
}

fn write_annotation(preimage: &mut Preimage, request: &AnnotationRequest) {
    match &request.target {
        AnnotationTarget::Account(name) => {
            preimage.text("annotate account");
            preimage.text(name.as_str());
        }
        AnnotationTarget::Transfer(transfer) => {
            preimage.text("annotate transfer");
            preimage.uuid(transfer.id().0);
        }
    }
    preimage.metadata(&request.change.set);
    preimage.integer(i64::try_from(request.change.remove.len()).unwrap_or(i64::MAX));
    request.change.remove.iter().for_each(|key| preimage.text(key));
    preimage.optional(request.reason.as_ref(), |preimage, reason| preimage.text(reason.as_str()));
}

const fn word_of(sides: Sides) -> &'static str {
    match sides {
        Sides::Both => "both",
        Sides::Debits => "debits",
        Sides::Credits => "credits",
    }
}
