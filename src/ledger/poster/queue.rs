//! Requests that wait to be written, and the rule that decides which of them a writer may take.
//!
//! Several writers can take from one queue at the same time. Requests that share an account are written in the order in which they were
//! handed in, one batch after the other, so that no two batches wait for each other in the database. Requests that share no account can be
//! written at the same time. A request that does not name all its accounts, such as a capture, waits for everything before it, and
//! everything after it waits for it.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::facts::AccountName;
use crate::ledger::poster::job::{Job, Touched};
use crate::maps::{FastMap, FastSet};
use crate::store::StoreError;

/// How long a writer gathers requests from the callers that it has just answered.
const GATHER_TIME_MAX: Duration = Duration::from_micros(200);
/// How many requests a writer skips because they must wait for another writer, before it goes with what it has.
const SKIPPED_MAX: usize = 64;

/// The number of a writer, from 0.
pub(super) type Writer = usize;

/// A bounded queue between any number of threads that hand requests in and a few writers.
#[derive(Debug)]
pub(super) struct Queue {
    state: Mutex<State>,
    waiting_max: usize,
    /// Signalled when an idle writer may find something to take.
    work: Condvar,
    /// Signalled when the queue reaches the length that the gathering writer waits for.
    gathered: Condvar,
    /// Signalled when requests were taken, so that a blocked caller may go on.
    room: Condvar,
}

#[derive(Debug, Default)]
struct State {
    waiting: VecDeque<Job>,
    /// The accounts of requests that are being written, each with its writer.
    busy_accounts: FastMap<AccountName, Writer>,
    /// The writer of a request that may touch any account. No other writer may write meanwhile.
    exclusive: Option<Writer>,
    /// The queue length at which the gathering writer wakes up. While it is set, no other writer takes anything.
    gather_length: Option<usize>,
    writers_left: u32,
    writers_idle: u32,
    /// How many requests were ever taken. Together with those that wait, this is how many were ever handed in.
    taken: usize,
    /// How many callers are blocked because the queue is full.
    blocked: u32,
    is_closed: bool,
}

/// The requests that a writer has taken so far, with the queue still locked.
struct Taken<'a> {
    state: MutexGuard<'a, State>,
    batch: Vec<Job>,
}

impl Queue {
    pub(super) fn new(waiting_max: usize, writers: u32) -> Self {
        Self {
            state: Mutex::new(State { writers_left: writers, ..State::default() }),
            waiting_max,
            work: Condvar::new(),
            gathered: Condvar::new(),
            room: Condvar::new(),
        }
    }

    /// Adds a request. If the queue is full, blocks until all but `waiting_max` of the requests so far were taken. The request is in the
    /// queue meanwhile, so that later requests cannot overtake it.
    pub(super) fn push(&self, job: Job) -> Result<(), StoreError> {
        let mut state = self.lock();
        self.add(&mut state, job)?;
        let go_on_at = (state.taken + state.waiting.len()).saturating_sub(self.waiting_max);
        while state.taken < go_on_at && state.writers_left > 0 {
            state.blocked += 1;
            state = wait(&self.room, state);
            state.blocked -= 1;
        }
        Ok(())
    }

    /// Adds a request, or returns `Busy` if the queue is full.
    pub(super) fn try_push(&self, job: Job) -> Result<(), StoreError> {
        let mut state = self.lock();
        if state.waiting.len() >= self.waiting_max && state.writers_left > 0 {
            let reason = format!("{} requests wait to be posted", state.waiting.len());
            return Err(StoreError::Busy { reason });
        }
        self.add(&mut state, job)
    }

    fn add(&self, state: &mut State, job: Job) -> Result<(), StoreError> {
        if state.writers_left == 0 {
            return Err(StoreError::Busy { reason: "no thread is left to post it".into() });
        }
        let is_free = state.is_free(&job.touched, None);
        state.waiting.push_back(job);
        // A writer that could do nothing with the request is not woken.
        match state.gather_length {
            Some(length) if state.waiting.len() >= length => self.gathered.notify_one(),
            None if is_free && state.writers_idle > 0 => self.work.notify_one(),
            _ => {}
        }
        Ok(())
    }

    /// Returns a writer's next batch of at most `batch_max` requests. Blocks until there is one; `None` means that the queue is closed and
    /// empty. `answered` is the size of the batch that the writer has just answered.
    pub(super) fn next(&self, writer: Writer, batch_max: usize, answered: usize) -> Option<Vec<Job>> {
        let first = self.take_first(writer, batch_max)?;
        Some(self.gather(first, writer, batch_max, answered.min(batch_max)))
    }

