//! The list of operations that can be asked for alone and as legs of a journal. An operation that is not on it cannot be asked for.

use crate::facts::{AccountName, RequestId, TransferId};
use crate::requests::account_change::AccountChange;
use crate::requests::annotation::AnnotationRequest;
use crate::requests::capture::CaptureRequest;
use crate::requests::hold::HoldRequest;
use crate::requests::lookups::{BookLookup, CurrencySource, Needs};
use crate::requests::operation_request::{OperationRequest, ResolvedOperation, WrittenOperation};
use crate::requests::parties::Parties;
use crate::requests::release::ReleaseRequest;
use crate::requests::reversal::ReversalRequest;
use crate::requests::scope::Scope;
use crate::requests::stage::{Resolved, Stage, Written};
use crate::requests::transfer::TransferRequest;
use crate::requests::unseen::UnseenField;
use crate::requests::verb::Verb;

/// Makes of one line an operation: [`Operation`], its conversions, and `for_request!`, which does the same with the request of any operation.
/// The first token is the dollar of that macro.
macro_rules! operations {
    ($dollar:tt $($(#[$doc:meta])+ $variant:ident: $request:ty,)+) => {
        /// What can be asked for on its own, and as a leg of a journal.
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub enum Operation<S: Stage = Resolved> {
            $($(#[$doc])+ $variant($request),)+
        }

        $(impl<S: Stage> From<$request> for Operation<S> {
            fn from(request: $request) -> Self {
                Self::$variant(request)
            }
        }

        impl<S: Stage> From<&$request> for Operation<S> {
            fn from(request: &$request) -> Self {
                Self::$variant(request.clone())
            }
        })+

        /// `for_request!(operation, request => …)` does the same with the request of any operation, without a pointer to a function.
        macro_rules! for_request {
            ($dollar operation:expr, $dollar request:ident => $dollar answer:expr) => {
                match $dollar operation {
                    $($crate::requests::Operation::$variant($dollar request) => $dollar answer,)+
                }
            };
        }
    };
}

operations! {
    $
    /// Move value.
    Transfer: TransferRequest<S>,
    /// Reserve value.
    Hold: HoldRequest<S>,
    /// Post value that is reserved.
    Capture: CaptureRequest<S>,
    /// Give up value that is reserved.
    Release: ReleaseRequest<S>,
    /// Undo a transfer.
    Reverse: ReversalRequest<S>,
    /// Change what an account may do.
    Change: AccountChange<S::Amount>,
    /// Change what is kept beside an account or a transfer.
    Annotate: AnnotationRequest<S::Reference>,
}

pub(crate) use for_request;

impl<S: Stage> Operation<S> {
    /// The word for it; `None` for a transfer.
    #[must_use]
    pub fn verb(&self) -> Option<Verb> {
        for_request!(self, request => request.verb())
    }

    /// The id of the transfer that it makes, if it makes one.
    #[must_use]
    pub fn id(&self) -> Option<TransferId> {
        self.request_id().map(RequestId::id)
    }

    /// The id of the transfer that it makes, with its key, if it makes one.
    #[must_use]
    pub fn request_id(&self) -> Option<&RequestId> {
        for_request!(self, request => request.request_id())
    }

    pub(super) fn request_id_mut(&mut self) -> Option<&mut RequestId> {
        for_request!(self, request => request.request_id_mut())
    }

    /// The account of which it changes limits, state or metadata, and not only what it has.
    #[must_use]
    pub fn changed_account(&self) -> Option<&AccountName> {
        for_request!(self, request => request.changed_account())
    }
}

impl Operation<Written> {
    pub(super) fn add_needs<'a>(&'a self, needs: &mut Needs<'a>) {
        for_request!(self, request => request.add_needs(needs));
    }

    /// The same as it can be judged.
    ///
    /// # Errors
    /// Those of the book, and amounts that do not fit their currencies, with their places.
    pub fn resolve<B: BookLookup>(&self, book: &mut B) -> Result<Operation, B::Error> {
        Ok(for_request!(self, request => request.resolve(book)?.into()))
    }
}

impl Operation {
    pub(super) fn add_to<'a>(&'a self, scope: &mut Scope<'a>) {
        scope.ids.extend(self.id());
        scope.names.extend(self.changed_account());
        scope.changed.extend(self.changed_account());
        for_request!(self, request => request.add_to(scope));
    }

    /// What the currency of its transfer follows from. `None` where it makes none.
    #[must_use]
    pub fn currency_source(&self) -> Option<CurrencySource> {
        for_request!(self, request => request.currency_source())
    }

    /// The accounts between which it moves or reserves value, where it names them.
    #[must_use]
    pub fn parties(&self) -> Option<&Parties> {
        for_request!(self, request => request.parties())
    }

    /// The fields that no row shows.
    pub(crate) fn unseen(&self) -> Vec<UnseenField<'_>> {
        for_request!(self, request => request.unseen())
    }
}
