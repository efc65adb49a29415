//! Whatever can be asked for, alone, together and in batches.

use super::annotation::AnnotationRequest;
use super::ids::TransferId;
use super::opening::LimitChange;
use super::request::{CaptureRequest, HoldRequest, ReleaseRequest, ReversalRequest, ReversalTime, TransferRequest};
use super::request_id::{Reference, RequestId};
use super::text::{AccountName, Actor, Description, Metadata};

/// The sides of an account that a freeze is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sides {
    /// Debits and credits.
    Both,
    /// Debits.
    Debits,
    /// Credits.
    Credits,
}

/// What becomes of an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AccountAction {
    /// Its balance may go this far from now on, and so much may leave it.
    Limit(LimitChange),
    /// Nothing on these sides, for now.
    Freeze(Sides),
    /// These sides are open again.
    Unfreeze(Sides),
    /// Nothing ever again.
    Close,
}

/// A change of what an account may do. A change to what is there already does nothing, so it needs no id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountChange {
    /// The account.
    pub account: AccountName,
    /// What becomes of it.
    pub action: AccountAction,
    /// Who wants it so.
    pub actor: Actor,
    /// Why.
    pub reason: Option<Description>,
}

/// What can be asked for on its own, and as a leg of a journal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Operation {
    /// Move value.
    Transfer(TransferRequest),
    /// Reserve value.
    Hold(HoldRequest),
    /// Post value that is reserved.
    Capture(CaptureRequest),
    /// Give up value that is reserved.
    Release(ReleaseRequest),
    /// Undo a transfer.
    Reverse(ReversalRequest),
    /// Change what an account may do.
    Change(AccountChange),
    /// Change what is kept beside an account or a transfer.
    Annotate(AnnotationRequest),
}

impl Operation {
    /// The id of the transfer that it makes, if it makes one.
    #[must_use]
    pub const fn id(&self) -> Option<TransferId> {
        match self.request_id() {
            Some(id) => Some(id.id()),
            None => None,
        }
    }

    /// The id of the transfer that it makes, with its key, if it makes one.
    #[must_use]
    pub const fn request_id(&self) -> Option<&RequestId> {
        match self {
            Self::Transfer(request) => Some(&request.id),
            Self::Hold(request) => Some(&request.transfer.id),
            Self::Capture(request) => Some(&request.id),
            Self::Release(request) => Some(&request.id),
            Self::Reverse(request) => Some(&request.id),
            Self::Change(_) | Self::Annotate(_) => None,
        }
    }

    const fn id_mut(&mut self) -> Option<&mut RequestId> {
        match self {
            Self::Transfer(request) => Some(&mut request.id),
            Self::Hold(request) => Some(&mut request.transfer.id),
            Self::Capture(request) => Some(&mut request.id),
            Self::Release(request) => Some(&mut request.id),
            Self::Reverse(request) => Some(&mut request.id),
            Self::Change(_) | Self::Annotate(_) => None,
        }
    }
}

/// Operations that happen together or not at all, each seeing the effects of those before it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JournalRequest {
    id: RequestId,
    legs: Vec<Operation>,
}

impl JournalRequest {
    /// A journal of these legs, in order. Their ids are replaced by ids that follow from the journal's.
    #[must_use]
    pub fn new(id: impl Into<RequestId>, mut legs: Vec<Operation>) -> Self {
        let id = id.into();
        for (index, leg_id) in (0..).zip(legs.iter_mut().filter_map(Operation::id_mut)) {
            *leg_id = id.of_leg(index);
        }
        Self { id, legs }
    }

    /// The journal's id, which is that of its first transfer too.
    #[must_use]
    pub const fn id(&self) -> TransferId {
        self.id.id()
    }

    /// The journal's id, with its key.
    #[must_use]
    pub const fn request_id(&self) -> &RequestId {
        &self.id
    }

    /// The legs, in order.
    #[must_use]
    pub fn legs(&self) -> &[Operation] {
        &self.legs
    }
}

/// Undoes a journal as a whole, judged at its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JournalReversalRequest {
    /// The id of the journal of reversals. Made before the first try, the same on every retry.
    pub id: RequestId,
    /// The journal to undo.
    pub journal: Reference,
    /// When the reversals count for the books.
    pub at: ReversalTime,
    /// For people; each reversal has it.
    pub description: Option<Description>,
    /// For programs; each reversal has it.
    pub metadata: Metadata,
}

/// What a schedule posts at one of its moments. Its id is of the kind that only Teller makes, so only a schedule makes such a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DueTransfer(Operation);

impl DueTransfer {
    pub(super) const fn new(request: TransferRequest) -> Self {
        Self(Operation::Transfer(request))
    }

    /// The transfer.
    #[must_use]
    pub const fn operation(&self) -> &Operation {
        &self.0
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