    /// Blocks until there is something that the writer may take, and takes it.
    fn take_first(&self, writer: Writer, batch_max: usize) -> Option<Taken<'_>> {
        let mut state = self.lock();
        loop {
            // While another writer gathers its batch, whatever arrives is left to that writer.
            if state.gather_length.is_none() {
                let batch = state.take(writer, batch_max);
                if !batch.is_empty() {
                    self.wake_blocked(&state);
                    return Some(Taken { state, batch });
                }
                if state.is_closed && state.waiting.is_empty() {
                    return None;
                }
            }
            state.writers_idle += 1;
            state = wait(&self.work, state);
            state.writers_idle -= 1;
        }
    }

    /// Waits a moment for a batch to grow to the expected size. The callers that were just answered are about to hand in their next
    /// requests. If the first of them got a commit of its own, all the others would have to wait for that commit.
    fn gather(&self, first: Taken<'_>, writer: Writer, batch_max: usize, expected: usize) -> Vec<Job> {
        let Taken { mut state, mut batch } = first;
        let deadline = Instant::now() + GATHER_TIME_MAX;
        while batch.len() < expected {
            let time_left = deadline.saturating_duration_since(Instant::now());
            if time_left.is_zero() {
                break;
            }
            let length = state.waiting.len() + expected - batch.len();
            state.gather_length = Some(length.min(self.waiting_max));
            (state, _) = self.gathered.wait_timeout(state, time_left).unwrap_or_else(PoisonError::into_inner);
            batch.extend(state.take(writer, batch_max - batch.len()));
            self.wake_blocked(&state);
        }
        state.gather_length = None;
        self.wake_idle(&state);
        batch
    }

    /// Frees the accounts of the batch that a writer has written.
    pub(super) fn finish(&self, writer: Writer) {
        let mut state = self.lock();
        state.finish(writer);
        self.wake_idle(&state);
    }

    /// Tells the writers that nothing is handed in any more.
    pub(super) fn close(&self) {
        self.lock().is_closed = true;
        self.work.notify_all();
    }

    /// Takes note that a writer has ended. With the last writer, the waiting requests are dropped, so that their callers stop waiting.
    pub(super) fn leave(&self, writer: Writer) {
        let mut state = self.lock();
        state.finish(writer);
        state.writers_left -= 1;
        if state.writers_left == 0 {
            state.waiting.clear();
            self.wake_blocked(&state);
        }
        self.wake_idle(&state);
    }

    fn wake_blocked(&self, state: &State) {
        if state.blocked > 0 {
            self.room.notify_all();
        }
    }

    fn wake_idle(&self, state: &State) {
        if state.writers_idle > 0 && (state.is_closed || !state.waiting.is_empty()) {
            self.work.notify_all();
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn wait<'a>(condition: &Condvar, state: MutexGuard<'a, State>) -> MutexGuard<'a, State> {
    condition.wait(state).unwrap_or_else(PoisonError::into_inner)
}

impl State {
    /// Takes up to `jobs_max` requests that a writer may write now, in order. Skips requests that must wait for another writer, and every
    /// later request that shares an account with a skipped one.
    fn take(&mut self, writer: Writer, jobs_max: usize) -> Vec<Job> {
        let mut batch = Vec::new();
        let mut skipped = FastSet::default();
        let mut index = 0;
        while batch.len() < jobs_max && index < self.waiting.len().min(SKIPPED_MAX) {
            let touched = &self.waiting[index].touched;
            let is_behind_skipped = match touched {
                Touched::Accounts(names) => names.iter().any(|name| skipped.contains(name)),
                Touched::Anything => index > 0,
            };
            if !is_behind_skipped && self.is_free(touched, Some(writer)) {
                let job = self.waiting.remove(index).unwrap_or_else(|| unreachable!("the index was just read"));
                self.begin(writer, &job.touched);
                self.taken += 1;
                batch.push(job);
                continue;
            }
            let Touched::Accounts(names) = touched else { break };
            skipped.extend(names.iter().cloned());
            index += 1;
        }
        batch
    }

    /// Whether no other writer is writing anything that these accounts must wait for.
    fn is_free(&self, touched: &Touched, writer: Option<Writer>) -> bool {
        let is_own = |by: &Writer| Some(*by) == writer;
        self.exclusive.as_ref().is_none_or(is_own)
            && match touched {
                Touched::Accounts(names) => names.iter().all(|name| self.busy_accounts.get(name).is_none_or(is_own)),
                Touched::Anything => self.busy_accounts.values().all(is_own),
            }
    }

    fn begin(&mut self, writer: Writer, touched: &Touched) {
        match touched {
            Touched::Accounts(names) => self.busy_accounts.extend(names.iter().map(|name| (name.clone(), writer))),
            Touched::Anything => self.exclusive = Some(writer),
        }
    }

