//! Monitors that watch for holds or dues, each by itself: a hold that is about to expire, a due that was refused.
//!
//! Every hold is met once. Those that come within the time of their end are found by an index, from where the look before ended. Those that are
//! placed within it are found in the feed, and so are the ends of all. What is found by a look is open in a state of the book that has everything
//! that was judged, so its end is still to be judged. A hold that came within the time and ended while nobody looked is told of at its end.

use std::collections::HashMap;
use std::time::Duration;

use uuid::Uuid;

use crate::error::Error;
use crate::facts::{HoldState, Instant, ScheduleId, Sequence, Transfer, TransferId, TransferKind};
use crate::ledger::{Event, EventContent, EventKind, HoldHistory, Ledger};
use crate::server::monitors::scope::MonitorScope;
use crate::wire::MonitorEventKind;

/// How many holds or dues are read at once.
const PAGE: u32 = 1_000;
/// How often the holds are looked through that have come within the time of their end.
const LOOK_INTERVAL: Duration = Duration::from_secs(1);

/// What is watched for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum What {
    /// An open hold expires in that time or sooner.
    HoldExpires(Duration),
    /// A due was refused and is to be tried again.
    DueRefused,
}

/// The hold or the due that an event of a monitor is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Subject {
    /// The hold, or the schedule.
    pub(super) id: Uuid,
    /// When the hold expires, or when the transfer was due.
    pub(super) moment: Instant,
}

/// What became of a hold or a due, and how many are raised then.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Change {
    pub(super) kind: MonitorEventKind,
    pub(super) subject: Subject,
    pub(super) count: i64,
}

/// Holds or dues that are watched for, and those that were met.
#[derive(Clone, Debug)]
pub(super) struct Single {
    pub(super) scope: MonitorScope,
    pub(super) what: What,
    /// All that was there up to this moment is met; `None` before the first look.
    pub(super) seen_until: Option<Instant>,
    /// Those that were met and have not ended: by the id of the hold, or of the due's transfer.
    raised: HashMap<TransferId, Subject>,
    /// How many these are.
    pub(super) count: i64,
}

impl Single {
    pub(super) fn new(scope: MonitorScope, what: What) -> Self {
        Self { scope, what, seen_until: None, raised: HashMap::new(), count: 0 }
    }

    /// Takes over what was met before.
    pub(super) fn restore(&mut self, subjects: impl Iterator<Item = Subject>) {
        self.raised = subjects.map(|subject| (self.key(subject), subject)).collect();
        self.note_count();
    }

    fn key(&self, subject: Subject) -> TransferId {
        match self.what {
            What::HoldExpires(_) => TransferId(subject.id),
            What::DueRefused => ScheduleId(subject.id).of_due(subject.moment),
        }
    }

    fn note_count(&mut self) {
        self.count = i64::try_from(self.raised.len()).unwrap_or(i64::MAX);
    }

    fn raise(&mut self, subject: Subject) -> Option<Change> {
        let is_new = self.raised.insert(self.key(subject), subject).is_none();
        self.note_count();
        is_new.then_some(Change { kind: MonitorEventKind::Raised, subject, count: self.count })
    }

    fn clear(&mut self, key: TransferId) -> Option<Change> {
        let subject = self.raised.remove(&key)?;
        self.note_count();
        Some(Change { kind: MonitorEventKind::Cleared, subject, count: self.count })
    }

    /// Takes note of an event of the book.
    pub(super) fn apply(&mut self, event: &Event, ledger: &Ledger) -> Result<Vec<Change>, Error> {
        let change = match (&event.content, self.what) {
            (EventContent::Transfer(of_transfer), What::HoldExpires(time)) => {
                let posted = &of_transfer.posted;
                if !self.scope.has([&posted.debit_account, &posted.credit_account], None) {
                    return Ok(Vec::new());
                }
                return self.apply_to_holds(&posted.transfer, event.recorded_at.after(time), ledger);
            }
            (EventContent::Transfer(event), What::DueRefused) => self.clear(event.posted.transfer.id),
            (EventContent::Due(due), What::DueRefused) if event.kind == EventKind::DueRefused => {
                let accounts = [&due.debit_account, &due.credit_account];
                let subject = Subject { id: due.due.schedule.0, moment: due.due.due_at };
                if self.scope.has(accounts, Some(due.due.schedule)) { self.raise(subject) } else { None }
            }
            (EventContent::Due(due), What::DueRefused) => self.clear(due.transfer_id()),
            _ => None,
        };
        Ok(change.into_iter().collect())
    }

