//! Moving value.

use crate::facts::{AccountName, Description, Instant, Metadata, RequestId};
use crate::money::Money;
use crate::requests::condition::Condition;
use crate::requests::lookups::{BookLookup, CurrencySource, Needs};
use crate::requests::operation_request::{OperationRequest, ResolvedOperation, WrittenOperation};
use crate::requests::parties::Parties;
use crate::requests::quantity::Quantity;
use crate::requests::scope::Scope;
use crate::requests::stage::{Resolved, Stage, Written};
use crate::requests::verb::Verb;

/// One amount from one account to another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TransferRequest<S: Stage = Resolved> {
    /// Made before the first try, the same on every retry.
    pub id: RequestId,
    /// Between whom.
    pub parties: Parties,
    /// How much. What is available is that of the account that falls, the first that is named where both do, and never more than
    /// brings it to zero: an overdraft is only used by an exact amount.
    pub quantity: Quantity<S::Money>,
    /// When it counts for the books; `None` is when it is recorded.
    pub effective_at: Option<Instant>,
    /// For people.
    pub description: Option<Description>,
    /// For programs.
    pub metadata: Metadata,
    /// What must hold for it to be posted. Not looked at again when the request is repeated.
    pub conditions: Vec<Condition<S::Money>>,
}

impl TransferRequest {
    /// A request for an exact amount that counts from when it is recorded, without conditions, description and metadata.
    #[must_use]
    pub fn new(id: impl Into<RequestId>, parties: Parties, money: Money) -> Self {
        Self {
            id: id.into(),
            parties,
            quantity: Quantity::Exactly(money),
            effective_at: None,
            description: None,
            metadata: Metadata::default(),
            conditions: Vec::new(),
        }
    }
}

impl<S: Stage> OperationRequest for TransferRequest<S> {
    fn verb(&self) -> Option<Verb> {
        None
    }

    fn request_id(&self) -> Option<&RequestId> {
        Some(&self.id)
    }

    fn request_id_mut(&mut self) -> Option<&mut RequestId> {
        Some(&mut self.id)
    }

    fn changed_account(&self) -> Option<&AccountName> {
        None
    }
}

impl WrittenOperation for TransferRequest<Written> {
    type Resolved = TransferRequest;

    fn add_needs<'a>(&'a self, needs: &mut Needs<'a>) {
        needs.names.extend(self.parties.names());
        needs.names.extend(self.conditions.iter().map(|condition| &condition.account));
    }

    fn resolve<B: BookLookup>(&self, book: &mut B) -> Result<TransferRequest, B::Error> {
        let currency = |account| book.currency_of_account(account);
        let conditions = self.conditions.iter().map(|condition| condition.resolve(currency(&condition.account)));
        let conditions = conditions.collect::<Result<_, _>>()?;
        Ok(TransferRequest {
            id: self.id.clone(),
            parties: self.parties.clone(),
            quantity: self.quantity.resolve(currency(self.parties.names()[0]))?,
            effective_at: self.effective_at,
            description: self.description.clone(),
            metadata: self.metadata.clone(),
            conditions,
        })
    }
}

impl ResolvedOperation for TransferRequest {
    fn add_to<'a>(&'a self, scope: &mut Scope<'a>) {
        scope.has_effective_times |= self.effective_at.is_some();
        scope.has_conditions |= !self.conditions.is_empty();
        scope.names.extend(self.parties.names());
        scope.names.extend(self.conditions.iter().map(|condition| &condition.account));
    }

    fn currency_source(&self) -> Option<CurrencySource> {
        Some(CurrencySource::Account(self.parties.names()[0].clone()))
    }

    fn parties(&self) -> Option<&Parties> {
        Some(&self.parties)
    }
}
