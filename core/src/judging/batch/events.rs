//! Writing down what happened to an account beside its transfers.

use uuid::Uuid;

use crate::facts::{AccountEvent, AccountState, Actor, Annotation, Description, Hash, LastEvent, Terms};
use crate::judging::batch::Batch;
use crate::proof::hash_event;

/// Who wants an event, why, and as part of what.
#[derive(Clone, Copy)]
pub(super) struct Signed<'a> {
    pub(super) actor: &'a Actor,
    pub(super) reason: Option<&'a Description>,
    pub(super) journal_id: Option<Uuid>,
}

impl Batch {
    /// Writes an event down, with its account changed by it.
    pub(super) fn draft_event(
        &mut self,
        index: usize,
        after: Terms,
        annotation: Option<Annotation>,
        signed: Signed<'_>,
    ) {
        let account = self.book.account(index);
        let last_event = self.book.particulars(index).last_event;
        let times = [account.last.map(|last| last.recorded_at), last_event.map(|last| last.recorded_at)];
        let recorded_at = times.into_iter().flatten().fold(self.book.now, |time, last| time.max(last.next()));
        let mut event = AccountEvent {
            account_id: account.id,
            number: last_event.map_or(0, |last| last.number) + 1,
            sequence: self.book.next_sequence(),
            version: account.version,
            recorded_at,
            before: account.terms(),
            after,
            annotation,
            actor: signed.actor.clone(),
            reason: signed.reason.cloned(),
            journal_id: signed.journal_id,
            hash: Hash([0; 32]),
        };
        event.hash = hash_event(&event, account.head);

        let (account, particulars) = self.book.account_and_particulars_mut(index);
        particulars.last_event = Some(LastEvent { number: event.number, sequence: event.sequence, recorded_at });
        account.head = event.hash;
        account.state = after.state;
        account.limits = after.limits;
        account.velocity = after.velocity;
        if after.state == AccountState::Closed {
            account.closed_at.get_or_insert(recorded_at);
        }
        self.book.events.push(event);
    }
}
