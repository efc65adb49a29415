//! Reading a page of events: the walk, the filter, and what rows do not say themselves.

use std::collections::{BTreeSet, HashMap};

use uuid::Uuid;

use crate::facts::{AccountEvent, AccountId, BookEvent, Schedule, ScheduleId, Sequence, TransferId};
use crate::ledger::accounts::labels::AccountLabels;
use crate::ledger::events::cursor::EventCursor;
use crate::ledger::events::event::{AccountChanged, DueEvent, Event, EventContent, EventFilter, Leg, TransferEvent};
use crate::ledger::events::kind::EventKind;
use crate::ledger::events::order::{BookEntry, BookOrder};
use crate::ledger::proof::seal::book_id;
use crate::models::CorruptRow;
use crate::money::Money;
use crate::store::{Store, StoreError};

/// How many rows of a table are in memory at once.
const ROWS_PER_PAGE: i64 = 1_000;
/// How many rows are read for one page at most. What lies behind is left to the next page.
const READS_MAX: usize = 20_000;
/// How many sequences below the horizon are looked through at once for the newest event. Writers that were rolled back leave gaps.
const GAP_FIRST: i64 = 100;

/// A page that is being read.
pub(super) struct Reading<'a> {
    after: Option<EventCursor>,
    filter: &'a EventFilter,
    horizon: Sequence,
    limit: usize,
    events: Vec<Event>,
    next: Option<EventCursor>,
    reads: usize,
}

/// The events of a page, where to go on, and whether there was nothing else.
type Found = (Vec<Event>, Option<EventCursor>, bool);

impl<'a> Reading<'a> {
    pub(super) const fn new(
        after: Option<EventCursor>,
        filter: &'a EventFilter,
        horizon: Sequence,
        limit: usize,
    ) -> Self {
        Self { after, filter, horizon, limit, events: Vec::new(), next: after, reads: 0 }
    }

    /// Reads the page. `None` if the event that the cursor is behind is not there.
    pub(super) fn read(mut self, store: &mut dyn Store) -> Result<Option<Found>, StoreError> {
        // The event of the cursor is read too, to see that it is the same one. It was proven complete before the cursor was given out.
        let first = self.after.map_or(Sequence(1), |cursor| cursor.sequence);
        let last = self.horizon.max(first);
        let lets_all_through = self.filter.kinds.is_empty() && self.filter.accounts.is_empty();
        let limit = i64::try_from(self.limit).unwrap_or(ROWS_PER_PAGE).min(ROWS_PER_PAGE);
        let rows = if lets_all_through { limit } else { ROWS_PER_PAGE };
        let mut order = BookOrder::between(first, last, rows + i64::from(self.after.is_some()));
        let mut awaited = self.after;
        loop {
            let mut entries = order.next_page(store)?;
            if let Some(cursor) = awaited.take() {
                if entries.first().map(cursor_of) != Some(cursor) {
                    return Ok(None);
                }
                entries.remove(0);
                if entries.is_empty() {
                    continue;
                }
            }
            let is_last = entries.is_empty();
            if !is_last {
                self.take_entries(store, entries)?;
            }
            if is_last || self.events.len() >= self.limit || self.reads >= READS_MAX {
                return Ok(Some((self.events, self.next, is_last)));
            }
        }
    }

    /// Takes the entries that the filter lets through, up to as many as the page has.
    fn take_entries(&mut self, store: &mut dyn Store, entries: Vec<BookEntry>) -> Result<(), StoreError> {
        let about = Surroundings::of(store, &entries)?;
        for entry in entries {
            if self.events.len() >= self.limit {
                break;
            }
            self.reads += 1;
            self.next = Some(cursor_of(&entry));
            let event = about.event(entry)?;
            if self.filter.lets_through(&event) {
                self.events.push(event);
            }
        }
        Ok(())
    }
}

