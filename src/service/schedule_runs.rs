//! Posting what is due. A page of dues, their transfers and how far their schedules have come are committed together, so a run can be
//! killed at any point, started again, and started twice at once: each due is dealt with once.

use std::cmp::Reverse;
use std::collections::{BTreeSet, BinaryHeap, HashMap};
use std::ops::ControlFlow;

use super::schedules::{ScheduleStatus, with_names};
use super::{Ledger, Mode};
use crate::error::Error;
use crate::money::Money;
use crate::rules::{
    AccountName, BatchPolicy, Due, DueState, Instant, Request, Schedule, ScheduleId, ScheduleRejection,
};
use crate::store::{Access, DuePlace, Store};

/// How many dues one transaction deals with.
const DUES_PER_PAGE: usize = 500;
/// How many dues a dry run looks at: all in one transaction, because each of them sees the effects of those before it.
const DUES_PER_DRY_RUN: usize = 10_000;
/// How many dues a run tells one by one; the rest is counted.
const DUES_TOLD_MAX: usize = 1_000;

/// What became of a due in a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SettledDue {
    /// The due as it stands now.
    pub due: Due,
    /// The account that its transfer debits.
    pub debit_account: AccountName,
    /// The account that its transfer credits.
    pub credit_account: AccountName,
    /// How much.
    pub money: Money,
}

/// What a run came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScheduleRun {
    /// What was due up to here was dealt with.
    pub until: Instant,
    /// How many were posted.
    pub posted: u64,
    /// How many were refused and are tried again by the next run.
    pub refused: u64,
    /// How many were refused for good.
    pub skipped: u64,
    /// What became of each, in the order in which they were tried. At most 1,000.
    pub dues: Vec<SettledDue>,
    /// Whether that was all. Not where it was broken off, and where a dry run had more to look at than it does.
    pub is_complete: bool,
}

impl ScheduleRun {
    fn add(&mut self, settled: Vec<SettledDue>) {
        for settled in settled {
            match settled.due.state {
                DueState::Posted => self.posted += 1,
                DueState::Refused => self.refused += 1,
                DueState::Skipped => self.skipped += 1,
            }
            if self.dues.len() < DUES_TOLD_MAX {
                self.dues.push(settled);
            }
        }
    }
}

impl Ledger {
    /// Posts what is due up to a moment, now where none is given, each with its moment as the effective time: first what was refused
    /// before and is to be tried again, then everything else in the order of time. `progress` is told after every page, and can break
    /// the run off there.
    ///
    /// # Errors
    /// [`ScheduleRejection::UntilInFuture`]; [`Error::Store`], and then what was posted before it stays, and the next run goes on.
    /// Refusals of transfers are in the answer.
    pub fn run_schedules(
        &self,
        until: Option<Instant>,
        mode: Mode,
        progress: &mut dyn FnMut(&ScheduleRun) -> ControlFlow<()>,
    ) -> Result<ScheduleRun, Error> {
        let now = self.clock.now();
        let until = until.unwrap_or(now);
        if until > now {
            return Err(ScheduleRejection::UntilInFuture { until, now }.into());
        }
        let mut run = ScheduleRun { until, posted: 0, refused: 0, skipped: 0, dues: Vec::new(), is_complete: false };
        if mode == Mode::DryRun {
            self.try_out(&mut run)?;
        } else {
            run.is_complete =
                self.try_again(&mut run, progress)?.is_continue() && self.go_on(&mut run, progress)?.is_continue();
        }
        Ok(run)
    }

    /// Tries once again what was refused before.
    fn try_again(
        &self,
        run: &mut ScheduleRun,
        progress: &mut dyn FnMut(&ScheduleRun) -> ControlFlow<()>,
    ) -> Result<ControlFlow<()>, Error> {
        let mut behind = DuePlace::FIRST;
        loop {
            let read = |store: &mut dyn Store| Page::of_refused(store, behind, run.until, DUES_PER_PAGE);
            let Some((settled, last)) = self.deal_with(read)? else { return Ok(ControlFlow::Continue(())) };
            behind = last;
            run.add(settled);
            if progress(run).is_break() {
                return Ok(ControlFlow::Break(()));
            }
        }
    }

