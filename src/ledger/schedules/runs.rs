//! Posting what is due. A page of dues, their transfers, the events of their refusals and the progress of their schedules are committed together. So a run can be killed
//! at any point, started again, or started twice at the same time: every due is handled once.

use std::collections::{BTreeSet, HashMap};
use std::error::Error as _;
use std::ops::ControlFlow;

use crate::error::Error;
use crate::facts::{AccountId, AccountName, BookChange, Due, DueState, Instant, Refusal, ScheduleId, Signature};
use crate::ledger::Ledger;
use crate::ledger::book::events::append_due_events;
use crate::ledger::schedules::pages::{DuePage, Item, Stuck};
use crate::ledger::schedules::{ScheduleStatus, with_names};
use crate::ledger::write_options::{Mode, WriteOptions};
use crate::money::Money;
use crate::rejection::ScheduleRejection;
use crate::requests::{BatchPolicy, Request};
use crate::store::{Access, DueKey, Store, StoreError};

/// The most dues that one transaction handles.
const DUES_PER_PAGE: usize = 500;
/// The most dues that a dry run handles. They are all in one transaction, because each due sees the effects of the dues before it.
const DUES_PER_DRY_RUN: usize = 10_000;
/// The most dues that a run reports one by one. The rest are only counted.
const DUES_TOLD_MAX: usize = 1_000;

/// The outcome of a due in a run.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SettledDue {
    /// The due after the run.
    pub due: Due,
    /// The account that its transfer debits.
    pub debit_account: AccountName,
    /// The account that its transfer credits.
    pub credit_account: AccountName,
    /// The transfer's amount.
    pub money: Money,
}

/// The outcome of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ScheduleRun {
    /// The run handles what is due up to this moment.
    pub until: Instant,
    /// How many dues were posted.
    pub posted: u64,
    /// How many dues were refused and will be tried again by the next run.
    pub refused: u64,
    /// How many dues were refused and will not be tried again.
    pub skipped: u64,
    /// The outcomes, in the order in which the dues were tried. At most 1,000.
    pub dues: Vec<SettledDue>,
    /// How many dues failed because of a fault of the book: a row that cannot be read, or a statement that the database refuses. Each of
    /// them is tried again. It delays no dues but those of its own schedule.
    pub faulty: u64,
    /// The first such fault.
    pub fault: Option<String>,
    /// False if the run was stopped, or if a dry run found more dues than it handles.
    pub is_complete: bool,
}

impl SettledDue {
    fn new(status: &ScheduleStatus, item: &Item, refusal: Option<Refusal>, now: Instant) -> Self {
        Self {
            due: status.schedule.after_attempt(item.due_at, item.before.as_ref(), refusal, now),
            debit_account: status.debit_account.clone(),
            credit_account: status.credit_account.clone(),
            money: status.money(),
        }
    }

    /// The fault of the book that prevented the transfer, as text.
    fn fault(&self) -> Option<&str> {
        let is_fault = |code: &str| [Refusal::CORRUPT_ROW, Refusal::STATEMENT_REFUSED].contains(&code);
        self.due.refusal.as_ref().filter(|refusal| is_fault(&refusal.code)).map(|refusal| refusal.reason.as_str())
    }
}

impl ScheduleRun {
    const fn until(until: Instant) -> Self {
        let dues = Vec::new();
        Self { until, posted: 0, refused: 0, skipped: 0, dues, faulty: 0, fault: None, is_complete: false }
    }

