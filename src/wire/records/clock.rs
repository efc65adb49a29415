use crate::facts::{BookEvent, Instant, Sequence};
use crate::ledger::{ClockStatus, Mode};
use crate::wire::records::text;

record! {
    /// How the entries of a book stand to its clock.
    pub struct ClockRecord {
        now: Instant,
        latest_entry: Option<Instant>,
        /// How many accounts have a transfer that is later than the clock.
        accounts_later: u64,
        /// Whether accounts are refused because of that.
        refused: bool,
        accepted_until: Option<Instant>,
        accepted_by: Option<String>,
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
        event: i64,
        sequence: Option<Sequence>,
        recorded_at: Instant,
        accepted_until: Instant,
        actor: String,
        reason: Option<String>,
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
