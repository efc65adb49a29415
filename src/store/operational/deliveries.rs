//! The table of events that wait for another attempt at delivery or have failed for good.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable, Text};

use crate::store::StoreError;
use crate::store::operational::place::{ServerStore, Tables, Value};
use crate::store::operational::tables::DELIVERIES;
use crate::store::operational::webhooks::{Moved, move_on};

/// What is added to the number of a crossing among the deliveries, which so stand behind those of events of the book.
pub(crate) const CROSSINGS_BEHIND: i64 = 1 << 62;

/// Up to how many of one endpoint and state are counted.
const COUNTED_MAX: i64 = 100_000;
/// The columns of a list, which does not show what is sent.
const WITHOUT_BODY: &str =
    "webhook, event, sequence, kind, '' as body, state, attempts, tried_at, next_at, status, problem";
/// How many are forgotten in one transaction.
const FORGOTTEN_AT_ONCE_MAX: u32 = 1_000;

/// An event that did not arrive at its first attempt. Times are microseconds since 1970.
#[derive(Clone, Debug, PartialEq, Eq, QueryableByName)]
pub(crate) struct DeliveryRow {
    #[diesel(sql_type = Text)]
    pub(crate) webhook: String,
    /// The event's id.
    #[diesel(sql_type = Text)]
    pub(crate) event: String,
    /// The event's number in the book's order, or that of a crossing and [`CROSSINGS_BEHIND`].
    #[diesel(sql_type = BigInt)]
    pub(crate) sequence: i64,
    #[diesel(sql_type = Text)]
    pub(crate) kind: String,
    /// What is sent.
    #[diesel(sql_type = Text)]
    pub(crate) body: String,
    #[diesel(sql_type = Text)]
    pub(crate) state: String,
    #[diesel(sql_type = BigInt)]
    pub(crate) attempts: i64,
    /// When the last attempt ended.
    #[diesel(sql_type = BigInt)]
    pub(crate) tried_at: i64,
    /// When the next one is due.
    #[diesel(sql_type = BigInt)]
    pub(crate) next_at: i64,
    /// What the receiver answered last.
    #[diesel(sql_type = Nullable<BigInt>)]
    pub(crate) status: Option<i64>,
    /// Why the last attempt failed.
    #[diesel(sql_type = Nullable<Text>)]
    pub(crate) problem: Option<String>,
}

/// What becomes of a delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum DeliveryState {
    /// It is tried again.
    Waiting,
    Delivered,
    /// All attempts failed.
    Dead,
}

impl DeliveryState {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Delivered => "delivered",
            Self::Dead => "dead",
        }
    }
}

/// What an attempt came to.
#[derive(Clone, Debug)]
pub(crate) struct Failed {
    pub(crate) state: DeliveryState,
    pub(crate) tried_at: i64,
    pub(crate) next_at: i64,
    pub(crate) status: Option<i64>,
    pub(crate) problem: Option<String>,
}

/// The events that did not arrive at their first attempt.
#[derive(Debug)]
pub(crate) struct Deliveries<'p>(pub(crate) &'p ServerStore);

