//! What is left of a hold. All else about it are its transfers.

use crate::facts::ids::{AccountId, Sequence, TransferId};
use crate::facts::instant::Instant;
use crate::money::Amount;

/// How a hold stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HoldState {
    /// Something is left to capture.
    Open,
    /// All of it was captured.
    Captured,
    /// What was left was released.
    Released,
    /// What was left expired, and that was recorded.
    Expired,
}

words!(HoldState {
    Open = "open",
    Captured = "captured",
    Released = "released",
    Expired = "expired",
});

/// What is left of a hold. All else about it stands in its transfers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hold {
    /// The id of the transfer that opened it.
    pub id: TransferId,
    /// The sequence of that transfer.
    pub sequence: Sequence,
    /// The account that captures debit.
    pub debit_account_id: AccountId,
    /// The account that captures credit.
    pub credit_account_id: AccountId,
    /// How much was held at first.
    pub amount: Amount,
    /// How much of it is neither captured nor given up.
    pub remaining: Amount,
    /// When it ends by itself.
    pub expires_at: Option<Instant>,
    /// How it stands. It can be open though it has expired: then nobody has touched its accounts since.
    pub state: HoldState,
}

impl Hold {
    /// Whether it has ended by itself at a moment.
    #[must_use]
    pub fn has_expired(&self, now: Instant) -> bool {
        self.expires_at.is_some_and(|expires_at| expires_at <= now)
    }

    /// How it stands at a moment, whether or not its expiry was recorded.
    #[must_use]
    pub fn state_at(&self, now: Instant) -> HoldState {
        if self.state == HoldState::Open && self.has_expired(now) { HoldState::Expired } else { self.state }
    }
}
