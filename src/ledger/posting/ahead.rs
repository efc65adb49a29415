//! The two stages of a posting: it is judged by remembered accounts, and then written. While one batch is written, the next one can be judged.
//!
//! What cannot be judged so, and what turns out to be a wrong guess, is posted behind locks in the second stage.

use std::sync::Arc;
#[cfg(feature = "cli")]
use std::time::{Duration, Instant};

use crate::error::Error;
use crate::facts::{Account, AccountName, Sequence};
use crate::ledger::Ledger;
use crate::ledger::posting::promise::{Promise, Promises};
use crate::ledger::posting::remembered::{Remembered, Taken};
use crate::ledger::posting::standing::is_simple;
use crate::ledger::posting::turns::Turn;
use crate::ledger::posting::{Judged, Outcome, Posting};
use crate::requests::Request;
use crate::store::{Access, JudgedBy, Shortcut, Store, StoreError};

/// A batch behind its first stage. When it is dropped, nothing is written.
pub(in crate::ledger) enum Begun<'l> {
    /// It is judged, and is to be written.
    Judged(Box<JudgedAhead<'l>>),
    /// It takes more to judge it than remembered accounts.
    BehindLocks(Option<Turn<'l>>),
}

/// A batch that was judged by remembered accounts.
pub(in crate::ledger) struct JudgedAhead<'l> {
    judged: Judged,
    /// The newest of the owner's decisions that it was judged by.
    newest: Sequence,
    /// What has to come true before it is written.
    judged_by: Promises,
    promised: Promised<'l>,
    turn: Option<Turn<'l>>,
}

/// What the batch has promised. Broken if it is dropped before it is kept.
struct Promised<'l> {
    remembered: &'l Remembered,
    promise: Option<Arc<Promise>>,
}

impl Promised<'_> {
    fn keep(&mut self, sequences: Vec<Sequence>) {
        if let Some(promise) = self.promise.take() {
            promise.keep(sequences);
        }
    }
}

impl Drop for Promised<'_> {
    fn drop(&mut self) {
        if let Some(promise) = self.promise.take() {
            promise.be_broken();
            self.remembered.forget_promised(&promise);
        }
    }
}

impl Begun<'_> {
    const fn has_turn(&self) -> bool {
        match self {
            Self::Judged(ahead) => ahead.turn.is_some(),
            Self::BehindLocks(turn) => turn.is_some(),
        }
    }

    /// Whether the next batch can be judged before this one is written.
    pub(in crate::ledger) const fn is_judged(&self) -> bool {
        matches!(self, Self::Judged(_))
    }
}

impl JudgedAhead<'_> {
    /// Waits for the batches whose accounts it was judged by. `None` if one of them was not committed.
    fn if_it_can_be_written(mut self: Box<Self>, shortcut: &Shortcut<'_>) -> Option<Box<Self>> {
        // The next one can be judged while this one is written.
        self.turn = None;
        if !self.judged_by.is_empty() {
            if !self.judged_by.are_kept(shortcut.time_left()) {
                return None;
            }
            self.judged.ruling.replace_previous(|sequence| self.judged_by.drawn(sequence));
        }
        Some(self)
    }

    /// Writes it where all accounts are as it was judged by. If it fails, nothing is written.
    fn write(&mut self, shortcut: &Shortcut<'_>) -> Result<(), Error> {
        let judged_by = JudgedBy { newest: self.newest, told: self.judged.time.told() };
        if let Some((transfers, accounts)) = self.judged.moves()
            && let Some(sequences) = shortcut.write_alone(transfers, accounts, judged_by)?
        {
            self.judged.ruling.assign_sequences(&sequences);
            return Ok(());
        }
        shortcut.transaction(|store| self.write_in(store))
    }

    fn write_in(&mut self, store: &mut dyn Store) -> Result<(), Error> {
        self.judged.write_rows(store)?;
        // The accounts are locked from here on, so that no decision of the owner can follow before this is committed.
        if store.has_rule_events_behind(self.newest)? {
            let reason = "a period was closed or opened since it was judged".into();
            return Err(StoreError::Conflict { reason }.into());
        }
        Ok(())
    }

    /// Says that it is committed.
    fn keep_promise(&mut self) {
        self.promised.keep(self.judged.ruling.transfers.iter().map(|transfer| transfer.sequence).collect());
    }
}

impl Ledger {
    /// Posts by remembered accounts if that can be done, and remembers those that it changes.
    pub(in crate::ledger) fn post_remembering(&self, posting: Posting<'_>) -> Result<Outcome, Error> {
        let begun = self.begin(&posting);
        self.finish(begun, posting.requests(), || posting)
    }

