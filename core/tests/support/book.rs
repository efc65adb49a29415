//! A book in memory: what a database keeps, and nothing that is computed twice.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, HashMap};
use std::ops::Range;
use std::time::Duration;

use teller::facts::{
    Account, AccountEvent, AccountId, AccountName, Actor, BookChange, BookEvent, ClosedPeriods, Hold, HoldState,
    Instant, OpenedWith, OpeningEvent, Reference, Sequence, Signature, Transfer, TransferId,
};
use teller::judging::{Actors, Batch, Existing, Opening, Ruling, Verdict, change_period, open_account};
use teller::money::Currency;
use teller::rejection::Rejection;
use teller::requests::{AccountRequest, BatchPolicy, PeriodChange, Request};

use super::values::at;

/// The answer to a request that was not refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    pub replayed: bool,
    pub transfers: Vec<Transfer>,
}

/// All that a book keeps.
#[derive(Clone, Default)]
pub(super) struct State {
    /// How many sequences were drawn.
    pub(super) sequence: i64,
    pub(super) accounts: BTreeMap<AccountId, Account>,
    /// What each account was opened with.
    pub(super) openings: HashMap<AccountId, AccountRequest>,
    /// In their order.
    pub(super) transfers: Vec<Transfer>,
    pub(super) holds: HashMap<TransferId, Hold>,
    pub(super) events: Vec<AccountEvent>,
    pub(super) book_events: Vec<BookEvent>,
}

/// A book in memory, with a clock that stands still.
pub struct Book {
    now: Cell<Instant>,
    ids: Cell<u128>,
    pub(super) state: RefCell<State>,
    pub(super) currencies: RefCell<Vec<Currency>>,
}

/// What a hold is in, for readers of scenarios.
pub struct FoundHold {
    pub status: FoundTransfer,
}

/// What a transfer is in, for readers of scenarios.
pub struct FoundTransfer {
    pub currency: Currency,
}

impl Book {
    pub fn new() -> Self {
        Self {
            now: Cell::new(at("2026-01-01")),
            ids: Cell::new(0),
            state: RefCell::default(),
            currencies: RefCell::default(),
        }
    }

    pub fn now(&self) -> Instant {
        self.now.get()
    }

    pub fn set_time(&self, time: &str) {
        self.now.set(at(time));
    }

    /// Moves the clock to the latest entry.
    pub fn catch_up(&self) {
        let state = self.state.borrow();
        let transfers = state.transfers.iter().map(|transfer| transfer.recorded_at);
        let events = state.events.iter().map(|event| event.recorded_at);
        self.now.set(transfers.chain(events).fold(self.now(), Instant::max));
    }

    /// An id that no request had before.
    pub fn next_id(&self) -> TransferId {
        self.ids.set(self.ids.get() + 1);
        TransferId::from_line(&self.ids.get().to_be_bytes(), 1)
    }

    pub fn get_account(&self, name: &AccountName) -> Result<Account, Rejection> {
        let unknown = || Rejection::AccountUnknown { account: name.clone() };
        self.state.borrow().find_account(name).cloned().ok_or_else(unknown)
    }

    pub fn get_hold(&self, hold: Reference) -> Result<FoundHold, Rejection> {
        let state = self.state.borrow();
        let found = state.holds.get(&hold.id()).map(|found| state.accounts[&found.debit_account_id].currency);
        let status = found.map(|currency| FoundTransfer { currency });
        status.map(|status| FoundHold { status }).ok_or(Rejection::HoldUnknown { hold })
    }

    pub fn get_transfer(&self, transfer: Reference) -> Result<FoundTransfer, Rejection> {
        let state = self.state.borrow();
        let found = state.transfers.iter().find(|found| found.id == transfer.id());
        let found = found.map(|found| FoundTransfer { currency: state.accounts[&found.debit.account_id].currency });
        found.ok_or(Rejection::TransferUnknown { transfer })
    }

    pub fn transfers(&self) -> Vec<Transfer> {
        self.state.borrow().transfers.clone()
    }

    pub fn events(&self) -> Vec<AccountEvent> {
        self.state.borrow().events.clone()
    }

    /// How a hold stands now, and what is left of it.
    pub fn hold(&self, id: TransferId) -> Option<Hold> {
        let hold = self.state.borrow().holds.get(&id).copied()?;
        let state = hold.state_at(self.now());
        let remaining = if state == HoldState::Open { hold.remaining } else { teller::money::Amount::ZERO };
        Some(Hold { state, remaining, ..hold })
    }

