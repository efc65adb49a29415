//! What the request of each operation says of itself, so that batches, journals and postings treat all operations alike.

use crate::facts::{AccountName, RequestId};
use crate::requests::lookups::{BookLookup, CurrencySource, Needs};
use crate::requests::parties::Parties;
use crate::requests::scope::Scope;
use crate::requests::unseen::UnseenField;
use crate::requests::verb::Verb;

/// What a request says at either stage.
pub(crate) trait OperationRequest {
    /// The word by which it is asked for. `None` for a transfer.
    fn verb(&self) -> Option<Verb>;

    /// The id of the transfer that it makes, with its key. `None` where it makes no transfer.
    fn request_id(&self) -> Option<&RequestId>;

    /// The same, to be replaced: a journal gives its legs ids that follow from its own.
    fn request_id_mut(&mut self) -> Option<&mut RequestId>;

    /// The account of which it changes limits, state or metadata, and not only what it has. Postings lock it, and keys of the API need a
    /// right for it.
    fn changed_account(&self) -> Option<&AccountName>;
}

/// What a request says as a client wrote it.
pub(crate) trait WrittenOperation: OperationRequest {
    /// The same request as it can be judged.
    type Resolved;

    /// Adds what has to be looked up before it can be resolved.
    fn add_needs<'a>(&'a self, needs: &mut Needs<'a>);

    /// Gives amounts their currency and references their id.
    ///
    /// # Errors
    /// Those of the book, and amounts that do not fit their currencies, with their places.
    fn resolve<B: BookLookup>(&self, book: &mut B) -> Result<Self::Resolved, B::Error>;
}

/// What a request says as it can be judged.
pub(crate) trait ResolvedOperation: OperationRequest {
    /// Adds what a posting locks and reads for it, beside its own id and the account that it changes.
    fn add_to<'a>(&'a self, scope: &mut Scope<'a>);

    /// What the currency of its transfer follows from. `None` where it makes no transfer.
    fn currency_source(&self) -> Option<CurrencySource>;

    /// The accounts between which it moves or reserves value, where it names them.
    fn parties(&self) -> Option<&Parties> {
        None
    }

    /// The fields that no row shows, so that a digest of them is kept beside its first row. None where its rows show all of it.
    fn unseen(&self) -> Vec<UnseenField<'_>> {
        Vec::new()
    }
}
