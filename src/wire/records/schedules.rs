//! Records of schedules, of their dues, and of a run that posts what is due.

use crate::facts::{
    AccountName, Due, DueState, Instant, Metadata, OnRefusal, RecurrenceParts, RecurrencePeriod, Refusal, ScheduleId,
    ScheduleState, TransferId,
};
use crate::ledger::{Mode, ScheduleAdded, ScheduleHistory, ScheduleRun, ScheduleStatus, SettledDue};
use crate::money::{CurrencyCode, Money};
use crate::wire::records::text;

record! {
    /// A schedule as it stands.
    pub struct ScheduleRecord {
        /// The schedule's id.
        schedule: ScheduleId,
        /// Whether it is active, finished or cancelled.
        state: ScheduleState,
        /// The account that is debited.
        debit_account: AccountName,
        /// The account that is credited.
        credit_account: AccountName,
        /// The amount of each transfer.
        amount: Money,
        /// The currency's code.
        currency: CurrencyCode,
        /// The period that it recurs by.
        every: RecurrencePeriod,
        /// So many periods from one due to the next.
        interval: u32,
        /// The day of the month that is meant.
        day: Option<u8>,
        /// When the first transfer is due.
        first_due_at: Instant,
        /// Null where nothing is to come.
        next_due_at: Option<Instant>,
        /// Nothing is due after this moment; null where there is no end.
        until: Option<Instant>,
        /// How many dues there are at most.
        count: Option<u32>,
        /// How many dues there were.
        due_count: u32,
        /// Whether what is refused is skipped or tried again.
        on_refusal: OnRefusal,
        /// The text that was given with it; null where there is none.
        description: Option<String>,
        /// Texts by their keys; empty where there are none.
        metadata: Metadata,
        /// When it was added.
        created_at: Instant,
        /// Who asked for it.
        actor: String,
        /// When it was cancelled; null where it was not.
        cancelled_at: Option<Instant>,
        /// Who cancelled it.
        cancelled_by: Option<String>,
        /// Why it was cancelled.
        cancel_reason: Option<String>,
        /// Its hash in the chain.
        hash: String,
        /// Whether this is the answer to a repeated request.
        replayed: bool,
        /// Whether it was only tried and nothing was written.
        dry_run: bool,
    }
    table { next_due_at, state, debit_account, credit_account, amount, currency }
    room { every, interval, day, due_count, on_refusal, schedule }
}

impl ScheduleRecord {
    /// The answer to a request for a schedule that was made in a mode.
    #[must_use]
    pub fn added(added: &ScheduleAdded, mode: Mode) -> Self {
        Self { replayed: added.replayed, ..Self::new(&added.status, mode) }
    }

    /// A schedule as it stands, or would stand, after something was done in a mode.
    #[must_use]
    pub fn new(status: &ScheduleStatus, mode: Mode) -> Self {
        let schedule = &status.schedule;
        let RecurrenceParts { period, step, day, first_due_at, until, due_count_max } = schedule.recurrence.parts();
        let cancellation = schedule.cancellation.as_ref();
        Self {
            schedule: schedule.id,
            state: schedule.state(),
            debit_account: status.debit_account.clone(),
            credit_account: status.credit_account.clone(),
            amount: status.money(),
            currency: status.currency.code(),
            every: period,
            interval: step,
            day,
            first_due_at,
            next_due_at: schedule.next_due_at(),
            until,
            count: due_count_max,
            due_count: schedule.due_count,
            on_refusal: schedule.on_refusal,
            description: text(schedule.description.as_ref()),
            metadata: schedule.metadata.clone(),
            created_at: schedule.created_at,
            actor: schedule.actor.to_string(),
            cancelled_at: cancellation.map(|cancellation| cancellation.at),
            cancelled_by: cancellation.map(|cancellation| cancellation.actor.to_string()),
            cancel_reason: cancellation.and_then(|cancellation| text(cancellation.reason.as_ref())),
            hash: schedule.hash.to_string(),
            replayed: false,
            dry_run: mode == Mode::DryRun,
        }
    }
}

