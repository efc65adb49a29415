//! The tables of monitors, their crossings and the holds and dues that they have told of.

use std::collections::BTreeSet;

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable, Text};

use crate::store::StoreError;
use crate::store::operational::leases::latest_end;
use crate::store::operational::place::{ServerStore, Tables};
use crate::store::operational::tables::{ALL, LEASES, MONITOR_EVENTS, MONITOR_SUBJECTS, MONITORS};

/// The lease of the server that judges all monitors, whose counter numbers their events.
const JUDGE: &str = "monitors";

/// What became of a condition, or of a hold or a due that is watched for.
pub(crate) const RAISED: &str = "raised";
pub(crate) const CLEARED: &str = "cleared";

/// A condition on what accounts have, or on holds or dues, and how far it is judged. Times are microseconds since 1970.
#[derive(Clone, Debug, PartialEq, Eq, QueryableByName)]
pub(crate) struct MonitorRow {
    #[diesel(sql_type = Text)]
    pub(crate) name: String,
    /// The account, which the schedule debits where it is about one; empty where it is about a prefix.
    #[diesel(sql_type = Text)]
    pub(crate) account: String,
    /// What the names of the accounts begin with; empty where it is about one account.
    #[diesel(sql_type = Text)]
    pub(crate) prefix: String,
    /// Empty where no amounts are compared.
    #[diesel(sql_type = Text)]
    pub(crate) currency: String,
    /// How many decimals the currency has.
    #[diesel(sql_type = BigInt)]
    pub(crate) exponent: i64,
    /// The id of the schedule; empty where it is about accounts.
    #[diesel(sql_type = Text)]
    pub(crate) schedule: String,
    /// Such as `available < 100.00`.
    #[diesel(sql_type = Text)]
    pub(crate) condition: String,
    /// 1 where the condition is true, or how many holds or dues have been told of that have not ended.
    #[diesel(sql_type = BigInt)]
    pub(crate) is_raised: i64,
    /// Holds that expire up to this moment are met; null before the first look.
    #[diesel(sql_type = Nullable<BigInt>)]
    pub(crate) seen_until: Option<i64>,
    /// When that became so.
    #[diesel(sql_type = Nullable<BigInt>)]
    pub(crate) changed_at: Option<i64>,
    /// What the accounts have at the cursor, in minor units, as decimal numbers: a sum can be more than a column holds.
    #[diesel(sql_type = Text)]
    pub(crate) posted: String,
    #[diesel(sql_type = Text)]
    pub(crate) held: String,
    /// Everything up to this event is judged; null before the first event.
    #[diesel(sql_type = Nullable<Text>)]
    pub(crate) cursor: Option<String>,
    /// The sequence of that event, or 0.
    #[diesel(sql_type = BigInt)]
    pub(crate) sequence: i64,
    /// Tells a monitor from an earlier one of its name, too.
    #[diesel(sql_type = BigInt)]
    pub(crate) created_at: i64,
}

/// A condition became true, or ended.
#[derive(Clone, Debug, PartialEq, Eq, QueryableByName)]
pub(crate) struct MonitorEventRow {
    /// Its number among the events of all monitors of the book.
    #[diesel(sql_type = BigInt)]
    pub(crate) number: i64,
    #[diesel(sql_type = Text)]
    pub(crate) monitor: String,
    #[diesel(sql_type = Text)]
    pub(crate) kind: String,
    /// The event of the book behind which it is so; null before the first event.
    #[diesel(sql_type = Nullable<Text>)]
    pub(crate) event: Option<String>,
    /// The sequence of that event, or 0.
    #[diesel(sql_type = BigInt)]
    pub(crate) sequence: i64,
    #[diesel(sql_type = BigInt)]
    pub(crate) time: i64,
    /// What was compared, as a decimal number of the currency, or how many holds or dues were raised then.
    #[diesel(sql_type = Text)]
    pub(crate) value: String,
    /// The hold or the schedule that it is about; null where a balance was compared.
    #[diesel(sql_type = Nullable<Text>)]
    pub(crate) subject: Option<String>,
    /// When that hold expires, or when the transfer was due.
    #[diesel(sql_type = Nullable<BigInt>)]
    pub(crate) moment: Option<i64>,
}

/// A hold or a due that a monitor has told of and that has not ended.
#[derive(Clone, Debug, PartialEq, Eq, QueryableByName)]
pub(crate) struct SubjectRow {
    #[diesel(sql_type = Text)]
    pub(crate) monitor: String,
    #[diesel(sql_type = Text)]
    pub(crate) subject: String,
    #[diesel(sql_type = BigInt)]
    pub(crate) moment: i64,
}

/// How far monitors have come, by the judge of this epoch.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Judged<'j> {
    pub(crate) epoch: i64,
    /// Until when its lease lasts then.
    pub(crate) until: i64,
    /// The monitors as they are now.
    pub(crate) rows: &'j [MonitorRow],
    /// What happened to them, in order. The numbers are given when it is kept.
    pub(crate) events: &'j [MonitorEventRow],
}

