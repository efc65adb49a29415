//! The fields of a row that come from the request as a whole: its journal and its digest.

use uuid::Uuid;

use crate::facts::RequestDigest;
use crate::requests::Operation;

/// What an operation's rows say of the request that it is part of.
#[derive(Clone, Copy, Default)]
pub(super) struct Origin {
    pub(super) journal_id: Option<Uuid>,
    /// On the request's first row only.
    pub(super) digest: Option<RequestDigest>,
}

impl Origin {
    /// The origin of an operation that is a request by itself.
    pub(super) fn of_single(operation: &Operation) -> Self {
        Self { journal_id: None, digest: RequestDigest::of_operation(operation) }
    }
}
