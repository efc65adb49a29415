//! Adding, listing and removing monitors, and reading what happened to them.

use std::time::Duration;

use crate::error::{Error, InputError};
use crate::facts::AccountName;
use crate::ledger::{Ledger, Watched};
use crate::server::monitors::condition::WrittenCondition;
use crate::server::monitors::kept::{Balance, Behind, Kept, Rule};
use crate::server::monitors::scope::MonitorScope;
use crate::server::monitors::single::{Single, What};
use crate::server::monitors::when::When;
use crate::server::plain_names;
use crate::store::{DatabaseUrl, MonitorRows, ServerStore, StoreOptions};
use crate::wire::{MonitorEventRecord, MonitorRecord};

/// How long writers that are under way are waited for.
const WRITERS_WAIT: Duration = Duration::from_secs(1);

/// The monitors of a book: each is a condition on what accounts have, or watches for holds that are about to expire or for dues that were refused. A
/// server judges them; they are kept beside the book, and are no part of it.
///
/// ```
/// # mod support { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/support/doctest_book.rs")); }
/// # let (folder, ledger) = support::new_book()?;
/// # let url = format!("sqlite://{}", folder.path().join("book.db").display()).parse()?;
/// use teller::server::{MonitorScope, Monitors};
///
/// let monitors = Monitors::of_book(&url, Default::default());
/// let alice = MonitorScope::Account("customers:alice".parse()?);
/// let low = monitors.add("alice-low", alice.clone(), "available < 150.00", &ledger)?;
/// assert!(low.raised, "she has 100.00");
/// let (events, _) = monitors.events("alice-low", 0, 10)?;
/// assert_eq!(events.len(), 1);
///
/// monitors.add("alice-holds", alice, "hold expires in 24h", &ledger)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Monitors(ServerStore);

impl Monitors {
    /// Those of a book. Nothing is connected to before it is needed.
    #[must_use]
    pub fn of_book(url: &DatabaseUrl, options: StoreOptions) -> Self {
        Self(ServerStore::of_book(url, options))
    }

    /// Opens the file where it is there, so that it is missed when it goes.
    pub(in crate::server) fn open_file(&self) -> Result<(), Error> {
        Ok(self.0.open_file()?)
    }

    pub(super) const fn rows(&self) -> MonitorRows<'_> {
        MonitorRows(&self.0)
    }

    /// All of them, by name.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub fn list(&self) -> Result<Vec<MonitorRecord>, Error> {
        Ok(self.kept()?.iter().map(Kept::shown).collect())
    }

    pub(super) fn kept(&self) -> Result<Vec<Kept>, Error> {
        let mut rows = self.rows().list()?;
        rows.sort_by(|one, other| one.name.cmp(&other.name));
        Ok(rows.into_iter().map(Kept::read).collect::<Result<_, _>>()?)
    }

    /// All of them, with the holds and dues that they have told of.
    pub(super) fn to_judge(&self) -> Result<Vec<Kept>, Error> {
        let (mut kept, subjects) = (self.kept()?, self.rows().subjects()?);
        kept.iter_mut().try_for_each(|monitor| monitor.restore(&subjects))?;
        Ok(kept)
    }

    fn find(&self, name: &str) -> Result<Kept, Error> {
        self.kept()?.into_iter().find(|monitor| monitor.name == name).ok_or_else(|| unknown(name))
    }

    /// The one of that name.
    ///
    /// # Errors
    /// [`InputError::MonitorUnknown`], [`Error::Store`].
    pub fn get(&self, name: &str) -> Result<MonitorRecord, Error> {
        Ok(self.find(name)?.shown())
    }

    /// Adds one. A condition is judged at once by what the accounts have now, and from then on by each event. Holds and dues are looked for when a server
    /// judges it first.
    ///
    /// # Errors
    /// [`InputError::Text`] for a name that is not plain, [`InputError::MonitorExists`], [`InputError::Request`] for a text that is no condition, or for
    /// one that does not fit what it is about; [`InputError::Duration`] and [`InputError::DurationLimits`]; [`Error::Rejected`] where there is no such
    /// account, schedule or currency; [`Error::Store`].
    pub fn add(
        &self,
        name: &str,
        scope: impl Into<MonitorScope>,
        condition: &str,
        ledger: &Ledger,
    ) -> Result<MonitorRecord, Error> {
        let kept = judge(name, scope.into(), condition, ledger)?;
        let first = kept.changed_at.map(|time| kept.event(Behind { cursor: kept.cursor, time }));
        if !self.rows().add(&kept.row(), first.as_ref())? {
            return Err(InputError::MonitorExists(name.to_owned()).into());
        }
        Ok(kept.shown())
    }

    /// Refuses what [`Self::add`] would refuse. Returns what it would add, and adds nothing.
    ///
    /// # Errors
    /// Those of [`Self::add`].
    pub fn try_out(
        &self,
        name: &str,
        scope: impl Into<MonitorScope>,
        condition: &str,
        ledger: &Ledger,
    ) -> Result<MonitorRecord, Error> {
        let kept = judge(name, scope.into(), condition, ledger)?;
        match self.find(name) {
            Ok(_) => Err(InputError::MonitorExists(name.to_owned()).into()),
            Err(Error::Input(InputError::MonitorUnknown(_))) => Ok(kept.shown()),
            Err(fault) => Err(fault),
        }
    }

    /// Forgets one, and its events. Returns it as it was.
    ///
    /// # Errors
    /// [`InputError::MonitorUnknown`], [`Error::Store`].
    pub fn remove(&self, name: &str) -> Result<MonitorRecord, Error> {
        let was = self.get(name)?;
        self.rows().remove(name)?;
        Ok(was)
    }

    /// What happened to one behind a number, in order; and the number to go on behind, where there are more.
    ///
    /// # Errors
    /// [`InputError::MonitorUnknown`], [`Error::Store`].
    pub fn events(&self, name: &str, behind: i64, limit: u32) -> Result<(Vec<MonitorEventRecord>, Option<i64>), Error> {
        let monitor = self.find(name)?;
        // One more than asked for tells whether there is another page.
        let mut rows = self.rows().events(Some(name), behind, i64::from(limit) + 1)?;
        let has_more = rows.len() > limit as usize;
        rows.truncate(limit as usize);
        let next = rows.last().filter(|_| has_more).map(|row| row.number);
        Ok((rows.into_iter().map(|row| monitor.shown_event(row)).collect(), next))
    }
}

