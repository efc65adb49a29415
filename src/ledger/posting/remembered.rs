//! Accounts as this program last wrote them, so that a batch can be judged without locking and reading them first.
//!
//! Such an account is a guess: another program may have changed it since. The batch is written only if every account still has the head
//! that it was judged by, which covers its whole history, and if every id is new. Otherwise nothing is written, and the batch is posted
//! behind locks like any other. So a wrong guess costs time and nothing else. Refusals are never based on a guess.
//!
//! While a batch is written that was judged so, the next one is judged by the accounts as the first one leaves them: see [`Promise`].
//!
//! Ledgers of one program can share what they remember, so that what one of them posts makes no guess of another one wrong.

use std::collections::{BTreeSet, HashMap};
use std::fmt;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::facts::{Account, AccountName, LastTransfer};
use crate::judging::ChangedAccount;
use crate::ledger::bounded::make_room;
use crate::ledger::posting::promise::{Promise, Promises};
use crate::ledger::posting::standing::{Known, LockOut, Standing};
use crate::ledger::posting::turns::{Turn, Turns};
use crate::maps::{FastMap, FastSet};
use crate::money::Currency;

/// The most accounts that are remembered. Each takes about half a kilobyte, so that an import stays below 64 MB.
const ACCOUNTS_MAX: usize = 20_000;
/// How many batches are posted without a guess after a wrong one. A program that shares accounts with others guesses wrong often.
const PAUSE: u32 = 32;

/// So few accounts are read by themselves before a batch is judged, even if none of them is remembered.
const FEW: usize = 8;
/// How long a batch waits for others that have its accounts, before it goes behind locks, where it waits for them too.
const TIME_MAX: Duration = Duration::from_secs(1);

/// The remembered accounts.
#[derive(Default)]
pub(crate) struct Remembered {
    accounts: Mutex<FastMap<AccountName, Known>>,
    /// Accounts that a batch was judged by have been given back.
    given_back: Condvar,
    /// How many of the next batches are posted without a guess.
    pause: AtomicU32,
    /// How many batches were posted behind locks.
    lock_outs: AtomicU64,
    judging: Turns,
    writing: Turns,
}

/// Accounts that a batch can be judged by.
#[derive(Default)]
pub(super) struct Taken<'a> {
    pub(super) accounts: Vec<Account>,
    /// The names of accounts that are not remembered.
    pub(super) missing: Vec<&'a AccountName>,
    /// What has to come true for the accounts to be so.
    pub(super) promises: Promises,
}

/// What a batch finds of its accounts.
enum Found<'a> {
    /// All that are remembered can be judged by.
    Missing(Vec<&'a AccountName>),
    /// Others have some of them, and will give them back.
    TakenByOthers,
    /// One cannot be judged by, or others behind the batch have taken it since.
    BehindLocksOnly,
}

/// Prints only the count, so that logs never leak names or balances.
impl fmt::Debug for Remembered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Remembered({} accounts)", self.lock().len())
    }
}

