//! Whatever can be asked for, alone, together and in batches.

use crate::facts::{AccountName, Actor, TransferId};
use crate::maps::FastSet;
use crate::requests::journal::{JournalRequest, JournalReversalRequest};
use crate::requests::lookups::Needs;
use crate::requests::operation::Operation;
use crate::requests::parties::Parties;
use crate::requests::reversal::ReversalTime;
use crate::requests::scope::Scope;
use crate::requests::stage::{Resolved, Stage, Written};
use crate::requests::transfer::TransferRequest;

/// What a schedule posts at one of its moments. Its id is of the kind that only Teller makes, so only a schedule makes such a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DueTransfer<S: Stage = Resolved> {
    operation: Operation<S>,
    actor: Actor,
}

impl DueTransfer {
    pub(crate) const fn new(request: TransferRequest, actor: Actor) -> Self {
        Self { operation: Operation::Transfer(request), actor }
    }
}

impl<S: Stage> DueTransfer<S> {
    /// The transfer.
    #[must_use]
    pub const fn operation(&self) -> &Operation<S> {
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
pub enum Request<S: Stage = Resolved> {
    /// One operation.
    Operation(Operation<S>),
    /// Several together or not at all.
    Journal(JournalRequest<S>),
    /// A journal undone.
    JournalReversal(JournalReversalRequest<S>),
    /// What a schedule posts.
    Due(DueTransfer<S>),
}

impl<S: Stage> Request<S> {
    /// The operations that it says itself. What a journal's reversal undoes is in the book.
    #[must_use]
    pub fn operations(&self) -> &[Operation<S>] {
        match self {
            Self::Operation(operation) => std::slice::from_ref(operation),
            Self::Journal(journal) => journal.legs(),
            Self::JournalReversal(_) => &[],
            Self::Due(due) => std::slice::from_ref(due.operation()),
        }
    }
}

impl Request {
    /// The id that a client gave it. What a schedule posts has one that Teller made.
    #[must_use]
    pub fn id(&self) -> Option<TransferId> {
        match self {
            Self::Operation(operation) => operation.id(),
            Self::Journal(journal) => Some(journal.id()),
            Self::JournalReversal(reversal) => Some(reversal.id.id()),
            Self::Due(_) => None,
        }
    }
}

impl<S: Stage, O: Into<Operation<S>>> From<O> for Request<S> {
    fn from(request: O) -> Self {
        Self::Operation(request.into())
    }
}

impl<S: Stage> From<JournalRequest<S>> for Request<S> {
    fn from(request: JournalRequest<S>) -> Self {
        Self::Journal(request)
    }
}

impl<S: Stage> From<JournalReversalRequest<S>> for Request<S> {
    fn from(request: JournalReversalRequest<S>) -> Self {
        Self::JournalReversal(request)
    }
}

impl From<DueTransfer> for Request {
    fn from(request: DueTransfer) -> Self {
        Self::Due(request)
    }
}

impl<'a> Scope<'a> {
    /// What these requests refer to.
    #[must_use]
    pub fn of(requests: &'a [Request]) -> Self {
        let mut scope = Self { ids: Vec::with_capacity(requests.len()), ..Self::default() };
        for request in requests {
            match request {
                Request::Operation(_) | Request::Due(_) => {}
                Request::Journal(journal) => {
                    // The journal's id is also that of its first transfer. It is added here for journals without transfers.
                    scope.ids.push(journal.id());
                    scope.journal_ids.push(journal.id().0);
                }
                Request::JournalReversal(reversal) => {
                    scope.ids.push(reversal.id.id());
                    scope.has_effective_times |= reversal.at == ReversalTime::Original;
                    scope.journal_ids.extend([reversal.id.id().0, reversal.journal.id().0]);
                    scope.reversed_journal_ids.push(reversal.journal.id().0);
                }
            }
            request.operations().iter().for_each(|operation| operation.add_to(&mut scope));
        }
        scope
    }

    /// The accounts whose balance a transfer or hold may lower.
    #[must_use]
    pub fn lowered_accounts(requests: &'a [Request]) -> FastSet<&'a AccountName> {
        let parties = requests.iter().flat_map(Request::operations).filter_map(Operation::parties);
        parties.flat_map(Parties::lowered_accounts).collect()
    }
}

impl<'a> Needs<'a> {
    /// What these requests leave to the book.
    #[must_use]
    pub fn of(requests: &'a [Request<Written>]) -> Self {
        let mut needs = Self::default();
        for request in requests {
            if let Request::JournalReversal(reversal) = request {
                needs.add_reference(&reversal.journal);
            }
            request.operations().iter().for_each(|operation| operation.add_needs(&mut needs));
        }
        needs
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