    pub fn open(&self, request: &AccountRequest) -> Result<Opening, Rejection> {
        let mut state = self.state.borrow_mut();
        let known = state.find_account(&request.name).map(|account| {
            let AccountRequest { limits, metadata, .. } = state.openings[&account.id].clone();
            (account.clone(), OpenedWith { limits, metadata })
        });
        let existing = known.as_ref().map(|(account, opened_with)| Existing { account, opened_with });
        let account_id = AccountId(state.sequence + 1);
        let event = OpeningEvent { account_id, recorded_at: self.now(), actor: "model".parse().unwrap() };
        let opening = open_account(request, existing, &event)?;
        if let Opening::New(account) = &opening {
            state.draw(1);
            state.accounts.insert(account_id, account.clone());
            state.openings.insert(account_id, request.clone());
        }
        Ok(opening)
    }

    /// Judges requests and keeps what comes of it. A batch of which each item is judged for itself is judged in three more ways, which have
    /// to come to the same.
    pub fn submit(&self, requests: &[Request], policy: BatchPolicy, actor: &Actor) -> Vec<Result<Receipt, Rejection>> {
        let before = self.state.borrow().clone();
        let answers = self.state.borrow_mut().judge(requests, policy, actor, self.now());
        if policy == BatchPolicy::CarryOn {
            self.check_scope_is_enough(before.clone(), requests, &answers, actor);
            self.check_refused_leave_no_trace(before.clone(), requests, &answers, actor);
            self.check_one_by_one(before, requests, &answers, actor);
        }
        answers
    }

    /// All that was read is more than a posting reads, which comes to the same.
    fn check_scope_is_enough(
        &self,
        mut state: State,
        requests: &[Request],
        answers: &[Result<Receipt, Rejection>],
        actor: &Actor,
    ) {
        let known = state.known_to(requests, self.now());
        let again = state.judge_by(Batch::new(known, self.now()), requests, BatchPolicy::CarryOn, actor);
        assert_eq!(again, answers, "the scope of the requests has all that judging them needs");
        state.assert_same(&self.state.borrow(), "a posting that reads less left something else");
    }

    /// What was accepted comes to the same without what was refused.
    fn check_refused_leave_no_trace(
        &self,
        mut state: State,
        requests: &[Request],
        answers: &[Result<Receipt, Rejection>],
        actor: &Actor,
    ) {
        let accepted = requests.iter().zip(answers).filter(|(_, answer)| answer.is_ok());
        let accepted: Vec<_> = accepted.map(|(request, _)| request.clone()).collect();
        let again = state.judge(&accepted, BatchPolicy::CarryOn, actor, self.now());
        assert!(again.iter().eq(answers.iter().filter(|answer| answer.is_ok())), "a refused request changed an answer");
        state.assert_same(&self.state.borrow(), "a refused request left a trace");
    }

    /// A batch sees no net sums: it comes to the same as its requests do one by one.
    fn check_one_by_one(
        &self,
        mut state: State,
        requests: &[Request],
        answers: &[Result<Receipt, Rejection>],
        actor: &Actor,
    ) {
        for (request, answer) in requests.iter().zip(answers) {
            let alone = state.judge(std::slice::from_ref(request), BatchPolicy::CarryOn, actor, self.now());
            assert_eq!(&alone[0], answer, "alone, a request is answered as in a batch");
        }
        state.assert_same(&self.state.borrow(), "a batch left something else than its requests one by one");
    }

    /// Records the expiry of every hold that has expired, and says how many there were.
    pub fn expire(&self) -> usize {
        let mut state = self.state.borrow_mut();
        let mut batch = Batch::new(state.known(self.now()), self.now());
        batch.expire_all();
        let drawn = state.draw(batch.sequence_count());
        let ruling = batch.finish(&drawn);
        let expired = ruling.transfers.len();
        state.keep(ruling);
        expired
    }

    pub fn change_period(&self, change: &PeriodChange) -> Result<Option<BookChange>, Rejection> {
        let closed = ClosedPeriods::after(&self.state.borrow().book_events);
        let changed = change_period(change, closed, self.now())?;
        let signature = Signature { actor: change.actor.clone(), reason: change.reason.clone() };
        if let Some(change) = changed.clone() {
            self.record(signature, change);
        }
        Ok(changed)
    }