/// The monitors of one book.
#[derive(Debug)]
pub(crate) struct MonitorRows<'p>(pub(crate) &'p ServerStore);

impl MonitorRows<'_> {
    /// All of them, in no particular order.
    pub(crate) fn list(&self) -> Result<Vec<MonitorRow>, StoreError> {
        Ok(self.0.read(&MONITORS, |tables| tables.load("select * from {}.monitors", &[]))?.unwrap_or_default())
    }

    /// The holds and dues that monitors have told of and that have not ended.
    pub(crate) fn subjects(&self) -> Result<Vec<SubjectRow>, StoreError> {
        let load = "select * from {}.monitor_subjects";
        Ok(self.0.read(&MONITOR_SUBJECTS, |tables| tables.load(load, &[]))?.unwrap_or_default())
    }

    /// Keeps a new one, and its first event where it is true at once. Makes the place for it where there is none. Says whether the name was free.
    pub(crate) fn add(&self, row: &MonitorRow, event: Option<&MonitorEventRow>) -> Result<bool, StoreError> {
        self.0.keep(&ALL, |tables| {
            tables.execute(
                "insert into {}.leases (name, holder, epoch, leased_until, counter) values ($1, '', 0, 0, 0) \
                 on conflict (name) do nothing",
                &[JUDGE.into()],
            )?;
            if insert(tables, row)? == 0 {
                return Ok(false);
            }
            if let Some(event) = event {
                tables.execute("update {}.leases set counter = counter + 1 where name = $1", &[JUDGE.into()])?;
                let number = counter(tables)?;
                insert_event(tables, event, number)?;
            }
            Ok(true)
        })
    }

    /// Forgets one, and its events. Says whether there was one.
    pub(crate) fn remove(&self, name: &str) -> Result<bool, StoreError> {
        let removed = self.0.change(&MONITORS, |tables| {
            tables.execute("delete from {}.monitor_events where monitor = $1", &[name.into()])?;
            tables.execute("delete from {}.monitor_subjects where monitor = $1", &[name.into()])?;
            tables.execute("delete from {}.monitors where name = $1", &[name.into()])
        })?;
        Ok(removed == Some(1))
    }

    /// The events of one monitor, or of all, behind a number.
    pub(crate) fn events(
        &self,
        name: Option<&str>,
        behind: i64,
        limit: i64,
    ) -> Result<Vec<MonitorEventRow>, StoreError> {
        let rows = self.0.read(&MONITOR_EVENTS, |tables| match name {
            Some(name) => tables.load(
                "select * from {}.monitor_events where monitor = $1 and number > $2 order by number limit $3",
                &[name.into(), behind.into(), limit.into()],
            ),
            None => tables.load(
                "select * from {}.monitor_events where number > $1 order by number limit $2",
                &[behind.into(), limit.into()],
            ),
        })?;
        Ok(rows.unwrap_or_default())
    }

    /// The number of the newest event of any monitor; 0 before the first one.
    pub(crate) fn newest(&self) -> Result<i64, StoreError> {
        Ok(self.0.read(&LEASES, counter)?.unwrap_or_default())
    }

    /// The number behind which all of their events are that came behind an event of the book.
    pub(crate) fn number_at(&self, sequence: i64) -> Result<i64, StoreError> {
        // First the newest one: what comes meanwhile is behind it.
        let newest = self.newest()?;
        let first =
            "select min(number) as value from {}.monitor_events where sequence > $1 having min(number) is not null";
        let found = self.0.read(&MONITOR_EVENTS, |tables| tables.load::<NumberRow>(first, &[sequence.into()]))?;
        Ok(found.and_then(|rows| rows.first().map(|row| row.value - 1)).unwrap_or(newest))
    }

    /// The book was restored to an earlier state, whose newest event has this sequence: what came behind it came behind no event of the book any
    /// more, and so does not wait for one.
    pub(crate) fn bring_back(&self, sequence: i64) -> Result<(), StoreError> {
        let bring = "update {}.monitor_events set sequence = $1 where sequence > $1";
        self.0.change(&MONITOR_EVENTS, |tables| tables.execute(bring, &[sequence.into()]))?;
        Ok(())
    }

    /// Takes the right to judge until then, unless another server has it. The epoch, where it did.
    pub(crate) fn claim(&self, holder: &str, now: i64, until: i64) -> Result<Option<i64>, StoreError> {
        let latest = latest_end(now, until);
        let claimed = self.0.change(&LEASES, |tables| {
            let rows = tables.execute(
                "update {}.leases set holder = $1, leased_until = $2, epoch = epoch + 1 \
                 where name = $3 and (leased_until <= $4 or leased_until > $5)",
                &[holder.into(), until.into(), JUDGE.into(), now.into(), latest.into()],
            )?;
            let epoch = number(tables, "select epoch as value from {}.leases where name = $1")?;
            Ok((rows == 1).then_some(epoch))
        })?;
        Ok(claimed.flatten())
    }

    /// Gives the right back.
    pub(crate) fn release(&self, epoch: i64) -> Result<(), StoreError> {
        let release = "update {}.leases set leased_until = 0, holder = '' where name = $1 and epoch = $2";
        self.0.change(&LEASES, |tables| tables.execute(release, &[JUDGE.into(), epoch.into()]))?;
        Ok(())
    }

    /// Keeps how far monitors have come and what happened to them, both or neither, and the lease for longer. Says whether the epoch still holds.
    /// What was removed meanwhile is left out.
    pub(crate) fn keep(&self, judged: &Judged<'_>) -> Result<bool, StoreError> {
        let kept = self.0.change(&LEASES, |tables| {
            let count = i64::try_from(judged.events.len()).unwrap_or(i64::MAX);
            // It locks the row, so numbers come into the table in their order.
            let lease = "\
                update {}.leases set leased_until = $1, counter = counter + $2 where name = $3 and epoch = $4";
            let values = [judged.until.into(), count.into(), JUDGE.into(), judged.epoch.into()];
            if tables.execute(lease, &values)? == 0 {
                return Ok(false);
            }
            let mut next = counter(tables)? - count;
            let mut left = BTreeSet::new();
            for row in judged.rows {
                if update(tables, row)? == 1 {
                    left.insert(&row.name);
                }
            }
            for event in judged.events.iter().filter(|event| left.contains(&event.monitor)) {
                next += 1;
                insert_event(tables, event, next)?;
            }
            Ok(true)
        })?;
        Ok(kept == Some(true))
    }
}

