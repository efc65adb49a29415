//! Schedules and their dues in a book's file: each schedule by id, and its dues behind it, by their moments.

use std::collections::HashMap;

use uuid::Uuid;

use crate::error::Error;
use crate::facts::{Due, Schedule, ScheduleId, TransferId};
use crate::ledger::proof::verify::{DueEvents, ScheduleEvents, ScheduleWalk, WalkedBook, problem_with_transfer};
use crate::ledger::transport::book::export::Export;
use crate::ledger::transport::book::problems::refusal;
use crate::ledger::transport::book::{BookHeader, BookPart};
use crate::models::CorruptRow;
use crate::models::sql_types::SqlId;
use crate::store::{Store, StoreError};

/// How many rows are in memory at once: few, because one can have 70 kB of metadata.
const ROWS_PER_PAGE: i64 = 1_000;

impl Export<'_> {
    pub(super) fn write_schedules(&mut self, store: &mut dyn Store) -> Result<(), Error> {
        let (mut next, mut written) = (Some(Uuid::nil()), [0, 0]);
        while let Some(first) = next {
            let rows = store.schedule_rows_from(SqlId::new(first), ROWS_PER_PAGE)?;
            let last = rows.last().and_then(|row| row.id.id());
            next = last.and_then(|last| last.as_u128().checked_add(1)).map(Uuid::from_u128);
            for row in rows {
                let id = row.id;
                let schedule = Schedule::try_from(row).map_err(StoreError::from)?;
                let currency = self.currency_of(store, schedule.debit_account_id, "schedules", schedule.id)?;
                self.write(BookPart::Schedule(Box::new(schedule), currency))?;
                written[0] += 1;
                written[1] += self.write_dues(store, id)?;
            }
        }
        let BookHeader { schedules, dues, .. } = self.header;
        if written != [schedules, dues] {
            let found = format!("{written:?}, there are {:?}", [schedules, dues]);
            let what = "number of schedules and dues";
            return Err(StoreError::from(CorruptRow::new("schedules", "all of them", what, found)).into());
        }
        Ok(())
    }

    fn write_dues(&mut self, store: &mut dyn Store, schedule: SqlId) -> Result<u64, Error> {
        let (mut behind, mut written) = (None, 0);
        loop {
            let rows = store.due_rows(schedule, behind, ROWS_PER_PAGE)?;
            let Some(last) = rows.last() else { return Ok(written) };
            behind = Some(last.due_at);
            for row in rows {
                let due = Due::try_from(row).map_err(StoreError::from)?;
                self.write(BookPart::Due(Box::new(due)))?;
                written += 1;
            }
        }
    }
}

/// What the lines of schedules so far come to.
#[derive(Default)]
pub(super) struct ScheduleCheck {
    last: Option<ScheduleWalk>,
    schedules: u64,
    dues: u64,
    /// The events of the book that the dues call for.
    events: u64,
}

impl ScheduleCheck {
    pub(super) fn take_schedule(&mut self, schedule: &Schedule) -> Result<&ScheduleWalk, String> {
        self.end()?;
        if let Some(last) = &self.last
            && schedule.id <= last.schedule.id
        {
            return Err(format!(
                "schedule {} stands behind schedule {}; they must rise",
                schedule.id, last.schedule.id
            ));
        }
        self.schedules += 1;
        Ok(self.last.insert(ScheduleWalk::new(schedule.clone())))
    }

    pub(super) fn take_due(&mut self, due: &Due) -> Result<(), String> {
        self.dues += 1;
        self.events += due.event_kinds().len() as u64;
        match self.last.as_mut().filter(|last| last.schedule.id == due.schedule_id) {
            Some(last) => last.meet(due).map_or(Ok(()), Err),
            None => Err(format!("it is a due of schedule {}, which it does not stand behind", due.schedule_id)),
        }
    }

    /// The last schedule must have had all its dues.
    fn end(&self) -> Result<(), String> {
        self.last.as_ref().and_then(ScheduleWalk::problem_at_end).map_or(Ok(()), Err)
    }

    /// Nothing of what the header counts may be missing.
    pub(super) fn finish(&self, header: &BookHeader, book: &WalkedBook) -> Result<(), String> {
        self.end()?;
        let (added, of_dues) = (book.schedules, book.of_dues);
        if added != self.schedules {
            return Err(format!("the events of the book add {added} schedules, the file has {}", self.schedules));
        }
        if of_dues != self.events {
            let called_for = self.events;
            return Err(format!("the book has {of_dues} events of refused dues, the dues call for {called_for}"));
        }
        let (said, found) = ([header.schedules, header.dues], [self.schedules, self.dues]);
        if said != found {
            return Err(format!("the header counts {said:?} schedules and dues, the file has {found:?}"));
        }
        Ok(())
    }
}

/// Schedules and dues that were judged and are not in the book yet, with their lines.
#[derive(Default)]
pub(super) struct ScheduleLines {
    pub(super) schedules: Vec<(u64, Schedule)>,
    pub(super) dues: Vec<(u64, Due)>,
}

impl ScheduleLines {
    pub(super) const fn len(&self) -> usize {
        self.schedules.len() + self.dues.len()
    }

    /// Writes all of them. What only the book can tell is judged here: the transfers of the dues.
    pub(super) fn write(&self, store: &mut dyn Store) -> Result<(), Error> {
        let events = ScheduleEvents::of_rows(store, self.schedules.iter().map(|(_, schedule)| schedule.id))?;
        for (number, schedule) in &self.schedules {
            if let Some(problem) = events.problem_with(schedule) {
                return Err(refusal(*number, problem));
            }
            store.insert_schedule(schedule)?;
        }
        let ids: Vec<TransferId> = self.dues.iter().map(|(_, due)| due.schedule_id.of_due(due.due_at)).collect();
        if ids.is_empty() {
            return Ok(());
        }
        let transfers: HashMap<_, _> =
            store.find_transfers(&ids)?.into_iter().map(|transfer| (transfer.id, transfer)).collect();
        let mut known: HashMap<ScheduleId, Schedule> =
            self.schedules.iter().map(|(_, schedule)| (schedule.id, schedule.clone())).collect();
        let events = DueEvents::of_dues(store, self.dues.iter().map(|(_, due)| due))?;
        for ((number, due), id) in self.dues.iter().zip(&ids) {
            let id_of_schedule = due.schedule_id;
            if !known.contains_key(&id_of_schedule) {
                // It came with an earlier batch.
                known.extend(store.find_schedule(id_of_schedule)?.map(|schedule| (id_of_schedule, schedule)));
            }
            let missing = || Some(format!("schedule {id_of_schedule} is not in the book"));
            let problem =
                |schedule| problem_with_transfer(schedule, due, transfers.get(id)).or_else(|| events.problem_with(due));
            if let Some(problem) = known.get(&id_of_schedule).map_or_else(missing, problem) {
                return Err(refusal(*number, problem));
            }
        }
        store.insert_dues(&self.dues.iter().map(|(_, due)| due.clone()).collect::<Vec<_>>())?;
        Ok(())
    }
}
