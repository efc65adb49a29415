//! Schedules: adding, cancelling and reading them.
//!
//! What belongs here: schedules and their dues, and posting what is due (`runs`). What does not: the moments of dues and the outcome of an
//! attempt, which the core computes.

pub(super) mod pages;
pub(super) mod refused;
pub(super) mod runs;

use crate::error::{Error, InputError};
use crate::facts::{
    Account, AccountName, Actor, BookChange, Cancellation, Description, Due, Instant, Reference, Schedule, ScheduleId,
    ScheduleState, Signature,
};
use crate::judging::{check_same_schedule, open_schedule};
use crate::ledger::Ledger;
use crate::ledger::accounts::labels::AccountLabels;
use crate::ledger::book::events::{append_book_event, append_due_events};
use crate::ledger::write_options::{Mode, WriteOptions};
use crate::money::{Currency, Money, WrittenAmount};
use crate::rejection::ScheduleRejection;
use crate::requests::{Parties, Placed, ScheduleRequest};
use crate::store::{Access, Store, StoreError};

/// The most refused dues in memory at once.
const DUES_PER_PAGE: i64 = 1_000;

/// A schedule, with the names of its accounts.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ScheduleStatus {
    /// The schedule.
    pub schedule: Schedule,
    /// The account that each transfer debits.
    pub debit_account: AccountName,
    /// The account that each transfer credits.
    pub credit_account: AccountName,
    /// The currency of both.
    pub currency: Currency,
}

impl ScheduleStatus {
    /// The amount of each transfer.
    #[must_use]
    pub const fn money(&self) -> Money {
        Money::new(self.schedule.amount, self.currency)
    }
}

/// The answer to a request to add a schedule.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ScheduleAdded {
    /// The schedule as it stands now.
    pub status: ScheduleStatus,
    /// Whether the same request added it before.
    pub replayed: bool,
}

/// The answer to the cancellation of a schedule.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ScheduleCancelled {
    /// The schedule after the request. It is finished if nothing was left to cancel.
    pub status: ScheduleStatus,
    /// How many refused transfers are no longer tried.
    pub skipped: u64,
    /// True if there was nothing to cancel.
    pub unchanged: bool,
}

/// A schedule, and the outcomes of its dues.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ScheduleHistory {
    /// The schedule as it stands now.
    pub status: ScheduleStatus,
    /// The outcomes of its dues, the latest first.
    pub dues: Vec<Due>,
    /// The `before` of the next page; `None` on the last page.
    pub next: Option<Instant>,
}

/// A page of schedules, by id.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SchedulePage {
    /// The schedules.
    pub schedules: Vec<ScheduleStatus>,
    /// The `from` of the next page; `None` on the last page.
    pub next: Option<ScheduleId>,
}