    fn finish(&mut self, writer: Writer) {
        self.busy_accounts.retain(|_, by| *by != writer);
        self.exclusive = self.exclusive.filter(|by| *by != writer);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::{Actor, Instant as Moment, TransferId};
    use crate::ledger::poster::job::Reply;
    use crate::money::{Amount, Currency, Money};
    use crate::requests::{Parties, Request, ReversalRequest, TransferRequest};

    fn handed_in(pairs: &[[&str; 2]]) -> State {
        let mut state = State::default();
        for [from, to] in pairs {
            let euro = Currency::new("EUR".parse().unwrap(), 2).unwrap();
            let parties = Parties::Transfer { from: from.parse().unwrap(), to: to.parse().unwrap() };
            let money = Money::new(Amount::from_minor(1), euro);
            push(&mut state, TransferRequest::new(TransferId::fresh(Moment::EPOCH), parties, money).into());
        }
        state
    }

    fn push(state: &mut State, request: Request) {
        state.waiting.push_back(job(request));
    }

    fn job(request: Request) -> Job {
        let reply = Reply::new(drop);
        Job { touched: Touched::by(&request), request: Box::new(request), actor: Actor::teller(), reply }
    }

    /// Jobs between accounts.
    fn jobs<const COUNT: usize>(pairs: [[&str; 2]; COUNT]) -> [Job; COUNT] {
        let mut waiting = handed_in(&pairs).waiting.into_iter();
        pairs.map(|_| waiting.next().unwrap())
    }

    /// What a writer may take: the names of each request, or `*`.
    fn taken(state: &mut State, writer: Writer, most: usize) -> Vec<String> {
        let show = |job: &Job| match &job.touched {
            Touched::Anything => "*".to_owned(),
            Touched::Accounts(names) => {
                let mut names: Vec<_> = names.iter().map(AccountName::as_str).collect();
                names.sort_unstable();
                names.concat()
            }
        };
        state.take(writer, most).iter().map(show).collect()
    }

    #[test]
    fn requests_that_share_no_account_are_written_at_the_same_time() {
        let mut state = handed_in(&[["a", "b"], ["c", "d"], ["e", "f"]]);
        assert_eq!(taken(&mut state, 0, 1), ["ab"]);
        assert_eq!(taken(&mut state, 1, 9), ["cd", "ef"]);
    }

    #[test]
    fn requests_that_share_an_account_keep_their_order() {
        let mut state = handed_in(&[["a", "b"], ["b", "c"], ["c", "d"], ["e", "f"], ["d", "g"]]);
        assert_eq!(taken(&mut state, 0, 1), ["ab"]);
        // Requests behind a skipped one wait too, although their own accounts are free.
        assert_eq!(taken(&mut state, 1, 9), ["ef"]);
        assert_eq!(taken(&mut state, 0, 9), ["bc", "cd", "dg"], "a writer does not wait for itself");
        state.finish(0);
        assert!(state.waiting.is_empty() && state.busy_accounts.len() == 2, "{state:?}");
    }

    #[test]
    fn a_request_that_does_not_name_its_accounts_waits_for_all_before_it_and_all_after_wait_for_it() {
        let mut state = handed_in(&[["a", "b"]]);
        push(
            &mut state,
            ReversalRequest::new(TransferId::fresh(Moment::EPOCH), TransferId::fresh(Moment::EPOCH)).into(),
        );
        push(&mut state, handed_in(&[["c", "d"]]).waiting.pop_front().map(|job| *job.request).unwrap());
        assert_eq!(taken(&mut state, 0, 1), ["ab"]);
        assert!(taken(&mut state, 1, 9).is_empty());
        state.finish(0);
        assert_eq!(taken(&mut state, 1, 1), ["*"]);
        assert!(taken(&mut state, 0, 9).is_empty());
        state.finish(1);
        assert_eq!(taken(&mut state, 0, 9), ["cd"]);
    }

    #[test]
    fn a_blocked_caller_keeps_its_position() {
        let queue = Queue::new(1, 1);
        let [first, second, third, fourth] = jobs([["a", "b"], ["c", "d"], ["e", "f"], ["g", "h"]]);
        queue.push(first).unwrap();
        std::thread::scope(|threads| {
            let blocked = threads.spawn(|| queue.push(second));
            while queue.lock().blocked == 0 {
                std::thread::yield_now();
            }
            // Another caller comes at the moment when room is made.
            assert_eq!(taken(&mut queue.lock(), 0, 1), ["ab"]);
            assert!(matches!(queue.try_push(third), Err(StoreError::Busy { .. })));
            queue.wake_blocked(&queue.lock());
            blocked.join().unwrap().unwrap();
        });
        queue.lock().finish(0);
        assert_eq!(queue.next(0, 9, 1).unwrap().len(), 1);
        queue.try_push(fourth).unwrap();
    }
}