impl Remembered {
    /// Takes accounts out, so that a batch can be judged by them. It has to [promise](Self::promise) what it leaves of them, or to
    /// [forget](Self::forget_taken) them. `None` if too few of them are remembered, or one cannot be judged by.
    pub(super) fn take<'a>(&self, names: &FastSet<&'a AccountName>) -> Option<Taken<'a>> {
        let deadline = Instant::now() + TIME_MAX;
        let mut accounts = self.lock();
        let before = LockOut(self.lock_outs.load(Ordering::Relaxed));
        let missing = loop {
            match find(&accounts, names, before) {
                Found::Missing(missing) => break missing,
                Found::BehindLocksOnly => return None,
                Found::TakenByOthers => {
                    let time_left = deadline.checked_duration_since(Instant::now())?;
                    let waited = self.given_back.wait_timeout(accounts, time_left);
                    (accounts, _) = waited.unwrap_or_else(PoisonError::into_inner);
                }
            }
        };
        if missing.len() > FEW.max(names.len() / 2) {
            return None;
        }
        let mut taken = Taken { missing, ..Taken::default() };
        for name in names {
            let Some(known) = accounts.get_mut(*name) else { continue };
            match std::mem::replace(&mut known.standing, Standing::Judging) {
                Standing::Promised(account, promise) => {
                    taken.promises.add(&promise);
                    taken.accounts.push(*account);
                }
                Standing::Committed(account) => taken.accounts.push(*account),
                Standing::Judging | Standing::Locked(_) | Standing::Complicated => unreachable!("these were not found"),
            }
        }
        Some(taken)
    }

    /// Gives the accounts back that a batch was judged by, as it leaves them, before it is written.
    pub(super) fn promise(&self, changed: &[ChangedAccount], sequences: usize) -> Arc<Promise> {
        let promise = Arc::new(Promise::new(sequences));
        let mut accounts = self.lock();
        make_room_for(&mut accounts, changed.iter().map(|changed| &changed.account));
        for ChangedAccount { account, .. } in changed {
            let last = account.last.map(|last| LastTransfer { sequence: promise.stand_in(last.sequence), ..last });
            let promised = Box::new(Account { last, ..account.clone() });
            let standing = Standing::Promised(promised, Arc::clone(&promise));
            if let Some(known) = accounts.get_mut(&account.name) {
                known.standing = standing;
            } else if accounts.len() < ACCOUNTS_MAX {
                accounts.insert(account.name.clone(), Known { currency: account.currency, standing });
            }
        }
        self.given_back.notify_all();
        promise
    }

    /// Forgets the accounts that a promise was given of.
    pub(super) fn forget_promised(&self, promise: &Arc<Promise>) {
        self.lock()
            .retain(|_, known| !matches!(&known.standing, Standing::Promised(_, by) if Arc::ptr_eq(by, promise)));
    }

    /// Says that a batch is about to be posted behind locks, which may change these accounts. They have to be
    /// [forgotten](Self::forget_locked) behind it.
    pub(super) fn lock_out(&self, names: &FastSet<&AccountName>) -> LockOut {
        let by = LockOut(self.lock_outs.fetch_add(1, Ordering::Relaxed) + 1);
        let mut accounts = self.lock();
        for name in names {
            // Also one that a batch has taken and, because that panicked, never gave back.
            if let Some(Known { standing, .. }) = accounts.get_mut(*name)
                && !matches!(standing, Standing::Complicated)
            {
                *standing = Standing::Locked(by);
            }
        }
        by
    }

    /// Waits until no other batch of this program is judged or posted behind locks. Only for a database that one writes to at a time: there
    /// the batch would wait for the other one anyway, without the accounts that this one gives back. `None` where that takes too long; the
    /// batch can do without.
    pub(super) fn take_turn_to_judge(&self) -> Option<Turn<'_>> {
        self.judging.take()
    }

    /// As [`Self::take_turn_to_judge`], until no other batch is written.
    pub(super) fn take_turn_to_write(&self) -> Option<Turn<'_>> {
        self.writing.take()
    }

    /// The currencies of those of the accounts that are remembered. An account's never changes, so these are no guess.
    pub(crate) fn currencies_of(&self, names: &BTreeSet<&AccountName>) -> HashMap<AccountName, Currency> {
        let accounts = self.lock();
        names.iter().filter_map(|name| Some(((*name).clone(), accounts.get(*name)?.currency))).collect()
    }

    /// Remembers the accounts of a committed batch, but for those of which more is known already.
    pub(crate) fn keep(&self, changed: Vec<Account>) {
        let mut accounts = self.lock();
        make_room_for(&mut accounts, changed.iter());
        for account in changed {
            match accounts.get_mut(&account.name) {
                Some(known) if known.standing.is_behind(account.version) => {}
                Some(known) => known.standing = Standing::of(account),
                None => remember(&mut accounts, account),
            }
        }
        self.given_back.notify_all();
    }

    /// Remembers accounts that were read, but for those that are remembered already: what was posted since is in these.
    pub(crate) fn keep_read(&self, mut read: Vec<Account>) {
        let mut accounts = self.lock();
        read.retain(|account| !accounts.contains_key(&account.name));
        make_room(&mut accounts, ACCOUNTS_MAX, read.len());
        for account in read {
            remember(&mut accounts, account);
        }
    }

    /// Forgets those of the accounts that a batch has taken and not given back.
    pub(super) fn forget_taken(&self, names: &FastSet<&AccountName>) {
        self.forget(names, |standing| matches!(standing, Standing::Judging));
    }

    /// Forgets those of the accounts that a batch has locked out and not changed.
    pub(super) fn forget_locked(&self, names: &FastSet<&AccountName>, lock_out: LockOut) {
        self.forget(names, |standing| matches!(standing, Standing::Locked(by) if *by == lock_out));
    }

    fn forget(&self, names: &FastSet<&AccountName>, is_meant: impl Fn(&Standing) -> bool) {
        let mut accounts = self.lock();
        for name in names {
            if accounts.get(*name).is_some_and(|known| is_meant(&known.standing)) {
                accounts.remove(*name);
            }
        }
        self.given_back.notify_all();
    }

    /// Stops guessing for the next batches.
    pub(super) fn pause(&self) {
        self.pause.store(PAUSE, Ordering::Relaxed);
    }

    /// Whether this batch is one of those that are posted without a guess.
    pub(super) fn is_paused(&self) -> bool {
        let count_down = |pause: u32| pause.checked_sub(1);
        self.pause.fetch_update(Ordering::Relaxed, Ordering::Relaxed, count_down).is_ok()
    }

    fn lock(&self) -> MutexGuard<'_, FastMap<AccountName, Known>> {
        self.accounts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn find<'a>(accounts: &FastMap<AccountName, Known>, names: &FastSet<&'a AccountName>, before: LockOut) -> Found<'a> {
    let mut missing = Vec::new();
    let mut is_taken = false;
    for name in names {
        match accounts.get(*name).map(|known| &known.standing) {
            None => missing.push(*name),
            Some(Standing::Committed(_) | Standing::Promised(..)) => {}
            Some(Standing::Judging) => is_taken = true,
            // Those who come later and wait in the database would otherwise go first for ever.
            Some(Standing::Locked(by)) if *by <= before => is_taken = true,
            Some(Standing::Locked(_) | Standing::Complicated) => return Found::BehindLocksOnly,
        }
    }
    if is_taken { Found::TakenByOthers } else { Found::Missing(missing) }
}

