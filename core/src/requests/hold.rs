//! Reserving value, and capturing or releasing it.

use std::time::Duration;

use crate::facts::{Description, Instant, Metadata, Reference, RequestId};
use crate::requests::quantity::Quantity;
use crate::requests::stage::{Resolved, Stage};
use crate::requests::transfer::TransferRequest;

/// When a hold gives up by itself what was not captured.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Expiry {
    /// Never.
    #[default]
    Never,
    /// At this moment: then it is gone.
    At(Instant),
    /// So long after it was recorded, in whole microseconds.
    After(Duration),
}

/// Value that is reserved until it is captured, released or expires.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HoldRequest<S: Stage = Resolved> {
    /// The transfer that captures will post, in whole or in part. Its id is the hold's.
    pub transfer: TransferRequest<S>,
    /// When it ends by itself.
    pub expiry: Expiry,
}

impl HoldRequest {
    /// A hold of what this transfer would post, which stays until it is captured or released.
    #[must_use]
    pub const fn new(transfer: TransferRequest) -> Self {
        Self { transfer, expiry: Expiry::Never }
    }
}

/// What becomes of what a capture leaves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Remainder {
    /// It stays held.
    #[default]
    Keep,
    /// It is released with the capture.
    Release,
}

/// Posts value that a hold reserved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaptureRequest<S: Stage = Resolved> {
    /// Made before the first try, the same on every retry.
    pub id: RequestId,
    /// The hold.
    pub hold: S::Reference,
    /// How much of it. What is available is what is left of the hold.
    pub quantity: Quantity<S::Money>,
    /// What becomes of the rest.
    pub remainder: Remainder,
    /// When it counts for the books; `None` is when it is recorded.
    pub effective_at: Option<Instant>,
    /// For people.
    pub description: Option<Description>,
    /// For programs.
    pub metadata: Metadata,
}

impl CaptureRequest {
    /// A capture of all that is left, without description and metadata.
    #[must_use]
    pub fn new(id: impl Into<RequestId>, hold: impl Into<Reference>) -> Self {
        Self {
            id: id.into(),
            hold: hold.into(),
            quantity: Quantity::All,
            remainder: Remainder::Keep,
            effective_at: None,
            description: None,
            metadata: Metadata::default(),
        }
    }
}

/// Gives up what is left of a hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReleaseRequest<S: Stage = Resolved> {
    /// Made before the first try, the same on every retry.
    pub id: RequestId,
    /// The hold.
    pub hold: S::Reference,
    /// For people.
    pub description: Option<Description>,
    /// For programs.
    pub metadata: Metadata,
}

impl ReleaseRequest {
    /// A release without description and metadata.
    #[must_use]
    pub fn new(id: impl Into<RequestId>, hold: impl Into<Reference>) -> Self {
        Self { id: id.into(), hold: hold.into(), description: None, metadata: Metadata::default() }
    }
}
