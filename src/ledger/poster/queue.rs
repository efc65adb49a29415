//! What was handed in and is not written yet, and which of it a writer may take.
//!
//! Several writers take from one queue side by side. Requests that share an account are written in the order in which they were handed in,
//! one batch behind the other, so that no two batches wait for each other in the database. Those that share none need not wait. A request
//! that does not name all its accounts, such as a capture, waits for all before it, and all behind it wait for that.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::facts::AccountName;
use crate::ledger::poster::job::{Job, Touched};
use crate::maps::{FastMap, FastSet};
use crate::store::StoreError;

/// How long those who were answered together are waited for.
const REUNION_TIME_MAX: Duration = Duration::from_micros(200);
/// How many requests a writer passes over that have to wait for another one, before it is content with what it has.
const PASSED_MAX: usize = 64;

/// The number of a writer, from 0.
pub(super) type Writer = usize;

/// A bounded queue for any number of threads that hand requests in, and some that write them.
#[derive(Debug)]
pub(super) struct Queue {
    state: Mutex<State>,
    waiting_max: usize,
    /// There may be something to take for a writer that has nothing to do.
    work: Condvar,
    /// There is as much as the writer hopes for that waits for company.
    company: Condvar,
    /// Fewer wait, so that someone who is held up may go on.
    room: Condvar,
}

#[derive(Debug, Default)]
struct State {
    waiting: VecDeque<Job>,
    /// The accounts of what is being written, and who writes that.
    accounts: FastMap<AccountName, Writer>,
    /// The writer beside whom nobody may write.
    alone: Option<Writer>,
    /// How many requests the writer hopes for that waits for company. Meanwhile nobody else takes any.
    hoped_for: Option<usize>,
    writers_left: u32,
    writers_idle: u32,
    /// How many requests were ever taken. With those that wait that is how many were handed in.
    taken: usize,
    /// How many threads are held up, because more wait than may.
    held_up: u32,
    is_closed: bool,
}

impl Queue {
    pub(super) fn new(waiting_max: usize, writers: u32) -> Self {
        Self {
            state: Mutex::new(State { writers_left: writers, ..State::default() }),
            waiting_max,
            work: Condvar::new(),
            company: Condvar::new(),
            room: Condvar::new(),
        }
    }

    /// Hands a request in, and holds its thread up while more wait than may. The request has its place meanwhile, so that nobody who comes
    /// later gets ahead of it.
    pub(super) fn push(&self, job: Job) -> Result<(), StoreError> {
        let mut state = self.lock();
        self.hand_in(&mut state, job)?;
        let room_at = (state.taken + state.waiting.len()).saturating_sub(self.waiting_max);
        while state.taken < room_at && state.writers_left > 0 {
            state.held_up += 1;
            state = wait(&self.room, state);
            state.held_up -= 1;
        }
        Ok(())
    }

    /// Hands a request in if fewer wait than may.
    pub(super) fn try_push(&self, job: Job) -> Result<(), StoreError> {
        let mut state = self.lock();
        if state.waiting.len() >= self.waiting_max && state.writers_left > 0 {
            let reason = format!("{} requests wait to be posted", state.waiting.len());
            return Err(StoreError::Busy { reason });
        }
        self.hand_in(&mut state, job)
    }

    fn hand_in(&self, state: &mut State, job: Job) -> Result<(), StoreError> {
        if state.writers_left == 0 {
            return Err(StoreError::Busy { reason: "no thread is left to post it".into() });
        }
        let is_free = state.is_free(&job.touched, None);
        state.waiting.push_back(job);
        // Whoever could do nothing with it sleeps on.
        match state.hoped_for {
            Some(hoped_for) if state.waiting.len() >= hoped_for => self.company.notify_one(),
            None if is_free && state.writers_idle > 0 => self.work.notify_one(),
            _ => {}
        }
        Ok(())
    }

    /// The next batch for a writer: what it may take, and, for a moment, who else comes back of those it answered last. `None` when
    /// nothing will ever be handed in any more.
    pub(super) fn next(&self, writer: Writer, batch_max: usize, answered: usize) -> Option<Vec<Job>> {
        let mut state = self.lock();
        let mut batch = loop {
            if state.hoped_for.is_none() {
                let batch = state.take(writer, batch_max);
                if !batch.is_empty() {
                    break batch;
                }
                if state.is_closed && state.waiting.is_empty() {
                    return None;
                }
            }
            state.writers_idle += 1;
            state = wait(&self.work, state);
            state.writers_idle -= 1;
        };
        self.wake_held_up(&state);
        let end = Instant::now() + REUNION_TIME_MAX;
        let expected = answered.min(batch_max);
        while batch.len() < expected {
            let time_left = end.saturating_duration_since(Instant::now());
            if time_left.is_zero() {
                break;
            }
            let hoped_for = state.waiting.len() + expected - batch.len();
            state.hoped_for = Some(hoped_for.min(self.waiting_max));
            (state, _) = self.company.wait_timeout(state, time_left).unwrap_or_else(PoisonError::into_inner);
            batch.extend(state.take(writer, batch_max - batch.len()));
            self.wake_held_up(&state);
        }
        state.hoped_for = None;
        self.wake_idle(&state);
        Some(batch)
    }

