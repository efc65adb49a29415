//! Transfers that are to be posted at moments to come, and what becomes of each.

use std::time::Duration;

use crate::facts::book_event::{BookEvent, BookEventKind};
use crate::facts::hash::Hash;
use crate::facts::ids::{AccountId, TransferId};
use crate::facts::instant::Instant;
use crate::facts::recurrence::Recurrence;
use crate::facts::refusal::Refusal;
use crate::facts::schedule_id::ScheduleId;
use crate::facts::text::{Actor, Description, Metadata, TextError};
use crate::money::Amount;

/// Where the transfers of a schedule say which one it was.
const SCHEDULE_KEY: &str = "schedule";

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

impl Due {
    /// The events of the book that tell of it, in order: one of its first refusal, and one that it is not tried again.
    #[must_use]
    pub fn event_kinds(&self) -> Vec<BookEventKind> {
        let was_refused = self.attempts > 1 || self.state != DueState::Posted;
        let is_given_up = self.state == DueState::Skipped;
        let kinds = [(was_refused, BookEventKind::DueRefused), (is_given_up, BookEventKind::DueSkipped)];
        kinds.into_iter().filter(|(is_told, _)| *is_told).map(|(_, kind)| kind).collect()
    }
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
}
