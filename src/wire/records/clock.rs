//! Records of the book's clock and of the acceptance of later entries.

use crate::facts::{BookEvent, Instant, Sequence};
use crate::ledger::{ClockStatus, Mode};
use crate::wire::records::text;

record! {
    /// How the entries of a book stand to its clock.
    pub struct ClockRecord {
        /// The time by the book's clock.
        now: Instant,
        /// When the latest entry was recorded; null where there is none.
        latest_entry: Option<Instant>,
        /// How many accounts have a transfer that is later than the clock.
        accounts_later: u64,
        /// Whether accounts are refused because of that.
        refused: bool,
        /// Entries up to this moment were accepted; null where none were.
        accepted_until: Option<Instant>,
        /// Who accepted them.
        accepted_by: Option<String>,
        /// Why they were accepted.
        reason: Option<String>,
    }
}

impl From<&ClockStatus> for ClockRecord {
    fn from(status: &ClockStatus) -> Self {
        let accepted = status.accepted.as_ref();
        Self {
            now: status.now,
            latest_entry: status.latest,
            accounts_later: status.accounts_later,
            refused: status.refuses(),
            accepted_until: status.accepted_until(),
            accepted_by: accepted.map(|event| event.actor.to_string()),
            reason: accepted.and_then(|event| text(event.reason.as_ref())),
        }
    }
}

record! {
    /// What a request to accept entries that are later than the clock came to.
    pub struct ClockAcceptanceRecord {
        /// The event's number within its chain, from 1; null where nothing was left to accept, as are the others but the last two.
        event: Option<i64>,
        /// Its number in the book's one order; null in a dry run.
        sequence: Option<Sequence>,
        /// When the ledger recorded it.
        recorded_at: Option<Instant>,
        /// Entries up to this moment are accepted.
        accepted_until: Option<Instant>,
        /// Who asked for it.
        actor: Option<String>,
        /// The reason that was given.
        reason: Option<String>,
        /// Whether something was accepted that was not before.
        changed: bool,
        /// Whether it was only tried and nothing was written.
        dry_run: bool,
    }
    table { event, accepted_until, changed, actor, reason } room { recorded_at }
}

impl ClockAcceptanceRecord {
    /// The acceptance that an event is, or that there was nothing to accept.
    #[must_use]
    pub fn new(event: Option<&BookEvent>, mode: Mode) -> Self {
        let is_written = mode == Mode::Commit;
        Self {
            event: event.map(|event| event.number),
            sequence: event.map(|event| event.sequence).filter(|sequence| *sequence != Sequence::UNASSIGNED),
            recorded_at: event.map(|event| event.recorded_at),
            accepted_until: event.and_then(|event| event.change.accepted_until()),
            actor: event.map(|event| event.actor.to_string()),
            reason: event.and_then(|event| text(event.reason.as_ref())),
            changed: event.is_some() && is_written,
            dry_run: !is_written,
        }
    }
}
