use std::collections::HashMap;

use super::super::account::Account;
use super::super::event::{AccountEvent, LastEvent};
use super::super::hold::Hold;
use super::super::ids::{AccountId, Sequence, TransferId};
use super::super::period::ClosedPeriods;
use super::super::rejection::Rejection;
use super::super::text::Metadata;
use super::super::transfer::Transfer;
use super::super::velocity::Spent;
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
    /// How much was reversed of the transfers that are to be reversed, where that is not nothing.
    pub reversed: HashMap<TransferId, Amount>,
    /// The newest event of each account that is to be changed and was changed before.
    pub last_events: HashMap<AccountId, LastEvent>,
    /// The periods that are closed, where a request gives an effective time.
    pub closed_periods: ClosedPeriods,
    /// What has left the accounts whose velocity is limited by the day or month, or is about to be, in the present ones.
    pub spent: HashMap<AccountId, Spent>,
    /// What is kept beside transfers that are asked for, where it is not what they were posted with any more.
    pub annotations: HashMap<TransferId, Metadata>,
}

/// What a batch comes to.
pub struct Ruling {
    /// The new rows, in the order in which they were accepted.
    pub transfers: Vec<Transfer>,
    /// The new states of the accounts that the rows and events touch, by id.
    pub accounts: Vec<Account>,
    /// New holds, as the batch leaves them.
    pub holds_opened: Vec<Hold>,
    /// The new states of holds from before.
    pub holds_changed: Vec<Hold>,
    /// New events, in the order in which they were accepted.
    pub events: Vec<AccountEvent>,
}

impl Ruling {
    /// The refusal of an id that an earlier request of the same batch used, now that the place of that one's transfer is known.
    #[must_use]
    pub fn placed(&self, rejection: Rejection) -> Rejection {
        match rejection {
            Rejection::IdReused { id, sequence: Sequence::UNASSIGNED } => {
                let earlier = self.transfers.iter().find(|transfer| transfer.id == id);
                let sequence = earlier.map_or(Sequence::UNASSIGNED, |transfer| transfer.sequence);
                Rejection::IdReused { id, sequence }
            }
            other => other,
        }
    }
}
