//! Accounts as this program last left them, so that a batch between them need not lock them to read them.
//!
//! What a batch is judged by is then a guess: another program may have changed them since. It is written only where every account still
//! has the head by which it was judged, which its whole history led to, and where every id is new. Otherwise nothing of it is kept, and
//! the batch is posted as any other: behind locks, after reading all that matters. A wrong guess therefore costs time and nothing else. A
//! refusal is never a guess.

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
use crate::money::Amount;
use crate::store::{JudgedBy, Shortcut, Store, StoreError};

/// How many accounts are remembered: with names of usual length about half a kilobyte each, so that an import stays below 64 MB.
const ACCOUNTS_MAX: usize = 20_000;
/// How many batches are posted without a guess after one that was wrong. Whoever shares accounts with other programs guesses wrong often.
const PAUSE: u32 = 32;

/// The accounts. Those that a batch guesses by are not among them until it is written, so that no two guess by the same.
#[derive(Default)]
pub(crate) struct Remembered {
    // Boxed, because a map has room for up to twice as many as there are.
    accounts: Mutex<FastMap<AccountName, Box<Account>>>,
    /// How many batches are posted without a guess.
    pause: AtomicU32,
}

/// What a batch is to be judged by, where all that it takes are accounts and most of them are remembered.
pub(crate) struct Guess<'a> {
    accounts: Vec<Account>,
    /// Those that are not.
    missing: Vec<&'a AccountName>,
    /// The owner's decisions, as this ledger read them last.
    rules: BookRules,
}

/// How many there are. Names and balances are nobody's business who prints a ledger.
impl fmt::Debug for Remembered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Remembered({} accounts)", self.lock().len())
    }
}

impl Remembered {
    /// What a batch can be judged by without locks. `None` where that is not worth it, or not enough.
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

    /// Remembers what a batch has led to that was committed.
    pub(crate) fn keep(&self, changed: Vec<Account>) {
        let mut accounts = self.lock();
        make_room(&mut accounts, ACCOUNTS_MAX, changed.len());
        for account in changed.into_iter().filter(is_simple).take(ACCOUNTS_MAX) {
            accounts.insert(account.name.clone(), Box::new(account));
        }
    }

    /// Makes no guess for a while.
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
    /// Judges a batch and writes it, of which nothing is kept where this fails.
    pub(crate) fn post(self, posting: &Posting<'_>, shortcut: &Shortcut<'_>, clock: &Clock) -> Result<Outcome, Error> {
        let Self { mut accounts, missing, rules } = self;
        let time = clock.read();
        let judge = |accounts| posting.judge_by(accounts, &rules, time).ok_or_else(|| wrong("not all is posted"));
        let write = |judged: Judged<'_>, store: &mut dyn Store| {
            let outcome = judged.write(store)?;
            // Its accounts are locked from here on, so that the owner decides nothing new before this is committed.
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

/// Whether nothing has to be known of an account beside itself to judge what it does next.
fn is_simple(account: &Account) -> bool {
    let is_without_holds =
        account.balances.debits_held == Amount::ZERO && account.balances.credits_held == Amount::ZERO;
    is_without_holds && !account.velocity.has_window()
}