/// The newest event at or below the horizon.
pub(super) fn newest_cursor(store: &mut dyn Store, horizon: Sequence) -> Result<Option<EventCursor>, StoreError> {
    let mut gap = GAP_FIRST;
    let mut last = horizon;
    while last.0 > 0 {
        let first = Sequence((last.0 - gap).max(1));
        let mut order = BookOrder::between(first, last, ROWS_PER_PAGE);
        let mut newest = None;
        loop {
            let entries = order.next_page(store)?;
            let Some(entry) = entries.last() else { break };
            newest = Some(cursor_of(entry));
        }
        if newest.is_some() {
            return Ok(newest);
        }
        (last, gap) = (Sequence(first.0 - 1), gap.saturating_mul(2));
    }
    Ok(None)
}

/// Whether the book has the event that the cursor is behind.
pub(super) fn is_there(store: &mut dyn Store, cursor: EventCursor) -> Result<bool, StoreError> {
    let mut order = BookOrder::between(cursor.sequence, cursor.sequence, 1);
    loop {
        let entries = order.next_page(store)?;
        if entries.iter().map(cursor_of).any(|found| found == cursor) {
            return Ok(true);
        }
        if entries.is_empty() {
            return Ok(false);
        }
    }
}

fn cursor_of(entry: &BookEntry) -> EventCursor {
    EventCursor::behind(entry.sequence(), entry.hash())
}

/// What the rows of a page do not say themselves: whose they are, the names of accounts, and the legs of journals.
struct Surroundings {
    book: Uuid,
    labels: AccountLabels,
    /// The accounts that transfers credited whose metadata changed.
    credited: HashMap<TransferId, AccountId>,
    /// The schedules whose dues were not posted.
    schedules: HashMap<ScheduleId, Schedule>,
    /// The sequences of each journal's transfers, rising.
    journals: HashMap<Uuid, Vec<Sequence>>,
}

impl Surroundings {
    fn of(store: &mut dyn Store, entries: &[BookEntry]) -> Result<Self, StoreError> {
        let (credited, schedules) = (credited_by_annotated(store, entries)?, schedules_of_dues(store, entries)?);
        let parties = schedules.values().flat_map(|schedule| [schedule.debit_account_id, schedule.credit_account_id]);
        let ids = entries.iter().flat_map(BookEntry::account_ids).chain(credited.values().copied()).chain(parties);
        let labels = AccountLabels::find(store, ids)?;
        let journals: BTreeSet<_> = entries.iter().filter_map(journal_of).collect();
        let mut sequences = HashMap::<_, Vec<_>>::new();
        if !journals.is_empty() {
            for transfer in store.find_journals(&journals.into_iter().collect::<Vec<_>>())? {
                let journal = transfer.journal_id.unwrap_or_else(|| unreachable!("it was found by its journal"));
                sequences.entry(journal).or_default().push(transfer.sequence);
            }
            for sequences in sequences.values_mut() {
                sequences.sort_unstable();
            }
        }
        Ok(Self { book: book_id(store)?, labels, credited, schedules, journals: sequences })
    }

    fn event(&self, entry: BookEntry) -> Result<Event, StoreError> {
        let (sequence, recorded_at, hash) = (entry.sequence(), entry.recorded_at(), *entry.hash());
        let kind = EventKind::of(&entry);
        let content = match entry {
            BookEntry::Opening(account) => EventContent::AccountOpened(account),
            BookEntry::Transfer(transfer) => {
                let leg = transfer.journal_id.map(|journal| self.leg(journal, sequence));
                let type_of = |id| self.labels.get(id, "transfers", sequence).map(|label| label.account_type);
                let (debit_type, credit_type) =
                    (type_of(transfer.debit.account_id)?, type_of(transfer.credit.account_id)?);
                let posted = self.labels.posted(*transfer, false)?;
                EventContent::Transfer(Box::new(TransferEvent { posted, leg, debit_type, credit_type }))
            }
            BookEntry::OfAccount(event) => {
                let label = self.labels.get(event.account_id, "account_events", sequence)?;
                let (account, currency) = (label.name.clone(), label.currency);
                let credited = annotated(&event).and_then(|transfer| self.credited.get(&transfer));
                let credited = credited.map(|id| self.labels.get(*id, "transfers", sequence)).transpose()?;
                let credit_account = credited.map(|label| label.name.clone());
                EventContent::AccountChanged(Box::new(AccountChanged {
                    account,
                    credit_account,
                    currency,
                    event: *event,
                }))
            }
            BookEntry::OfBook(event) => self.of_book(event)?,
        };
        Ok(Event { book: self.book, sequence, recorded_at, hash, kind, content })
    }