    fn add(&mut self, settled: Vec<SettledDue>) {
        for settled in settled {
            if let Some(fault) = settled.fault() {
                self.faulty += 1;
                self.fault.get_or_insert_with(|| fault.to_owned());
            }
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
    /// Posts what is due up to a moment, or up to now. Each transfer is effective at the moment at which it was due. First come the dues that were
    /// refused before and are tried again, then all others in the order of time. `progress` is called after every page and can stop the run.
    ///
    /// # Errors
    /// [`ScheduleRejection::UntilInFuture`]; [`Error::Store`]. What was committed before the fault stays, and the next run continues after it.
    /// Refusals of transfers are in the answer.
    ///
    /// ```
    /// # mod support { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/support/doctest_book.rs")); }
    /// # let (_folder, ledger) = support::new_book()?;
    /// use std::ops::ControlFlow;
    /// use teller::Mode;
    /// # use teller::facts::{RecurrencePeriod, RecurrenceRequest, TransferId};
    /// # use teller::money::Money;
    /// # use teller::requests::ScheduleRequest;
    /// # let payment = support::payment(&ledger, "p", "5.00")?;
    /// # let euro = ledger.get_currency("EUR".parse()?)?.currency;
    /// # let monthly = RecurrenceRequest::every(RecurrencePeriod::Month);
    /// # let (id, rent) = (TransferId::from_key("rent")?, Money::parse("5.00", euro)?);
    /// # let request = ScheduleRequest::new(id, payment.parties, rent, monthly, "alice".parse()?);
    ///
    /// ledger.add_schedule(&request, Mode::Commit)?;
    /// let run = ledger.run_schedules(None, Mode::Commit, &mut |_| ControlFlow::Continue(()))?;
    /// assert!(run.is_complete);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn run_schedules(
        &self,
        until: Option<Instant>,
        options: impl Into<WriteOptions>,
        progress: &mut dyn FnMut(&ScheduleRun) -> ControlFlow<()>,
    ) -> Result<ScheduleRun, Error> {
        let mode = options.into().mode;
        let now = self.clock.now();
        let until = until.unwrap_or(now);
        if until > now {
            return Err(ScheduleRejection::UntilInFuture { until, now }.into());
        }
        let mut run = ScheduleRun::until(until);
        if mode == Mode::DryRun {
            self.try_out(&mut run)?;
            return Ok(run);
        }
        let mut pages = Pages { ledger: self, until, stuck: Stuck::default(), one_by_one: 0 };
        let mut go_on = ControlFlow::Continue(());
        for source in [Source::Refused, Source::Due] {
            let mut behind = DueKey::FIRST;
            while go_on.is_continue()
                && let Some(dealt_with) = pages.next(source, behind)?
            {
                behind = dealt_with.last;
                run.add(dealt_with.settled);
                go_on = progress(&run);
            }
        }
        pages.tell_faults(&mut run);
        run.is_complete = go_on.is_continue();
        Ok(run)
    }

    fn try_out(&self, run: &mut ScheduleRun) -> Result<(), Error> {
        let mut also_locked = BTreeSet::new();
        let (settled, count) = self.pool.transaction(Access::Write, |store| {
            let mut stuck = Stuck::default();
            let refused = DuePage::of_refused(store, DueKey::FIRST, run.until, DUES_PER_DRY_RUN, &mut stuck)?;
            let due = DuePage::of_due(store, run.until, DUES_PER_DRY_RUN, &mut stuck)?;
            let mut page = DuePage::default();
            for part in [refused, due].into_iter().flatten() {
                page.schedules.extend(part.schedules);
                page.items.extend(part.items);
            }
            page.items.truncate(DUES_PER_DRY_RUN);
            let count = page.items.len();
            Ok((self.post_page(store, &page, Mode::DryRun, &mut also_locked)?, count))
        })?;
        run.add(settled);
        run.is_complete = count < DUES_PER_DRY_RUN;
        Ok(())
    }

    /// Judges the dues of a page, and posts those that are accepted.
    fn post_page(
        &self,
        store: &mut dyn Store,
        page: &DuePage,
        mode: Mode,
        also_locked: &mut BTreeSet<AccountId>,
    ) -> Result<Vec<SettledDue>, Error> {
        let schedules = statuses(store, page)?;
        let requests: Vec<_> = page.items.iter().map(|item| request_for(&schedules[&item.schedule_id], item)).collect();
        if requests.is_empty() {
            return Ok(Vec::new());
        }
        let mut posting = self.posting(&requests, BatchPolicy::CarryOn, mode).also_locking(std::mem::take(also_locked));
        let attempt = posting.attempt(store, &[])?;
        // If this attempt lacked locks, the next one takes them from here.
        *also_locked = posting.into_also_locked();
        let outcome = attempt.into_outcome()?;

        let now = self.clock.now();
        let settled = page.items.iter().zip(&outcome.answers).map(|(item, answer)| {
            let refusal = answer.as_ref().err().map(Refusal::from);
            SettledDue::new(&schedules[&item.schedule_id], item, refusal, now)
        });
        Ok(settled.collect())
    }

    /// The outcomes of a page that a fault of the book prevents.
    fn refuse_page(&self, store: &mut dyn Store, page: &DuePage, refusal: &Refusal) -> Result<Vec<SettledDue>, Error> {
        let (schedules, now) = (statuses(store, page)?, self.clock.now());
        let refuse = |item: &Item| SettledDue::new(&schedules[&item.schedule_id], item, Some(refusal.clone()), now);
        Ok(page.items.iter().map(refuse).collect())
    }
}

/// Where dues come from.
#[derive(Clone, Copy)]
enum Source {
    /// Dues that were refused before.
    Refused,
    /// Dues that were never tried.
    Due,
}

/// Goes through the dues of a run page by page. If a page fails because of a fault of the book, its dues are handled one by one, so that
/// the fault affects only the due that causes it.
struct Pages<'a> {
    ledger: &'a Ledger,
    until: Instant,
    stuck: Stuck,
    /// How many of the next dues are still handled one by one.
    one_by_one: usize,
}