    /// `until` is up to when a hold expires that is within the time of its end at the transfer.
    fn apply_to_holds(&mut self, transfer: &Transfer, until: Instant, ledger: &Ledger) -> Result<Vec<Change>, Error> {
        let Some(hold) = transfer.hold_id else { return Ok(Vec::new()) };
        let is_near = |expires_at: &Instant| *expires_at <= until;
        Ok(match transfer.kind {
            // One that ends later is met by a look when its time has come.
            TransferKind::Hold => {
                let until = self.seen_until.map_or(until, |seen| seen.max(until));
                let moment = transfer.expires_at.filter(|expires_at| *expires_at <= until);
                moment.and_then(|moment| self.raise(Subject { id: hold.0, moment })).into_iter().collect()
            }
            TransferKind::Capture | TransferKind::Release => {
                let history = ledger.get_hold(hold)?;
                if transfer.kind == TransferKind::Capture && !is_last_capture(transfer, &history) {
                    return Ok(Vec::new());
                }
                let moment = history.status.hold.expires_at.filter(is_near);
                let raised = moment.and_then(|moment| self.raise(Subject { id: hold.0, moment }));
                raised.into_iter().chain(self.clear(hold)).collect()
            }
            TransferKind::Transfer | TransferKind::Reversal => Vec::new(),
        })
    }

    /// Meets what is so at a moment without any event: the holds that have come within the time of their end, and at first all refused dues.
    pub(super) fn look(&mut self, ledger: &Ledger, now: Instant) -> Result<Vec<Change>, Error> {
        match self.what {
            What::HoldExpires(time) => self.look_for_holds(ledger, (now, now.after(time))),
            What::DueRefused if self.seen_until.is_none() => self.look_for_dues(ledger, now),
            What::DueRefused => Ok(Vec::new()),
        }
    }

    fn look_for_holds(&mut self, ledger: &Ledger, (now, until): (Instant, Instant)) -> Result<Vec<Change>, Error> {
        if self.seen_until.is_some_and(|seen| until < seen.after(LOOK_INTERVAL)) {
            return Ok(Vec::new());
        }
        let mut changes = Vec::new();
        // Those that have expired meanwhile are no longer open.
        let mut behind = (self.seen_until.map_or(now, |seen| seen.max(now)), Sequence(i64::MAX));
        loop {
            let holds = ledger.list_holds_by_expiry(behind, until, PAGE)?;
            let Some(last) = holds.last() else { break };
            behind = (last.hold.expires_at.unwrap_or(until), last.hold.sequence);
            for status in holds.iter().filter(|status| status.hold.state == HoldState::Open) {
                let accounts = [&status.debit_account, &status.credit_account];
                let moment = status.hold.expires_at.filter(|_| self.scope.has(accounts, None));
                changes.extend(moment.and_then(|moment| self.raise(Subject { id: status.hold.id.0, moment })));
            }
        }
        self.seen_until = Some(until);
        Ok(changes)
    }

    fn look_for_dues(&mut self, ledger: &Ledger, now: Instant) -> Result<Vec<Change>, Error> {
        let (mut changes, mut behind) = (Vec::new(), None);
        loop {
            let page = ledger.list_refused_dues(behind, PAGE)?;
            for settled in &page.dues {
                let accounts = [&settled.debit_account, &settled.credit_account];
                if self.scope.has(accounts, Some(settled.due.schedule_id)) {
                    let subject = Subject { id: settled.due.schedule_id.0, moment: settled.due.due_at };
                    changes.extend(self.raise(subject));
                }
            }
            behind = page.next;
            if behind.is_none() {
                break;
            }
        }
        self.seen_until = Some(now);
        Ok(changes)
    }

    /// Forgets what was met, which is looked for anew.
    pub(super) fn begin_anew(&mut self) -> Vec<Change> {
        let mut raised: Vec<_> = self.raised.iter().map(|(key, subject)| (subject.moment, *key)).collect();
        raised.sort_unstable();
        self.seen_until = None;
        raised.into_iter().filter_map(|(_, key)| self.clear(key)).collect()
    }
}

/// Whether nothing is left of a hold behind this capture. Others may have followed it.
fn is_last_capture(capture: &Transfer, history: &HoldHistory) -> bool {
    let captured = history
        .transfers
        .iter()
        .filter(|transfer| transfer.kind == TransferKind::Capture && transfer.sequence <= capture.sequence);
    let captured: i128 = captured.map(|transfer| i128::from(transfer.amount.minor())).sum();
    captured >= i128::from(history.status.hold.amount.minor())
}
