//! Accounts as this program last wrote them, so that a batch can be judged without locking and reading them first.
//!
//! Such an account is a guess: another program may have changed it since. The batch is written only if every account still has the head
//! that it was judged by, which covers its whole history, and if every id is new. Otherwise nothing is written, and the batch is posted
//! behind locks like any other. So a wrong guess costs time and nothing else. Refusals are never based on a guess.
//!
//! Ledgers of one program can share what they remember, so that what one of them posts makes no guess of another one wrong.

use std::collections::{BTreeSet, HashMap};
use std::fmt;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
#[cfg(feature = "cli")]
use std::time::Instant;

use crate::clock::Clock;
use crate::error::Error;
use crate::facts::{Account, AccountName};
use crate::ledger::book::rules::{BookRules, KnownRules};
use crate::ledger::bounded::make_room;
use crate::ledger::posting::{Judged, Outcome, Posting};
use crate::maps::{FastMap, FastSet};
use crate::money::{Amount, Currency};
use crate::store::{JudgedBy, Shortcut, Store, StoreError};

/// The most accounts that are remembered. Each takes about half a kilobyte, so that an import stays below 64 MB.
const ACCOUNTS_MAX: usize = 20_000;
/// How many batches are posted without a guess after a wrong one. A program that shares accounts with others guesses wrong often.
const PAUSE: u32 = 32;

/// So few accounts are read by themselves before a batch is judged, even if none of them is remembered.
const FEW: usize = 8;
/// How long a batch waits for the one that is being posted, before it goes without what that one has taken.
const TURN_TIME_MAX: Duration = Duration::from_secs(1);

/// The remembered accounts. A guess takes its accounts out until it is written, so that no two batches guess by the same ones.
#[derive(Default)]
pub(crate) struct Remembered {
    accounts: Mutex<FastMap<AccountName, Known>>,
    /// How many of the next batches are posted without a guess.
    pause: AtomicU32,
    is_taken: Mutex<bool>,
    given_back: Condvar,
}

/// What is remembered of an account.
struct Known {
    /// It never changes.
    currency: Currency,
    /// `None` while a guess has it, and where it takes more to judge it than the account: only a posting behind locks can tell then. Boxed, because
    /// a map can allocate twice the room that it needs.
    account: Option<Box<Account>>,
}

impl Known {
    fn new(account: Account) -> Self {
        let currency = account.currency;
        Self { currency, account: is_simple(&account).then(|| Box::new(account)) }
    }
}

