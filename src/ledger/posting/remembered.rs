//! Accounts as this program last wrote them, so that a batch can be judged without locking and reading them first.
//!
//! Such an account is a guess: another program may have changed it since. The batch is written only if every account still has the head
//! that it was judged by, which covers its whole history, and if every id is new. Otherwise nothing is written, and the batch is posted
//! behind locks like any other. So a wrong guess costs time and nothing else. Refusals are never based on a guess.

use std::collections::{BTreeSet, HashMap};
use std::fmt;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::clock::Clock;
use crate::error::Error;
use crate::facts::{Account, AccountName};
use crate::ledger::book::rules::{BookRules, KnownRules};
use crate::ledger::bounded::make_room;
use crate::ledger::posting::{Judged, Outcome, Posting};
use crate::maps::FastMap;
use crate::money::{Amount, Currency};
use crate::store::{JudgedBy, Shortcut, Store, StoreError};

/// The most accounts that are remembered. Each takes about half a kilobyte, so that an import stays below 64 MB.
const ACCOUNTS_MAX: usize = 20_000;
/// How many batches are posted without a guess after a wrong one. A program that shares accounts with others guesses wrong often.
const PAUSE: u32 = 32;

/// The remembered accounts. A guess takes its accounts out until it is written, so that no two batches guess by the same ones.
#[derive(Default)]
pub(crate) struct Remembered {
    // Boxed, because a map can allocate twice the room that it needs.
    accounts: Mutex<FastMap<AccountName, Box<Account>>>,
    /// How many of the next batches are posted without a guess.
    pause: AtomicU32,
}

/// What a batch is judged by, if it needs only accounts and most of them are remembered.
pub(crate) struct Guess<'a> {
    accounts: Vec<Account>,
    /// The names of accounts that are not remembered.
    missing: Vec<&'a AccountName>,
    /// The owner's decisions, as this ledger last read them.
    rules: BookRules,
}

/// Prints only the count, so that logs never leak names or balances.
impl fmt::Debug for Remembered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Remembered({} accounts)", self.lock().len())
    }
}

impl Remembered {
    /// What a batch can be judged by without locks. `None` if that is not enough, or is likely to be wrong.
    pub(crate) fn guess<'a>(&self, posting: &Posting<'a>, rules: &KnownRules) -> Option<Guess<'a>> {
        if !posting.scope().needs_only_accounts() || self.is_paused() {
            return None;
        }
        let rules = rules.last_read()?;
        let names = &posting.scope().names;
        let mut accounts = self.lock();
        let missing: Vec<_> = names.iter().copied().filter(|name| !accounts.contains_key(*name)).collect();
        if missing.len() > names.len() / 2 {
            return None;
        }
        let accounts = names.iter().filter_map(|name| accounts.remove(*name)).map(|account| *account).collect();
        Some(Guess { accounts, missing, rules })
    }

    /// The currencies of those of the accounts that are remembered. An account's never changes, so these are no guess.
    pub(crate) fn currencies_of(&self, names: &BTreeSet<&AccountName>) -> HashMap<AccountName, Currency> {
        let accounts = self.lock();
        names.iter().filter_map(|name| Some(((*name).clone(), accounts.get(*name)?.currency))).collect()
    }

    /// Remembers the accounts of a committed batch.
    pub(crate) fn keep(&self, changed: Vec<Account>) {
        let mut accounts = self.lock();
        make_room(&mut accounts, ACCOUNTS_MAX, changed.len());
        for account in changed.into_iter().filter(is_simple).take(ACCOUNTS_MAX) {
            accounts.insert(account.name.clone(), Box::new(account));
        }
    }

    /// Stops guessing for the next batches.
    pub(crate) fn pause(&self) {
        self.pause.store(PAUSE, Ordering::Relaxed);
    }

    fn is_paused(&self) -> bool {
        let count_down = |pause: u32| pause.checked_sub(1);
        self.pause.fetch_update(Ordering::Relaxed, Ordering::Relaxed, count_down).is_ok()
    }

    fn lock(&self) -> MutexGuard<'_, FastMap<AccountName, Box<Account>>> {
        self.accounts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Guess<'_> {
    /// Judges a batch and writes it. If this fails, nothing is written.
    pub(crate) fn post(self, posting: &Posting<'_>, shortcut: &Shortcut<'_>, clock: &Clock) -> Result<Outcome, Error> {
        let Self { mut accounts, missing, rules } = self;
        let time = clock.read();
        let judge = |accounts| posting.judge_by(accounts, &rules, time).ok_or_else(|| wrong("not all is posted"));
        let write = |judged: Judged<'_>, store: &mut dyn Store| {
            let outcome = judged.write(store)?;
            // The accounts are locked from here on, so that no decision of the owner can follow before this is committed.
            if store.has_rule_events_behind(rules.newest())? {
                return Err(wrong("a period was closed or opened since it was judged"));
            }
            Ok(outcome)
        };
        if missing.is_empty() {
            let judged = judge(accounts)?;
            let judged_by = JudgedBy { newest: rules.newest(), told: time.told() };
            if let Some((transfers, accounts)) = judged.moves()
                && let Some(sequences) = shortcut.write_alone(transfers, accounts, judged_by)?
            {
                return Ok(judged.written(&sequences));
            }
            return shortcut.transaction(|store| write(judged, store));
        }
        shortcut.transaction(|store| {
            accounts.extend(store.find_accounts(&missing)?);
            if !accounts.iter().all(is_simple) {
                return Err(wrong("more has to be known than accounts"));
            }
            write(judge(accounts)?, store)
        })
    }
}

fn wrong(reason: &str) -> Error {
    StoreError::Conflict { reason: reason.into() }.into()
}

/// Whether an account can be judged without reading its holds or counting what it spent.
fn is_simple(account: &Account) -> bool {
    let is_without_holds =
        account.balances.debits_held == Amount::ZERO && account.balances.credits_held == Amount::ZERO;
    is_without_holds && !account.velocity.has_window()
}