    /// Deals with everything that is due for the first time.
    fn go_on(
        &self,
        run: &mut ScheduleRun,
        progress: &mut dyn FnMut(&ScheduleRun) -> ControlFlow<()>,
    ) -> Result<ControlFlow<()>, Error> {
        let until = run.until;
        while let Some((settled, _)) = self.deal_with(|store| Page::of_due(store, until, DUES_PER_PAGE))? {
            run.add(settled);
            if progress(run).is_break() {
                return Ok(ControlFlow::Break(()));
            }
        }
        Ok(ControlFlow::Continue(()))
    }

    fn try_out(&self, run: &mut ScheduleRun) -> Result<(), Error> {
        let mut also_locked = BTreeSet::new();
        let (settled, count) = self.pool.transaction(Access::Write, |store| {
            let refused = Page::of_refused(store, DuePlace::FIRST, run.until, DUES_PER_DRY_RUN)?;
            let due = Page::of_due(store, run.until, DUES_PER_DRY_RUN)?;
            let mut page = Page::default();
            for part in [refused, due].into_iter().flatten() {
                page.schedules.extend(part.schedules);
                page.items.extend(part.items);
            }
            page.items.truncate(DUES_PER_DRY_RUN);
            let count = page.items.len();
            Ok((self.settle(store, &page, Mode::DryRun, &mut also_locked)?, count))
        })?;
        run.add(settled);
        run.is_complete = count < DUES_PER_DRY_RUN;
        Ok(())
    }

    /// Deals with one page, and returns what came of it and its last place; `None` where there is nothing more.
    fn deal_with(
        &self,
        mut read: impl FnMut(&mut dyn Store) -> Result<Option<Page>, Error>,
    ) -> Result<Option<(Vec<SettledDue>, DuePlace)>, Error> {
        let mut also_locked = BTreeSet::new();
        self.pool.transaction(Access::Write, |store| {
            let Some(page) = read(store)? else { return Ok(None) };
            let settled = self.settle(store, &page, Mode::Commit, &mut also_locked)?;
            let dues = settled.iter().map(|settled| &settled.due);
            let (again, new): (Vec<_>, Vec<_>) = dues.cloned().partition(|due| due.attempts > 1);
            store.insert_dues(&new)?;
            again.iter().try_for_each(|due| store.update_due(due))?;
            page.advanced().try_for_each(|schedule| store.update_schedule(schedule))?;
            Ok(Some((settled, page.last)))
        })
    }

    /// Judges the dues of a page, and posts what is accepted.
    fn settle(
        &self,
        store: &mut dyn Store,
        page: &Page,
        mode: Mode,
        also_locked: &mut BTreeSet<AccountName>,
    ) -> Result<Vec<SettledDue>, Error> {
        let schedules = with_names(store, page.schedules.values().cloned().collect())?;
        let schedules: HashMap<_, _> = schedules.into_iter().map(|status| (status.schedule.id, status)).collect();
        let status_of = |item: &Item| &schedules[&item.schedule_id];
        let requests: Vec<_> = page.items.iter().map(|item| request_for(status_of(item), item)).collect();
        if requests.is_empty() {
            return Ok(Vec::new());
        }
        let mut posting = self.posting(&requests, BatchPolicy::CarryOn, mode).also_locking(std::mem::take(also_locked));
        let attempt = posting.attempt(store, &[])?;
        // Known to the next attempt, should this one have lacked them.
        *also_locked = posting.into_also_locked();
        let outcome = attempt.or_begin_anew()?;

        let now = self.clock.now();
        let settled = page.items.iter().zip(&outcome.answers).map(|(item, answer)| {
            let status = status_of(item);
            SettledDue {
                due: status.schedule.settle(item.due_at, item.before.as_ref(), answer.as_ref().err(), now),
                debit_account: status.debit_account.clone(),
                credit_account: status.credit_account.clone(),
                money: status.money(),
            }
        });
        Ok(settled.collect())
    }
}

fn request_for(status: &ScheduleStatus, item: &Item) -> Request {
    let names = [status.debit_account.clone(), status.credit_account.clone()];
    status.schedule.due_transfer(item.due_at, names, status.currency).into()
}