fn insert(tables: &mut Tables<'_>, row: &MonitorRow) -> Result<usize, StoreError> {
    tables.execute(
        "insert into {}.monitors (name, account, prefix, currency, exponent, schedule, condition, is_raised, seen_until, changed_at, \
         posted, held, cursor, sequence, created_at) \
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15) \
         on conflict (name) do nothing",
        &[
            (&row.name).into(),
            (&row.account).into(),
            (&row.prefix).into(),
            (&row.currency).into(),
            row.exponent.into(),
            (&row.schedule).into(),
            (&row.condition).into(),
            row.is_raised.into(),
            row.seen_until.into(),
            row.changed_at.into(),
            (&row.posted).into(),
            (&row.held).into(),
            row.cursor.as_ref().into(),
            row.sequence.into(),
            row.created_at.into(),
        ],
    )
}

fn update(tables: &mut Tables<'_>, row: &MonitorRow) -> Result<usize, StoreError> {
    tables.execute(
        "update {}.monitors set is_raised = $1, seen_until = $2, changed_at = $3, posted = $4, held = $5, cursor = $6, sequence = $7 \
         where name = $8 and created_at = $9",
        &[
            row.is_raised.into(),
            row.seen_until.into(),
            row.changed_at.into(),
            (&row.posted).into(),
            (&row.held).into(),
            row.cursor.as_ref().into(),
            row.sequence.into(),
            (&row.name).into(),
            row.created_at.into(),
        ],
    )
}

fn insert_event(tables: &mut Tables<'_>, event: &MonitorEventRow, number: i64) -> Result<(), StoreError> {
    tables.execute(
        "insert into {}.monitor_events (number, monitor, kind, event, sequence, time, value, subject, moment) \
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        &[
            number.into(),
            (&event.monitor).into(),
            (&event.kind).into(),
            event.event.as_ref().into(),
            event.sequence.into(),
            event.time.into(),
            (&event.value).into(),
            event.subject.as_ref().into(),
            event.moment.into(),
        ],
    )?;
    keep_subject(tables, event)
}

/// Keeps the hold or the due that an event tells of, until it has ended.
fn keep_subject(tables: &mut Tables<'_>, event: &MonitorEventRow) -> Result<(), StoreError> {
    let (Some(subject), Some(moment)) = (&event.subject, event.moment) else { return Ok(()) };
    let values = [(&event.monitor).into(), subject.into(), moment.into()];
    let change = match event.kind.as_str() {
        RAISED => {
            "insert into {}.monitor_subjects (monitor, subject, moment) values ($1, $2, $3) on conflict do nothing"
        }
        _ => "delete from {}.monitor_subjects where monitor = $1 and subject = $2 and moment = $3",
    };
    tables.execute(change, &values).map(drop)
}

fn counter(tables: &mut Tables<'_>) -> Result<i64, StoreError> {
    number(tables, "select counter as value from {}.leases where name = $1")
}

fn number(tables: &mut Tables<'_>, sql: &str) -> Result<i64, StoreError> {
    let rows: Vec<NumberRow> = tables.load(sql, &[JUDGE.into()])?;
    Ok(rows.first().map_or(0, |row| row.value))
}

#[derive(QueryableByName)]
struct NumberRow {
    #[diesel(sql_type = BigInt)]
    value: i64,
}
