//! The closings of periods, and what was posted into them all the same.

use super::walk::Walk;
use crate::models::period_events::PeriodEventRow;
use crate::rules::{ClosedPeriods, Hash, Instant, PeriodEvent, Sequence, Transfer, hash_period_event};

/// The periods as the walk has recomputed them so far.
pub(in crate::service) struct WalkedPeriods {
    /// The number of the newest event, 0 before the first, and when it was recorded.
    pub(super) number: i64,
    recorded_at: Option<Instant>,
    pub(super) head: Hash,
    closed: ClosedPeriods,
}

impl Default for WalkedPeriods {
    fn default() -> Self {
        Self { number: 0, recorded_at: None, head: Hash([0; 32]), closed: ClosedPeriods::default() }
    }
}

impl Walk {
    pub(super) fn apply_period_row(&mut self, row: PeriodEventRow) {
        let sequence = Sequence(row.sequence);
        match PeriodEvent::try_from(row) {
            Ok(event) => self.apply_period(&event),
            Err(corrupt) => self.find(Some(sequence), None, corrupt.to_string()),
        }
    }

    pub(in crate::service) fn apply_period(&mut self, event: &PeriodEvent) {
        let walked = &mut self.periods;
        let hash = hash_period_event(event, walked.head);
        let is_later = walked.recorded_at.is_none_or(|last| last < event.recorded_at);
        let checks = [
            ("does not have the number behind the one before", Some(event.number) == walked.number.checked_add(1)),
            ("is recorded before what came before it", is_later),
            ("changes nothing", walked.closed.apply(event.period, event.action)),
            ("has another hash than its content and history give", event.hash == hash),
        ];

        // What is stored is believed from here on, so that one fault is found once and not in every later row.
        walked.number = event.number;
        walked.recorded_at = Some(event.recorded_at);
        walked.head = event.hash;
        for (problem, _) in checks.into_iter().filter(|(_, is_right)| !is_right) {
            let what = format!("the {} of period {}", event.action, event.period);
            self.find(Some(event.sequence), None, format!("{what} {problem}"));
        }
    }

    /// Finds a transfer that says to count in a period which was closed when it was recorded.
    pub(super) fn check_period(&mut self, transfer: &Transfer) {
        if transfer.effective_at == transfer.recorded_at {
            return;
        }
        if let Some(period) = self.periods.closed.find(transfer.effective_at) {
            let problem = format!("it is effective at {}, in {period}, which was closed then", transfer.effective_at);
            self.find(Some(transfer.sequence), self.name_of(transfer.debit.account_id), problem);
        }
    }
}
