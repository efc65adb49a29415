//! What a monitor is about.

use crate::error::Error;
use crate::facts::{AccountName, NamePrefix, ScheduleId};
use crate::ledger::{Ledger, Watched};
use crate::money::CurrencyCode;

/// What a monitor is about: an account, the accounts whose names begin alike, or a schedule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MonitorScope {
    /// One account.
    Account(AccountName),
    /// All accounts whose names begin alike.
    Prefix {
        /// What their names begin with.
        prefix: NamePrefix,
        /// Their currency, where what they have together is compared.
        currency: Option<CurrencyCode>,
    },
    /// One schedule.
    Schedule(ScheduleId),
}

impl From<&Watched> for MonitorScope {
    fn from(watched: &Watched) -> Self {
        match watched {
            Watched::Account(account) => Self::Account(account.clone()),
            Watched::Prefix { prefix, currency } => {
                Self::Prefix { prefix: prefix.as_str().into(), currency: Some(*currency) }
            }
        }
    }
}

impl MonitorScope {
    /// The schedule that a text names by its id or its key.
    ///
    /// # Errors
    /// [`InputError::Text`](crate::InputError::Text) for what can be neither; [`Error::Rejected`] where there is no such schedule;
    /// [`Error::Store`].
    pub fn of_schedule(text: &str, ledger: &Ledger) -> Result<Self, Error> {
        let history = ledger.get_schedule(ledger.refer_to_schedule(text)?, None, 1)?;
        Ok(Self::Schedule(history.status.schedule.id))
    }

    /// Whether something between two accounts is within it, which a schedule may have brought about.
    pub(super) fn has(&self, accounts: [&AccountName; 2], schedule: Option<ScheduleId>) -> bool {
        match self {
            Self::Account(account) => accounts.contains(&account),
            Self::Prefix { prefix, .. } => accounts.into_iter().any(|account| prefix.begins(account)),
            Self::Schedule(id) => schedule == Some(*id),
        }
    }
}
