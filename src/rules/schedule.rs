//! Transfers that are to be posted at moments to come, and what becomes of each.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use serde::{Serialize, Serializer};
use uuid::Uuid;

use super::account::{Account, AccountState, Balances, Limits};
use super::batch::{Batch, Known};
use super::book_event::BookEvent;
use super::chain::{hash_due, hash_schedule};
use super::hash::Hash;
use super::ids::{AccountId, Sequence, TransferId};
use super::instant::Instant;
use super::operation::{DueTransfer, Request};
use super::recurrence::{Recurrence, RecurrenceRequest};
use super::refusal::Refusal;
use super::rejection::{Rejection, ScheduleRejection};
use super::request::{Parties, TransferRequest};
use super::text::{AccountName, Actor, Description, Metadata, TextError};
use super::velocity::Velocity;
use super::words::words;
use crate::money::{Amount, Currency, Money};

/// Where the transfers of a schedule say which one it was.
const SCHEDULE_KEY: &str = "schedule";

/// What makes a request for a schedule the same request when it is sent again. The client makes it before its first try.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ScheduleId(pub Uuid);

impl ScheduleId {
    /// No id is before it.
    pub const FIRST: Self = Self(Uuid::nil());
    /// No id is behind it.
    pub const LAST: Self = Self(Uuid::max());

    /// The id of the transfer that is due at a moment: always the same, so that it is posted once.
    #[must_use]
    pub fn of_due(self, due_at: Instant) -> TransferId {
        TransferId::of_due(self.0, due_at)
    }
}

impl From<TransferId> for ScheduleId {
    fn from(id: TransferId) -> Self {
        Self(id.0)
    }
}

impl fmt::Display for ScheduleId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for ScheduleId {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        text.parse::<TransferId>().map(Self::from)
    }
}

impl Serialize for ScheduleId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

/// What becomes of a due transfer that is refused for a reason that may pass. One that will not, such as an account that is closed, has it
/// skipped for good.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OnRefusal {
    /// It is skipped for good.
    Skip,
    /// Every later run tries it again, for [`OnRefusal::RETRY_TIME_MAX`], until it is posted or the schedule is cancelled.
    #[default]
    Retry,
}

impl OnRefusal {
    /// How long a due is tried again, from when it was tried first: a month, so that a salary comes meanwhile.
    pub const RETRY_TIME_MAX: Duration = Duration::from_hours(31 * 24);
}

words!(OnRefusal {
    Skip = "skip",
    Retry = "retry",
});

/// How a schedule stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ScheduleState {
    /// Something is still to come.
    Active,
    /// Every due moment was there. What was refused may still be tried again.
    Finished,
    /// It was broken off.
    Cancelled,
}

words!(ScheduleState {
    Active = "active",
    Finished = "finished",
    Cancelled = "cancelled",
});

/// What became of a due transfer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DueState {
    /// It was posted.
    Posted,
    /// It was refused, and is tried again.
    Refused,
    /// It was refused for good.
    Skipped,
}

words!(DueState {
    Posted = "posted",
    Refused = "refused",
    Skipped = "skipped",
});

/// A transfer that is to be posted at moments to come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScheduleRequest {
    /// Made before the first try, the same on every retry.
    pub id: ScheduleId,
    /// Between whom.
    pub parties: Parties,
    /// How much each time. More than zero.
    pub money: Money,
    /// When.
    pub recurrence: RecurrenceRequest,
    /// What becomes of one that is refused.
    pub on_refusal: OnRefusal,
    /// For people; each transfer has it.
    pub description: Option<Description>,
    /// For programs; each transfer has it, and the schedule's id under `schedule`.
    pub metadata: Metadata,
    /// Who wants it so.
    pub actor: Actor,
}

/// Who broke a schedule off.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cancellation {
    /// When.
    pub at: Instant,
    /// Who.
    pub actor: Actor,
    /// Why.
    pub reason: Option<Description>,
}

impl From<&BookEvent> for Cancellation {
    /// The cancellation that an event records.
    fn from(event: &BookEvent) -> Self {
        Self { at: event.recorded_at, actor: event.actor.clone(), reason: event.reason.clone() }
    }
}

