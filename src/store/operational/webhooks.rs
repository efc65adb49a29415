//! The table of webhooks: their settings, their progress in the feed, and the lease of the server that delivers.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable, Text};

use crate::store::StoreError;
use crate::store::operational::leases::latest_end;
use crate::store::operational::place::{ServerStore, Tables, Value};
use crate::store::operational::tables::{ALL, WEBHOOKS};

/// An endpoint that is told of events. Times are microseconds since 1970.
#[derive(Clone, Debug, PartialEq, Eq, QueryableByName)]
pub(crate) struct WebhookRow {
    #[diesel(sql_type = Text)]
    pub(crate) id: String,
    #[diesel(sql_type = Text)]
    pub(crate) url: String,
    #[diesel(sql_type = Text)]
    pub(crate) secret: String,
    /// The secret before that, which signs too until a moment.
    #[diesel(sql_type = Nullable<Text>)]
    pub(crate) old_secret: Option<String>,
    #[diesel(sql_type = Nullable<BigInt>)]
    pub(crate) old_secret_until: Option<i64>,
    /// Words with commas between them; empty for all.
    #[diesel(sql_type = Text)]
    pub(crate) types: String,
    /// What the names of accounts begin with; empty for all.
    #[diesel(sql_type = Text)]
    pub(crate) accounts: String,
    /// 1 where an event waits until the one before it has arrived.
    #[diesel(sql_type = BigInt)]
    pub(crate) is_ordered: i64,
    /// 1 where its address may be one of a private network.
    #[diesel(sql_type = BigInt)]
    pub(crate) may_be_private: i64,
    #[diesel(sql_type = Text)]
    pub(crate) state: String,
    /// Why it is not active.
    #[diesel(sql_type = Nullable<Text>)]
    pub(crate) reason: Option<String>,
    /// Everything up to here has arrived, or has a row among the deliveries.
    #[diesel(sql_type = Nullable<Text>)]
    pub(crate) cursor: Option<String>,
    /// The same of the crossings of monitors, by their numbers.
    #[diesel(sql_type = BigInt)]
    pub(crate) crossing: i64,
    #[diesel(sql_type = BigInt)]
    pub(crate) delivered: i64,
    #[diesel(sql_type = Nullable<BigInt>)]
    pub(crate) delivered_at: Option<i64>,
    #[diesel(sql_type = BigInt)]
    pub(crate) created_at: i64,
    /// The server that delivers now, and until when it has the right to.
    #[diesel(sql_type = Text)]
    pub(crate) holder: String,
    /// Rises whenever another one begins to deliver, so that the one before can change nothing any more.
    #[diesel(sql_type = BigInt)]
    pub(crate) epoch: i64,
    #[diesel(sql_type = BigInt)]
    pub(crate) leased_until: i64,
}

/// Whether an endpoint is told of events.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum WebhookState {
    Active,
    /// Somebody said so.
    Paused,
    /// Its receiver said that it is gone.
    Disabled,
}

impl WebhookState {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Paused => "paused",
            Self::Disabled => "disabled",
        }
    }
}

/// How far an endpoint has come, by the one that delivers in this epoch.
#[derive(Clone, Debug)]
pub(crate) struct Moved {
    pub(crate) webhook: String,
    pub(crate) epoch: i64,
    /// Behind this event, where it has come further in the feed.
    pub(crate) cursor: Option<String>,
    /// Behind the crossing of this number, where it has come further among these.
    pub(crate) crossing: Option<i64>,
    /// How many more events have arrived.
    pub(crate) delivered: i64,
}

const MOVE: &str = "\
    update {}.webhooks set cursor = coalesce($1, cursor), crossing = coalesce($2, crossing), delivered = delivered + $3, \
    delivered_at = coalesce($4, delivered_at) where id = $5 and epoch = $6";

/// Notes how far an endpoint has come, at a moment. Says whether the epoch still holds.
pub(super) fn move_on(tables: &mut Tables<'_>, moved: &Moved, now: i64) -> Result<bool, StoreError> {
    let at = (moved.delivered > 0).then_some(now);
    let values = [
        moved.cursor.as_ref().into(),
        moved.crossing.into(),
        moved.delivered.into(),
        at.into(),
        (&moved.webhook).into(),
        moved.epoch.into(),
    ];
    Ok(tables.execute(MOVE, &values)? == 1)
}

/// The endpoints that are told of one book's events.
#[derive(Debug)]
pub(crate) struct WebhookRows<'p>(pub(crate) &'p ServerStore);