    /// What a writer has taken is written.
    pub(super) fn finish(&self, writer: Writer) {
        let mut state = self.lock();
        state.finish(writer);
        self.wake_idle(&state);
    }

    /// Nothing is handed in any more.
    pub(super) fn close(&self) {
        self.lock().is_closed = true;
        self.work.notify_all();
    }

    /// A writer is gone. With the last one goes what waits, so that nobody waits for it.
    pub(super) fn leave(&self, writer: Writer) {
        let mut state = self.lock();
        state.finish(writer);
        state.writers_left -= 1;
        if state.writers_left == 0 {
            state.waiting.clear();
            self.wake_held_up(&state);
        }
        self.wake_idle(&state);
    }

    fn wake_held_up(&self, state: &State) {
        if state.held_up > 0 {
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
    /// Takes what a writer may write now, in order, without what has to wait for another one and what has to wait for that.
    fn take(&mut self, writer: Writer, most: usize) -> Vec<Job> {
        let mut batch = Vec::new();
        let mut passed = FastSet::default();
        let mut index = 0;
        while batch.len() < most && index < self.waiting.len().min(PASSED_MAX) {
            let touched = &self.waiting[index].touched;
            let is_behind = match touched {
                Touched::Accounts(names) => names.iter().any(|name| passed.contains(name)),
                Touched::Anything => index > 0,
            };
            if !is_behind && self.is_free(touched, Some(writer)) {
                let job = self.waiting.remove(index).unwrap_or_else(|| unreachable!("it was looked at"));
                self.begin(writer, &job.touched);
                self.taken += 1;
                batch.push(job);
                continue;
            }
            let Touched::Accounts(names) = touched else { break };
            passed.extend(names.iter().cloned());
            index += 1;
        }
        batch
    }

    /// Whether nothing that is being written stands in the way, but for what the same writer has taken.
    fn is_free(&self, touched: &Touched, writer: Option<Writer>) -> bool {
        let is_own = |by: &Writer| Some(*by) == writer;
        self.alone.as_ref().is_none_or(is_own)
            && match touched {
                Touched::Accounts(names) => names.iter().all(|name| self.accounts.get(name).is_none_or(is_own)),
                Touched::Anything => self.accounts.values().all(is_own),
            }
    }

    fn begin(&mut self, writer: Writer, touched: &Touched) {
        match touched {
            Touched::Accounts(names) => self.accounts.extend(names.iter().map(|name| (name.clone(), writer))),
            Touched::Anything => self.alone = Some(writer),
        }
    }

    fn finish(&mut self, writer: Writer) {
        self.accounts.retain(|_, by| *by != writer);
        self.alone = self.alone.filter(|by| *by != writer);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::sync_channel;

    use super::*;
    use crate::facts::{Instant as Moment, TransferId};
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
        let (answer, _) = sync_channel(1);
        Job { touched: Touched::by(&request), request: Box::new(request), answer }
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
    fn those_that_share_no_account_are_written_side_by_side() {
        let mut state = handed_in(&[["a", "b"], ["c", "d"], ["e", "f"]]);
        assert_eq!(taken(&mut state, 0, 1), ["ab"]);
        assert_eq!(taken(&mut state, 1, 9), ["cd", "ef"]);
    }

    #[test]
    fn those_that_share_an_account_keep_their_order() {
        let mut state = handed_in(&[["a", "b"], ["b", "c"], ["c", "d"], ["e", "f"], ["d", "g"]]);
        assert_eq!(taken(&mut state, 0, 1), ["ab"]);
        // What is behind one that waits waits too, though its own accounts are free.
        assert_eq!(taken(&mut state, 1, 9), ["ef"]);
        assert_eq!(taken(&mut state, 0, 9), ["bc", "cd", "dg"], "behind one's own is no wait");
        state.finish(0);
        assert!(state.waiting.is_empty() && state.accounts.len() == 2, "{state:?}");
    }

    #[test]
    fn who_does_not_name_its_accounts_waits_for_all_before_it_and_all_behind_it_for_that() {
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
    fn who_is_held_up_keeps_its_place() {
        let queue = Queue::new(1, 1);
        let [first, second, third, fourth] = jobs([["a", "b"], ["c", "d"], ["e", "f"], ["g", "h"]]);
        queue.push(first).unwrap();
        std::thread::scope(|threads| {
            let held_up = threads.spawn(|| queue.push(second));
            while queue.lock().held_up == 0 {
                std::thread::yield_now();
            }
            // Somebody else comes right when room is made.
            assert_eq!(taken(&mut queue.lock(), 0, 1), ["ab"]);
            assert!(matches!(queue.try_push(third), Err(StoreError::Busy { .. })));
            queue.wake_held_up(&queue.lock());
            held_up.join().unwrap().unwrap();
        });
        queue.lock().finish(0);
        assert_eq!(queue.next(0, 9, 1).unwrap().len(), 1);
        queue.try_push(fourth).unwrap();
    }
}
