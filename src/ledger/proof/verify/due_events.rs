//! What the book's events say of refused dues, compared with the rows of these dues.

use std::collections::{BTreeMap, HashMap};

use crate::facts::{BookEvent, BookEventKind, Due, Instant, ScheduleId};
use crate::store::{Store, StoreError};

/// The events of some dues, except those that cannot be read.
pub(in crate::ledger) struct DueEvents(HashMap<(ScheduleId, Instant), Vec<BookEvent>>);

impl DueEvents {
    /// Reads the events of those dues that have any.
    pub(in crate::ledger) fn of_dues<'d>(
        store: &mut dyn Store,
        dues: impl Iterator<Item = &'d Due>,
    ) -> Result<Self, StoreError> {
        let mut spans: BTreeMap<ScheduleId, (Instant, Instant)> = BTreeMap::new();
        for due in dues.filter(|due| !due.event_kinds().is_empty()) {
            let span = spans.entry(due.schedule_id).or_insert((due.due_at, due.due_at));
            *span = (span.0.min(due.due_at), span.1.max(due.due_at));
        }
        let mut found: HashMap<_, Vec<_>> = HashMap::new();
        for (schedule, span) in spans {
            // An event that cannot be read is a finding of the walk.
            for event in store.due_event_rows(schedule, span)?.into_iter().flat_map(BookEvent::try_from) {
                if let Some(due) = event.change.due() {
                    found.entry((due.schedule, due.due_at)).or_default().push(event);
                }
            }
        }
        Ok(Self(found))
    }

    /// The problem of a due with its events, if there is one: one event tells that it was refused first, and one that it is given up.
    pub(in crate::ledger) fn problem_with(&self, due: &Due) -> Option<String> {
        let expected = due.event_kinds();
        if expected.is_empty() {
            return None;
        }
        let events = self.0.get(&(due.schedule_id, due.due_at)).map_or(&[][..], Vec::as_slice);
        let is_same = |kind: BookEventKind, event: &BookEvent| {
            let said = event.change.due().map(|said| &said.refusal);
            // What a due was refused for first is known only as long as it was not tried again.
            let is_of_the_last_attempt = kind == BookEventKind::DueSkipped || due.attempts == 1;
            event.change.kind() == kind && (!is_of_the_last_attempt || said == due.refusal.as_ref())
        };
        let are_same =
            expected.len() == events.len() && expected.iter().zip(events).all(|(kind, event)| is_same(*kind, event));
        (!are_same).then(|| {
            let Due { due_at, state, schedule_id, .. } = due;
            format!("the due of {due_at} of schedule {schedule_id} is {state}, which is not what the events of the book say of it")
        })
    }
}
