use serde::Serialize;
use thiserror::Error;

use super::account::{AccountState, NormalSide};
use super::ids::{Sequence, TransferId};
use super::text::AccountName;
use crate::money::{CurrencyCode, Money};

/// A refusal by a rule: an answer, with a stable code. Nothing was written.
///
/// A transfer that breaks several rules is refused by the first of them in the order given here, down to `Overflow`. The accounts are
/// looked at in the order in which the request names them.
#[derive(Clone, Debug, Error, PartialEq, Eq, Serialize)]
#[serde(tag = "code", rename_all = "snake_case")]
pub enum Rejection {
    /// An amount of zero or less.
    #[error("the amount must be more than zero, {amount} was given")]
    AmountNotPositive {
        /// What was asked for.
        amount: Money,
    },
    /// Both sides are one account.
    #[error("account {account} is on both sides; a transfer needs two accounts")]
    SameAccount {
        /// The account.
        account: AccountName,
    },
    /// The id belongs to a transfer with other content.
    #[error("id {id} is already used by transfer {sequence}, which has other content; a new transfer needs a new id")]
    IdReused {
        /// The id.
        id: TransferId,
        /// The transfer that has it; 0 when it stands earlier in the same dry run.
        sequence: Sequence,
    },
    /// There is no such account.
    #[error("account {account} is unknown; open it with: teller account open {account:?} --currency CODE")]
    AccountUnknown {
        /// The name that was given.
        account: AccountName,
    },
    /// A transfer between accounts of which one rises when the other would.
    #[error(
        "{from} is {from_side}-normal and {to} is {to_side}-normal, so a transfer cannot lower one and raise the other; \
         use deposit, withdraw or post"
    )]
    NormalSidesDiffer {
        /// The account that should fall.
        from: AccountName,
        /// Its normal side.
        from_side: NormalSide,
        /// The account that should rise.
        to: AccountName,
        /// Its normal side.
        to_side: NormalSide,
    },
    /// A deposit or withdrawal between accounts that cannot rise or fall together.
    #[error(
        "{account} and {cash} are both {side}-normal, so they cannot rise or fall together; use transfer between them, \
         or name another cash account"
    )]
    NormalSidesMatch {
        /// The account.
        account: AccountName,
        /// The cash account.
        cash: AccountName,
        /// The normal side of both.
        side: NormalSide,
    },
    /// The amount or the two accounts are not all in one currency.
    #[error("account {account} is in {account_currency}, the transfer needs {currency}; exchange first")]
    CurrenciesDiffer {
        /// The first account that differs.
        account: AccountName,
        /// Its currency.
        account_currency: CurrencyCode,
        /// The currency of the amount.
        currency: CurrencyCode,
    },
    /// The account is closed.
    #[error("account {account} is closed")]
    AccountClosed {
        /// The account.
        account: AccountName,
    },
    /// The account is frozen for the side that the transfer needs.
    #[error("account {account} is {state}; unfreeze it first")]
    AccountFrozen {
        /// The account.
        account: AccountName,
        /// Its state.
        state: AccountState,
    },
    /// What is available would fall below the account's minimum.
    #[error(
        "account {account} has {available} available and may not go below {min_balance}, {requested} was requested; \
         deposit first or change the limit"
    )]
    InsufficientFunds {
        /// The account that falls.
        account: AccountName,
        /// What is posted less what is held.
        available: Money,
        /// The account's minimum.
        min_balance: Money,
        /// The amount of the transfer.
        requested: Money,
    },
    /// What is posted would rise above the account's maximum.
    #[error("account {account} has {posted} and may not go above {max_balance}, {requested} more was requested")]
    MaxBalanceExceeded {
        /// The account that rises.
        account: AccountName,
        /// What is posted.
        posted: Money,
        /// The account's maximum.
        max_balance: Money,
        /// The amount of the transfer.
        requested: Money,
    },
    /// The account's totals would no longer fit 64 bits.
    #[error("account {account} has moved as much as can be counted; {requested} more does not fit")]
    Overflow {
        /// The account.
        account: AccountName,
        /// The amount of the transfer.
        requested: Money,
    },

    /// An account of that name was opened differently.
    #[error("account {account} exists already, with another {field}; choose another name, or leave it as it is")]
    AccountExists {
        /// The account.
        account: AccountName,
        /// The first thing about it that differs.
        field: &'static str,
    },
    /// There is no such currency.
    #[error("currency {currency} is unknown; see `teller currency list`, or register it with `teller currency add`")]
    CurrencyUnknown {
        /// The code that was given.
        currency: CurrencyCode,
    },
    /// A currency of that code was registered differently.
    #[error(
        "currency {currency} exists already, with {exponent} decimals and the name {name:?}; neither can be changed"
    )]
    CurrencyExists {
        /// The code.
        currency: CurrencyCode,
        /// Its number of decimals.
        exponent: u8,
        /// Its name.
        name: String,
    },
    /// A minimum above the maximum.
    #[error("account {account} cannot have a minimum of {min_balance} above its maximum of {max_balance}")]
    LimitsInverted {
        /// The account.
        account: AccountName,
        /// The minimum.
        min_balance: Money,
        /// The maximum.
        max_balance: Money,
    },
    /// The account's balance is already outside the limits asked for.
    #[error(
        "account {account} has {balance}, which is outside the limit of {limit}; bring the balance inside it first"
    )]
    LimitOverrun {
        /// The account.
        account: AccountName,
        /// Its balance: available for a minimum, posted for a maximum.
        balance: Money,
        /// The limit asked for.
        limit: Money,
    },
    /// A statement cannot go on where it was asked to.
    #[error("{cursor} is not a transfer of account {account}; use the cursor that the previous page gave")]
    CursorUnknown {
        /// The account.
        account: AccountName,
        /// What was given.
        cursor: Sequence,
    },
    /// Reverting migrations would drop accounts and transfers.
    #[error(
        "the book has {accounts} accounts, which reverting the migrations would destroy; pass --discard-everything if you mean it"
    )]
    BookNotEmpty {
        /// How many accounts there are.
        accounts: i64,
    },
}

