//! What must hold of a balance for a transfer to be posted.

use std::fmt;

use crate::facts::{Account, AccountName};
use crate::money::{Amount, Currency, Money, WrittenAmount};
use crate::requests::place::{AmountFault, Placed};

/// How an account's balance compares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparison {
    /// It is exactly this.
    Equal,
    /// It is this or more.
    AtLeast,
    /// It is this or less.
    AtMost,
    /// It is more than this.
    Above,
    /// It is less than this.
    Below,
}

words!(Comparison {
    Equal = "=",
    AtLeast = ">=",
    AtMost = "<=",
    Above = ">",
    Below = "<",
});

impl Comparison {
    fn holds(self, actual: Amount, expected: Amount) -> bool {
        match self {
            Self::Equal => actual == expected,
            Self::AtLeast => actual >= expected,
            Self::AtMost => actual <= expected,
            Self::Above => actual > expected,
            Self::Below => actual < expected,
        }
    }
}

/// What an account must be like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expected<M = Money> {
    /// So many transfers have touched it.
    Version(i64),
    /// Its posted balance, on the normal side, compares so.
    Balance(Comparison, M),
}

impl fmt::Display for Expected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Version(version) => write!(f, "version = {version}"),
            Self::Balance(comparison, money) => write!(f, "balance {comparison} {money}"),
        }
    }
}

/// What must hold of an account for a request to be posted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Condition<M = Money> {
    /// The account, which need not be a party.
    pub account: AccountName,
    /// What must hold of it.
    pub expected: Expected<M>,
}

impl Expected {
    /// What the account is like instead, where it is not as expected.
    pub(crate) fn find_difference(&self, account: &Account) -> Option<String> {
        match *self {
            Self::Version(version) => (account.version != version).then(|| format!("version = {}", account.version)),
            Self::Balance(comparison, money) => (!comparison.holds(account.posted(), money.amount))
                .then(|| format!("balance = {}", account.money(account.posted()))),
        }
    }
}

impl Condition<Placed<WrittenAmount>> {
    /// The same in the currency of its account. `None` is that of an account that does not exist.
    pub(super) fn resolve(&self, currency: Option<Currency>) -> Result<Condition, AmountFault> {
        let expected = match &self.expected {
            Expected::Version(version) => Expected::Version(*version),
            Expected::Balance(comparison, amount) => Expected::Balance(*comparison, amount.money(currency)?),
        };
        Ok(Condition { account: self.account.clone(), expected })
    }
}