/// The outcomes of a page, and its last key.
struct DealtWith {
    settled: Vec<SettledDue>,
    last: DueKey,
}

impl Pages<'_> {
    /// Handles the next page; `None` if there are no more dues.
    fn next(&mut self, source: Source, behind: DueKey) -> Result<Option<DealtWith>, Error> {
        if self.one_by_one == 0 {
            match self.attempt(source, behind, DUES_PER_PAGE, None) {
                Err(Error::Store(fault)) if fault.may_be_of_one_request() => self.one_by_one = DUES_PER_PAGE,
                outcome => return outcome,
            }
        }
        self.one_by_one -= 1;
        match self.attempt(source, behind, 1, None) {
            Err(Error::Store(fault)) if fault.may_be_of_one_request() => self.keep_faulty(source, behind, fault),
            outcome => outcome,
        }
    }

    /// Records that the next due failed because of a fault. If recording fails too, skips its schedule for the rest of the run.
    fn keep_faulty(&mut self, source: Source, behind: DueKey, fault: StoreError) -> Result<Option<DealtWith>, Error> {
        match self.attempt(source, behind, 1, Some(&refusal_of(&fault))) {
            Err(Error::Store(again)) if again.may_be_of_one_request() => {
                let Some(key) = self.stuck.looking_at() else { return Err(fault.into()) };
                self.stuck.add(key.schedule_id, fault);
                Ok(Some(DealtWith { settled: Vec::new(), last: key }))
            }
            outcome => outcome,
        }
    }

    fn attempt(
        &mut self,
        source: Source,
        behind: DueKey,
        limit: usize,
        fault: Option<&Refusal>,
    ) -> Result<Option<DealtWith>, Error> {
        let Self { ledger, until, stuck, .. } = self;
        let mut also_locked = BTreeSet::new();
        ledger.pool.transaction(Access::Write, |store| {
            let page = match source {
                Source::Refused => DuePage::of_refused(store, behind, *until, limit, stuck)?,
                Source::Due => DuePage::of_due(store, *until, limit, stuck)?,
            };
            let Some(page) = page else { return Ok(None) };
            let settled = match fault {
                None => ledger.post_page(store, &page, Mode::Commit, &mut also_locked)?,
                Some(refusal) => ledger.refuse_page(store, &page, refusal)?,
            };
            let dues = settled.iter().map(|settled| &settled.due);
            let (again, new): (Vec<_>, Vec<_>) = dues.cloned().partition(|due| due.attempts > 1);
            store.insert_dues(&new)?;
            again.iter().try_for_each(|due| store.update_due(due))?;
            page.advanced().try_for_each(|schedule| store.update_schedule(schedule))?;
            append_due_events(store, changes_of(&page, &settled), ledger.book_time().reading)?;
            Ok(Some(DealtWith { settled, last: page.last }))
        })
    }

    /// Adds the skipped schedules to the report of the run.
    fn tell_faults(&self, run: &mut ScheduleRun) {
        let (stuck, fault) = self.stuck.faults();
        run.faulty += stuck as u64;
        if let Some(fault) = fault {
            run.fault.get_or_insert_with(|| refusal_of(fault).reason);
        }
    }
}

/// What changes for the book by the outcomes of a page. A refusal has the actor that the transfer would have.
fn changes_of(page: &DuePage, settled: &[SettledDue]) -> Vec<(BookChange, Signature)> {
    let changes = settled.iter().flat_map(|settled| {
        let schedule = &page.schedules[&settled.due.schedule_id];
        let signature = Signature { actor: schedule.actor.clone(), reason: None };
        schedule.changes_by_attempt(&settled.due).into_iter().map(move |change| (change, signature.clone()))
    });
    changes.collect()
}

fn refusal_of(fault: &StoreError) -> Refusal {
    let code = match fault {
        StoreError::Corrupt(_) => Refusal::CORRUPT_ROW,
        _ => Refusal::STATEMENT_REFUSED,
    };
    let source = fault.source().map(|source| format!(": {source}"));
    let reason = format!("{fault}{}", source.unwrap_or_default());
    Refusal { code: code.to_owned(), reason }
}

fn statuses(store: &mut dyn Store, page: &DuePage) -> Result<HashMap<ScheduleId, ScheduleStatus>, StoreError> {
    let statuses = with_names(store, page.schedules.values().cloned().collect())?;
    Ok(statuses.into_iter().map(|status| (status.schedule.id, status)).collect())
}

fn request_for(status: &ScheduleStatus, item: &Item) -> Request {
    let names = [status.debit_account.clone(), status.credit_account.clone()];
    status.schedule.due_transfer(item.due_at, names, status.currency).into()
}
