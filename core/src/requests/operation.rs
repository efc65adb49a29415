//! The operations that can be asked for alone and as legs of a journal.

use crate::facts::{RequestId, TransferId};
use crate::requests::account_change::AccountChange;
use crate::requests::annotation::AnnotationRequest;
use crate::requests::hold::{CaptureRequest, HoldRequest, ReleaseRequest};
use crate::requests::reversal::ReversalRequest;
use crate::requests::transfer::TransferRequest;

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
