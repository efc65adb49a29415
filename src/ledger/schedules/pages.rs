//! The dues that one transaction handles, and their order.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap, HashMap};

use crate::error::Error;
use crate::facts::{Due, Instant, Schedule, ScheduleId};
use crate::models::CorruptRow;
use crate::models::schedules::{DueRow, ScheduleRow};
use crate::models::sql_types::SqlId;
use crate::store::{DueKey, Store, StoreError};

/// Dues that one transaction handles, in order, and their locked schedules.
pub(in crate::ledger) struct DuePage {
    /// The schedules after the page.
    pub(in crate::ledger) schedules: HashMap<ScheduleId, Schedule>,
    pub(in crate::ledger) items: Vec<Item>,
    /// The page covers all dues up to this key.
    pub(in crate::ledger) last: DueKey,
}

pub(in crate::ledger) struct Item {
    pub(in crate::ledger) schedule_id: ScheduleId,
    pub(in crate::ledger) due_at: Instant,
    /// The outcome of the earlier attempt, if there was one.
    pub(in crate::ledger) before: Option<Due>,
}

/// Schedules that a run skips, because a fault of the book prevented it from recording the outcomes of their dues.
#[derive(Default)]
pub(in crate::ledger) struct Stuck {
    faults: BTreeMap<ScheduleId, StoreError>,
    /// The first due of the current page.
    looking_at: Option<DueKey>,
}

impl Stuck {
    pub(in crate::ledger) fn add(&mut self, schedule: ScheduleId, fault: StoreError) {
        self.faults.entry(schedule).or_insert(fault);
    }

    pub(in crate::ledger) const fn looking_at(&self) -> Option<DueKey> {
        self.looking_at
    }

    /// How many schedules are skipped, and the first fault.
    pub(in crate::ledger) fn faults(&self) -> (usize, Option<&StoreError>) {
        (self.faults.len(), self.faults.values().next())
    }

    fn has(&self, schedule: ScheduleId) -> bool {
        self.faults.contains_key(&schedule)
    }

    /// Reads a row. If the row is corrupt, its schedule is skipped from here on.
    fn read<T>(&mut self, schedule: SqlId, row: Result<T, CorruptRow>) -> Option<T> {
        let schedule = schedule.id().map_or(ScheduleId::FIRST, ScheduleId);
        row.map_err(|corrupt| self.add(schedule, corrupt.into())).ok()
    }
}

impl Default for DuePage {
    fn default() -> Self {
        Self { schedules: HashMap::new(), items: Vec::new(), last: DueKey::FIRST }
    }
}

impl DuePage {
    /// Dues after `behind` that are to be tried again.
    pub(in crate::ledger) fn of_refused(
        store: &mut dyn Store,
        behind: DueKey,
        until: Instant,
        limit: usize,
        stuck: &mut Stuck,
    ) -> Result<Option<Self>, Error> {
        let rows_max = i64::try_from(limit).unwrap_or(i64::MAX);
        let keys = store.refused_due_rows(behind, rows_max)?.into_iter().filter_map(|row| key_of_row(&row));
        let keys: Vec<_> = keys.take_while(|key| key.due_at <= until).collect();
        let Some(last) = keys.last().copied() else { return Ok(None) };
        stuck.looking_at = keys.first().copied();
        let ids = keys.iter().map(|key| key.schedule_id).filter(|id| !stuck.has(*id));
        let schedules = lock(store, ids)?;
        // Read again behind the lock: meanwhile another run may have tried these dues, or their schedules may have been cancelled.
        let rows = store.refused_due_rows(behind, rows_max)?.into_iter();
        let again: Vec<_> = rows.filter_map(|row| stuck.read(row.schedule_id, Due::try_from(row))).collect();
        let again = again.into_iter();
        let again = again.filter(|due| key_of(due) <= last && schedules.contains_key(&due.schedule_id));
        let item = |due: Due| Item { schedule_id: due.schedule_id, due_at: due.due_at, before: Some(due) };
        let items = again.map(item).collect();
        Ok(Some(Self { schedules, items, last }))
    }

