//! The facts that a batch is judged by.

use std::collections::HashMap;
use std::sync::Arc;

use crate::facts::{Account, AccountId, ClosedPeriods, Hold, LastEvent, Metadata, Transfer, TransferId};
use crate::judging::lead::ClockLead;
use crate::judging::spent::Spent;
use crate::money::Amount;

/// What is known when a batch is judged. The accounts are locked, and all else was read after the lock.
#[derive(Default)]
pub struct Known {
    /// The accounts that the requests name, and both accounts of every hold and transfer that they are about.
    pub accounts: Vec<Account>,
    /// The transfers that have an id that is asked for, or are to be reversed, and all those of journals that are asked for.
    pub transfers: Vec<Transfer>,
    /// The holds that are asked for, and those of the accounts that have expired without that being recorded. Both accounts of the
    /// latter are among the accounts.
    pub holds: Vec<Hold>,
    /// The amounts that were reversed already, by transfer. Transfers without any are left out.
    pub reversed: HashMap<TransferId, Amount>,
    /// The newest event of each account that is to be changed and was changed before.
    pub last_events: HashMap<AccountId, LastEvent>,
    /// The periods that are closed.
    pub closed_periods: Arc<ClosedPeriods>,
    /// How far ahead of the clock the accounts' newest entries may be.
    pub lead: ClockLead,
    /// What has left the accounts whose velocity is limited by the day or month, or is about to be, in the present ones.
    pub spent: HashMap<AccountId, Spent>,
    /// What is kept beside transfers that are asked for, where it is not what they were posted with any more.
    pub annotations: HashMap<TransferId, Metadata>,
}
