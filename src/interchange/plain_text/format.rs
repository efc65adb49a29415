//! Differences between hledger, ledger and beancount in the journals that they read.

use crate::error::InputError;
use crate::ledger::{BalancesOf, Day, JournalPart};

/// The program that a journal is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JournalFormat {
    /// hledger.
    Hledger,
    /// ledger, which reads no date before 1400.
    Ledger,
    /// beancount.
    Beancount,
}

impl JournalFormat {
    /// The program's name.
    #[must_use]
    pub const fn program(self) -> &'static str {
        match self {
            Self::Hledger => "hledger",
            Self::Ledger => "ledger",
            Self::Beancount => "beancount",
        }
    }

    /// Which accounts a stated balance is of.
    pub(super) const fn balances_of(self) -> BalancesOf {
        match self {
            Self::Hledger | Self::Ledger => BalancesOf::Account,
            Self::Beancount => BalancesOf::Subtree,
        }
    }

    /// Whether each transfer names its day in a tag, because the program does not look at dates otherwise.
    pub(super) const fn has_day_tags(self) -> bool {
        matches!(self, Self::Ledger)
    }

    /// Refuses a date that the program cannot read.
    pub(super) fn check(self, record: &JournalPart<'_>) -> Result<(), InputError> {
        match record {
            JournalPart::Header(header) if self == Self::Ledger && header.first_day.year() < 1400 => {
                Err(InputError::journal(format!(
                    "ledger reads no date before the year 1400, and the journal begins on {}; export a span that begins later",
                    header.first_day
                )))
            }
            JournalPart::Closing(balance) if self == Self::Beancount => day_behind(balance.day).map(drop),
            _ => Ok(()),
        }
    }
}

/// Beancount states a balance at the beginning of a day.
pub(super) fn day_behind(day: Day) -> Result<Day, InputError> {
    day.next().ok_or_else(|| {
        InputError::journal(
            "beancount states the closing balances on the day behind the last, and there is none behind 9999-12-31; \
             export a span that ends earlier",
        )
    })
}
