//! Reserving value.

use std::time::Duration;

use crate::facts::{AccountName, Instant, RequestId};
use crate::requests::lookups::{BookLookup, CurrencySource, Needs};
use crate::requests::operation_request::{OperationRequest, ResolvedOperation, WrittenOperation};
use crate::requests::parties::Parties;
use crate::requests::scope::Scope;
use crate::requests::stage::{Resolved, Stage, Written};
use crate::requests::transfer::TransferRequest;
use crate::requests::verb::Verb;

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

impl<S: Stage> OperationRequest for HoldRequest<S> {
    fn verb(&self) -> Option<Verb> {
        Some(Verb::Hold)
    }

    fn request_id(&self) -> Option<&RequestId> {
        Some(&self.transfer.id)
    }

    fn request_id_mut(&mut self) -> Option<&mut RequestId> {
        Some(&mut self.transfer.id)
    }

    fn changed_account(&self) -> Option<&AccountName> {
        None
    }
}

impl WrittenOperation for HoldRequest<Written> {
    type Resolved = HoldRequest;

    fn add_needs<'a>(&'a self, needs: &mut Needs<'a>) {
        self.transfer.add_needs(needs);
    }

    fn resolve<B: BookLookup>(&self, book: &mut B) -> Result<HoldRequest, B::Error> {
        Ok(HoldRequest { transfer: self.transfer.resolve(book)?, expiry: self.expiry })
    }
}

impl ResolvedOperation for HoldRequest {
    fn add_to<'a>(&'a self, scope: &mut Scope<'a>) {
        self.transfer.add_to(scope);
    }

    fn currency_source(&self) -> Option<CurrencySource> {
        self.transfer.currency_source()
    }

    fn parties(&self) -> Option<&Parties> {
        self.transfer.parties()
    }
}
