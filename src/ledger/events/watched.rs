//! What some accounts have together, by the events of the feed alone.
//!
//! It begins with the rows of the accounts, less what happened behind the horizon, and goes on by what each event adds. So it is the same whenever and
//! wherever it is computed, and nothing depends on when somebody looked.

use std::time::Duration;

use crate::error::Error;
use crate::facts::{Account, AccountName, NormalSide, Sequence, Transfer, TransferKind};
use crate::ledger::Ledger;
use crate::ledger::events::cursor::EventCursor;
use crate::ledger::events::event::{Event, EventContent, EventFilter, TransferEvent};
use crate::ledger::events::reading::{Reading, newest_cursor};
use crate::money::CurrencyCode;
use crate::rejection::Rejection;
use crate::store::{Access, Store, StoreError};

/// How many accounts are read at once.
const ACCOUNTS_PER_PAGE: i64 = 1_000;
/// How many events behind the horizon are read at once.
const EVENTS_PER_PAGE: usize = 10_000;

/// Which accounts are watched.
///
/// ```
/// # mod support { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/support/doctest_book.rs")); }
/// # let (_folder, ledger) = support::new_book()?;
/// use std::time::Duration;
/// use teller::ledger::{EventFilter, Watched};
/// use teller::Mode;
///
/// let alice = Watched::Account("customers:alice".parse()?);
/// let (cursor, mut standing) = ledger.standing(&alice, Duration::from_secs(1))?;
/// assert_eq!(standing.available(), 100_00);
///
/// ledger.post(support::payment(&ledger, "rent", "30.00")?, Mode::Commit)?;
/// let page = ledger.list_events(cursor, &EventFilter::default(), 10, Duration::from_secs(1))?;
/// assert!(alice.apply(&page.events[0], &mut standing));
/// assert_eq!(standing.available(), 70_00);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Watched {
    /// One account.
    Account(AccountName),
    /// All accounts of a currency whose names begin alike.
    Prefix {
        /// What their names begin with.
        prefix: String,
        /// Their currency.
        currency: CurrencyCode,
    },
}

/// What accounts have together, each on its normal side, in minor units of their currency.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    /// What is posted.
    pub posted: i128,
    /// What holds reserve whose end is not recorded yet.
    pub held: i128,
}

impl Standing {
    /// What can be spent before any limit is counted: posted less held.
    #[must_use]
    pub const fn available(&self) -> i128 {
        self.posted - self.held
    }

    fn of(account: &Account) -> Self {
        Self { posted: account.posted().minor().into(), held: account.held().minor().into() }
    }

    const fn add(&mut self, other: Self) {
        self.posted += other.posted;
        self.held += other.held;
    }

    const fn take_back(&mut self, other: Self) {
        self.posted -= other.posted;
        self.held -= other.held;
    }
}

impl Watched {
    /// Adds what an event changed. Says whether the event was about value of these accounts.
    pub fn apply(&self, event: &Event, standing: &mut Standing) -> bool {
        let Some(change) = self.change(event) else { return false };
        standing.add(change);
        true
    }

    /// What an event changed; `None` if it was not about value of these accounts.
    fn change(&self, event: &Event) -> Option<Standing> {
        let EventContent::Transfer(transfer) = &event.content else { return None };
        let (debit, credit) = (self.change_of_debit(transfer), self.change_of_credit(transfer));
        if debit.is_none() && credit.is_none() {
            return None;
        }
        let mut sum = debit.unwrap_or_default();
        sum.add(credit.unwrap_or_default());
        Some(sum)
    }

    fn change_of_debit(&self, event: &TransferEvent) -> Option<Standing> {
        let change = if event.debit_type.normal_side() == NormalSide::Debit { rise } else { fall };
        self.has(&event.posted.debit_account, event).then(|| change(&event.posted.transfer))
    }

    fn change_of_credit(&self, event: &TransferEvent) -> Option<Standing> {
        let change = if event.credit_type.normal_side() == NormalSide::Credit { rise } else { fall };
        self.has(&event.posted.credit_account, event).then(|| change(&event.posted.transfer))
    }

