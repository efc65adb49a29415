//! What waits to be written, and the rule that decides which of it a writer may take.
//!
//! Requests that share an account are written in the order in which they were handed in, one batch after the other, so that no two batches wait
//! for each other in the database. Requests that share no account can be written at the same time. A request that does not name all its
//! accounts, such as a capture, waits for everything before it, and everything after it waits for it.

use std::collections::VecDeque;

use crate::facts::AccountName;
use crate::ledger::poster::job::{Job, Touched};
use crate::maps::{FastMap, FastSet};

/// How many requests a writer skips because they must wait for another writer, before it goes with what it has.
const SKIPPED_MAX: usize = 64;

/// The number of a writer, from 0.
pub(super) type WriterNumber = usize;

#[derive(Debug, Default)]
pub(super) struct State {
    pub(super) waiting: VecDeque<Job>,
    /// The accounts of requests that are being written, each with its writer.
    pub(super) busy_accounts: FastMap<AccountName, WriterNumber>,
    /// The writer of a request that may touch any account. No other writer may write meanwhile.
    pub(super) exclusive: Option<WriterNumber>,
    /// The queue length at which the gathering writer wakes up. While it is set, no other writer takes anything.
    pub(super) gather_length: Option<usize>,
    pub(super) writers_left: u32,
    /// Those that found nothing to take, and were not woken since.
    pub(super) idle: Vec<WriterNumber>,
    /// How many requests were ever taken. Together with those that wait, this is how many were ever handed in.
    pub(super) taken: usize,
    /// How many callers are blocked because the queue is full.
    pub(super) blocked: u32,
    pub(super) is_closed: bool,
}

impl State {
    pub(super) fn has_ended(&self) -> bool {
        self.is_closed && self.waiting.is_empty()
    }

    /// Takes up to `jobs_max` requests that a writer may write now, in order. Skips requests that must wait for another writer, and every
    /// later request that shares an account with a skipped one.
    pub(super) fn take(&mut self, writer: WriterNumber, jobs_max: usize) -> Vec<Job> {
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
    pub(super) fn is_free(&self, touched: &Touched, writer: Option<WriterNumber>) -> bool {
        let is_own = |by: &WriterNumber| Some(*by) == writer;
        self.exclusive.as_ref().is_none_or(is_own)
            && match touched {
                Touched::Accounts(names) => names.iter().all(|name| self.busy_accounts.get(name).is_none_or(is_own)),
                Touched::Anything => self.busy_accounts.values().all(is_own),
            }
    }

    pub(super) fn begin(&mut self, writer: WriterNumber, touched: &Touched) {
        match touched {
            Touched::Accounts(names) => self.busy_accounts.extend(names.iter().map(|name| (name.clone(), writer))),
            Touched::Anything => self.exclusive = Some(writer),
        }
    }

    pub(super) fn finish(&mut self, writer: WriterNumber) {
        self.busy_accounts.retain(|_, by| *by != writer);
        self.exclusive = self.exclusive.filter(|by| *by != writer);
    }
}

#[cfg(test)]
pub(super) mod tests {
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
    pub(in crate::ledger::poster) fn jobs<const COUNT: usize>(pairs: [[&str; 2]; COUNT]) -> [Job; COUNT] {
        let mut waiting = handed_in(&pairs).waiting.into_iter();
        pairs.map(|_| waiting.next().unwrap())
    }

    /// What a writer may take: the names of each request, or `*`.
    pub(in crate::ledger::poster) fn taken(state: &mut State, writer: WriterNumber, most: usize) -> Vec<String> {
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
}
