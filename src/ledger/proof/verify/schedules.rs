//! Schedules, compared with their hashes, and their dues, compared with the recurrence and with the posted transfers.

use std::collections::HashMap;

use uuid::Uuid;

use crate::error::Error;
use crate::facts::{
    AccountId, BookChange, BookEvent, Cancellation, Due, DueState, OnRefusal, Refusal, Schedule, ScheduleId, Transfer,
    TransferId, TransferKind,
};
use crate::ledger::proof::verify::due_events::DueEvents;
use crate::ledger::proof::verify::walk::Walk;
use crate::ledger::proof::verify::walked::WalkedAccounts;
use crate::models::schedules::{DueRow, ScheduleRow};
use crate::models::sql_types::SqlId;
use crate::proof::{hash_due, hash_schedule};
use crate::store::{Store, StoreError};

/// The most rows in memory at once: few, because one row can have 70 kB of metadata.
const ROWS_PER_PAGE: i64 = 1_000;

/// A schedule whose dues are compared one after the other, from the first one on.
pub(in crate::ledger) struct ScheduleWalk {
    pub(in crate::ledger) schedule: Schedule,
    /// How many of its dues were compared.
    met: u32,
}

impl ScheduleWalk {
    pub(in crate::ledger) const fn new(schedule: Schedule) -> Self {
        Self { schedule, met: 0 }
    }

    /// The problem of a schedule with its hash or its accounts, if there is one. The accounts must have been fetched.
    pub(in crate::ledger) fn problem(&self, accounts: &WalkedAccounts) -> Option<String> {
        let Schedule { id, debit_account_id, credit_account_id, hash, .. } = &self.schedule;
        let find = |account: &AccountId| {
            accounts
                .get(*account)
                .ok_or_else(|| format!("schedule {id} names account {}, which is not there", account.0))
        };
        let (debit, credit) = match (find(debit_account_id), find(credit_account_id)) {
            (Ok(debit), Ok(credit)) => (debit, credit),
            (Err(problem), _) | (_, Err(problem)) => return Some(problem),
        };
        let expected = hash_schedule(&self.schedule, &debit.name, &credit.name);
        if *hash != expected {
            return Some(format!("schedule {id} has the hash {hash}, its content gives {expected}"));
        }
        let is_between_one = debit_account_id == credit_account_id || debit.currency != credit.currency;
        is_between_one.then(|| format!("schedule {id} is between {} and {}", debit.name, credit.name))
    }

    /// The problem of the next due with the schedule, if there is one.
    pub(in crate::ledger) fn meet(&mut self, due: &Due) -> Option<String> {
        let schedule = &self.schedule;
        let expected = schedule.recurrence.nth(self.met).filter(|_| self.met < schedule.due_count);
        self.met += 1;
        if expected != Some(due.due_at) {
            let expected = expected.map_or_else(|| "none".to_owned(), |expected| expected.to_string());
            let number = self.met;
            return Some(format!(
                "due {number} of schedule {} is {}, it should be {expected}",
                due.schedule_id, due.due_at
            ));
        }
        let is_posted = due.state == DueState::Posted;
        let is_of_the_book = due.refusal.as_ref().is_some_and(Refusal::is_of_the_book);
        let may_be_tried =
            (schedule.on_refusal == OnRefusal::Retry || is_of_the_book) && schedule.cancellation.is_none();
        let fits = due.transfer_id == is_posted.then(|| schedule.id.of_due(due.due_at))
            && due.refusal.is_none() == is_posted
            && (due.state != DueState::Refused || may_be_tried)
            && due.attempts >= 1
            && due.first_at <= due.last_at;
        let (id, Due { due_at, state, .. }) = (schedule.id, due);
        if !fits {
            return Some(format!("the due of {due_at} of schedule {id} is {state}, which does not fit the rest of it"));
        }
        let expected = hash_due(due, schedule.hash);
        (due.hash != expected).then(|| {
            format!("the due of {due_at} of schedule {id} has the hash {}, its content gives {expected}", due.hash)
        })
    }

