//! The chain of the book's events, compared with the schedules and currencies that it must agree with. Also finds transfers in periods that
//! were closed.

use std::collections::HashSet;

use crate::facts::{BookChange, BookEvent, ScheduleId, Sequence, Transfer, TransferKind};
use crate::ledger::proof::verify::walk::Walk;
use crate::models::book_events::BookEventRow;
use crate::proof::hash_book_event;
use crate::store::{Store, StoreError};

/// The schedules that have a row, among those that events refer to.
pub(super) struct KnownSchedules(HashSet<ScheduleId>);

impl KnownSchedules {
    pub(super) fn of_rows(store: &mut dyn Store, events: &[BookEventRow]) -> Result<Self, StoreError> {
        let ids: HashSet<_> = events.iter().filter_map(|row| row.subject.schedule_id?.id()).map(ScheduleId).collect();
        let ids: Vec<_> = ids.into_iter().collect();
        Ok(Self(store.existing_schedules(&ids)?.into_iter().collect()))
    }
}

impl Walk {
    pub(super) fn apply_book_event_row(&mut self, row: BookEventRow, known: &KnownSchedules) {
        let sequence = Sequence(row.sequence);
        match BookEvent::try_from(row) {
            Ok(event) => {
                self.apply_book_event(&event);
                self.find_missing_schedule(&event, known);
            }
            Err(corrupt) => self.add_finding(Some(sequence), None, corrupt.to_string()),
        }
    }

    pub(in crate::ledger) fn apply_book_event(&mut self, event: &BookEvent) {
        let walked = &mut self.of_book;
        let hash = hash_book_event(event, walked.head);
        let is_later = walked.recorded_at.is_none_or(|last| last < event.recorded_at);
        let checks = [
            ("does not have the number behind the one before", Some(event.number) == walked.number.checked_add(1)),
            ("is recorded before what came before it", is_later),
            ("changes nothing", walked.take(&event.change)),
            ("has another hash than its content and history give", event.hash == hash),
        ];

        // From here on the walk uses what is stored, so that one fault is one finding, and not one for every later row.
        walked.number = event.number;
        walked.recorded_at = Some(event.recorded_at);
        walked.head = event.hash;
        for (problem, _) in checks.into_iter().filter(|(_, is_right)| !is_right) {
            self.add_finding(Some(event.sequence), None, format!("{} {problem}", name_of(event)));
        }
    }

    fn find_missing_schedule(&mut self, event: &BookEvent, known: &KnownSchedules) {
        let Some((schedule, _)) = event.change.schedule() else { return };
        if !known.0.contains(&schedule) {
            let problem = format!("{} is recorded, but schedule {schedule} is not in the book", name_of(event));
            self.add_finding(Some(event.sequence), None, problem);
        }
    }

    /// Adds a finding if a transfer is effective in a period that was closed when it was recorded. A release may be, because it moves
    /// nothing.
    pub(super) fn check_period(&mut self, transfer: &Transfer) {
        if transfer.kind == TransferKind::Release {
            return;
        }
        if let Some(period) = self.of_book.closed.find(transfer.effective_at) {
            let problem = format!("it is effective at {}, in {period}, which was closed then", transfer.effective_at);
            self.add_finding(Some(transfer.sequence), self.name_of(transfer.debit.account_id), problem);
        }
    }
}

/// The event as text, for a finding.
fn name_of(event: &BookEvent) -> String {
    let (number, kind) = (event.number, event.change.kind());
    match &event.change {
        BookChange::Period { period, .. } => format!("event {number} of the book, {kind} {period},"),
        BookChange::ScheduleAdded { schedule, .. } | BookChange::ScheduleCancelled { schedule, .. } => {
            format!("event {number} of the book, {kind} {schedule},")
        }
        BookChange::CurrencyRegistered { currency, .. } => {
            format!("event {number} of the book, {kind} {},", currency.code())
        }
        BookChange::ClockAccepted { until } => format!("event {number} of the book, {kind} up to {until},"),
        BookChange::DueRefused(due) | BookChange::DueSkipped(due) => {
            format!("event {number} of the book, {kind} {} of {},", due.schedule, due.due_at)
        }
    }
}