impl Ledger {
    /// Adds a schedule. If the same request added it before, returns that schedule as a replay. Nothing is posted: see
    /// [`Ledger::run_schedules`].
    ///
    /// # Errors
    /// [`InputError::Recurrence`]; [`InputError::Text`] if the metadata has no room for the schedule's id; a
    /// [`Rejection`](crate::rejection::Rejection) up to `AccountClosed` that every transfer of the schedule would get;
    /// [`ScheduleRejection::ScheduleExists`]; [`Rejection::ClockBehind`](crate::rejection::Rejection::ClockBehind); [`Error::Store`].
    ///
    /// ```
    /// # mod support { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/support/doctest_book.rs")); }
    /// # let (_folder, ledger) = support::new_book()?;
    /// use teller::Mode;
    /// use teller::facts::{RecurrencePeriod, RecurrenceRequest, TransferId};
    /// use teller::money::Money;
    /// use teller::requests::ScheduleRequest;
    ///
    /// # let payment = support::payment(&ledger, "p", "5.00")?;
    /// # let euro = ledger.get_currency("EUR".parse()?)?.currency;
    /// let monthly = RecurrenceRequest::every(RecurrencePeriod::Month);
    /// let (id, rent) = (TransferId::from_key("rent")?, Money::parse("5.00", euro)?);
    /// let request = ScheduleRequest::new(id, payment.parties, rent, monthly, "alice".parse()?);
    /// assert!(!ledger.add_schedule(&request, Mode::Commit)?.replayed);
    /// assert!(ledger.add_schedule(&request, Mode::Commit)?.replayed);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn add_schedule(
        &self,
        request: &ScheduleRequest,
        options: impl Into<WriteOptions>,
    ) -> Result<ScheduleAdded, Error> {
        self.add_schedule_between(&request.parties, |_| Ok(request.clone()), options.into().mode)
    }

    /// As [`Ledger::add_schedule`], for one as a client wrote it: the amount is in the currency of the account that is named first.
    ///
    /// # Errors
    /// As [`Ledger::add_schedule`], and [`InputError::Amount`] for more decimals than the currency has, or too much.
    ///
    /// ```
    /// # mod support { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/support/doctest_book.rs")); }
    /// # let (_folder, ledger) = support::new_book()?;
    /// use teller::Mode;
    /// use teller::facts::{OnRefusal, RecurrencePeriod, RecurrenceRequest, TransferId};
    /// use teller::money::WrittenAmount;
    /// use teller::requests::{Parties, Place, ScheduleRequest};
    ///
    /// let request = ScheduleRequest {
    ///     id: TransferId::from_key("rent")?.into(),
    ///     parties: Parties::Transfer { from: "customers:alice".parse()?, to: "customers:bob".parse()? },
    ///     money: Place::default().field("amount").of(WrittenAmount::parse("5.00")?),
    ///     recurrence: RecurrenceRequest::every(RecurrencePeriod::Month),
    ///     on_refusal: OnRefusal::Retry,
    ///     description: None,
    ///     metadata: Default::default(),
    ///     actor: "alice".parse()?,
    /// };
    /// let added = ledger.add_written_schedule(&request, Mode::Commit)?;
    /// assert_eq!(added.status.money().to_string(), "5.00 EUR");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn add_written_schedule(
        &self,
        request: &ScheduleRequest<Placed<WrittenAmount>>,
        options: impl Into<WriteOptions>,
    ) -> Result<ScheduleAdded, Error> {
        self.add_schedule_between(&request.parties, |accounts| resolve(request, accounts), options.into().mode)
    }

    fn add_schedule_between(
        &self,
        parties: &Parties,
        resolve: impl Fn(&[Account]) -> Result<ScheduleRequest, Error>,
        mode: Mode,
    ) -> Result<ScheduleAdded, Error> {
        self.pool.transaction(Access::Write, |store| {
            // Locked, so that none of them is closed before this transaction ends.
            let accounts = store.lock_accounts(&parties.names(), &[])?;
            let request = &resolve(&accounts)?;
            if let Some(known) = store.find_schedule(request.id)? {
                return replay(store, known, request, &accounts);
            }
            let time = self.book_time();
            let now = time.reading.now;
            let recurrence = request.recurrence.asked_for_at(now).map_err(InputError::from)?;
            let schedule = open_schedule(request, recurrence, &accounts, now)?;
            schedule.transfer_metadata().map_err(InputError::from)?;
            if mode == Mode::Commit {
                if !store.insert_schedule(&schedule)?
                    && let Some(winner) = store.find_schedule(request.id)?
                {
                    return replay(store, winner, request, &accounts);
                }
                let added = BookChange::ScheduleAdded { schedule: schedule.id, hash: schedule.hash };
                let signature = Signature { actor: request.actor.clone(), reason: None };
                append_book_event(store, added, signature, time, mode)?;
            }
            Ok(ScheduleAdded { status: with_names_of_one(store, schedule)?, replayed: false })
        })
    }

    /// Cancels a schedule: nothing more is posted, and refused transfers are not tried again. What was posted stays. Does nothing if the schedule is
    /// cancelled, or finished with nothing left to try.
    ///
    /// # Errors
    /// [`ScheduleRejection::ScheduleUnknown`]; [`Rejection::ClockBehind`](crate::rejection::Rejection::ClockBehind); [`Error::Store`].
    ///
    /// ```
    /// # mod support { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/support/doctest_book.rs")); }
    /// # let (_folder, ledger) = support::new_book()?;
    /// # use teller::Mode;
    /// # use teller::facts::{RecurrencePeriod, RecurrenceRequest, TransferId};
    /// # use teller::money::Money;
    /// # use teller::requests::ScheduleRequest;
    /// # let payment = support::payment(&ledger, "p", "5.00")?;
    /// # let euro = ledger.get_currency("EUR".parse()?)?.currency;
    /// # let monthly = RecurrenceRequest::every(RecurrencePeriod::Month);
    /// # let (id, rent) = (TransferId::from_key("rent")?, Money::parse("5.00", euro)?);
    /// # let request = ScheduleRequest::new(id, payment.parties, rent, monthly, "alice".parse()?);
    /// ledger.add_schedule(&request, Mode::Commit)?;
    /// assert!(!ledger.cancel_schedule(request.id, &"alice".parse()?, None, Mode::Commit)?.unchanged);
    /// assert!(ledger.cancel_schedule(request.id, &"alice".parse()?, None, Mode::Commit)?.unchanged);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn cancel_schedule(
        &self,
        schedule: impl Into<Reference>,
        actor: &Actor,
        reason: Option<&Description>,
        options: impl Into<WriteOptions>,
    ) -> Result<ScheduleCancelled, Error> {
        let (named, mode) = (schedule.into(), options.into().mode);
        let id = ScheduleId::from(named.id());
        self.pool.transaction(Access::Write, |store| {
            let mut schedule = store.lock_schedules(&[id])?.pop().ok_or_else(|| unknown(&named))?;
            let refused = store.count_refused_dues(id)?;
            let unchanged = match schedule.state() {
                ScheduleState::Active => false,
                ScheduleState::Finished => refused == 0,
                ScheduleState::Cancelled => true,
            };
            if !unchanged {
                let cancelled = BookChange::ScheduleCancelled { schedule: id, hash: schedule.hash };
                let signature = Signature { actor: actor.clone(), reason: reason.cloned() };
                let event = append_book_event(store, cancelled, signature, self.book_time(), mode)?;
                schedule.cancellation = Some((&event).into());
            }
            if !unchanged && mode == Mode::Commit {
                self.give_up_refused(store, &schedule)?;
                store.update_schedule(&schedule)?;
            }
            let skipped = if unchanged { 0 } else { refused };
            Ok(ScheduleCancelled { status: with_names_of_one(store, schedule)?, skipped, unchanged })
        })
    }

    /// Returns a schedule and up to `limit` of its dues that are earlier than `before`, the latest first.
    ///
    /// # Errors
    /// [`ScheduleRejection::ScheduleUnknown`], [`Error::Store`].
    ///
    /// ```
    /// # mod support { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/support/doctest_book.rs")); }
    /// # let (_folder, ledger) = support::new_book()?;
    /// # use teller::Mode;
    /// # use teller::facts::{RecurrencePeriod, RecurrenceRequest, TransferId};
    /// # use teller::money::Money;
    /// # use teller::requests::ScheduleRequest;
    /// # let payment = support::payment(&ledger, "p", "5.00")?;
    /// # let euro = ledger.get_currency("EUR".parse()?)?.currency;
    /// # let monthly = RecurrenceRequest::every(RecurrencePeriod::Month);
    /// # let (id, rent) = (TransferId::from_key("rent")?, Money::parse("5.00", euro)?);
    /// # let request = ScheduleRequest::new(id, payment.parties, rent, monthly, "alice".parse()?);
    /// ledger.add_schedule(&request, Mode::Commit)?;
    /// let history = ledger.get_schedule(request.id, None, 10)?;
    /// assert_eq!(history.status.money().to_string(), "5.00 EUR");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn get_schedule(
        &self,
        schedule: impl Into<Reference>,
        before: Option<Instant>,
        limit: u32,
    ) -> Result<ScheduleHistory, Error> {
        let named = schedule.into();
        let id = ScheduleId::from(named.id());
        self.pool.transaction(Access::Read, |store| {
            let schedule = store.find_schedule(id)?.ok_or_else(|| unknown(&named))?;
            // One row more than the limit tells whether there is another page.
            let mut dues = store.list_dues(id, before, i64::from(limit) + 1)?;
            let is_last = dues.len() <= limit as usize;
            dues.truncate(limit as usize);
            let next = if is_last { None } else { dues.last().map(|due| due.due_at) };
            Ok(ScheduleHistory { status: with_names_of_one(store, schedule)?, dues, next })
        })
    }

    /// Returns up to `limit` schedules in any state, by id, from an id on.
    ///
    /// # Errors
    /// [`Error::Store`].
    ///
    /// ```
    /// # mod support { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/support/doctest_book.rs")); }
    /// # let (_folder, ledger) = support::new_book()?;
    /// assert!(ledger.list_schedules(None, 10)?.schedules.is_empty());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn list_schedules(&self, from: Option<ScheduleId>, limit: u32) -> Result<SchedulePage, Error> {
        self.pool.transaction(Access::Read, |store| {
            // One row more than the limit tells where the next page begins.
            let mut schedules = store.list_schedules(from.unwrap_or(ScheduleId::FIRST), i64::from(limit) + 1)?;
            let next = schedules.get(limit as usize).map(|schedule| schedule.id);
            schedules.truncate(limit as usize);
            Ok(SchedulePage { schedules: with_names(store, schedules)?, next })
        })
    }

    /// Skips the refused dues of a locked schedule for good, which was just cancelled.
    fn give_up_refused(&self, store: &mut dyn Store, schedule: &Schedule) -> Result<(), StoreError> {
        let Some(Cancellation { actor, reason, .. }) = &schedule.cancellation else { return Ok(()) };
        let signature = Signature { actor: actor.clone(), reason: reason.clone() };
        loop {
            // Skipped dues are no longer refused, so every round finds others.
            let refused = store.list_refused_dues_of(schedule.id, DUES_PER_PAGE)?;
            if refused.is_empty() {
                return Ok(());
            }
            let changes = refused.iter().filter_map(|due| schedule.change_by_giving_up(due));
            let signed = changes.map(|change| (change, signature.clone())).collect();
            append_due_events(store, signed, self.book_time().reading)?;
            refused.into_iter().try_for_each(|due| store.update_due(&schedule.give_up(due)))?;
        }
    }
}