impl Deliveries<'_> {
    /// Those of an endpoint behind a sequence, in the book's order, without what is sent.
    pub(crate) fn list(&self, webhook: &str, behind: i64, limit: i64) -> Result<Vec<DeliveryRow>, StoreError> {
        let sql = format!(
            "select {WITHOUT_BODY} from {{}}.webhook_deliveries where webhook = $1 and sequence > $2 order by sequence limit $3"
        );
        self.load(&sql, &[webhook.into(), behind.into(), limit.into()])
    }

    /// The same, of those in one state.
    pub(crate) fn list_in(
        &self,
        webhook: &str,
        state: DeliveryState,
        behind: i64,
        limit: i64,
    ) -> Result<Vec<DeliveryRow>, StoreError> {
        let sql = format!(
            "select {WITHOUT_BODY} from {{}}.webhook_deliveries \
             where webhook = $1 and state = $2 and sequence > $3 order by sequence limit $4"
        );
        self.load(&sql, &[webhook.into(), state.as_str().into(), behind.into(), limit.into()])
    }

    /// The first ones of an endpoint that are to be tried again, in the book's order.
    pub(crate) fn waiting(&self, webhook: &str, limit: i64) -> Result<Vec<DeliveryRow>, StoreError> {
        let sql = "\
            select * from {}.webhook_deliveries where webhook = $1 and state = 'waiting' order by sequence limit $2";
        self.load(sql, &[webhook.into(), limit.into()])
    }

    /// Those that are due, longest first: those whose time has come, and those whose time is later than any that is given.
    pub(crate) fn due(
        &self,
        webhook: &str,
        [now, latest]: [i64; 2],
        limit: i64,
    ) -> Result<Vec<DeliveryRow>, StoreError> {
        let sql = "\
            select * from {}.webhook_deliveries where webhook = $1 and state = 'waiting' and (next_at <= $2 or next_at > $3) \
            order by next_at, sequence limit $4";
        self.load(sql, &[webhook.into(), now.into(), latest.into(), limit.into()])
    }

    /// How many of each endpoint wait and are dead, counted up to a bound.
    pub(crate) fn count(&self) -> Result<Vec<(String, String, i64)>, StoreError> {
        let sql = "\
            select webhooks.id as webhook, states.state, (select count(*) from (select 1 as one from {}.webhook_deliveries as kept \
                where kept.webhook = webhooks.id and kept.state = states.state limit $1) as few) as rows \
            from {}.webhooks cross join (select 'waiting' as state union all select 'dead') as states";
        let values = [COUNTED_MAX.into()];
        let counts = self.0.read(&DELIVERIES, |tables| tables.load::<CountRow>(sql, &values))?.unwrap_or_default();
        Ok(counts.into_iter().map(|row| (row.webhook, row.state, row.rows)).collect())
    }

    /// Notes that an event did not arrive, and that the endpoint has come behind it, both or neither. Says whether the epoch still holds.
    pub(crate) fn put_off(&self, row: &DeliveryRow, moved: &Moved) -> Result<bool, StoreError> {
        let kept = self.0.change(&DELIVERIES, |tables| {
            if !move_on(tables, moved, row.tried_at)? {
                return Ok(false);
            }
            insert(tables, row)?;
            Ok(true)
        })?;
        Ok(kept == Some(true))
    }

    /// Notes that an event did not arrive, where the epoch still holds, and says whether it does. The endpoint has not come behind it by that.
    pub(crate) fn keep(&self, row: &DeliveryRow, epoch: i64) -> Result<bool, StoreError> {
        let kept = self.0.change(&DELIVERIES, |tables| {
            let held = "update {}.webhooks set epoch = epoch where id = $1 and epoch = $2";
            if tables.execute(held, &[(&row.webhook).into(), epoch.into()])? == 0 {
                return Ok(false);
            }
            insert(tables, row)?;
            Ok(true)
        })?;
        Ok(kept == Some(true))
    }

    /// Notes what another attempt came to.
    pub(crate) fn note(&self, row: &DeliveryRow, outcome: &Failed) -> Result<(), StoreError> {
        let is_new = i64::from(outcome.state == DeliveryState::Delivered);
        self.0.change(&DELIVERIES, |tables| {
            tables.execute(
                "update {}.webhook_deliveries set state = $1, attempts = attempts + 1, tried_at = $2, next_at = $3, \
                 status = $4, problem = $5 where webhook = $6 and event = $7",
                &[
                    outcome.state.as_str().into(),
                    outcome.tried_at.into(),
                    outcome.next_at.into(),
                    outcome.status.into(),
                    outcome.problem.as_ref().into(),
                    (&row.webhook).into(),
                    (&row.event).into(),
                ],
            )?;
            tables.execute(
                "update {}.webhooks set delivered = delivered + $1 where id = $2",
                &[is_new.into(), (&row.webhook).into()],
            )
        })?;
        Ok(())
    }

    /// Whether an event is among them.
    pub(crate) fn has(&self, webhook: &str, event: &str) -> Result<bool, StoreError> {
        let sql = "select * from {}.webhook_deliveries where webhook = $1 and event = $2";
        Ok(!self.load(sql, &[webhook.into(), event.into()])?.is_empty())
    }

    /// Has one event tried again now, and from the first attempt on. Says whether it is there.
    pub(crate) fn replay(&self, webhook: &str, event: &str, now: i64) -> Result<bool, StoreError> {
        let sql = "\
            update {}.webhook_deliveries set state = 'waiting', attempts = 0, next_at = $1 \
            where webhook = $2 and event = $3";
        let values = [now.into(), webhook.into(), event.into()];
        let rows = self.0.change(&DELIVERIES, |tables| tables.execute(sql, &values))?;
        Ok(rows == Some(1))
    }

    /// The same for all that failed for good. Says how many.
    pub(crate) fn replay_dead(&self, webhook: &str, now: i64) -> Result<usize, StoreError> {
        let sql = "\
            update {}.webhook_deliveries set state = 'waiting', attempts = 0, next_at = $1 \
            where webhook = $2 and state = 'dead'";
        let replayed = self.0.change(&DELIVERIES, |tables| tables.execute(sql, &[now.into(), webhook.into()]))?;
        Ok(replayed.unwrap_or_default())
    }

    /// Has all that wait tried again now.
    pub(crate) fn hasten(&self, webhook: &str, now: i64) -> Result<(), StoreError> {
        let sql = "update {}.webhook_deliveries set next_at = $1 where webhook = $2 and state = 'waiting'";
        self.0.change(&DELIVERIES, |tables| tables.execute(sql, &[now.into(), webhook.into()]))?;
        Ok(())
    }

    /// Forgets those that are in a state since before a moment, a few at a time, so that nobody waits for it.
    pub(crate) fn forget(&self, state: DeliveryState, before: i64) -> Result<(), StoreError> {
        let sql = "\
            delete from {}.webhook_deliveries where (webhook, event) in (\
                select webhook, event from {}.webhook_deliveries where state = $1 and tried_at < $2 order by tried_at limit $3)";
        let values = [state.as_str().into(), before.into(), i64::from(FORGOTTEN_AT_ONCE_MAX).into()];
        loop {
            let forgotten = self.0.change(&DELIVERIES, |tables| tables.execute(sql, &values))?;
            if forgotten != Some(FORGOTTEN_AT_ONCE_MAX as usize) {
                return Ok(());
            }
        }
    }

    fn load(&self, sql: &str, values: &[Value]) -> Result<Vec<DeliveryRow>, StoreError> {
        Ok(self.0.read(&DELIVERIES, |tables| tables.load(sql, values))?.unwrap_or_default())
    }
}

/// Adds an event that did not arrive, or notes that it did not arrive anew.
fn insert(tables: &mut Tables<'_>, row: &DeliveryRow) -> Result<(), StoreError> {
    let values = [
        (&row.webhook).into(),
        (&row.event).into(),
        row.sequence.into(),
        (&row.kind).into(),
        (&row.body).into(),
        (&row.state).into(),
        row.attempts.into(),
        row.tried_at.into(),
        row.next_at.into(),
        row.status.into(),
        row.problem.as_ref().into(),
    ];
    tables.execute(
        "insert into {}.webhook_deliveries \
         (webhook, event, sequence, kind, body, state, attempts, tried_at, next_at, status, problem) \
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) on conflict (webhook, event) do update \
         set state = excluded.state, attempts = excluded.attempts, tried_at = excluded.tried_at, \
         next_at = excluded.next_at, status = excluded.status, problem = excluded.problem",
        &values,
    )?;
    Ok(())
}

#[derive(QueryableByName)]
struct CountRow {
    #[diesel(sql_type = Text)]
    webhook: String,
    #[diesel(sql_type = Text)]
    state: String,
    #[diesel(sql_type = BigInt)]
    rows: i64,
}
