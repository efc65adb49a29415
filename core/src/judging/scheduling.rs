//! Adding schedules, and the outcome of each due transfer.

use crate::facts::{
    Account, AccountId, AccountState, Balances, BookChange, Due, DueState, Hash, Instant, Limits, OnRefusal,
    Recurrence, Refusal, RefusedDue, Schedule, Sequence, TransferId, Velocity,
};
use crate::judging::batch::{Batch, Known};
use crate::proof::{hash_due, hash_schedule};
use crate::rejection::{Rejection, ScheduleRejection};
use crate::requests::{Request, ScheduleRequest, TransferRequest};

impl Schedule {
    /// The due after an attempt to post it: the first one, or another one after `before`. `refusal` is `None` if it was posted.
    #[must_use]
    pub fn after_attempt(&self, due_at: Instant, before: Option<&Due>, refusal: Option<Refusal>, now: Instant) -> Due {
        let first_at = before.map_or(now, |due| due.first_at);
        let is_in_time = now < first_at.after(OnRefusal::RETRY_TIME_MAX);
        let is_kept = |refusal: &Refusal| {
            refusal.is_of_the_book()
                || (self.on_refusal == OnRefusal::Retry && is_in_time && !refusal.is_of_a_closed_account())
        };
        let state = match &refusal {
            None => DueState::Posted,
            Some(refusal) if is_kept(refusal) => DueState::Refused,
            Some(_) => DueState::Skipped,
        };
        self.hashed(Due {
            schedule_id: self.id,
            due_at,
            transfer_id: refusal.is_none().then(|| self.id.of_due(due_at)),
            first_at,
            // Clocks go back.
            last_at: now.max(first_at),
            attempts: before.map_or(0, |due| due.attempts).saturating_add(1),
            state,
            refusal,
            hash: Hash([0; 32]),
        })
    }

    /// A refused due that is not tried again, because the schedule was broken off.
    #[must_use]
    pub fn give_up(&self, due: Due) -> Due {
        self.hashed(Due { state: DueState::Skipped, ..due })
    }

    /// What changes for the book by the newest attempt to post a due: that it is refused for the first time, and that it is not tried again.
    /// A due that is refused once more changes nothing.
    #[must_use]
    pub fn changes_by_attempt(&self, due: &Due) -> Vec<BookChange> {
        let Some(refused) = self.refused(due) else { return Vec::new() };
        let first = (due.attempts == 1).then(|| BookChange::DueRefused(refused.clone()));
        let last = (due.state == DueState::Skipped).then_some(BookChange::DueSkipped(refused));
        first.into_iter().chain(last).collect()
    }

    /// What changes for the book where a refused due is given up, because the schedule was broken off.
    #[must_use]
    pub fn change_by_giving_up(&self, due: &Due) -> Option<BookChange> {
        self.refused(due).map(BookChange::DueSkipped)
    }

    fn refused(&self, due: &Due) -> Option<RefusedDue> {
        let refusal = due.refusal.clone()?;
        Some(RefusedDue { schedule: self.id, hash: self.hash, due_at: due.due_at, refusal })
    }

    fn hashed(&self, due: Due) -> Due {
        Due { hash: hash_due(&due, self.hash), ..due }
    }

    /// The first field in which a request differs from the one that the schedule was made of. `accounts` are those that it names.
    #[must_use]
    pub fn difference(&self, request: &ScheduleRequest, accounts: &[Account]) -> Option<&'static str> {
        // Whether an account was closed since then is not asked again.
        let open = |account: &Account| Account { state: AccountState::Open, ..account.clone() };
        let pair = judge_pair(request, accounts.iter().map(open).collect()).ok();
        let recurrence = request.recurrence.asked_for_at(self.created_at).ok();
        let fields = [
            ("accounts", pair == Some((self.debit_account_id, self.credit_account_id))),
            ("amount", request.money.amount == self.amount),
            ("recurrence", recurrence == Some(self.recurrence)),
            ("policy on refusal", request.on_refusal == self.on_refusal),
            ("description", request.description == self.description),
            ("metadata", request.metadata == self.metadata),
        ];
        fields.into_iter().find(|(_, is_same)| !is_same).map(|(field, _)| field)
    }
}

/// Decides about a new schedule. `accounts` are those that it names, as far as they exist.
///
/// # Errors
/// What no transfer of it could ever pass: a [`Rejection`] up to `AccountClosed`. What may pass, such as a lack of funds, is judged
/// when a transfer is due.
pub fn open_schedule(
    request: &ScheduleRequest,
    recurrence: Recurrence,
    accounts: &[Account],
    now: Instant,
) -> Result<Schedule, Rejection> {
    let (debit_account_id, credit_account_id) = judge_pair(request, accounts.to_vec())?;

    // From here on nothing may be refused.
    let mut schedule = Schedule {
        id: request.id,
        debit_account_id,
        credit_account_id,
        amount: request.money.amount,
        recurrence,
        on_refusal: request.on_refusal,
        description: request.description.clone(),
        metadata: request.metadata.clone(),
        created_at: now,
        actor: request.actor.clone(),
        hash: Hash([0; 32]),
        due_count: 0,
        cancellation: None,
    };
    let name_of = |id| accounts.iter().find(|account| account.id == id).map(|account| &account.name);
    if let (Some(debit), Some(credit)) = (name_of(debit_account_id), name_of(credit_account_id)) {
        schedule.hash = hash_schedule(&schedule, debit, credit);
    }
    Ok(schedule)
}

/// Refuses an id that belongs to a schedule which was asked for in another way.
///
/// # Errors
/// [`ScheduleRejection::ScheduleExists`].
pub fn check_same_schedule(known: &Schedule, request: &ScheduleRequest, accounts: &[Account]) -> Result<(), Rejection> {
    match known.difference(request, accounts) {
        Some(field) => Err(ScheduleRejection::ScheduleExists { schedule: known.id, field }.into()),
        None => Ok(()),
    }
}

/// Who is debited and who is credited, judged as a transfer is, but as if nothing were frozen, limited or counted yet: all of that may
/// be otherwise when it is due.
fn judge_pair(request: &ScheduleRequest, mut accounts: Vec<Account>) -> Result<(AccountId, AccountId), Rejection> {
    for account in &mut accounts {
        account.limits = Limits { min_balance: None, max_balance: None };
        account.velocity = Velocity::default();
        account.balances = Balances::default();
        account.last = None;
        if account.state != AccountState::Closed {
            account.state = AccountState::Open;
        }
    }
    let trial = TransferRequest::new(TransferId(request.id.0), request.parties.clone(), request.money);
    let mut batch = Batch::new(Known { accounts, ..Known::default() }, Instant::EPOCH);
    batch.judge(&Request::from(trial))?;
    let ruling = batch.finish(&[Sequence::UNASSIGNED]);
    let transfer = ruling.transfers.first();
    let transfer = transfer.unwrap_or_else(|| unreachable!("a transfer that is not refused has a row"));
    Ok((transfer.debit.account_id, transfer.credit.account_id))
}