/// The right to be the only one of this program who posts. See [`Remembered::take_turn`].
pub(crate) struct Turn<'a>(&'a Remembered);

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        *self.0.is_taken.lock().unwrap_or_else(PoisonError::into_inner) = false;
        self.0.given_back.notify_one();
    }
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
        let mut missing = Vec::new();
        for name in names {
            match accounts.get(*name) {
                None => missing.push(*name),
                Some(Known { account: None, .. }) => return None,
                Some(_) => {}
            }
        }
        if missing.len() > FEW.max(names.len() / 2) {
            return None;
        }
        let mut take = |name: &&AccountName| accounts.get_mut(*name)?.account.take();
        let accounts = names.iter().filter_map(&mut take).map(|account| *account).collect();
        Some(Guess { accounts, missing, rules })
    }

    /// Waits until no other posting of this program has taken accounts out. Only for a database that one writes to at a time: there the batch
    /// would wait for the other one anyway, without the accounts that this one gives back. `None` where that takes too long; the batch can do
    /// without.
    pub(crate) fn take_turn(&self) -> Option<Turn<'_>> {
        let is_taken = self.is_taken.lock().unwrap_or_else(PoisonError::into_inner);
        let waited = self.given_back.wait_timeout_while(is_taken, TURN_TIME_MAX, |is_taken| *is_taken);
        let (mut is_taken, waited) = waited.unwrap_or_else(PoisonError::into_inner);
        if waited.timed_out() {
            return None;
        }
        *is_taken = true;
        Some(Turn(self))
    }

    /// The currencies of those of the accounts that are remembered. An account's never changes, so these are no guess.
    pub(crate) fn currencies_of(&self, names: &BTreeSet<&AccountName>) -> HashMap<AccountName, Currency> {
        let accounts = self.lock();
        names.iter().filter_map(|name| Some(((*name).clone(), accounts.get(*name)?.currency))).collect()
    }

    /// Remembers the accounts of a committed batch.
    pub(crate) fn keep(&self, changed: Vec<Account>) {
        let mut accounts = self.lock();
        let new = changed.iter().filter(|account| !accounts.contains_key(&account.name)).count();
        make_room(&mut accounts, ACCOUNTS_MAX, new);
        for account in changed.into_iter().take(ACCOUNTS_MAX) {
            accounts.insert(account.name.clone(), Known::new(account));
        }
    }

    /// Remembers accounts that were read, but for those that are remembered already: what was posted since is in these.
    pub(crate) fn keep_read(&self, mut read: Vec<Account>) {
        let mut accounts = self.lock();
        read.retain(|account| !accounts.contains_key(&account.name));
        make_room(&mut accounts, ACCOUNTS_MAX, read.len());
        accounts.extend(read.into_iter().take(ACCOUNTS_MAX).map(|account| (account.name.clone(), Known::new(account))));
    }

    /// Forgets those of the accounts that a guess has taken and not led to anything.
    pub(crate) fn forget_taken(&self, names: &FastSet<&AccountName>) {
        let mut accounts = self.lock();
        for name in names {
            if accounts.get(*name).is_some_and(|known| known.account.is_none()) {
                accounts.remove(*name);
            }
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

    fn lock(&self) -> MutexGuard<'_, FastMap<AccountName, Known>> {
        self.accounts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Guess<'_> {
    /// Judges a batch and writes it. `None` if not all of it would be posted, or it takes more than the accounts: then nothing is written, and the
    /// accounts say no more than that. If it fails, nothing is written either.
    pub(crate) fn post(
        self,
        posting: &Posting<'_>,
        shortcut: &Shortcut<'_>,
        clock: &Clock,
    ) -> Result<Option<Outcome>, Error> {
        let Self { mut accounts, missing, rules } = self;
        let time = clock.read();
        let judge = |accounts: Vec<Account>| {
            if accounts.iter().all(is_simple) { posting.judge_by(accounts, &rules, time) } else { None }
        };
        let write = |judged: Judged<'_>, store: &mut dyn Store| {
            let outcome = judged.write(store)?;
            // The accounts are locked from here on, so that no decision of the owner can follow before this is committed.
            if store.has_rule_events_behind(rules.newest())? {
                return Err(wrong("a period was closed or opened since it was judged"));
            }
            Ok(Some(outcome))
        };
        if !missing.is_empty() && shortcut.is_direct() {
            accounts.extend(shortcut.read(|store| Ok(store.find_accounts(&missing)?))?);
        } else if !missing.is_empty() {
            return shortcut.transaction(|store| {
                accounts.extend(store.find_accounts(&missing)?);
                judge(accounts).map_or(Ok(None), |judged| write(judged, store))
            });
        }
        let Some(judged) = judge(accounts) else { return Ok(None) };
        let judged_by = JudgedBy { newest: rules.newest(), told: time.told() };
        if let Some((transfers, accounts)) = judged.moves()
            && let Some(sequences) = shortcut.write_alone(transfers, accounts, judged_by)?
        {
            return Ok(Some(judged.written(&sequences)));
        }
        shortcut.transaction(|store| write(judged, store))
    }
}

/// For measurements of what the database takes by itself.
#[cfg(feature = "cli")]
impl Guess<'_> {
    /// Posts a batch like [`Guess::post`], and tells how long it took to write it, when everything was judged and hashed. `None` also if it takes
    /// accounts that are not remembered.
    pub(crate) fn time_writing(
        self,
        posting: &Posting<'_>,
        shortcut: &Shortcut<'_>,
        clock: &Clock,
    ) -> Result<Option<(Duration, Outcome)>, Error> {
        let Self { accounts, missing, rules } = self;
        if !missing.is_empty() {
            return Ok(None);
        }
        let Some(mut judged) = posting.judge_by(accounts, &rules, clock.read()) else { return Ok(None) };
        let begin = Instant::now();
        shortcut.transaction(|store| judged.write_rows(store))?;
        Ok(Some((begin.elapsed(), judged.answer())))
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

#[cfg(test)]
mod tests {
    use std::sync::mpsc::channel;
    use std::thread;

    use super::*;

    #[test]
    fn those_who_take_turns_wait_for_each_other() {
        let remembered = Remembered::default();
        let turn = remembered.take_turn().unwrap();
        let (sender, taken) = channel();
        thread::scope(|threads| {
            let (remembered, sender) = (&remembered, sender);
            threads.spawn(move || sender.send(remembered.take_turn().is_some()).unwrap());
            assert!(taken.try_recv().is_err());
            drop(turn);
            assert!(taken.recv().unwrap());
        });
        assert!(remembered.take_turn().is_some(), "the second one has given it back");
    }

    #[test]
    fn who_has_waited_long_goes_without_a_turn() {
        let remembered = Remembered::default();
        let _turn = remembered.take_turn();
        assert!(remembered.take_turn().is_none());
    }
}