/// A schedule, and how far it has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Schedule {
    /// The client's id.
    pub id: ScheduleId,
    /// The account that each transfer debits.
    pub debit_account_id: AccountId,
    /// The account that each transfer credits.
    pub credit_account_id: AccountId,
    /// How much each time. More than zero.
    pub amount: Amount,
    /// When.
    pub recurrence: Recurrence,
    /// What becomes of one that is refused.
    pub on_refusal: OnRefusal,
    /// For people.
    pub description: Option<Description>,
    /// For programs, without the schedule's id.
    pub metadata: Metadata,
    /// When it was asked for.
    pub created_at: Instant,
    /// Who wants it so.
    pub actor: Actor,
    /// Covers all of the above.
    pub hash: Hash,
    /// How many moments were there: the number of the next one.
    pub due_count: u32,
    /// Who broke it off.
    pub cancellation: Option<Cancellation>,
}

/// What became of one due transfer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Due {
    /// The schedule.
    pub schedule_id: ScheduleId,
    /// When it was due.
    pub due_at: Instant,
    /// The transfer, where it was posted.
    pub transfer_id: Option<TransferId>,
    /// When it was first tried.
    pub first_at: Instant,
    /// When it was last tried.
    pub last_at: Instant,
    /// How often it was tried.
    pub attempts: u32,
    /// How it stands.
    pub state: DueState,
    /// Why it was not posted.
    pub refusal: Option<Refusal>,
    /// Covers all of the above, and the hash of the schedule.
    pub hash: Hash,
}

impl Schedule {
    /// When it is due next, or `None` where nothing is to come.
    #[must_use]
    pub fn next_due_at(&self) -> Option<Instant> {
        if self.cancellation.is_some() { None } else { self.recurrence.nth(self.due_count) }
    }

    /// How it stands.
    #[must_use]
    pub fn state(&self) -> ScheduleState {
        match (&self.cancellation, self.next_due_at()) {
            (Some(_), _) => ScheduleState::Cancelled,
            (None, None) => ScheduleState::Finished,
            (None, Some(_)) => ScheduleState::Active,
        }
    }

    /// The metadata of each transfer.
    ///
    /// # Errors
    /// [`TextError`] where there is no room for the schedule's id.
    pub fn transfer_metadata(&self) -> Result<Metadata, TextError> {
        let mut entries = self.metadata.entries().clone();
        entries.insert(SCHEDULE_KEY.to_owned(), self.id.to_string());
        Metadata::new(entries)
    }

    /// What is to be posted for a moment, between the accounts of these names.
    pub(crate) fn due_transfer(&self, due_at: Instant, names: [AccountName; 2], currency: Currency) -> DueTransfer {
        let [debit, credit] = names;
        let request = TransferRequest::new(
            self.id.of_due(due_at),
            Parties::Post { debit, credit },
            Money::new(self.amount, currency),
        );
        DueTransfer::new(TransferRequest {
            effective_at: Some(due_at),
            description: self.description.clone(),
            // That there is room was seen to when the schedule was added.
            metadata: self.transfer_metadata().unwrap_or_else(|_| self.metadata.clone()),
            ..request
        })
    }

    /// What becomes of a due transfer that was answered at a moment: the first time, or again.
    #[must_use]
    pub fn settle(&self, due_at: Instant, before: Option<&Due>, refusal: Option<Refusal>, now: Instant) -> Due {
        let first_at = before.map_or(now, |due| due.first_at);
        let is_in_time = now < first_at.after(OnRefusal::RETRY_TIME_MAX);
        let is_kept = |refusal: &Refusal| {
            refusal.is_of_the_book()
                || (self.on_refusal == OnRefusal::Retry && is_in_time && !refusal.is_of_a_closed_account())
        };
        let state = match &refusal {
            None => DueState::Posted,
            Some(refusal) if is_kept(refusal) => DueState::Refused,
            Some(_) => DueState::Skipped,
        };
        self.hashed(Due {
            schedule_id: self.id,
            due_at,
            transfer_id: refusal.is_none().then(|| self.id.of_due(due_at)),
            first_at,
            // Clocks go back.
            last_at: now.max(first_at),
            attempts: before.map_or(0, |due| due.attempts).saturating_add(1),
            state,
            refusal,
            hash: Hash([0; 32]),
        })
    }