    /// The problem with the number of dues, after all of them were compared.
    pub(in crate::ledger) fn problem_at_end(&self) -> Option<String> {
        let Schedule { id, due_count, .. } = self.schedule;
        (self.met != due_count).then(|| format!("schedule {id} counts {due_count} dues, {} are there", self.met))
    }
}

/// The problem of a due with the transfer that has its id, if there is one. Only a posted due may have such a transfer.
pub(in crate::ledger) fn problem_with_transfer(
    schedule: &Schedule,
    due: &Due,
    transfer: Option<&Transfer>,
) -> Option<String> {
    let fits = match (due.state, transfer) {
        (DueState::Posted, Some(transfer)) => is_transfer_of(schedule, due, transfer),
        (DueState::Refused | DueState::Skipped, None) => true,
        (DueState::Posted, None) | (DueState::Refused | DueState::Skipped, Some(_)) => false,
    };
    (!fits).then(|| {
        let found = if transfer.is_some() { "there is another one" } else { "there is none" };
        let (due_at, state, id) = (due.due_at, due.state, schedule.id.of_due(due.due_at));
        format!("the due of {due_at} of schedule {} is {state}, but of its transfer, {id}, {found}", schedule.id)
    })
}

fn is_transfer_of(schedule: &Schedule, due: &Due, transfer: &Transfer) -> bool {
    transfer.id == schedule.id.of_due(due.due_at)
        && transfer.kind == TransferKind::Transfer
        && transfer.amount == schedule.amount
        && transfer.debit.account_id == schedule.debit_account_id
        && transfer.credit.account_id == schedule.credit_account_id
        && transfer.effective_at == due.due_at
        && transfer.description == schedule.description
        && schedule.transfer_metadata().is_ok_and(|metadata| metadata == transfer.metadata)
}

/// The events of some schedules, except those that cannot be read.
pub(in crate::ledger) struct ScheduleEvents(HashMap<ScheduleId, Vec<BookEvent>>);

impl ScheduleEvents {
    /// Reads the events of the schedules.
    pub(in crate::ledger) fn of_rows(
        store: &mut dyn Store,
        ids: impl Iterator<Item = ScheduleId>,
    ) -> Result<Self, StoreError> {
        let mut found: HashMap<_, Vec<_>> = HashMap::new();
        // An event that cannot be read is a finding of the walk.
        for event in store.schedule_event_rows(&ids.collect::<Vec<_>>())?.into_iter().flat_map(BookEvent::try_from) {
            if let Some((schedule, _)) = event.change.schedule() {
                found.entry(schedule).or_default().push(event);
            }
        }
        Ok(Self(found))
    }

    /// The problem of a schedule with its events, if there is one: one event must add it, and one must cancel it if it is cancelled.
    pub(in crate::ledger) fn problem_with(&self, schedule: &Schedule) -> Option<String> {
        let Schedule { id, hash, actor, .. } = schedule;
        let events = self.0.get(id).map_or(&[][..], Vec::as_slice);
        let (added, cancelled) = match events {
            [added] => (Some(added), None),
            [added, cancelled] => (Some(added), Some(cancelled)),
            _ => (None, None),
        };
        let is_added = added.is_some_and(|event| {
            event.change == BookChange::ScheduleAdded { schedule: *id, hash: *hash } && event.actor == *actor
        });
        if !is_added {
            return Some(format!("schedule {id} is in the book, but no event of the book adds it as it is"));
        }
        let is_of_it =
            cancelled.is_none_or(|event| event.change == BookChange::ScheduleCancelled { schedule: *id, hash: *hash });
        let said = cancelled.map(Cancellation::from);
        (!is_of_it || said != schedule.cancellation).then(|| {
            format!("schedule {id} is {}, which is not what the events of the book say of it", schedule.state())
        })
    }
}

/// What the schedules have.
#[derive(Clone, Copy, Default)]
struct Met {
    dues: u64,
    /// The events of the book that their dues call for.
    events: u64,
}

impl Met {
    const fn add(&mut self, other: Self) {
        self.dues += other.dues;
        self.events += other.events;
    }
}

