//! The queue between those who hand requests in and the writers: who waits, who is woken, and when a batch is large enough.

use std::fmt;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::ledger::poster::job::Job;
use crate::ledger::poster::waiting::{State, WriterNumber};
use crate::store::StoreError;

/// How long a writer gathers requests from the callers that it has just answered.
const GATHER_TIME_MAX: Duration = Duration::from_micros(200);

/// How an idle writer is told that it may find something to take.
pub(super) enum Wake {
    /// It is a thread, which sleeps here.
    Thread(Condvar),
    /// It is run by somebody else. This function is called with its number, and must not block.
    #[cfg(feature = "server")]
    Runner(Box<dyn Fn(WriterNumber) + Send + Sync>),
}

impl fmt::Debug for Wake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Thread(_) => "Thread",
            #[cfg(feature = "server")]
            Self::Runner(_) => "Runner",
        })
    }
}

/// What a writer finds that does not wait.
#[cfg(feature = "server")]
pub(super) enum Next {
    Batch(Vec<Job>),
    /// It is idle, and will be woken.
    Nothing,
    /// The queue is closed and empty.
    Ended,
}

/// A bounded queue between any number of threads that hand requests in and a few writers.
#[derive(Debug)]
pub(super) struct Queue {
    state: Mutex<State>,
    waiting_max: usize,
    wake: Wake,
    /// Signalled when a writer has ended.
    left: Condvar,
    /// Signalled when the queue reaches the length that the gathering writer waits for.
    gathered: Condvar,
    /// Signalled when requests were taken, so that a blocked caller may go on.
    room: Condvar,
}

/// The requests that a writer has taken so far, with the queue still locked.
struct Taken<'a> {
    state: MutexGuard<'a, State>,
    batch: Vec<Job>,
}

impl Queue {
    pub(super) fn new(waiting_max: usize, wake: Wake) -> Self {
        Self {
            state: Mutex::default(),
            waiting_max,
            wake,
            left: Condvar::new(),
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
            None if is_free => self.wake_one(state),
            _ => {}
        }
        Ok(())
    }

    /// Returns a writer's next batch of at most `batch_max` requests. Blocks until there is one; `None` means that the queue is closed and
    /// empty. `answered` is the size of the batch that the writer has just answered.
    pub(super) fn next(&self, writer: WriterNumber, batch_max: usize, answered: usize) -> Option<Vec<Job>> {
        let mut state = self.lock();
        loop {
            state = match self.take_first(state, writer, batch_max) {
                Ok(first) => return Some(self.gather(first, writer, batch_max, answered.min(batch_max))),
                Err(state) if state.has_ended() => return None,
                Err(state) => self.sleep(state, writer),
            };
        }
    }

    /// The same for a writer that is woken by a call, without waiting for the first request.
    #[cfg(feature = "server")]
    pub(super) fn try_next(&self, writer: WriterNumber, batch_max: usize, answered: usize) -> Next {
        let mut state = self.lock();
        state.idle.retain(|idle| *idle != writer);
        match self.take_first(state, writer, batch_max) {
            Ok(first) => Next::Batch(self.gather(first, writer, batch_max, answered.min(batch_max))),
            Err(state) if state.has_ended() => Next::Ended,
            Err(mut state) => {
                state.idle.push(writer);
                Next::Nothing
            }
        }
    }

    /// Whether nothing waits, so that a writer that is woken by a call is idle again.
    #[cfg(feature = "server")]
    pub(super) fn rest(&self, writer: WriterNumber) -> bool {
        let mut state = self.lock();
        let rests = state.waiting.is_empty() && !state.is_closed;
        if rests {
            state.idle.push(writer);
        }
        rests
    }

