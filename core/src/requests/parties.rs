//! The two accounts of a transfer, in the words of the client.

use crate::facts::AccountName;

/// Which accounts a request names, and in whose words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Parties {
    /// `from` falls and `to` rises. Both have the same normal side.
    Transfer {
        /// The account that falls.
        from: AccountName,
        /// The account that rises.
        to: AccountName,
    },
    /// Both rise. They have different normal sides.
    Deposit {
        /// Where the value is owed.
        account: AccountName,
        /// Where the value is.
        cash: AccountName,
    },
    /// Both fall. They have different normal sides.
    Withdrawal {
        /// Where the value was owed.
        account: AccountName,
        /// Where the value was.
        cash: AccountName,
    },
    /// The accountant's words, for any pair.
    Post {
        /// The account that is debited.
        debit: AccountName,
        /// The account that is credited.
        credit: AccountName,
    },
    /// `account` falls, and the other moves as it must.
    Fall {
        /// The account that falls.
        account: AccountName,
        /// The account on the other side.
        against: AccountName,
    },
    /// `account` rises, and the other moves as it must.
    Rise {
        /// The account that rises.
        account: AccountName,
        /// The account on the other side.
        against: AccountName,
    },
}

impl Parties {
    /// The two accounts, in the order in which they were named.
    #[must_use]
    pub const fn names(&self) -> [&AccountName; 2] {
        match self {
            Self::Transfer { from, to } => [from, to],
            Self::Deposit { account, cash } | Self::Withdrawal { account, cash } => [account, cash],
            Self::Post { debit, credit } => [debit, credit],
            Self::Fall { account, against } | Self::Rise { account, against } => [account, against],
        }
    }

    /// Those of the two accounts whose balance falls, or may fall, whatever types they have.
    pub fn lowered_accounts(&self) -> impl Iterator<Item = &AccountName> {
        let [first, second] = self.names();
        let (first, second) = match self {
            Self::Transfer { .. } => (Some(first), None),
            Self::Deposit { .. } => (None, None),
            Self::Withdrawal { .. } | Self::Post { .. } | Self::Fall { .. } => (Some(first), Some(second)),
            Self::Rise { .. } => (None, Some(second)),
        };
        first.into_iter().chain(second)
    }
}