impl WebhookRows<'_> {
    /// All of them, by when they were added.
    pub(crate) fn list(&self) -> Result<Vec<WebhookRow>, StoreError> {
        let list =
            self.0.read(&WEBHOOKS, |tables| tables.load("select * from {}.webhooks order by created_at, id", &[]))?;
        Ok(list.unwrap_or_default())
    }

    /// Keeps a new one. Makes the place for it where there is none.
    pub(crate) fn add(&self, row: &WebhookRow) -> Result<(), StoreError> {
        self.0.keep(&ALL, |tables| {
            tables.execute(
                "insert into {}.webhooks (id, url, secret, types, accounts, is_ordered, may_be_private, state, cursor, \
                 crossing, delivered, created_at, holder, epoch, leased_until) \
                 values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 0, $11, '', 0, 0) on conflict (id) do nothing",
                &[
                    (&row.id).into(),
                    (&row.url).into(),
                    (&row.secret).into(),
                    (&row.types).into(),
                    (&row.accounts).into(),
                    row.is_ordered.into(),
                    row.may_be_private.into(),
                    (&row.state).into(),
                    row.cursor.as_ref().into(),
                    row.crossing.into(),
                    row.created_at.into(),
                ],
            )
        })?;
        Ok(())
    }

    /// Sets a new secret. The old one signs too until then.
    pub(crate) fn rotate(&self, id: &str, secret: &str, old_until: i64) -> Result<(), StoreError> {
        self.change(
            "update {}.webhooks set old_secret = secret, secret = $1, old_secret_until = $2 where id = $3",
            &[secret.into(), old_until.into(), id.into()],
        )
    }

    pub(crate) fn set_state(&self, id: &str, state: WebhookState, reason: Option<&String>) -> Result<(), StoreError> {
        self.change(
            "update {}.webhooks set state = $1, reason = $2 where id = $3",
            &[state.as_str().into(), reason.into(), id.into()],
        )
    }

    /// Delivers again what is behind a cursor, and behind a crossing. The server that delivers now notices that by the epoch.
    pub(crate) fn rewind(&self, id: &str, cursor: Option<&String>, crossing: i64) -> Result<(), StoreError> {
        self.change(
            "update {}.webhooks set cursor = $1, crossing = $2, epoch = epoch + 1, leased_until = 0, holder = '' \
             where id = $3",
            &[cursor.into(), crossing.into(), id.into()],
        )
    }

    /// Takes the right to deliver until then, unless another one has it. Says whether it did.
    pub(crate) fn claim(&self, id: &str, holder: &str, now: i64, until: i64) -> Result<bool, StoreError> {
        let latest = latest_end(now, until);
        let claimed = self.0.change(&WEBHOOKS, |tables| {
            tables.execute(
                "update {}.webhooks set holder = $1, leased_until = $2, epoch = epoch + 1 \
                 where id = $3 and state = 'active' and (leased_until < $4 or leased_until > $5)",
                &[holder.into(), until.into(), id.into(), now.into(), latest.into()],
            )
        })?;
        Ok(claimed == Some(1))
    }

    /// Keeps the right to all that this one delivers to, and notes how far it has come.
    pub(crate) fn renew(&self, holder: &str, until: i64) -> Result<(), StoreError> {
        self.change("update {}.webhooks set leased_until = $1 where holder = $2", &[until.into(), holder.into()])
    }

    /// Gives back the right to one, or to all that this one delivers to.
    pub(crate) fn release(&self, holder: &str, id: Option<&str>) -> Result<(), StoreError> {
        match id {
            Some(id) => self.change(
                "update {}.webhooks set leased_until = 0, holder = '' where holder = $1 and id = $2",
                &[holder.into(), id.into()],
            ),
            None => {
                self.change("update {}.webhooks set leased_until = 0, holder = '' where holder = $1", &[holder.into()])
            }
        }
    }

    /// Notes how far endpoints have come, in one transaction. One that another server delivers to now keeps what that one notes.
    pub(crate) fn advance(&self, moves: &[Moved], now: i64) -> Result<(), StoreError> {
        self.0.change(&WEBHOOKS, |tables| moves.iter().try_for_each(|moved| move_on(tables, moved, now).map(drop)))?;
        Ok(())
    }

    /// Forgets it, and what was to be delivered to it.
    pub(crate) fn remove(&self, id: &str) -> Result<(), StoreError> {
        self.0.change(&WEBHOOKS, |tables| {
            tables.execute("delete from {}.webhook_deliveries where webhook = $1", &[id.into()])?;
            tables.execute("delete from {}.webhooks where id = $1", &[id.into()])
        })?;
        Ok(())
    }

    fn change(&self, sql: &str, values: &[Value]) -> Result<(), StoreError> {
        self.0.change(&WEBHOOKS, |tables| tables.execute(sql, values))?;
        Ok(())
    }
}