    /// Takes what the writer may take, if there is anything.
    fn take_first<'a>(
        &'a self,
        mut state: MutexGuard<'a, State>,
        writer: WriterNumber,
        batch_max: usize,
    ) -> Result<Taken<'a>, MutexGuard<'a, State>> {
        // While another writer gathers its batch, whatever arrives is left to that writer.
        let batch = if state.gather_length.is_none() { state.take(writer, batch_max) } else { Vec::new() };
        if batch.is_empty() {
            return Err(state);
        }
        self.wake_blocked(&state);
        Ok(Taken { state, batch })
    }

    fn sleep<'a>(&self, mut state: MutexGuard<'a, State>, writer: WriterNumber) -> MutexGuard<'a, State> {
        state.idle.push(writer);
        let mut state = match &self.wake {
            Wake::Thread(work) => wait(work, state),
            #[cfg(feature = "server")]
            Wake::Runner(_) => unreachable!("who is woken by a call does not sleep here"),
        };
        state.idle.retain(|idle| *idle != writer);
        state
    }

    /// Waits a moment for a batch to grow to the expected size. The callers that were just answered are about to hand in their next
    /// requests. If the first of them got a commit of its own, all the others would have to wait for that commit.
    fn gather(&self, first: Taken<'_>, writer: WriterNumber, batch_max: usize, expected: usize) -> Vec<Job> {
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
        self.wake_idle(&mut state);
        batch
    }

    /// Frees the accounts of the batch that a writer has written.
    pub(super) fn finish(&self, writer: WriterNumber) {
        let mut state = self.lock();
        state.finish(writer);
        self.wake_idle(&mut state);
    }

    /// Tells the writers that nothing is handed in any more.
    pub(super) fn close(&self) {
        let mut state = self.lock();
        state.is_closed = true;
        self.wake_idle(&mut state);
    }

    /// Takes note of a writer. As long as there is none, nothing can be handed in.
    pub(super) fn enter(&self) {
        self.lock().writers_left += 1;
    }

    /// Waits until all writers have ended.
    pub(super) fn wait_for_writers(&self) {
        let mut state = self.lock();
        while state.writers_left > 0 {
            state = wait(&self.left, state);
        }
    }

    /// Takes note that a writer has ended. With the last writer, the waiting requests are dropped, so that their callers stop waiting.
    pub(super) fn leave(&self, writer: WriterNumber) {
        let mut state = self.lock();
        state.finish(writer);
        state.writers_left -= 1;
        if state.writers_left == 0 {
            state.waiting.clear();
            self.wake_blocked(&state);
            self.left.notify_all();
        }
        self.wake_idle(&mut state);
    }

    fn wake_blocked(&self, state: &State) {
        if state.blocked > 0 {
            self.room.notify_all();
        }
    }

    fn wake_one(&self, state: &mut State) {
        match &self.wake {
            Wake::Thread(work) if !state.idle.is_empty() => work.notify_one(),
            Wake::Thread(_) => {}
            #[cfg(feature = "server")]
            Wake::Runner(wake) => state.idle.pop().into_iter().for_each(wake),
        }
    }

    fn wake_idle(&self, state: &mut State) {
        if !state.is_closed && state.waiting.is_empty() {
            return;
        }
        match &self.wake {
            Wake::Thread(work) => work.notify_all(),
            #[cfg(feature = "server")]
            Wake::Runner(wake) => state.idle.drain(..).for_each(wake),
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn wait<'a>(condition: &Condvar, state: MutexGuard<'a, State>) -> MutexGuard<'a, State> {
    condition.wait(state).unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    #[cfg(feature = "server")]
    use std::sync::Arc;

    use super::*;
    use crate::ledger::poster::waiting::tests::{jobs, taken};

    #[test]
    fn a_blocked_caller_keeps_its_position() {
        let queue = Queue::new(1, Wake::Thread(Condvar::new()));
        queue.enter();
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

    #[cfg(feature = "server")]
    #[test]
    fn a_writer_that_others_run_is_called_when_it_is_idle_and_there_is_something_to_do() {
        let called = Arc::new(Mutex::new(Vec::new()));
        let wake = Arc::clone(&called);
        let queue = Queue::new(9, Wake::Runner(Box::new(move |writer| wake.lock().unwrap().push(writer))));
        queue.enter();
        queue.enter();
        let calls = || std::mem::take(&mut *called.lock().unwrap());
        let taken = |writer| match queue.try_next(writer, 9, 1) {
            Next::Batch(batch) => Some(batch.len()),
            Next::Nothing => Some(0),
            Next::Ended => None,
        };
        let [first, second, third, fourth] = jobs([["a", "b"], ["b", "c"], ["d", "e"], ["f", "g"]]);
        queue.push(first).unwrap();
        assert!(calls().is_empty(), "nobody is idle before it has looked");
        assert_eq!((taken(0), taken(1)), (Some(1), Some(0)));
        queue.push(second).unwrap();
        assert!(calls().is_empty(), "this one has to wait for the first");
        queue.push(third).unwrap();
        queue.push(fourth).unwrap();
        assert_eq!(calls(), [1], "once is enough");
        assert_eq!((taken(1), taken(1)), (Some(2), Some(0)));
        queue.finish(0);
        assert_eq!(calls(), [1]);
        assert_eq!((taken(1), taken(1), taken(0)), (Some(1), Some(0), Some(0)));
        queue.close();
        assert_eq!(calls(), [1, 0]);
        assert_eq!((taken(0), taken(1)), (None, None));
    }
}
