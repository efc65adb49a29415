//! Changing what an account may do.

use crate::facts::{AccountName, Actor, Description};
use crate::money::Amount;
use crate::requests::limits::LimitChange;

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