/// A monitor as it would be added now.
fn judge(name: &str, scope: MonitorScope, condition: &str, ledger: &Ledger) -> Result<Kept, Error> {
    plain_names::check("name of the monitor", name)?;
    match condition.parse::<When>()? {
        When::Compares(condition) => compare(name, scope, &condition, ledger),
        When::Watches(what, condition) => watch(name, scope, (what, condition), ledger),
    }
}

/// A monitor that compares what accounts have, as they stand now.
fn compare(name: &str, scope: MonitorScope, condition: &WrittenCondition, ledger: &Ledger) -> Result<Kept, Error> {
    let (watched, currency) = match scope {
        MonitorScope::Account(account) => {
            let currency = ledger.get_account(&account)?.currency;
            (Watched::Account(account), currency)
        }
        MonitorScope::Prefix { prefix, currency: Some(code) } => {
            let currency = ledger.get_currency(code)?.currency;
            (Watched::Prefix { prefix: prefix.to_string(), currency: code }, currency)
        }
        MonitorScope::Prefix { currency: None, .. } => {
            return Err(InputError::request("what accounts have together is in one currency; say which").into());
        }
        MonitorScope::Schedule(_) => {
            return Err(InputError::request("a schedule has no balance; write \"due refused\"").into());
        }
    };
    let (cursor, standing) = ledger.standing(&watched, WRITERS_WAIT)?;
    let (condition, now) = (condition.in_currency(currency)?, ledger.clock().now());
    let is_raised = condition.is_true(&standing);
    Ok(Kept {
        name: name.to_owned(),
        condition: condition.to_string(),
        changed_at: is_raised.then_some(now),
        cursor,
        created_at: now,
        rule: Rule::Balance(Balance { watched, currency, condition, standing, is_raised }),
    })
}

/// A monitor that watches for holds or dues, of which none has been met yet.
fn watch(name: &str, scope: MonitorScope, (what, condition): (What, String), ledger: &Ledger) -> Result<Kept, Error> {
    let debited: Option<AccountName> = match &scope {
        MonitorScope::Account(account) => Some(ledger.get_account(account)?.name),
        MonitorScope::Prefix { currency: None, .. } => None,
        MonitorScope::Prefix { currency: Some(_), .. } => {
            return Err(InputError::request("no amounts are compared, so leave the currency out").into());
        }
        MonitorScope::Schedule(_) if what != What::DueRefused => {
            return Err(InputError::request("a schedule has no holds; write \"due refused\"").into());
        }
        MonitorScope::Schedule(id) => Some(ledger.get_schedule(*id, None, 1)?.status.debit_account),
    };
    Ok(Kept {
        name: name.to_owned(),
        condition,
        changed_at: None,
        // What follows behind this is judged by events. What is so already is found by the first look.
        cursor: ledger.newest_event_cursor(WRITERS_WAIT)?,
        created_at: ledger.clock().now(),
        rule: Rule::Single(Single::new(scope, what), debited),
    })
}

fn unknown(name: &str) -> Error {
    InputError::MonitorUnknown(name.chars().take(80).collect()).into()
}
