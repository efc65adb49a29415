//! Accounts as this program last left them, so that a batch between them can be judged before its transaction begins, and need not ask
//! for them in it.
//!
//! That is a guess: another program may have changed them since. It is written only where every account still has the head by which it
//! was judged, which its whole history led to, and where every id is new. Otherwise nothing of it is kept, and the batch is posted as any
//! other: behind locks, after reading all that matters. A wrong guess therefore costs time and nothing else. A refusal is never a guess.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::posting::{Judged, Outcome, Posting};
use crate::clock::Clock;
use crate::error::Error;
use crate::money::Amount;
use crate::rules::{Account, AccountName, FastMap, Instant};
use crate::store::{Store, StoreError};

/// How many accounts are remembered: with names of usual length about half a kilobyte each.
const ACCOUNTS_MAX: usize = 32_768;
/// How many batches are posted without a guess after one that was wrong. Whoever shares accounts with other programs guesses wrong often.
const PAUSE: u32 = 32;

/// The accounts. Those that a batch guesses by are not among them until it is written, so that no two guess by the same.
#[derive(Debug, Default)]
pub(super) struct Remembered {
    accounts: Mutex<FastMap<AccountName, Account>>,
    /// How many batches are posted without a guess.
    pause: AtomicU32,
}

/// A batch that was judged by remembered accounts.
pub(super) struct Guess<'a> {
    judged: Judged<'a>,
    judged_at: Instant,
}

impl Remembered {
    /// Judges a batch, where all that it takes is remembered.
    pub(super) fn guess<'a>(&self, posting: &Posting<'a>, clock: &Clock) -> Option<Guess<'a>> {
        if !posting.scope().is_of_accounts_alone() || self.is_paused() {
            return None;
        }
        let accounts = self.take(posting)?;
        let judged_at = clock.now();
        let judged = posting.judge_by(accounts, judged_at)?;
        Some(Guess { judged, judged_at })
    }

    /// Remembers what a batch has led to that was committed.
    pub(super) fn keep(&self, changed: Vec<Account>) {
        let mut accounts = self.lock();
        if accounts.len() + changed.len() > ACCOUNTS_MAX {
            accounts.clear();
        }
        for account in changed.into_iter().filter(is_simple).take(ACCOUNTS_MAX) {
            accounts.insert(account.name.clone(), account);
        }
    }

    /// Makes no guess for a while.
    pub(super) fn pause(&self) {
        self.pause.store(PAUSE, Ordering::Relaxed);
    }

    fn is_paused(&self) -> bool {
        let count_down = |pause: u32| pause.checked_sub(1);
        self.pause.fetch_update(Ordering::Relaxed, Ordering::Relaxed, count_down).is_ok()
    }

    /// Takes the accounts of a batch out: all of them or none.
    fn take(&self, posting: &Posting<'_>) -> Option<Vec<Account>> {
        let names = &posting.scope().names;
        let mut accounts = self.lock();
        if !names.iter().all(|name| accounts.contains_key(*name)) {
            return None;
        }
        Some(names.iter().filter_map(|name| accounts.remove(*name)).collect())
    }

    fn lock(&self) -> MutexGuard<'_, FastMap<AccountName, Account>> {
        self.accounts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Guess<'_> {
    /// Writes it, in a transaction that has to be undone where this fails.
    pub(super) fn write(self, store: &mut dyn Store, clock: &Clock) -> Result<Outcome, Error> {
        let outcome = self.judged.write(store)?;
        // Its accounts are locked from here on, so that no period is closed before this is committed. None was since it was judged, if
        // none has come to its end: periods end with days.
        if !self.judged_at.is_same_day(clock.now()) {
            return Err(StoreError::Conflict { reason: "a day has ended since it was judged".into() }.into());
        }
        Ok(outcome)
    }
}

/// Whether nothing has to be known of an account beside itself to judge what it does next.
fn is_simple(account: &Account) -> bool {
    account.totals.debits_held == Amount::ZERO
        && account.totals.credits_held == Amount::ZERO
        && !account.velocity.has_window()
}
