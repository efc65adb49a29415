//! Judging: each event is applied to each monitor once, in the book's order, and what became of the conditions is kept in the transaction that moves the
//! monitors behind it. So a crossing is kept exactly once, whatever is killed meanwhile.

use std::time::{Duration, Instant as Stopwatch};

use tracing::{info, warn};

use crate::error::{Error, InputError};
use crate::ledger::{Event, EventContent, EventCursor, EventFilter, Ledger, Standing};
use crate::server::monitors::adding::Monitors;
use crate::server::monitors::kept::{Behind, Kept, Rule};
use crate::store::{Judged, MonitorEventRow, MonitorRow};

/// How many events are in memory at once.
const PAGE_EVENTS: u32 = 1_000;
/// How long it may take until it is kept that monitors have come further, where nothing else happened to them.
const KEEP_INTERVAL: Duration = Duration::from_secs(1);

/// What a look came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Looked {
    /// There is more to read.
    More,
    /// Something was judged, and there is nothing more.
    Done,
    /// There was nothing.
    Nothing,
    /// Another server judges now.
    Lost,
}

/// The monitors of a book under the lease of one server.
pub(super) struct Judge<'a> {
    monitors: &'a Monitors,
    ledger: &'a Ledger,
    lease: Duration,
    epoch: i64,
    kept: Vec<Kept>,
    kept_at: Stopwatch,
    /// Whether it was not kept yet that monitors have come further.
    is_ahead: bool,
}

impl<'a> Judge<'a> {
    /// Takes the right to judge. `None` where another server has it.
    pub(super) fn begin(
        monitors: &'a Monitors,
        ledger: &'a Ledger,
        holder: &str,
        lease: Duration,
    ) -> Result<Option<Self>, Error> {
        let now = ledger.clock().now();
        let claimed = monitors.rows().claim(holder, now.micros(), now.after(lease).micros())?;
        let Some(epoch) = claimed else { return Ok(None) };
        // Read behind the claim, when the server before this one can change nothing any more.
        Ok(Some(Self {
            monitors,
            ledger,
            lease,
            epoch,
            kept: monitors.to_judge()?,
            kept_at: Stopwatch::now(),
            is_ahead: false,
        }))
    }

    /// Keeps how far it has come, and gives the right back.
    pub(super) fn end(self) -> Result<(), Error> {
        self.keep(&[])?;
        self.give_up()
    }

    /// Gives the right back after a fault. What was judged and not kept is judged again by whoever is next.
    pub(super) fn give_up(self) -> Result<(), Error> {
        Ok(self.monitors.rows().release(self.epoch)?)
    }

    /// Takes note of monitors that were added or removed.
    pub(super) fn refresh(&mut self) -> Result<(), Error> {
        let is_same = |one: &Kept, other: &Kept| one.name == other.name && one.created_at == other.created_at;
        // One that is new to this server has told of nothing yet.
        let rows = self.monitors.kept()?;
        self.kept.retain(|monitor| rows.iter().any(|row| is_same(row, monitor)));
        for row in rows {
            if !self.kept.iter().any(|monitor| is_same(&row, monitor)) {
                info!(monitor = row.name, "this server judges it");
                self.kept.push(row);
            }
        }
        Ok(())
    }

    /// Judges the next events.
    pub(super) fn look(&mut self) -> Result<Looked, Error> {
        let Some(after) = self.kept.iter().min_by_key(|monitor| monitor.sequence()).map(|monitor| monitor.cursor)
        else {
            return self.keep_if_due(&[], Looked::Nothing);
        };
        let read = self.ledger.list_events(after, &EventFilter::default(), PAGE_EVENTS, Duration::ZERO);
        let page = match read {
            Err(Error::Input(InputError::CursorForeign { .. })) => return self.begin_anew(after),
            read => read?,
        };
        let mut crossings = Vec::new();
        for event in &page.events {
            self.judge(event, &mut crossings)?;
        }
        if let Some(next) = page.next {
            let behind = self.kept.iter_mut().filter(|monitor| monitor.sequence() < next.sequence.0);
            for monitor in behind {
                (monitor.cursor, self.is_ahead) = (Some(next), true);
            }
        }
        if page.is_last {
            self.look_without_events(&mut crossings)?;
        }
        let looked = match (page.is_last, page.events.is_empty() && crossings.is_empty()) {
            (false, _) => Looked::More,
            (true, false) => Looked::Done,
            (true, true) => Looked::Nothing,
        };
        self.keep_if_due(&crossings, looked)
    }

