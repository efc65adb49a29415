use crate::money::Currency;
use crate::rules::{
    AccountEvent, AccountName, AccountState, Annotation, Hash, Instant, NormalSide, Sequence, Terms, Transfer,
    TransferKind, hash_metadata,
};

/// An account as the walk has recomputed it so far.
pub(in crate::service) struct Walked {
    pub(in crate::service) name: AccountName,
    pub(in crate::service) normal_side: NormalSide,
    pub(in crate::service) currency: Currency,
    pub(in crate::service) posted: Sides,
    pub(in crate::service) held: Sides,
    pub(in crate::service) version: i64,
    pub(in crate::service) last: Option<(Sequence, Instant)>,
    pub(in crate::service) head: Hash,
    pub(in crate::service) terms: Terms,
    /// The hash of what is kept beside it, once that was changed.
    pub(in crate::service) annotated: Option<Hash>,
    pub(in crate::service) closed_at: Option<Instant>,
    pub(in crate::service) last_event: Option<(i64, Instant)>,
}

/// Sums of debits and of credits, which a forged book can drive anywhere.
#[derive(Clone, Copy, Default)]
pub(in crate::service) struct Sides {
    pub(in crate::service) debits: i128,
    pub(in crate::service) credits: i128,
}

impl Sides {
    fn add(&mut self, side: NormalSide, amount: i128) {
        match side {
            NormalSide::Debit => self.debits += amount,
            NormalSide::Credit => self.credits += amount,
        }
    }
}

impl Walked {
    pub(in crate::service) fn balance(&self) -> i128 {
        match self.normal_side {
            NormalSide::Debit => self.posted.debits - self.posted.credits,
            NormalSide::Credit => self.posted.credits - self.posted.debits,
        }
    }

    pub(in crate::service) fn held_on_falling_side(&self) -> i128 {
        match self.normal_side {
            NormalSide::Debit => self.held.credits,
            NormalSide::Credit => self.held.debits,
        }
    }

    /// Moves the sums on by one side of a transfer.
    pub(in crate::service) fn add(&mut self, transfer: &Transfer, side: NormalSide) {
        let amount = i128::from(transfer.amount.minor());
        match transfer.kind {
            TransferKind::Transfer | TransferKind::Reversal => self.posted.add(side, amount),
            TransferKind::Hold => self.held.add(side, amount),
            TransferKind::Release => self.held.add(side, -amount),
            TransferKind::Capture => {
                self.held.add(side, -amount);
                self.posted.add(side, amount);
            }
        }
    }

    /// What of an event does not follow from what came before it.
    pub(in crate::service) fn problems_with(&self, event: &AccountEvent, hash: Hash) -> Vec<&'static str> {
        let last_number = self.last_event.map_or(0, |(number, _)| number);
        let last_times = [self.last.map(|(_, time)| time), self.last_event.map(|(_, time)| time)];
        let is_later = last_times.into_iter().flatten().all(|time| time < event.recorded_at);
        let checks = [
            ("does not have the number behind the one before", Some(event.number) == last_number.checked_add(1)),
            ("has another version of the account", event.version == self.version),
            ("does not follow from the terms before", event.before == self.terms),
            ("does not follow from the metadata before", self.follows(event.annotation.as_ref())),
            ("changes terms and metadata at once", event.annotation.is_none() || event.before == event.after),
            ("is recorded before what came before it", is_later),
            ("has another hash than its content and history give", event.hash == hash),
        ];
        checks.into_iter().filter(|(_, is_right)| !is_right).map(|(problem, _)| problem).collect()
    }

    fn follows(&self, annotation: Option<&Annotation>) -> bool {
        let of_account = annotation.filter(|annotation| annotation.transfer_id.is_none());
        of_account.is_none_or(|it| self.annotated.is_none_or(|kept| kept == hash_metadata(&it.before)))
    }

    /// Moves what an account may do, and what is kept beside it, on by an event.
    pub(in crate::service) fn take(&mut self, event: &AccountEvent) {
        self.head = event.hash;
        self.terms = event.after;
        self.last_event = Some((event.number, event.recorded_at));
        if event.after.state == AccountState::Closed {
            self.closed_at.get_or_insert(event.recorded_at);
        }
        if let Some(Annotation { transfer_id: None, after, .. }) = &event.annotation {
            self.annotated = Some(hash_metadata(after));
        }
    }
}