/// Dues that are dealt with together, in order, and their schedules, which are locked.
struct Page {
    /// As the page leaves them.
    schedules: HashMap<ScheduleId, Schedule>,
    items: Vec<Item>,
    /// Everything up to here was looked at.
    last: DuePlace,
}

struct Item {
    schedule_id: ScheduleId,
    due_at: Instant,
    /// What became of it before.
    before: Option<Due>,
}

impl Default for Page {
    fn default() -> Self {
        Self { schedules: HashMap::new(), items: Vec::new(), last: DuePlace::FIRST }
    }
}

impl Page {
    /// Dues behind a place that are to be tried again.
    fn of_refused(
        store: &mut dyn Store,
        behind: DuePlace,
        until: Instant,
        limit: usize,
    ) -> Result<Option<Self>, Error> {
        let rows = i64::try_from(limit).unwrap_or(i64::MAX);
        let found = store.list_refused_dues(behind, rows)?;
        let places = found.iter().map(place_of).take_while(|place| place.due_at <= until);
        let places: Vec<_> = places.collect();
        let Some(last) = places.last().copied() else { return Ok(None) };
        let schedules = lock(store, places.iter().map(|place| place.schedule_id))?;
        // Read again behind the lock: another run may have tried them meanwhile, or somebody cancelled their schedules.
        let again = store.list_refused_dues(behind, rows)?.into_iter();
        let again = again.filter(|due| place_of(due) <= last && schedules.contains_key(&due.schedule_id));
        let item = |due: Due| Item { schedule_id: due.schedule_id, due_at: due.due_at, before: Some(due) };
        let items = again.map(item).collect();
        Ok(Some(Self { schedules, items, last }))
    }

    /// What is due for the first time, the earliest first.
    fn of_due(store: &mut dyn Store, until: Instant, limit: usize) -> Result<Option<Self>, Error> {
        let found = store.list_due_schedules(until, i64::try_from(limit).unwrap_or(i64::MAX))?;
        let Some(last) = found.last().and_then(next_place) else { return Ok(None) };
        // Schedules that were not read may be due behind the last one that was.
        let horizon = if found.len() < limit { DuePlace { due_at: until, ..DuePlace::LAST } } else { last };
        // As they stand behind the lock: another run may have dealt with some of their dues meanwhile.
        let mut schedules = lock(store, found.iter().map(|schedule| schedule.id))?;
        let mut places: BinaryHeap<_> = schedules.values().filter_map(next_place).map(Reverse).collect();
        let mut items = Vec::new();
        while let Some(Reverse(place)) = places.pop() {
            if place > horizon || items.len() == limit {
                break;
            }
            items.push(Item { schedule_id: place.schedule_id, due_at: place.due_at, before: None });
            if let Some(schedule) = schedules.get_mut(&place.schedule_id) {
                schedule.due_count += 1;
                places.extend(next_place(schedule).map(Reverse));
            }
        }
        Ok(Some(Self { schedules, items, last: horizon }))
    }

    /// The schedules that have come further.
    fn advanced(&self) -> impl Iterator<Item = &Schedule> {
        let new: BTreeSet<_> =
            self.items.iter().filter(|item| item.before.is_none()).map(|item| item.schedule_id).collect();
        new.into_iter().filter_map(|id| self.schedules.get(&id))
    }
}

/// Locks schedules in the order of their ids, before any account is locked.
fn lock(store: &mut dyn Store, ids: impl Iterator<Item = ScheduleId>) -> Result<HashMap<ScheduleId, Schedule>, Error> {
    let ids: BTreeSet<_> = ids.collect();
    let locked = store.lock_schedules(&ids.into_iter().collect::<Vec<_>>())?;
    Ok(locked.into_iter().map(|schedule| (schedule.id, schedule)).collect())
}

fn next_place(schedule: &Schedule) -> Option<DuePlace> {
    schedule.next_due_at().map(|due_at| DuePlace { due_at, schedule_id: schedule.id })
}

const fn place_of(due: &Due) -> DuePlace {
    DuePlace { due_at: due.due_at, schedule_id: due.schedule_id }
}