    /// The first stage: judges the posting by remembered accounts, if that can be done.
    pub(in crate::ledger) fn begin(&self, posting: &Posting<'_>) -> Begun<'_> {
        let turn = if self.has_one_writer() { self.remembered.take_turn_to_judge() } else { None };
        match self.judge_ahead(posting) {
            Some((judged, newest, judged_by)) => {
                let promise = self.remembered.promise(&judged.ruling.accounts, judged.ruling.sequence_count());
                let promised = Promised { remembered: &self.remembered, promise: Some(promise) };
                Begun::Judged(Box::new(JudgedAhead { judged, newest, judged_by, promised, turn }))
            }
            None => Begun::BehindLocks(turn),
        }
    }

    /// `None` if not all of it would be posted, or it takes more than the accounts: the accounts say no more than that.
    fn judge_ahead(&self, posting: &Posting<'_>) -> Option<(Judged, Sequence, Promises)> {
        let names = &posting.scope().names;
        if !posting.scope().needs_only_accounts() || self.remembered.is_paused() {
            return None;
        }
        let rules = self.rules.last_read()?;
        let Taken { mut accounts, missing, promises } = self.remembered.take(names)?;
        // What cannot be read now is read again behind locks, where it is tried more than once.
        let read = if missing.is_empty() { Ok(Vec::new()) } else { self.read_missing(&missing) };
        let judged = read.ok().and_then(|read| {
            accounts.extend(read);
            let is_enough = accounts.iter().all(is_simple);
            if is_enough { posting.judge_by(accounts, &rules, self.clock.read()) } else { None }
        });
        if judged.is_none() {
            self.remembered.forget_taken(names);
        }
        Some((judged?, rules.newest(), promises))
    }

    fn read_missing(&self, missing: &[&AccountName]) -> Result<Vec<Account>, Error> {
        self.pool.shortcut().read(|store| Ok(store.find_accounts(missing)?))
    }

    /// The second stage: writes what was judged, or posts it behind locks.
    pub(in crate::ledger) fn finish<'a>(
        &self,
        begun: Begun<'_>,
        requests: &[Request],
        posting: impl FnOnce() -> Posting<'a>,
    ) -> Result<Outcome, Error> {
        // Who has waited for a turn to judge in vain has waited enough.
        let turn = if begun.has_turn() { self.remembered.take_turn_to_write() } else { None };
        let shortcut = self.pool.shortcut();
        let (ahead, _turn_to_judge) = match begun {
            Begun::Judged(ahead) => (ahead.if_it_can_be_written(&shortcut), None),
            Begun::BehindLocks(turn) => (None, turn),
        };
        let Some(mut ahead) = ahead else {
            return self.post_remembering_behind_locks(posting(), |posting| self.post_behind_locks(posting));
        };
        let Err(fault) = ahead.write(&shortcut) else {
            ahead.keep_promise();
            // The next one can be written while this one is answered.
            drop(turn);
            return Ok(self.answer(*ahead, requests));
        };
        drop(ahead);
        self.post_remembering_behind_locks(posting(), |posting| {
            shortcut.retry_in_transaction(Err(fault), |store| {
                self.remembered.pause();
                posting.attempt(store, &[])?.into_outcome()
            })
        })
    }

    fn answer(&self, ahead: JudgedAhead<'_>, requests: &[Request]) -> Outcome {
        let mut outcome = ahead.judged.answer(requests);
        self.remembered.keep(std::mem::take(&mut outcome.changed));
        outcome
    }

    pub(in crate::ledger) fn post_behind_locks(&self, posting: &mut Posting<'_>) -> Result<Outcome, Error> {
        self.pool.transaction(Access::Write, |store| posting.attempt(store, &[])?.into_outcome())
    }

    fn post_remembering_behind_locks<'a>(
        &self,
        mut posting: Posting<'a>,
        post: impl FnOnce(&mut Posting<'a>) -> Result<Outcome, Error>,
    ) -> Result<Outcome, Error> {
        let lock_out = self.remembered.lock_out(&posting.scope().names);
        let mut outcome = post(&mut posting);
        if let Ok(outcome) = &mut outcome {
            self.remembered.keep(std::mem::take(&mut outcome.changed));
        }
        self.remembered.forget_locked(&posting.scope().names, lock_out);
        outcome
    }
}

/// For measurements of what the database takes by itself.
#[cfg(feature = "cli")]
impl Ledger {
    /// Posts like [`Ledger::post_remembering`], and tells how long it took to write the rows, when everything was judged and hashed. `None`, and
    /// nothing is done, if that takes more than remembered accounts.
    pub(in crate::ledger) fn time_writing_of(&self, posting: &Posting<'_>) -> Result<Option<Duration>, Error> {
        let Begun::Judged(ahead) = self.begin(posting) else { return Ok(None) };
        let shortcut = self.pool.shortcut();
        let Some(mut ahead) = ahead.if_it_can_be_written(&shortcut) else { return Ok(None) };
        let begin = Instant::now();
        shortcut.transaction(|store| ahead.judged.write_rows(store))?;
        let time = begin.elapsed();
        ahead.keep_promise();
        self.answer(*ahead, posting.requests());
        Ok(Some(time))
    }
}