    /// The book was restored to an earlier state: the monitors that were judged by events which are gone begin anew with what accounts have now.
    fn begin_anew(&mut self, cursor: Option<EventCursor>) -> Result<Looked, Error> {
        warn!(
            cursor = cursor.map(|cursor| cursor.to_string()),
            "the book has no such event; its monitors are judged anew"
        );
        let (mut crossings, now) = (Vec::new(), self.ledger.clock().now());
        let newest = self.ledger.newest_event_cursor(Duration::ZERO)?;
        self.monitors.rows().bring_back(newest.map_or(0, |cursor| cursor.sequence.0))?;
        for monitor in self.kept.iter_mut().filter(|monitor| monitor.cursor == cursor) {
            match &mut monitor.rule {
                Rule::Balance(balance) => {
                    let standing = match self.ledger.standing(&balance.watched, Duration::ZERO) {
                        // An account that is not there any more has nothing.
                        Err(Error::Rejected(_)) => (newest, Standing::default()),
                        standing => standing?,
                    };
                    (monitor.cursor, balance.standing) = standing;
                    crossings.extend(monitor.settle(Behind { cursor: monitor.cursor, time: now }));
                }
                Rule::Single(single, _) => {
                    monitor.cursor = newest;
                    let cleared = single.begin_anew();
                    let behind = Behind { cursor: newest, time: now };
                    crossings.extend(cleared.into_iter().map(|change| monitor.tell(change, behind)));
                }
            }
        }
        Ok(if self.keep(&crossings)? { Looked::More } else { Looked::Lost })
    }

    /// Applies an event to the monitors that have not come so far, and adds what became of them. The legs of a journal post together, so conditions are
    /// judged behind the last of them.
    fn judge(&mut self, event: &Event, crossings: &mut Vec<MonitorEventRow>) -> Result<(), Error> {
        let behind = Behind { cursor: Some(event.cursor()), time: event.recorded_at };
        for monitor in self.kept.iter_mut().filter(|monitor| monitor.sequence() < event.sequence.0) {
            match &mut monitor.rule {
                Rule::Balance(balance) => {
                    balance.watched.apply(event, &mut balance.standing);
                    if !is_within_journal(event) {
                        crossings.extend(monitor.settle(behind));
                    }
                }
                Rule::Single(single, _) => {
                    let changes = single.apply(event, self.ledger)?;
                    crossings.extend(changes.into_iter().map(|change| monitor.tell(change, behind)));
                }
            }
        }
        Ok(())
    }

    /// Adds what has become so by the time alone.
    fn look_without_events(&mut self, crossings: &mut Vec<MonitorEventRow>) -> Result<(), Error> {
        let now = self.ledger.clock().now();
        for monitor in &mut self.kept {
            let behind = Behind { cursor: monitor.cursor, time: now };
            if let Rule::Single(single, _) = &mut monitor.rule {
                let changes = single.look(self.ledger, now)?;
                crossings.extend(changes.into_iter().map(|change| monitor.tell(change, behind)));
            }
        }
        Ok(())
    }

    fn keep_if_due(&mut self, crossings: &[MonitorEventRow], looked: Looked) -> Result<Looked, Error> {
        let interval = if self.is_ahead { KEEP_INTERVAL.min(self.lease / 3) } else { self.lease / 3 };
        if crossings.is_empty() && self.kept_at.elapsed() < interval {
            return Ok(looked);
        }
        let is_kept = self.keep(crossings)?;
        (self.kept_at, self.is_ahead) = (Stopwatch::now(), false);
        Ok(if is_kept { looked } else { Looked::Lost })
    }

    /// Keeps how far the monitors have come and what happened to them. Says whether this server still judges.
    fn keep(&self, crossings: &[MonitorEventRow]) -> Result<bool, Error> {
        let rows: Vec<MonitorRow> = self.kept.iter().map(Kept::row).collect();
        let until = self.ledger.clock().now().after(self.lease).micros();
        Ok(self.monitors.rows().keep(&Judged { epoch: self.epoch, until, rows: &rows, events: crossings })?)
    }
}

fn is_within_journal(event: &Event) -> bool {
    let EventContent::Transfer(transfer) = &event.content else { return false };
    transfer.leg.is_some_and(|leg| leg.number < leg.of)
}