impl Walk {
    /// Compares every schedule with its hash, its recurrence, and the transfers of its dues.
    pub(super) fn compare_schedules(&mut self, store: &mut dyn Store) -> Result<(), Error> {
        let (mut next, mut met) = (Some(Uuid::nil()), Met::default());
        while let Some(first) = next {
            let rows = store.schedule_rows_from(SqlId::new(first), ROWS_PER_PAGE)?;
            let last = rows.last().and_then(|row| row.id.id());
            next = last.and_then(|last| last.as_u128().checked_add(1)).map(Uuid::from_u128);
            let events = ScheduleEvents::of_rows(store, rows.iter().filter_map(|row| row.id.id().map(ScheduleId)))?;
            for row in rows {
                met.add(self.compare_schedule(store, row, &events)?);
            }
        }
        let [_, dues] = store.count_schedules()?;
        if dues.unsigned_abs() != met.dues {
            let problem = format!("{dues} dues are recorded, the schedules in the book have {} of them", met.dues);
            self.add_finding(None, None, problem);
        }
        let told = self.of_book.of_dues;
        if told != met.events {
            let problem = format!("the book has {told} events of refused dues, the dues call for {}", met.events);
            self.add_finding(None, None, problem);
        }
        Ok(())
    }

    fn compare_schedule(
        &mut self,
        store: &mut dyn Store,
        row: ScheduleRow,
        events: &ScheduleEvents,
    ) -> Result<Met, Error> {
        self.accounts.fetch([row.debit_account_id, row.credit_account_id].map(AccountId))?;
        let (id, name) = (row.id, self.name_of(AccountId(row.debit_account_id)));
        let mut met = Met::default();
        let mut walk = match Schedule::try_from(row) {
            Ok(schedule) => ScheduleWalk::new(schedule),
            Err(corrupt) => {
                self.add_finding(None, name, corrupt.to_string());
                return Ok(met);
            }
        };
        let problems = [walk.problem(&self.accounts), events.problem_with(&walk.schedule)];
        for problem in problems.into_iter().flatten() {
            self.add_finding(None, name.clone(), problem);
        }
        let mut behind = None;
        loop {
            let rows = store.due_rows(id, behind, ROWS_PER_PAGE)?;
            let Some(last) = rows.last() else { break };
            behind = Some(last.due_at);
            met.dues += rows.len() as u64;
            for problem in problems_with_dues(store, &mut walk, rows, &mut met.events)? {
                self.add_finding(None, name.clone(), problem);
            }
        }
        if let Some(problem) = walk.problem_at_end() {
            self.add_finding(None, name, problem);
        }
        Ok(met)
    }
}

fn problems_with_dues(
    store: &mut dyn Store,
    walk: &mut ScheduleWalk,
    rows: Vec<DueRow>,
    events_met: &mut u64,
) -> Result<Vec<String>, StoreError> {
    let (mut problems, mut dues) = (Vec::new(), Vec::new());
    for row in rows {
        match Due::try_from(row) {
            Ok(due) => {
                problems.extend(walk.meet(&due));
                dues.push(due);
            }
            Err(corrupt) => problems.push(corrupt.to_string()),
        }
    }
    let events = DueEvents::of_dues(store, dues.iter())?;
    *events_met += dues.iter().map(|due| due.event_kinds().len() as u64).sum::<u64>();
    problems.extend(dues.iter().filter_map(|due| events.problem_with(due)));
    let ids: Vec<TransferId> = dues.iter().map(|due| walk.schedule.id.of_due(due.due_at)).collect();
    // A row that cannot be read is a finding of the walk.
    let transfers = store.transfer_rows(&ids)?.into_iter().flat_map(Transfer::try_from);
    let transfers: HashMap<_, _> = transfers.map(|transfer| (transfer.id, transfer)).collect();
    let pairs = dues.iter().zip(&ids);
    problems.extend(pairs.filter_map(|(due, id)| problem_with_transfer(&walk.schedule, due, transfers.get(id))));
    Ok(problems)
}
