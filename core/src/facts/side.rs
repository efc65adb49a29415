//! Debit and credit.

/// The side on which an account's balance is positive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum NormalSide {
    /// Debits raise it: assets and expenses.
    Debit,
    /// Credits raise it: liabilities, equity and revenue.
    Credit,
}

words!(NormalSide {
    Debit = "debit",
    Credit = "credit",
});

impl NormalSide {
    /// The other side.
    #[must_use]
    pub const fn opposite(self) -> Self {
        match self {
            Self::Debit => Self::Credit,
            Self::Credit => Self::Debit,
        }
    }
}