fn resolve(written: &ScheduleRequest<Placed<WrittenAmount>>, accounts: &[Account]) -> Result<ScheduleRequest, Error> {
    let ScheduleRequest { id, parties, money, recurrence, on_refusal, description, metadata, actor } = written;
    let first = accounts.iter().find(|account| account.name == *parties.names()[0]);
    Ok(ScheduleRequest {
        id: *id,
        parties: parties.clone(),
        money: money.money(first.map(|account| account.currency))?,
        recurrence: *recurrence,
        on_refusal: *on_refusal,
        description: description.clone(),
        metadata: metadata.clone(),
        actor: actor.clone(),
    })
}

fn unknown(named: &Reference) -> ScheduleRejection {
    ScheduleRejection::ScheduleUnknown { schedule: named.clone() }
}

fn replay(
    store: &mut dyn Store,
    known: Schedule,
    request: &ScheduleRequest,
    accounts: &[Account],
) -> Result<ScheduleAdded, Error> {
    check_same_schedule(&known, request, accounts)?;
    Ok(ScheduleAdded { status: with_names_of_one(store, known)?, replayed: true })
}

fn with_names_of_one(store: &mut dyn Store, schedule: Schedule) -> Result<ScheduleStatus, StoreError> {
    let status = with_names(store, vec![schedule])?.pop();
    Ok(status.unwrap_or_else(|| unreachable!("one answer a schedule")))
}

/// Schedules with the names of their accounts, in the same order.
pub(super) fn with_names(store: &mut dyn Store, schedules: Vec<Schedule>) -> Result<Vec<ScheduleStatus>, StoreError> {
    let accounts = |schedule: &Schedule| [schedule.debit_account_id, schedule.credit_account_id];
    let labels = AccountLabels::find(store, schedules.iter().flat_map(accounts))?;
    let status = |schedule: Schedule| {
        let label = |id| labels.get(id, "schedules", schedule.id);
        let (debit, credit) = (label(schedule.debit_account_id)?, label(schedule.credit_account_id)?);
        Ok(ScheduleStatus {
            debit_account: debit.name.clone(),
            credit_account: credit.name.clone(),
            currency: debit.currency,
            schedule,
        })
    };
    schedules.into_iter().map(status).collect()
}
