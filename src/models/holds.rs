//! Rows of holds, and the queries for open and expired ones that match the partial indexes.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool};

use crate::facts::{AccountId, Hold, HoldState, Sequence, TransferId};
use crate::models::CorruptRow;
use crate::models::fixed_sql::FixedSql;
use crate::models::row::row;
use crate::models::sql_types::{Int8, Nullable, SqlId, SqlInstant, Text, Timestamptz, Uuid};
use crate::money::Amount;
use crate::schema::holds;

row! {
    #[derive(Clone, Debug, Queryable, Selectable)]
    #[diesel(table_name = holds)]
    pub(crate) struct HoldRow in "holds", by columns HoldColumns {
        id: SqlId as Uuid,
        sequence: i64 as Int8,
        debit_account_id: i64 as Int8,
        credit_account_id: i64 as Int8,
        amount: i64 as Int8,
        remaining: i64 as Int8,
        expires_at: Option<SqlInstant> as Nullable<Timestamptz>,
        state: String as Text,
    }
}

impl TryFrom<HoldRow> for Hold {
    type Error = CorruptRow;

    fn try_from(row: HoldRow) -> Result<Self, CorruptRow> {
        let corrupt = |column, value: &str| CorruptRow::new("holds", row.sequence, column, value);
        if row.amount <= 0 || !(0..=row.amount).contains(&row.remaining) {
            return Err(corrupt("remaining", &format!("{} of {}", row.remaining, row.amount)));
        }
        let expires_at =
            row.expires_at.map(|time| time.instant().ok_or_else(|| corrupt("expires_at", &time.to_string())));
        Ok(Self {
            id: row.id.id().map(TransferId).ok_or_else(|| corrupt("id", "not of 16 bytes"))?,
            sequence: Sequence(row.sequence),
            debit_account_id: AccountId(row.debit_account_id),
            credit_account_id: AccountId(row.credit_account_id),
            amount: Amount::from_minor(row.amount),
            remaining: Amount::from_minor(row.remaining),
            expires_at: expires_at.transpose()?,
            state: HoldState::from_word(&row.state).ok_or_else(|| corrupt("state", &row.state))?,
        })
    }
}

impl From<&Hold> for HoldRow {
    fn from(hold: &Hold) -> Self {
        assert!(hold.sequence > Sequence::UNASSIGNED, "a stored hold has a place");
        Self {
            id: SqlId::new(hold.id.0),
            sequence: hold.sequence.0,
            debit_account_id: hold.debit_account_id.0,
            credit_account_id: hold.credit_account_id.0,
            amount: hold.amount.minor(),
            remaining: hold.remaining.minor(),
            expires_at: hold.expires_at.map(SqlInstant::from),
            state: hold.state.as_str().to_owned(),
        }
    }
}

row! {
    /// What captures, releases and expiry change of a hold.
    #[derive(Clone, Debug)]
    pub(crate) struct HoldUpdate in "holds", by columns HoldUpdateColumns {
        id: SqlId as Uuid,
        remaining: i64 as Int8,
        state: String as Text,
    }
}

impl From<&Hold> for HoldUpdate {
    fn from(hold: &Hold) -> Self {
        Self { id: SqlId::new(hold.id.0), remaining: hold.remaining.minor(), state: hold.state.as_str().to_owned() }
    }
}

/// Written out, not bound: the planner must see that the partial indexes fit.
fn is_open() -> FixedSql<Bool> {
    FixedSql::new("state = 'open'")
}

#[diesel::dsl::auto_type]
pub(crate) fn by_id(ids: Vec<SqlId>) -> _ {
    holds::table.filter(holds::id.eq_any(ids))
}

/// The columns of the debited and the credited account.
#[diesel::dsl::auto_type]
pub(crate) fn account_ids() -> _ {
    (holds::debit_account_id, holds::credit_account_id)
}

/// Open holds that debit one of the accounts and have expired.
#[cfg(feature = "sqlite")]
#[diesel::dsl::auto_type]
pub(crate) fn expired_by_debit(accounts: Vec<i64>, now: SqlInstant) -> _ {
    let open: FixedSql<Bool> = is_open();
    holds::table.filter(open).filter(holds::debit_account_id.eq_any(accounts)).filter(holds::expires_at.le(now))
}

/// Open holds that credit one of the accounts and have expired.
#[cfg(feature = "sqlite")]
#[diesel::dsl::auto_type]
pub(crate) fn expired_by_credit(accounts: Vec<i64>, now: SqlInstant) -> _ {
    let open: FixedSql<Bool> = is_open();
    holds::table.filter(open).filter(holds::credit_account_id.eq_any(accounts)).filter(holds::expires_at.le(now))
}

/// What is left of every open hold is above zero; the index by expiry fits where that is written too, and nowhere else.
pub(crate) const IS_OPEN_BY_EXPIRY: &str = "state = 'open' and remaining > 0";

fn is_open_by_expiry() -> FixedSql<Bool> {
    FixedSql::new(IS_OPEN_BY_EXPIRY)
}

/// Open holds that have expired, whosever they are.
#[diesel::dsl::auto_type]
pub(crate) fn expired(now: SqlInstant, limit: i64) -> _ {
    let open: FixedSql<Bool> = is_open_by_expiry();
    holds::table.filter(open).filter(holds::expires_at.le(now)).order((holds::expires_at, holds::sequence)).limit(limit)
}

/// Open holds that debit an account.
#[diesel::dsl::auto_type]
pub(crate) fn open_by_debit(account: i64) -> _ {
    let open: FixedSql<Bool> = is_open();
    holds::table.filter(open).filter(holds::debit_account_id.eq(account))
}

/// Open holds that credit an account.
#[diesel::dsl::auto_type]
pub(crate) fn open_by_credit(account: i64) -> _ {
    let open: FixedSql<Bool> = is_open();
    holds::table.filter(open).filter(holds::credit_account_id.eq(account))
}

/// Holds from a place on, in the order in which they were placed.
#[diesel::dsl::auto_type]
pub(crate) fn from_sequence(sequence: i64, limit: i64) -> _ {
    holds::table.filter(holds::sequence.ge(sequence)).order(holds::sequence).limit(limit)
}

/// Holds from a place down, those first that were placed last.
#[diesel::dsl::auto_type]
pub(crate) fn down_from_sequence(sequence: i64, limit: i64) -> _ {
    holds::table.filter(holds::sequence.le(sequence)).order(holds::sequence.desc()).limit(limit)
}

/// The place of a hold, written so that no index on it fits: what is asked for with it is few rows, which another index finds.
pub(crate) fn place() -> FixedSql<BigInt> {
    FixedSql::new("holds.sequence + 0")
}