    /// Dues that were never tried, the earliest first.
    pub(in crate::ledger) fn of_due(
        store: &mut dyn Store,
        until: Instant,
        limit: usize,
        stuck: &mut Stuck,
    ) -> Result<Option<Self>, Error> {
        let (found, is_all) = list_due_schedules(store, until, limit, stuck)?;
        let Some(last) = found.last().and_then(next_key) else { return Ok(None) };
        stuck.looking_at = found.first().and_then(next_key);
        // Schedules that were not read can have dues after the last one that was read.
        let horizon = if is_all { DueKey { due_at: until, ..DueKey::LAST } } else { last };
        // Read again behind the lock: another run may have handled some of these dues meanwhile.
        let mut schedules = lock(store, found.iter().map(|schedule| schedule.id))?;
        let mut keys: BinaryHeap<_> = schedules.values().filter_map(next_key).map(Reverse).collect();
        let mut items = Vec::new();
        while let Some(Reverse(key)) = keys.pop() {
            if key > horizon || items.len() == limit {
                break;
            }
            items.push(Item { schedule_id: key.schedule_id, due_at: key.due_at, before: None });
            if let Some(schedule) = schedules.get_mut(&key.schedule_id) {
                schedule.due_count += 1;
                keys.extend(next_key(schedule).map(Reverse));
            }
        }
        Ok(Some(Self { schedules, items, last: horizon }))
    }

    /// The schedules whose progress this page changes.
    pub(in crate::ledger) fn advanced(&self) -> impl Iterator<Item = &Schedule> {
        let new: BTreeSet<_> =
            self.items.iter().filter(|item| item.before.is_none()).map(|item| item.schedule_id).collect();
        new.into_iter().filter_map(|id| self.schedules.get(&id))
    }
}

/// Up to `limit` schedules that are due and not skipped, and whether there are no more of them.
fn list_due_schedules(
    store: &mut dyn Store,
    until: Instant,
    limit: usize,
    stuck: &mut Stuck,
) -> Result<(Vec<Schedule>, bool), StoreError> {
    loop {
        let known = stuck.faults.len();
        let rows_max = limit + known;
        let rows = store.due_schedule_rows(until, i64::try_from(rows_max).unwrap_or(i64::MAX))?;
        let is_all = rows.len() < rows_max;
        let read = |row: ScheduleRow| stuck.read(row.id, Schedule::try_from(row));
        let mut schedules: Vec<_> = rows.into_iter().filter_map(read).collect();
        schedules.retain(|schedule| !stuck.has(schedule.id));
        // Corrupt rows used up a part of the limit. Read again, with room for them.
        if is_all || stuck.faults.len() == known {
            schedules.truncate(limit);
            return Ok((schedules, is_all));
        }
    }
}

/// Locks schedules in the order of their ids, before any account is locked.
fn lock(store: &mut dyn Store, ids: impl Iterator<Item = ScheduleId>) -> Result<HashMap<ScheduleId, Schedule>, Error> {
    let ids: BTreeSet<_> = ids.collect();
    let locked = store.lock_schedules(&ids.into_iter().collect::<Vec<_>>())?;
    Ok(locked.into_iter().map(|schedule| (schedule.id, schedule)).collect())
}

fn next_key(schedule: &Schedule) -> Option<DueKey> {
    schedule.next_due_at().map(|due_at| DueKey { due_at, schedule_id: schedule.id })
}

const fn key_of(due: &Due) -> DueKey {
    DueKey { due_at: due.due_at, schedule_id: due.schedule_id }
}

fn key_of_row(row: &DueRow) -> Option<DueKey> {
    Some(DueKey { due_at: row.due_at.instant()?, schedule_id: ScheduleId(row.schedule_id.id()?) })
}
