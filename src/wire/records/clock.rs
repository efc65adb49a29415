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
    /// The acceptance of entries that are later than the clock.
    pub struct ClockAcceptanceRecord {
        /// The event's number within its chain, from 1.
        event: i64,
        /// Its number in the book's one order; null in a dry run.
        sequence: Option<Sequence>,
        /// When the ledger recorded it.
        recorded_at: Instant,
        /// Entries up to this moment are accepted.
        accepted_until: Instant,
        /// Who asked for it.
        actor: String,
        /// The reason that was given; null where there is none.
        reason: Option<String>,
        /// Whether it was only tried and nothing was written.
        dry_run: bool,
    }
    table { event, recorded_at, accepted_until, actor, reason }
}

impl ClockAcceptanceRecord {
    /// The acceptance that an event is, or `None` for one of another kind.
    #[must_use]
    pub fn of(event: &BookEvent, mode: Mode) -> Option<Self> {
        let accepted_until = event.change.accepted_until()?;
        Some(Self {
            event: event.number,
            sequence: (event.sequence != Sequence::UNASSIGNED).then_some(event.sequence),
            recorded_at: event.recorded_at,
            accepted_until,
            actor: event.actor.to_string(),
            reason: text(event.reason.as_ref()),
            dry_run: mode == Mode::DryRun,
        })
    }
}