    fn of_book(&self, event: Box<BookEvent>) -> Result<EventContent, StoreError> {
        let Some(due) = event.change.due().cloned() else { return Ok(EventContent::Book(event)) };
        let unknown = || CorruptRow::new("book_events", event.number, "schedule_id", due.schedule);
        let schedule = self.schedules.get(&due.schedule).ok_or_else(unknown)?;
        let label = |id| self.labels.get(id, "schedules", due.schedule);
        let (debit, credit) = (label(schedule.debit_account_id)?, label(schedule.credit_account_id)?);
        Ok(EventContent::Due(Box::new(DueEvent {
            debit_account: debit.name.clone(),
            credit_account: credit.name.clone(),
            money: Money::new(schedule.amount, debit.currency),
            event: *event,
            due,
        })))
    }

    fn leg(&self, journal: Uuid, sequence: Sequence) -> Leg {
        let sequences = self.journals.get(&journal).map_or(&[][..], Vec::as_slice);
        let number = sequences.partition_point(|leg| *leg <= sequence) as u64;
        Leg { number, of: sequences.len() as u64 }
    }
}

fn journal_of(entry: &BookEntry) -> Option<Uuid> {
    match entry {
        BookEntry::Transfer(transfer) => transfer.journal_id,
        BookEntry::Opening(_) | BookEntry::OfAccount(_) | BookEntry::OfBook(_) => None,
    }
}

/// The schedules of the dues that were not posted.
fn schedules_of_dues(
    store: &mut dyn Store,
    entries: &[BookEntry],
) -> Result<HashMap<ScheduleId, Schedule>, StoreError> {
    let due = |entry: &BookEntry| match entry {
        BookEntry::OfBook(event) => event.change.due().map(|due| due.schedule),
        BookEntry::Opening(_) | BookEntry::Transfer(_) | BookEntry::OfAccount(_) => None,
    };
    let ids: BTreeSet<_> = entries.iter().filter_map(due).collect();
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let schedules = store.find_schedules(&ids.into_iter().collect::<Vec<_>>())?;
    Ok(schedules.into_iter().map(|schedule| (schedule.id, schedule)).collect())
}

/// The transfer whose metadata an event changed.
fn annotated(event: &AccountEvent) -> Option<TransferId> {
    event.annotation.as_ref().and_then(|annotation| annotation.transfer_id)
}

/// Which accounts the transfers credited whose metadata changed. Such an event stands in the chain of the debited account alone.
fn credited_by_annotated(
    store: &mut dyn Store,
    entries: &[BookEntry],
) -> Result<HashMap<TransferId, AccountId>, StoreError> {
    let ids: BTreeSet<_> = entries
        .iter()
        .filter_map(|entry| match entry {
            BookEntry::OfAccount(event) => annotated(event),
            BookEntry::Opening(_) | BookEntry::Transfer(_) | BookEntry::OfBook(_) => None,
        })
        .collect();
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let transfers = store.find_transfers(&ids.into_iter().collect::<Vec<_>>())?;
    Ok(transfers.into_iter().map(|transfer| (transfer.id, transfer.credit.account_id)).collect())
}