    /// A refused due that is not tried again, because the schedule was broken off.
    #[must_use]
    pub fn give_up(&self, due: Due) -> Due {
        self.hashed(Due { state: DueState::Skipped, ..due })
    }

    fn hashed(&self, due: Due) -> Due {
        Due { hash: hash_due(&due, self.hash), ..due }
    }

    /// The first field in which a request differs from the one that the schedule was made of. `accounts` are those that it names.
    #[must_use]
    pub fn difference(&self, request: &ScheduleRequest, accounts: &[Account]) -> Option<&'static str> {
        // Whether an account was closed since then is not asked again.
        let open = |account: &Account| Account { state: AccountState::Open, ..account.clone() };
        let pair = judge_pair(request, accounts.iter().map(open).collect()).ok();
        let recurrence = request.recurrence.asked_for_at(self.created_at).ok();
        let fields = [
            ("accounts", pair == Some((self.debit_account_id, self.credit_account_id))),
            ("amount", request.money.amount == self.amount),
            ("recurrence", recurrence == Some(self.recurrence)),
            ("policy on refusal", request.on_refusal == self.on_refusal),
            ("description", request.description == self.description),
            ("metadata", request.metadata == self.metadata),
        ];
        fields.into_iter().find(|(_, is_same)| !is_same).map(|(field, _)| field)
    }
}

/// Decides about a new schedule. `accounts` are those that it names, as far as they exist.
///
/// # Errors
/// What no transfer of it could ever pass: a [`Rejection`] up to `AccountClosed`. What may pass, such as a lack of funds, is judged
/// when a transfer is due.
pub fn open_schedule(
    request: &ScheduleRequest,
    recurrence: Recurrence,
    accounts: &[Account],
    now: Instant,
) -> Result<Schedule, Rejection> {
    let (debit_account_id, credit_account_id) = judge_pair(request, accounts.to_vec())?;

    // From here on nothing may be refused.
    let mut schedule = Schedule {
        id: request.id,
        debit_account_id,
        credit_account_id,
        amount: request.money.amount,
        recurrence,
        on_refusal: request.on_refusal,
        description: request.description.clone(),
        metadata: request.metadata.clone(),
        created_at: now,
        actor: request.actor.clone(),
        hash: Hash([0; 32]),
        due_count: 0,
        cancellation: None,
    };
    let name_of = |id| accounts.iter().find(|account| account.id == id).map(|account| &account.name);
    if let (Some(debit), Some(credit)) = (name_of(debit_account_id), name_of(credit_account_id)) {
        schedule.hash = hash_schedule(&schedule, debit, credit);
    }
    Ok(schedule)
}

/// Refuses an id that belongs to a schedule which was asked for in another way.
///
/// # Errors
/// [`ScheduleRejection::ScheduleExists`].
pub fn check_same_schedule(known: &Schedule, request: &ScheduleRequest, accounts: &[Account]) -> Result<(), Rejection> {
    match known.difference(request, accounts) {
        Some(field) => Err(ScheduleRejection::ScheduleExists { schedule: known.id, field }.into()),
        None => Ok(()),
    }
}

/// Who is debited and who is credited, judged as a transfer is, but as if nothing were frozen, limited or counted yet: all of that may
/// be otherwise when it is due.
fn judge_pair(request: &ScheduleRequest, mut accounts: Vec<Account>) -> Result<(AccountId, AccountId), Rejection> {
    for account in &mut accounts {
        account.limits = Limits { min_balance: None, max_balance: None };
        account.velocity = Velocity::default();
        account.balances = Balances::default();
        account.last = None;
        if account.state != AccountState::Closed {
            account.state = AccountState::Open;
        }
    }
    let trial = TransferRequest::new(TransferId(request.id.0), request.parties.clone(), request.money);
    let mut batch = Batch::new(Known { accounts, ..Known::default() }, Instant::EPOCH);
    batch.judge(&Request::from(trial))?;
    let ruling = batch.finish(&[Sequence::UNASSIGNED]);
    let transfer = ruling.transfers.first();
    let transfer = transfer.unwrap_or_else(|| unreachable!("a transfer that is not refused has a row"));
    Ok((transfer.debit.account_id, transfer.credit.account_id))
}