fn make_room_for<'a>(accounts: &mut FastMap<AccountName, Known>, more: impl Iterator<Item = &'a Account>) {
    let new = more.filter(|account| !accounts.contains_key(&account.name)).count();
    make_room(accounts, ACCOUNTS_MAX, new);
}

fn remember(accounts: &mut FastMap<AccountName, Known>, account: Account) {
    if accounts.len() >= ACCOUNTS_MAX {
        return;
    }
    let (name, currency) = (account.name.clone(), account.currency);
    accounts.insert(name, Known { currency, standing: Standing::of(account) });
}

#[cfg(test)]
mod tests {
    use crate::facts::{AccountId, AccountType, Instant as Moment, OpeningEvent, Sequence};
    use crate::judging::{Opening, open_account};
    use crate::requests::AccountRequest;

    use super::*;

    fn account(name: &str, version: i64, last: Sequence) -> Account {
        let euro = Currency::new("EUR".parse().unwrap(), 2).unwrap();
        let request = AccountRequest::new(name.parse().unwrap(), AccountType::Asset, euro);
        let recorded_at = Moment::EPOCH;
        let event = OpeningEvent { account_id: AccountId(1), recorded_at, actor: "ops".parse().unwrap() };
        let Opening::New(account) = open_account(&request, None, &event).unwrap() else { unreachable!() };
        Account { version, last: Some(LastTransfer { sequence: last, recorded_at }), ..account }
    }

