//! Whatever can be asked for, alone, together and in batches.

use crate::facts::Actor;
use crate::requests::account_change::AccountChange;
use crate::requests::annotation::AnnotationRequest;
use crate::requests::hold::{CaptureRequest, HoldRequest, ReleaseRequest};
use crate::requests::journal::{JournalRequest, JournalReversalRequest};
use crate::requests::operation::Operation;
use crate::requests::reversal::ReversalRequest;
use crate::requests::transfer::TransferRequest;

/// What a schedule posts at one of its moments. Its id is of the kind that only Teller makes, so only a schedule makes such a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DueTransfer {
    operation: Operation,
    actor: Actor,
}

impl DueTransfer {
    pub(crate) const fn new(request: TransferRequest, actor: Actor) -> Self {
        Self { operation: Operation::Transfer(request), actor }
    }

    /// The transfer.
    #[must_use]
    pub const fn operation(&self) -> &Operation {
        &self.operation
    }

    /// Who added the schedule.
    #[must_use]
    pub const fn actor(&self) -> &Actor {
        &self.actor
    }
}

/// Whatever can stand in a batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Request {
    /// One operation.
    Operation(Operation),
    /// Several together or not at all.
    Journal(JournalRequest),
    /// A journal undone.
    JournalReversal(JournalReversalRequest),
    /// What a schedule posts.
    Due(DueTransfer),
}

impl Request {
    /// The operations that it says itself. What a journal's reversal undoes is in the book.
    #[must_use]
    pub fn operations(&self) -> &[Operation] {
        match self {
            Self::Operation(operation) => std::slice::from_ref(operation),
            Self::Journal(journal) => journal.legs(),
            Self::JournalReversal(_) => &[],
            Self::Due(due) => std::slice::from_ref(due.operation()),
        }
    }
}

macro_rules! requests {
    ($($variant:ident: $type:ty),+ $(,)?) => {
        $(impl From<$type> for Operation {
            fn from(request: $type) -> Self {
                Self::$variant(request)
            }
        }

        impl From<&$type> for Operation {
            fn from(request: &$type) -> Self {
                Self::$variant(request.clone())
            }
        }

        impl From<$type> for Request {
            fn from(request: $type) -> Self {
                Self::Operation(Operation::$variant(request))
            }
        })+
    };
}

requests!(
    Transfer: TransferRequest,
    Hold: HoldRequest,
    Capture: CaptureRequest,
    Release: ReleaseRequest,
    Reverse: ReversalRequest,
    Change: AccountChange,
    Annotate: AnnotationRequest,
);

impl From<JournalRequest> for Request {
    fn from(request: JournalRequest) -> Self {
        Self::Journal(request)
    }
}

impl From<JournalReversalRequest> for Request {
    fn from(request: JournalReversalRequest) -> Self {
        Self::JournalReversal(request)
    }
}

impl From<DueTransfer> for Request {
    fn from(request: DueTransfer) -> Self {
        Self::Due(request)
    }
}

/// What a refusal in a batch means for the rest of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum BatchPolicy {
    /// Nothing: each item is judged for itself.
    #[default]
    CarryOn,
    /// Those before it are kept, those behind it are not looked at.
    StopAtFirst,
    /// Nothing of the batch is kept.
    AllOrNothing,
}
