//! Crossings of all monitors in the order of their numbers, as webhooks are told of them.

use std::collections::HashMap;

use uuid::Uuid;

use crate::error::Error;
use crate::facts::NamePrefix;
use crate::server::monitors::kept::Kept;
use crate::store::{MonitorRows, ServerStore};
use crate::wire::{CrossingRecord, MonitorEventKind, MonitorEventRecord};

/// That the condition of a monitor became true, or ended.
#[derive(Clone, Debug)]
pub(in crate::server) struct Crossing {
    /// Its number among those of all monitors of the book.
    pub(in crate::server) number: i64,
    /// The sequence of the book's event behind which it is so; 0 before the first event.
    pub(in crate::server) sequence: i64,
    pub(in crate::server) kind: MonitorEventKind,
    /// The account of the monitor, or what the names of its accounts begin with.
    pub(in crate::server) accounts: NamePrefix,
    record: MonitorEventRecord,
}

impl Crossing {
    /// Up to `limit` crossings behind a number, in order, and the number of the last one that was read. Those of a monitor that was removed are
    /// gone with it.
    pub(in crate::server) fn list(
        place: &ServerStore,
        behind: i64,
        limit: i64,
    ) -> Result<(Vec<Self>, Option<i64>), Error> {
        let rows = MonitorRows(place);
        let crossings = rows.events(None, behind, limit)?;
        let Some(last) = crossings.last().map(|row| row.number) else { return Ok((Vec::new(), None)) };
        let mut monitors = HashMap::new();
        for row in rows.list()? {
            let kept = Kept::read(row)?;
            monitors.insert(kept.name.clone(), kept);
        }
        let found = crossings.into_iter().filter_map(|row| {
            let monitor = monitors.get(&row.monitor)?;
            let kind = MonitorEventKind::of_state(&row.kind)?;
            let (number, sequence) = (row.number, row.sequence);
            Some(Self { number, sequence, kind, accounts: monitor.accounts(), record: monitor.shown_event(row) })
        });
        Ok((found.collect(), Some(last)))
    }

    /// What is told of it.
    pub(in crate::server) fn record(&self, book: Uuid) -> CrossingRecord {
        CrossingRecord::new(self.record.clone(), book)
    }
}