    /// The versions of the accounts that can be judged by, and how many are missing; `None` if a batch has to go behind locks.
    fn take(remembered: &Remembered, names: &[&str]) -> Option<(Vec<i64>, usize)> {
        let names: Vec<AccountName> = names.iter().map(|name| name.parse().unwrap()).collect();
        let taken = remembered.take(&names.iter().collect())?;
        Some((taken.accounts.iter().map(|account| account.version).collect(), taken.missing.len()))
    }

    fn forget_taken(remembered: &Remembered, name: &str) {
        remembered.forget_taken(&FastSet::from_iter([&name.parse().unwrap()]));
    }

    fn remembering(version: i64) -> Remembered {
        let remembered = Remembered::default();
        remembered.keep(vec![account("a", version, Sequence(7))]);
        remembered
    }

    fn promise(remembered: &Remembered, version: i64) -> Arc<Promise> {
        remembered.promise(&[ChangedAccount::from(account("a", version, Sequence::provisional(0)))], 1)
    }

    #[test]
    fn what_a_batch_is_judged_by_is_given_to_no_other_and_forgotten_when_it_comes_to_nothing() {
        let remembered = remembering(3);
        assert_eq!(take(&remembered, &["a", "b"]), Some((vec![3], 1)));
        assert_eq!(take(&remembered, &["a"]), None, "another batch is judged by it");
        forget_taken(&remembered, "a");
        assert_eq!(take(&remembered, &["a"]), Some((vec![], 1)));
    }

    #[test]
    fn a_batch_is_judged_by_what_another_one_promises_until_that_is_broken() {
        let remembered = remembering(3);
        let name = "a".parse().unwrap();
        take(&remembered, &["a"]).unwrap();
        let first = promise(&remembered, 4);
        let taken = remembered.take(&FastSet::from_iter([&name])).unwrap();
        assert_eq!(taken.accounts[0].version, 4);
        let last = taken.accounts[0].last.unwrap().sequence;
        let second = promise(&remembered, 5);

        first.keep(vec![Sequence(9)]);
        assert!(taken.promises.are_kept(Duration::ZERO));
        assert_eq!(taken.promises.drawn(last), Sequence(9));
        remembered.keep(vec![account("a", 4, Sequence(9))]);
        assert_eq!(take(&remembered, &["a"]), Some((vec![5], 0)), "more is known of it than the first batch left");
        promise(&remembered, 6);
        remembered.forget_promised(&second);
        assert_eq!(take(&remembered, &["a"]), Some((vec![6], 0)), "the last promise is another one's");
    }

    #[test]
    fn a_broken_promise_is_forgotten() {
        let remembered = remembering(3);
        take(&remembered, &["a"]).unwrap();
        let broken = promise(&remembered, 4);
        remembered.forget_promised(&broken);
        assert_eq!(take(&remembered, &["a"]), Some((vec![], 1)));
    }

    #[test]
    fn what_is_posted_behind_locks_is_not_judged_by_until_it_is_known_again() {
        let remembered = remembering(3);
        let name = "a".parse().unwrap();
        let names = FastSet::from_iter([&name]);
        let first = remembered.lock_out(&names);
        assert_eq!(take(&remembered, &["a"]), None, "it was waited for, but not for ever");
        remembered.forget_locked(&names, first);
        assert_eq!(take(&remembered, &["a"]), Some((vec![], 1)), "nothing was changed");

        remembered.keep(vec![account("a", 3, Sequence(7))]);
        let second = remembered.lock_out(&names);
        remembered.forget_locked(&names, first);
        remembered.keep(vec![account("a", 4, Sequence(8))]);
        remembered.forget_locked(&names, second);
        assert_eq!(take(&remembered, &["a"]), Some((vec![4], 0)));

        // Nobody gives it back, as where judging panics.
        let third = remembered.lock_out(&names);
        remembered.keep(vec![account("a", 5, Sequence(9))]);
        remembered.forget_locked(&names, third);
        assert_eq!(take(&remembered, &["a"]), Some((vec![5], 0)));
    }
}
