//! The operations that can be asked for alone and as legs of a journal.

use crate::facts::{RequestId, TransferId};
use crate::requests::account_change::{AccountAction, AccountChange};
use crate::requests::annotation::AnnotationRequest;
use crate::requests::hold::{CaptureRequest, HoldRequest, ReleaseRequest};
use crate::requests::reversal::ReversalRequest;
use crate::requests::stage::{Resolved, Stage};
use crate::requests::transfer::TransferRequest;

/// What can be asked for on its own, and as a leg of a journal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Operation<S: Stage = Resolved> {
    /// Move value.
    Transfer(TransferRequest<S>),
    /// Reserve value.
    Hold(HoldRequest<S>),
    /// Post value that is reserved.
    Capture(CaptureRequest<S>),
    /// Give up value that is reserved.
    Release(ReleaseRequest<S>),
    /// Undo a transfer.
    Reverse(ReversalRequest<S>),
    /// Change what an account may do.
    Change(AccountChange<S::Amount>),
    /// Change what is kept beside an account or a transfer.
    Annotate(AnnotationRequest<S::Reference>),
}

/// By which word each operation is asked for where people and programs write it. A transfer has none: it is what its fields say.
///
/// Batches and journals in JSON carry these and no others. An operation without a word does not compile, and neither does a word that is not
/// read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verb {
    /// Reserve value.
    Hold,
    /// Post value that is reserved.
    Capture,
    /// Give up value that is reserved.
    Release,
    /// Undo a transfer.
    Reverse,
    /// Change how far an account's balance may go.
    Limit,
    /// Freeze an account.
    Freeze,
    /// Open it again.
    Unfreeze,
    /// Close it.
    Close,
    /// Change what is kept beside an account or a transfer.
    Annotate,
}

words!(Verb {
    Hold = "hold",
    Capture = "capture",
    Release = "release",
    Reverse = "reverse",
    Limit = "limit",
    Freeze = "freeze",
    Unfreeze = "unfreeze",
    Close = "close",
    Annotate = "annotate",
});

impl Verb {
    /// Whether it makes a transfer, which has an id. What makes none can be asked for twice without harm.
    #[must_use]
    pub const fn makes_transfer(self) -> bool {
        match self {
            Self::Hold | Self::Capture | Self::Release | Self::Reverse => true,
            Self::Limit | Self::Freeze | Self::Unfreeze | Self::Close | Self::Annotate => false,
        }
    }
}

impl<S: Stage> Operation<S> {
    /// The word for it; `None` for a transfer.
    #[must_use]
    pub const fn verb(&self) -> Option<Verb> {
        Some(match self {
            Self::Transfer(_) => return None,
            Self::Hold(_) => Verb::Hold,
            Self::Capture(_) => Verb::Capture,
            Self::Release(_) => Verb::Release,
            Self::Reverse(_) => Verb::Reverse,
            Self::Change(change) => match change.action {
                AccountAction::Limit(_) => Verb::Limit,
                AccountAction::Freeze(_) => Verb::Freeze,
                AccountAction::Unfreeze(_) => Verb::Unfreeze,
                AccountAction::Close => Verb::Close,
            },
            Self::Annotate(_) => Verb::Annotate,
        })
    }

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

    pub(super) const fn id_mut(&mut self) -> Option<&mut RequestId> {
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