impl Rejection {
    /// The stable code, as in JSON and in docs/rejections.md.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::AmountNotPositive { .. } => "amount_not_positive",
            Self::SameAccount { .. } => "same_account",
            Self::IdReused { .. } => "id_reused",
            Self::AccountUnknown { .. } => "account_unknown",
            Self::NormalSidesDiffer { .. } => "normal_sides_differ",
            Self::NormalSidesMatch { .. } => "normal_sides_match",
            Self::CurrenciesDiffer { .. } => "currencies_differ",
            Self::AccountClosed { .. } => "account_closed",
            Self::AccountFrozen { .. } => "account_frozen",
            Self::InsufficientFunds { .. } => "insufficient_funds",
            Self::MaxBalanceExceeded { .. } => "max_balance_exceeded",
            Self::Overflow { .. } => "overflow",
            Self::AccountExists { .. } => "account_exists",
            Self::CurrencyUnknown { .. } => "currency_unknown",
            Self::CurrencyExists { .. } => "currency_exists",
            Self::LimitsInverted { .. } => "limits_inverted",
            Self::LimitOverrun { .. } => "limit_overrun",
            Self::CursorUnknown { .. } => "cursor_unknown",
            Self::BookNotEmpty { .. } => "book_not_empty",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The codes stand in the documentation, and in JSON under the name that serde gives the variant.
    #[test]
    fn every_code_is_documented_and_is_the_one_in_json() {
        let documentation = include_str!("../../docs/rejections.md");
        let account: AccountName = "a".parse().unwrap();
        let currency = crate::money::Currency::new("EUR".parse().unwrap(), 2).unwrap();
        let money = Money::new(crate::money::Amount::ZERO, currency);
        let rejections = [
            Rejection::AmountNotPositive { amount: money },
            Rejection::SameAccount { account: account.clone() },
            Rejection::IdReused { id: TransferId(uuid::Uuid::nil()), sequence: Sequence(1) },
            Rejection::AccountUnknown { account: account.clone() },
            Rejection::CurrenciesDiffer {
                account: account.clone(),
                account_currency: currency.code(),
                currency: currency.code(),
            },
            Rejection::AccountClosed { account: account.clone() },
            Rejection::AccountFrozen { account: account.clone(), state: AccountState::Frozen },
            Rejection::InsufficientFunds {
                account: account.clone(),
                available: money,
                min_balance: money,
                requested: money,
            },
            Rejection::MaxBalanceExceeded {
                account: account.clone(),
                posted: money,
                max_balance: money,
                requested: money,
            },
            Rejection::Overflow { account: account.clone(), requested: money },
            Rejection::AccountExists { account: account.clone(), field: "type" },
            Rejection::CurrencyUnknown { currency: currency.code() },
            Rejection::CurrencyExists { currency: currency.code(), exponent: 2, name: String::new() },
            Rejection::LimitsInverted { account: account.clone(), min_balance: money, max_balance: money },
            Rejection::LimitOverrun { account: account.clone(), balance: money, limit: money },
            Rejection::CursorUnknown { account: account.clone(), cursor: Sequence(1) },
            Rejection::BookNotEmpty { accounts: 1 },
            Rejection::NormalSidesMatch { account: account.clone(), cash: account.clone(), side: NormalSide::Debit },
            Rejection::NormalSidesDiffer {
                from: account.clone(),
                from_side: NormalSide::Debit,
                to: account,
                to_side: NormalSide::Credit,
            },
        ];
        for rejection in rejections {
            let code = rejection.code();
            assert_eq!(serde_json::to_value(&rejection).unwrap()["code"], code);
            assert!(documentation.contains(&format!("| `{code}` |")), "docs/rejections.md lacks {code}");
        }
    }
}
