//! Changing what an account may do.

use crate::facts::{AccountName, Actor, Description, RequestId};
use crate::money::{Amount, WrittenAmount};
use crate::requests::limits::{LimitChange, NewLimit};
use crate::requests::lookups::{BookLookup, CurrencySource, Needs};
use crate::requests::operation_request::{OperationRequest, ResolvedOperation, WrittenOperation};
use crate::requests::place::Placed;
use crate::requests::scope::Scope;
use crate::requests::unseen::UnseenField;
use crate::requests::verb::Verb;

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
pub enum AccountAction<A = Amount> {
    /// Its balance may go this far from now on, and so much may leave it.
    Limit(LimitChange<A>),
    /// Nothing on these sides, for now.
    Freeze(Sides),
    /// These sides are open again.
    Unfreeze(Sides),
    /// Nothing ever again.
    Close,
}

/// A change of what an account may do. A change to what is there already does nothing, so it needs no id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountChange<A = Amount> {
    /// The account.
    pub account: AccountName,
    /// What becomes of it.
    pub action: AccountAction<A>,
    /// Who wants it so.
    pub actor: Actor,
    /// Why.
    pub reason: Option<Description>,
}

impl<A> AccountChange<A> {
    /// A change without a reason.
    #[must_use]
    pub const fn new(account: AccountName, action: AccountAction<A>, actor: Actor) -> Self {
        Self { account, action, actor, reason: None }
    }
}

impl<A> OperationRequest for AccountChange<A> {
    fn verb(&self) -> Option<Verb> {
        Some(match self.action {
            AccountAction::Limit(_) => Verb::Limit,
            AccountAction::Freeze(_) => Verb::Freeze,
            AccountAction::Unfreeze(_) => Verb::Unfreeze,
            AccountAction::Close => Verb::Close,
        })
    }

    fn request_id(&self) -> Option<&RequestId> {
        None
    }

    fn request_id_mut(&mut self) -> Option<&mut RequestId> {
        None
    }

    fn changed_account(&self) -> Option<&AccountName> {
        Some(&self.account)
    }
}

impl WrittenOperation for AccountChange<Placed<WrittenAmount>> {
    type Resolved = AccountChange;

    fn add_needs<'a>(&'a self, needs: &mut Needs<'a>) {
        needs.names.insert(&self.account);
    }

    fn resolve<B: BookLookup>(&self, book: &mut B) -> Result<AccountChange, B::Error> {
        let Self { account, action, actor, reason } = self;
        let action = match action {
            AccountAction::Limit(change) => AccountAction::Limit(change.resolve(book.currency_of_account(account))?),
            AccountAction::Freeze(sides) => AccountAction::Freeze(*sides),
            AccountAction::Unfreeze(sides) => AccountAction::Unfreeze(*sides),
            AccountAction::Close => AccountAction::Close,
        };
        Ok(AccountChange { account: account.clone(), action, actor: actor.clone(), reason: reason.clone() })
    }
}

impl ResolvedOperation for AccountChange {
    fn add_to<'a>(&'a self, scope: &mut Scope<'a>) {
        if matches!(self.action, AccountAction::Limit(change) if change.opens_window()) {
            scope.limited.insert(&self.account);
        }
    }

    fn currency_source(&self) -> Option<CurrencySource> {
        None
    }

    /// All of it, as it leaves nothing behind where it changes nothing. The actor is left out: somebody else may send the request again.
    fn unseen(&self) -> Vec<UnseenField<'_>> {
        let mut fields = match self.action {
            AccountAction::Limit(change) => limit_fields(&change),
            AccountAction::Freeze(sides) => vec![UnseenField::Text("freeze"), UnseenField::Text(word_of(sides))],
            AccountAction::Unfreeze(sides) => vec![UnseenField::Text("unfreeze"), UnseenField::Text(word_of(sides))],
            AccountAction::Close => vec![UnseenField::Text("close")],
        };
        fields.extend([UnseenField::Text(self.account.as_str()), UnseenField::Reason(self.reason.as_ref())]);
        fields
    }
}

fn limit_fields(change: &LimitChange) -> Vec<UnseenField<'static>> {
    let mut fields = vec![UnseenField::Text("limit")];
    for limit in change.in_order() {
        match limit {
            NewLimit::Keep => fields.push(UnseenField::Text("keep")),
            NewLimit::Remove => fields.push(UnseenField::Text("remove")),
            NewLimit::Set(amount) => {
                fields.extend([UnseenField::Text("set"), UnseenField::Integer(amount.minor())]);
            }
        }
    }
    fields
}

const fn word_of(sides: Sides) -> &'static str {
    match sides {
        Sides::Both => "both",
        Sides::Debits => "debits",
        Sides::Credits => "credits",
    }
}
