//! Opening an account.

use crate::facts::{
    Account, AccountName, AccountState, AccountType, Description, Limits, Metadata, OpenedWith, Terms, Velocity,
};
use crate::money::Currency;

impl Terms {
    /// Of an account that was just opened.
    #[must_use]
    pub fn opening(limits: Limits) -> Self {
        Self { state: AccountState::Open, limits, velocity: Velocity::default() }
    }
}

/// What a client asks for when it opens an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountRequest {
    /// Unique in the book. The name is what makes a repeated request the same one.
    pub name: AccountName,
    /// What the account is in the books.
    pub account_type: AccountType,
    /// The currency of everything in it.
    pub currency: Currency,
    /// How far its balance may go.
    pub limits: Limits,
    /// For people.
    pub description: Option<Description>,
    /// For programs.
    pub metadata: Metadata,
}

impl AccountRequest {
    /// A request with the limits that are usual for the type, without description and metadata.
    #[must_use]
    pub fn new(name: AccountName, account_type: AccountType, currency: Currency) -> Self {
        let limits = Limits::default_for(account_type);
        Self { name, account_type, currency, limits, description: None, metadata: Metadata::default() }
    }
}

impl Account {
    /// What it was opened as.
    #[must_use]
    pub fn opening(&self, opened_with: OpenedWith) -> AccountRequest {
        AccountRequest {
            name: self.name.clone(),
            account_type: self.account_type,
            currency: self.currency,
            limits: opened_with.limits,
            description: self.description.clone(),
            metadata: opened_with.metadata,
        }
    }
}