    /// Accepts all entries that there are and a day of those behind them, and says whether one is ahead of the clock.
    pub fn accept_clock(&self, signature: Signature) -> bool {
        let latest = {
            let state = self.state.borrow();
            let lead = state.lead();
            let times = state.transfers.iter().map(|transfer| transfer.recorded_at);
            times
                .chain(state.events.iter().map(|event| event.recorded_at))
                .filter(|time| !lead.allows(*time, self.now()))
                .max()
        };
        if let Some(until) = latest {
            self.record(signature, BookChange::ClockAccepted { until: until.after(Duration::from_hours(24)) });
        }
        latest.is_some()
    }

    fn record(&self, signature: Signature, change: BookChange) {
        let mut state = self.state.borrow_mut();
        let sequence = state.draw(1)[0];
        let event = BookEvent::behind(state.book_events.last(), sequence, self.now(), signature, change);
        state.book_events.push(event);
    }
}

impl State {
    pub(super) fn find_account(&self, name: &AccountName) -> Option<&Account> {
        self.accounts.values().find(|account| account.name == *name)
    }

    /// So many sequences that were not drawn before. There are gaps between those of different batches.
    fn draw(&mut self, count: usize) -> Vec<Sequence> {
        let count = i64::try_from(count).unwrap();
        let drawn = (self.sequence + 1..=self.sequence + count).map(Sequence).collect();
        self.sequence += count;
        drawn
    }

    fn judge(
        &mut self,
        requests: &[Request],
        policy: BatchPolicy,
        actor: &Actor,
        now: Instant,
    ) -> Vec<Result<Receipt, Rejection>> {
        self.judge_by(Batch::new(self.known(now), now), requests, policy, actor)
    }

    fn judge_by(
        &mut self,
        mut batch: Batch,
        requests: &[Request],
        policy: BatchPolicy,
        actor: &Actor,
    ) -> Vec<Result<Receipt, Rejection>> {
        let answers = batch.judge_all(requests, Actors::One(actor), policy);
        let drawn = self.draw(batch.sequence_count());
        let mut ruling = batch.finish_provisionally();
        assert_eq!(ruling.sequence_count(), drawn.len(), "as many sequences as were counted");
        ruling.assign_sequences(&drawn);
        let answers = answers.into_iter().zip(requests).map(|(answer, request)| match answer {
            Ok(verdict) => Ok(receipt(request, verdict, &ruling.transfers)),
            Err(rejection) => Err(ruling.with_sequences(rejection)),
        });
        let answers = answers.collect();
        self.keep(ruling);
        answers
    }

    fn keep(&mut self, ruling: Ruling) {
        let moves = ruling.transfers.len() + ruling.events.len();
        let is_only_moves =
            ruling.transfers.len() == moves && ruling.holds_opened.is_empty() && ruling.holds_changed.is_empty();
        assert_eq!(ruling.only_moves(), is_only_moves);
        for changed in ruling.accounts {
            let before =
                self.accounts.insert(changed.account.id, changed.account).expect("no account is made by a batch");
            assert_eq!(before.head, changed.head_before, "the head is that by which it was judged");
        }
        for hold in &ruling.holds_opened {
            assert!(self.holds.insert(hold.id, *hold).is_none(), "a hold is opened once");
        }
        for hold in &ruling.holds_changed {
            assert!(self.holds.insert(hold.id, *hold).is_some(), "a hold that is changed was there");
        }
        self.transfers.extend(ruling.transfers);
        self.events.extend(ruling.events);
    }

    fn assert_same(&self, other: &Self, problem: &str) {
        assert_eq!(self.transfers, other.transfers, "{problem}");
        assert_eq!(self.accounts, other.accounts, "{problem}");
        assert_eq!(self.events, other.events, "{problem}");
        assert_eq!(self.holds, other.holds, "{problem}");
    }
}

/// The expiries that stand between a journal's transfers are not what was asked for.
fn receipt(request: &Request, verdict: Verdict, drafts: &[Transfer]) -> Receipt {
    let journal_id = match request {
        Request::Journal(journal) => Some(journal.id().0),
        Request::JournalReversal(reversal) => Some(reversal.id.id().0),
        Request::Operation(_) | Request::Due(_) => None,
    };
    let asked_for = |transfer: &&Transfer| transfer.journal_id == journal_id;
    let rows = |range: Range<usize>| drafts[range].iter().filter(asked_for).cloned().collect();
    match verdict {
        Verdict::Posted(range) => Receipt { replayed: false, transfers: rows(range) },
        Verdict::ReplayedPosted(range) => Receipt { replayed: true, transfers: rows(range) },
        Verdict::ReplayedStored(transfers) => Receipt { replayed: true, transfers },
    }
}
