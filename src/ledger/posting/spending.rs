//! How much has left accounts in the current day and month.

use std::collections::{BTreeSet, HashMap};
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::facts::{Account, AccountId, AccountName, Hash, Instant, Sequence, Transfer};
use crate::judging::Spent;
use crate::ledger::bounded::make_room;
use crate::maps::FastMap;
use crate::requests::{Request, Scope};
use crate::store::{Store, StoreError};

/// The most transfers in memory at once.
const TRANSFERS_PER_PAGE: usize = 1_000;
/// The most newer transfers that are added to an earlier count. With more, counting anew costs no more.
const NEWER_MAX: usize = 5_000;
/// A count is kept if it took at least this many transfers.
const READ_MIN: usize = 16;
/// The most accounts whose counts are kept, and the most holds of each.
const ACCOUNTS_MAX: usize = 4_096;
const HOLDS_MAX: usize = 256;

/// How much had left accounts when that was last counted, so that a busy account's month is not read again for each transfer.
///
/// A count is kept with the hash of the account's newest transfer, and used only if the account's chain still has that hash at that
/// version. The hash covers everything that was counted, so a count can be missing or old, but never wrong.
#[derive(Default)]
pub(crate) struct Spending {
    counted: Mutex<FastMap<AccountId, Counted>>,
}

#[derive(Clone)]
struct Counted {
    /// The account's version when this was counted.
    version: i64,
    /// The hash of the account's newest transfer.
    hash: Hash,
    spent: Spent,
}

/// Prints only the number of accounts, so that logs never leak what they spent.
impl fmt::Debug for Spending {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Spending({} accounts)", self.lock().len())
    }
}

impl Spending {
    /// How much has left those accounts that the requests may lower and that have a daily or monthly limit. `about_to_be` are accounts that
    /// get such a limit now.
    pub(crate) fn find(
        &self,
        store: &mut dyn Store,
        accounts: &[Account],
        requests: &[Request],
        about_to_be: &BTreeSet<&AccountName>,
        now: Instant,
    ) -> Result<HashMap<AccountId, Spent>, StoreError> {
        let is_limited = |account: &&Account| account.velocity.has_window() || about_to_be.contains(&account.name);
        if !accounts.iter().any(|account| is_limited(&account)) {
            return Ok(HashMap::new());
        }
        let lowered = Scope::lowered_accounts(requests);
        let counted = accounts.iter().filter(is_limited).filter(|account| lowered.contains(&account.name));
        counted.map(|account| Ok((account.id, self.count(store, account, now)?))).collect()
    }

    /// How much has left an account up to now.
    fn count(&self, store: &mut dyn Store, account: &Account, now: Instant) -> Result<Spent, StoreError> {
        let earlier = self.lock().get(&account.id).filter(|earlier| earlier.spent.can_go_on_to(now)).cloned();
        let counted = match earlier {
            Some(earlier) => count_since(store, account, earlier)?,
            None => None,
        };
        if let Some(mut counted) = counted {
            counted.spent.turn_to(now);
            self.keep(account.id, &counted);
            return Ok(counted.spent);
        }
        let (read, counted) = count_from_month_begin(store, account, now)?;
        if read >= READ_MIN {
            self.keep(account.id, &counted);
        }
        Ok(counted.spent)
    }

    fn keep(&self, account: AccountId, counted: &Counted) {
        let mut kept = self.lock();
        if counted.spent.hold_count() > HOLDS_MAX {
            kept.remove(&account);
            return;
        }
        if !kept.contains_key(&account) {
            make_room(&mut kept, ACCOUNTS_MAX, 1);
        }
        kept.insert(account, counted.clone());
    }

    fn lock(&self) -> MutexGuard<'_, FastMap<AccountId, Counted>> {
        self.counted.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Adds the transfers since an earlier count. `None` if there are too many of them, or if the account has another history than then.
fn count_since(store: &mut dyn Store, account: &Account, earlier: Counted) -> Result<Option<Counted>, StoreError> {
    let newer = usize::try_from(account.version - earlier.version).ok().filter(|newer| *newer <= NEWER_MAX);
    let (Some(newer), Some(last)) = (newer, account.last) else { return Ok(None) };
    let mut page = list_history(store, account, last.sequence, newer + 1)?;
    if page.pop().is_none_or(|transfer| transfer.hash != earlier.hash) {
        return Ok(None);
    }
    let Counted { mut hash, mut spent, .. } = earlier;
    for transfer in page.iter().rev() {
        hash = transfer.hash;
        if account.falls_by(transfer.side_of(account.id)) {
            spent.add(transfer);
        }
    }
    Ok(Some(Counted { version: account.version, hash, spent }))
}

/// Counts anew, down the account's chain to the beginning of the month, and returns how many transfers that took. If the account is ahead
/// of the clock, these include all transfers that are later than the clock.
fn count_from_month_begin(
    store: &mut dyn Store,
    account: &Account,
    now: Instant,
) -> Result<(usize, Counted), StoreError> {
    let mut counted = Counted { version: account.version, hash: account.head, spent: Spent::nothing_at(now) };
    let mut released = HashMap::new();
    let mut read = 0;
    let mut next = account.last.map(|last| last.sequence);
    while let Some(first) = next {
        let page = list_history(store, account, first, TRANSFERS_PER_PAGE)?;
        next = page.last().and_then(|oldest| oldest.entry_of(account.id)).and_then(|entry| entry.previous);
        for transfer in &page {
            if read == 0 {
                counted.hash = transfer.hash;
            }
            if !counted.spent.reaches(transfer.recorded_at) {
                return Ok((read, counted));
            }
            read += 1;
            if account.falls_by(transfer.side_of(account.id)) {
                counted.spent.look_back(transfer, &mut released);
            }
        }
    }
    Ok((read, counted))
}

fn list_history(
    store: &mut dyn Store,
    account: &Account,
    first: Sequence,
    limit: usize,
) -> Result<Vec<Transfer>, StoreError> {
    store.list_history(account.id, first, i64::try_from(limit).unwrap_or(i64::MAX))
}
