//! Judging requests, strictly in order: each sees the effects of those before it, never a net sum.
//!
//! One file an operation, each of which refuses first and then does what cannot be refused; `operations` asks the one that is meant. Beside
//! them is what several of them share. `working` holds what there is so far and can take back a request that was refused halfway, which
//! only journals and expired holds make necessary.

mod annotations;
mod captures;
mod changes;
mod checks;
mod content;
mod events;
mod holds;
mod journals;
mod known;
mod operations;
mod origin;
mod originals;
mod pair;
mod parties;
mod periods;
mod quantities;
mod releases;
mod replays;
mod reservations;
mod reversals;
mod ruling;
mod sameness;
mod transfers;
mod velocities;
mod working;

use std::ops::Range;

use uuid::Uuid;

use crate::facts::{Actor, Instant, Sequence, Transfer, TransferId};
use crate::judging::batch::origin::Origin;
use crate::judging::batch::working::Working;
use crate::maps::FastMap;
use crate::rejection::Rejection;
use crate::requests::{BatchPolicy, Request};

pub use known::Known;
pub use ruling::{ChangedAccount, Ruling};

/// The answer to a request that was not refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The transfers at these indexes of [`Ruling::transfers`] are posted. Recorded expiries may stand between those of a journal.
    Posted(Range<usize>),
    /// The transfers at these indexes were asked for earlier in the same batch.
    ReplayedPosted(Range<usize>),
    /// The transfers have been in the book since before the batch.
    ReplayedStored(Vec<Transfer>),
}

/// Who asked for the requests of a batch.
#[derive(Clone, Copy, Debug)]
pub enum Actors<'a> {
    /// One actor for all of them.
    One(&'a Actor),
    /// Each request's own, in their order.
    Each(&'a [Actor]),
}

impl<'a> Actors<'a> {
    fn of(self, index: usize) -> &'a Actor {
        match self {
            Self::One(actor) => actor,
            Self::Each(actors) => &actors[index],
        }
    }
}

/// What requests are judged against, and what came of it so far.
pub struct Batch {
    book: Working,
    stored: FastMap<TransferId, Transfer>,
    /// The indexes of the transfers of each journal of this batch.
    journals: FastMap<Uuid, Range<usize>>,
}

impl Batch {
    /// Begins with what is known, at a moment: the recorded time of all that is accepted, or as soon behind it as the accounts allow.
    #[must_use]
    pub fn new(known: Known, now: Instant) -> Self {
        let (book, stored) = Working::new(known, now);
        Self { book, stored, journals: FastMap::default() }
    }

    /// Says who asks for what is judged from here on. Until then it is [Teller itself](Actor::teller).
    pub fn act_for(&mut self, actor: &Actor) {
        if self.book.actor != *actor {
            self.book.actor = actor.clone();
        }
    }

    /// Accepts or refuses each request, in order.
    pub fn judge_all(
        &mut self,
        requests: &[Request],
        actors: Actors<'_>,
        policy: BatchPolicy,
    ) -> Vec<Result<Verdict, Rejection>> {
        let mut answers = Vec::with_capacity(requests.len());
        self.book.reserve(requests.len());
        for (index, request) in requests.iter().enumerate() {
            self.act_for(actors.of(index));
            let answer = self.judge(request);
            let is_refused = answer.is_err();
            answers.push(answer);
            if is_refused && policy != BatchPolicy::CarryOn {
                break;
            }
        }
        let item = answers.len();
        match policy {
            BatchPolicy::StopAtFirst => answers.resize(requests.len(), Err(Rejection::BatchStopped { item })),
            BatchPolicy::AllOrNothing if answers.last().is_some_and(Result::is_err) => {
                answers[..item - 1].fill(Err(Rejection::BatchRefused { item }));
                answers.resize(requests.len(), Err(Rejection::BatchRefused { item }));
                self.book.discard();
            }
            BatchPolicy::AllOrNothing | BatchPolicy::CarryOn => {}
        }
        answers
    }

    /// Accepts or refuses one request. A refused request leaves no trace.
    ///
    /// # Errors
    /// The first [`Rejection`] of those up to `Overflow`, in their order. Where an earlier request of the batch has the id, its sequence is
    /// known when the batch is finished: see [`Ruling::with_sequences`].
    pub fn judge(&mut self, request: &Request) -> Result<Verdict, Rejection> {
        check_id(request)?;
        match request {
            // Nothing moves before its last refusal, so nothing can have to be undone.
            Request::Operation(operation) if !self.book.has_expired() => {
                self.judge_operation(operation, Origin::of_single(operation))
            }
            Request::Operation(operation) => {
                self.undo_if_refused(|batch| batch.judge_operation(operation, Origin::of_single(operation)))
            }
            Request::Journal(request) => self.undo_if_refused(|batch| batch.judge_journal(request)),
            Request::JournalReversal(request) => self.undo_if_refused(|batch| batch.judge_journal_reversal(request)),
            Request::Due(request) => {
                self.act_for(request.actor());
                self.undo_if_refused(|batch| batch.judge_operation(request.operation(), Origin::default()))
            }
        }
    }

    fn undo_if_refused(
        &mut self,
        judge: impl FnOnce(&mut Self) -> Result<Verdict, Rejection>,
    ) -> Result<Verdict, Rejection> {
        let mark = self.book.begin();
        let verdict = judge(self);
        match verdict {
            Ok(_) => self.book.keep(),
            Err(_) => self.book.undo(&mark),
        }
        verdict
    }

    /// Records the expiry of every hold that has expired and of which both accounts are known.
    pub fn expire_all(&mut self) {
        for index in 0..self.book.account_count() {
            self.expire([index]);
        }
    }

    /// How many sequences [`Batch::finish`] needs: one for each new transfer and event.
    #[must_use]
    pub const fn sequence_count(&self) -> usize {
        self.book.sequence_count()
    }

    /// Gives the accepted transfers and events their sequences, which rise.
    ///
    /// # Panics
    /// When there is not one sequence for each of [`Batch::sequence_count`], or they do not rise.
    #[must_use]
    pub fn finish(self, sequences: &[Sequence]) -> Ruling {
        assert_eq!(sequences.len(), self.sequence_count(), "one sequence a draft");
        let mut ruling = self.finish_provisionally();
        ruling.assign_sequences(sequences);
        ruling
    }

    /// As [`Batch::finish`], with [provisional](Sequence::provisional) sequences, which are replaced later.
    #[must_use]
    pub fn finish_provisionally(self) -> Ruling {
        self.book.into_ruling()
    }
}

/// Legs of journals and what schedules post have ids that Teller made itself, so only what clients have an id for is looked at.
fn check_id(request: &Request) -> Result<(), Rejection> {
    match request.id() {
        Some(id) if id.is_reserved() => Err(Rejection::IdReserved { id }),
        _ => Ok(()),
    }
}