    fn has(&self, account: &AccountName, event: &TransferEvent) -> bool {
        match self {
            Self::Account(name) => name == account,
            Self::Prefix { prefix, currency } => {
                event.posted.currency.code() == *currency && account.as_str().starts_with(prefix)
            }
        }
    }

    /// What the rows of these accounts say.
    fn sum(&self, store: &mut dyn Store) -> Result<Standing, Error> {
        let (prefix, currency) = match self {
            Self::Account(name) => {
                let found = store.find_accounts(&[name])?;
                let account = found.first().ok_or_else(|| Rejection::AccountUnknown { account: name.clone() })?;
                return Ok(Standing::of(account));
            }
            Self::Prefix { prefix, currency } => (prefix, currency),
        };
        let (mut sum, mut after) = (Standing::default(), String::new());
        loop {
            let page = store.list_accounts(prefix, &after, ACCOUNTS_PER_PAGE)?;
            let Some(last) = page.last() else { return Ok(sum) };
            last.name.as_str().clone_into(&mut after);
            let ours = page.iter().filter(|account| account.currency.code() == *currency);
            ours.for_each(|account| sum.add(Standing::of(account)));
        }
    }

    /// What happened to these accounts behind a cursor, as far as it can be seen.
    fn changes_behind(&self, store: &mut dyn Store, cursor: Option<EventCursor>) -> Result<Standing, StoreError> {
        let (mut sum, mut after, all) = (Standing::default(), cursor, EventFilter::default());
        loop {
            let reading = Reading::new(after, &all, Sequence(i64::MAX), EVENTS_PER_PAGE);
            // The cursor is that of an event of this very snapshot.
            let Some((events, next, is_last)) = reading.read(store)? else { return Ok(sum) };
            for event in &events {
                self.apply(event, &mut sum);
            }
            if is_last {
                return Ok(sum);
            }
            after = next;
        }
    }
}

/// What a transfer changes of the account that rises by it. Money on its way in is not held.
fn rise(transfer: &Transfer) -> Standing {
    let amount = i128::from(transfer.amount.minor());
    match transfer.kind {
        TransferKind::Transfer | TransferKind::Reversal | TransferKind::Capture => Standing { posted: amount, held: 0 },
        TransferKind::Hold | TransferKind::Release => Standing::default(),
    }
}

/// What a transfer changes of the account that falls by it.
fn fall(transfer: &Transfer) -> Standing {
    let amount = i128::from(transfer.amount.minor());
    match transfer.kind {
        TransferKind::Transfer | TransferKind::Reversal => Standing { posted: -amount, held: 0 },
        TransferKind::Hold => Standing { posted: 0, held: amount },
        TransferKind::Release => Standing { posted: 0, held: -amount },
        TransferKind::Capture => Standing { posted: -amount, held: -amount },
    }
}

impl Ledger {
    /// What the accounts have together where the book is complete, and the cursor there. Behind that each event tells what it adds. A hold that has
    /// expired counts until its end is recorded.
    ///
    /// # Errors
    /// [`Rejection::AccountUnknown`], [`Error::Store`].
    ///
    /// ```
    /// # mod support { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/support/doctest_book.rs")); }
    /// # let (_folder, ledger) = support::new_book()?;
    /// use teller::ledger::Watched;
    ///
    /// let alice = Watched::Account("customers:alice".parse()?);
    /// let (_, standing) = ledger.standing(&alice, std::time::Duration::ZERO)?;
    /// assert_eq!((standing.posted, standing.held), (10_000, 0));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn standing(&self, watched: &Watched, wait: Duration) -> Result<(Option<EventCursor>, Standing), Error> {
        let seen = self.wait_for_horizon(wait)?;
        self.pool.transaction(Access::Read, |store| {
            let cursor = newest_cursor(store, seen.horizon)?;
            let mut standing = watched.sum(store)?;
            standing.take_back(watched.changes_behind(store, cursor)?);
            Ok((cursor, standing))
        })
    }
}