impl From<&ScheduleStatus> for ScheduleRecord {
    fn from(status: &ScheduleStatus) -> Self {
        Self::new(status, Mode::Commit)
    }
}

record! {
    /// What became of a due transfer.
    pub struct DueRecord {
        /// When the transfer was due.
        due_at: Instant,
        /// Whether it was posted, refused or skipped.
        state: DueState,
        /// The schedule's id.
        schedule: ScheduleId,
        /// The account that is debited.
        debit_account: AccountName,
        /// The account that is credited.
        credit_account: AccountName,
        /// The amount.
        amount: Money,
        /// The currency's code.
        currency: CurrencyCode,
        /// How often it was tried.
        attempts: u32,
        /// When it was tried first.
        first_at: Instant,
        /// When it was tried last.
        last_at: Instant,
        /// The transfer that was posted; null where none was.
        transfer: Option<TransferId>,
        /// Why it was refused.
        code: Option<String>,
        /// The message of the refusal.
        reason: Option<String>,
    }
    table { due_at, state, debit_account, amount, currency, reason } room { credit_account, attempts }
    /// Where all are of one schedule.
    view of_one_schedule { due_at, state, attempts, reason } room { last_at, code, transfer }
}

impl DueRecord {
    fn new(due: &Due, accounts: [&AccountName; 2], money: Money) -> Self {
        let [debit_account, credit_account] = accounts.map(Clone::clone);
        let refusal = due.refusal.as_ref().map(|Refusal { code, reason }| (code.clone(), reason.clone()));
        let (code, reason) = refusal.unzip();
        Self {
            due_at: due.due_at,
            state: due.state,
            schedule: due.schedule_id,
            debit_account,
            credit_account,
            amount: money,
            currency: money.currency.code(),
            attempts: due.attempts,
            first_at: due.first_at,
            last_at: due.last_at,
            transfer: due.transfer_id,
            code,
            reason,
        }
    }
}

impl From<&SettledDue> for DueRecord {
    fn from(settled: &SettledDue) -> Self {
        let SettledDue { due, debit_account, credit_account, money } = settled;
        Self::new(due, [debit_account, credit_account], *money)
    }
}

record! {
    /// A schedule, and what became of its dues.
    pub struct ScheduleHistoryRecord {
        ..schedule: ScheduleRecord,
        /// The latest first.
        pub dues: Vec<DueRecord>,
    }
}

impl From<&ScheduleHistory> for ScheduleHistoryRecord {
    fn from(history: &ScheduleHistory) -> Self {
        let ScheduleHistory { status, dues, .. } = history;
        let record = |due: &Due| DueRecord::new(due, [&status.debit_account, &status.credit_account], status.money());
        Self { schedule: status.into(), dues: dues.iter().map(record).collect() }
    }
}

record! {
    /// What a run came to.
    pub struct ScheduleRunRecord {
        /// What was due by this moment was tried.
        until: Instant,
        /// How many transfers were posted.
        posted: u64,
        /// To be tried again.
        refused: u64,
        /// How many were refused and will not be tried again.
        skipped: u64,
        /// Whether that was all.
        complete: bool,
        /// Whether it was only tried and nothing was written.
        dry_run: bool,
        /// In the order in which they were tried; at most 1,000.
        pub dues: Vec<DueRecord>,
        /// How many met a fault of the book. They are kept.
        faulty: u64,
        /// The message of the first such fault.
        fault: Option<String>,
    }
}

impl ScheduleRunRecord {
    /// A run in a mode.
    #[must_use]
    pub fn new(run: &ScheduleRun, mode: Mode) -> Self {
        Self {
            until: run.until,
            posted: run.posted,
            refused: run.refused,
            skipped: run.skipped,
            complete: run.is_complete,
            dry_run: mode == Mode::DryRun,
            dues: run.dues.iter().map(DueRecord::from).collect(),
            faulty: run.faulty,
            fault: run.fault.clone(),
        }
    }
}
