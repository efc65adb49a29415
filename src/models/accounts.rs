//! Rows of accounts, the updates that postings make to them, and the query by name prefix.

use std::fmt::Display;

use diesel::prelude::*;

use crate::facts::{
    Account, AccountId, AccountName, AccountState, AccountType, Balances, Instant, LastTransfer, Limits, Sequence,
    Velocity,
};
use crate::judging::ChangedAccount;
use crate::models::currencies::currency;
use crate::models::row::row;
use crate::models::sql_types::{Bytea, Int2, Int8, Jsonb, Nullable, SqlHash, SqlInstant, SqlJson, Text, Timestamptz};
use crate::models::transfers::{metadata_from_json, metadata_to_json};
use crate::models::{CorruptRow, HasText};
use crate::money::{Amount, Currency};
use crate::schema::accounts;

/// More of the last character there is than a name has room for: no name that begins with a prefix sorts behind the prefix and these.
const LAST_CHARACTERS: usize = 64;

#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = accounts)]
pub(crate) struct AccountRow {
    pub id: i64,
    pub posted: i64,
    pub debits_held: i64,
    pub credits_held: i64,
    pub version: i64,
    pub last_transfer: Option<i64>,
    pub last_recorded_at: Option<SqlInstant>,
    pub min_balance: Option<i64>,
    pub max_balance: Option<i64>,
    pub per_transfer: Option<i64>,
    pub per_day: Option<i64>,
    pub per_month: Option<i64>,
    pub opened_at: SqlInstant,
    pub closed_at: Option<SqlInstant>,
    pub exponent: i16,
    pub name: String,
    pub account_type: String,
    pub currency: String,
    pub state: String,
    pub head: SqlHash,
    pub opened_by: String,
    pub description: Option<String>,
    pub metadata: Option<SqlJson>,
}

/// What an account is called, for rows that only have its number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct AccountLabel {
    pub id: AccountId,
    pub name: AccountName,
    pub account_type: AccountType,
    pub currency: Currency,
}

#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = accounts)]
pub(crate) struct AccountLabelRow {
    pub id: i64,
    pub name: String,
    pub account_type: String,
    pub currency: String,
    pub exponent: i16,
}

impl TryFrom<AccountLabelRow> for AccountLabel {
    type Error = CorruptRow;

    fn try_from(row: AccountLabelRow) -> Result<Self, CorruptRow> {
        Ok(Self {
            id: AccountId(row.id),
            name: row.name.parse().map_err(|_| CorruptRow::new("accounts", row.id, "name", &row.name))?,
            account_type: AccountType::from_word(&row.account_type)
                .ok_or_else(|| CorruptRow::new("accounts", row.id, "account_type", &row.account_type))?,
            currency: currency(&row.currency, row.exponent, || ("accounts", row.id.to_string()))?,
        })
    }
}

impl HasText for AccountRow {
    fn text_bytes(&self) -> usize {
        self.description.text_bytes() + self.metadata.text_bytes()
    }
}

impl TryFrom<AccountRow> for Account {
    type Error = CorruptRow;

    fn try_from(row: AccountRow) -> Result<Self, CorruptRow> {
        let corrupt = |column, value: &dyn Display| CorruptRow::new("accounts", row.id, column, value.to_string());
        for (column, held) in [("debits_held", row.debits_held), ("credits_held", row.credits_held)] {
            if held < 0 {
                return Err(corrupt(column, &held));
            }
        }
        let head = row.head.hash().map_err(|found| corrupt("head", &found))?;
        let account_type = AccountType::from_word(&row.account_type);
        let description = row.description.as_deref().map(str::parse).transpose();
        Ok(Self {
            id: AccountId(row.id),
            name: row.name.parse().map_err(|_| corrupt("name", &row.name))?,
            account_type: account_type.ok_or_else(|| corrupt("account_type", &row.account_type))?,
            currency: currency(&row.currency, row.exponent, || ("accounts", row.id.to_string()))?,
            state: AccountState::from_word(&row.state).ok_or_else(|| corrupt("state", &row.state))?,
            limits: limits(row.min_balance, row.max_balance),
            velocity: velocity(row.per_transfer, row.per_day, row.per_month),
            balances: Balances {
                posted: Amount::from_minor(row.posted),
                debits_held: Amount::from_minor(row.debits_held),
                credits_held: Amount::from_minor(row.credits_held),
            },
            version: row.version,
            last: last_transfer(&row)?,
            head,
            description: description
                .map_err(|_| corrupt("description", &row.description.clone().unwrap_or_default()))?,
            metadata: metadata_from_json(row.metadata.as_ref(), "accounts", row.id)?,
            opened_at: instant(&row, "opened_at", row.opened_at)?,
            opened_by: row.opened_by.parse().map_err(|_| corrupt("opened_by", &row.opened_by))?,
            closed_at: row.closed_at.map(|time| instant(&row, "closed_at", time)).transpose()?,
        })
    }
}

pub(super) fn limits(min_balance: Option<i64>, max_balance: Option<i64>) -> Limits {
    Limits { min_balance: min_balance.map(Amount::from_minor), max_balance: max_balance.map(Amount::from_minor) }
}

pub(super) fn velocity(per_transfer: Option<i64>, per_day: Option<i64>, per_month: Option<i64>) -> Velocity {
    Velocity {
        per_transfer: per_transfer.map(Amount::from_minor),
        per_day: per_day.map(Amount::from_minor),
        per_month: per_month.map(Amount::from_minor),
    }
}

fn last_transfer(row: &AccountRow) -> Result<Option<LastTransfer>, CorruptRow> {
    let (sequence, recorded_at) = match (row.last_transfer, row.last_recorded_at) {
        (Some(sequence), Some(recorded_at)) => (sequence, recorded_at),
        (None, None) => return Ok(None),
        (sequence, _) => return Err(CorruptRow::new("accounts", row.id, "last_transfer", format!("{sequence:?}"))),
    };
    let recorded_at = instant(row, "last_recorded_at", recorded_at)?;
    Ok(Some(LastTransfer { sequence: Sequence(sequence), recorded_at }))
}

fn instant(row: &AccountRow, column: &'static str, time: SqlInstant) -> Result<Instant, CorruptRow> {
    time.instant().ok_or_else(|| CorruptRow::new("accounts", row.id, column, time))
}

row! {
    /// An account as it is opened; the rest of the row has defaults. What is missing is null, so that the statement has one text and is
    /// prepared once.
    #[derive(Clone, Debug, Insertable)]
    #[diesel(table_name = accounts, treat_none_as_default_value = false)]
    pub(crate) struct NewAccountRow in "accounts", by columns NewAccountColumns {
        id: i64 as Int8,
        min_balance: Option<i64> as Nullable<Int8>,
        max_balance: Option<i64> as Nullable<Int8>,
        opened_at: SqlInstant as Timestamptz,
        exponent: i16 as Int2,
        name: String as Text,
        account_type: &'static str as Text,
        currency: String as Text,
        head: SqlHash as Bytea,
        opened_by: String as Text,
        description: Option<String> as Nullable<Text>,
        metadata: Option<SqlJson> as Nullable<Jsonb>,
    }
}

impl From<&Account> for NewAccountRow {
    fn from(account: &Account) -> Self {
        assert!(account.id > AccountId::UNASSIGNED, "an account's number is drawn before it is written");
        Self {
            id: account.id.0,
            min_balance: account.limits.min_balance.map(Amount::minor),
            max_balance: account.limits.max_balance.map(Amount::minor),
            opened_at: account.opened_at.into(),
            exponent: i16::from(account.currency.exponent()),
            name: account.name.to_string(),
            account_type: account.account_type.as_str(),
            currency: account.currency.code().to_string(),
            head: account.head.into(),
            opened_by: account.opened_by.to_string(),
            description: account.description.as_ref().map(ToString::to_string),
            metadata: metadata_to_json(&account.metadata),
        }
    }
}

row! {
    /// What a transfer changes of an account.
    #[derive(Clone, Debug)]
    pub(crate) struct AccountUpdate in "accounts", by columns AccountColumns {
        id: i64 as Int8,
        posted: i64 as Int8,
        debits_held: i64 as Int8,
        credits_held: i64 as Int8,
        version: i64 as Int8,
        last_transfer: Option<i64> as Nullable<Int8>,
        last_recorded_at: Option<SqlInstant> as Nullable<Timestamptz>,
        head: SqlHash as Bytea,
        /// The head that the row must still have.
        head_before: SqlHash as Bytea,
    }
    unchanged head = head_before
}

impl From<&ChangedAccount> for AccountUpdate {
    fn from(ChangedAccount { account, head_before }: &ChangedAccount) -> Self {
        Self {
            id: account.id.0,
            posted: account.balances.posted.minor(),
            debits_held: account.balances.debits_held.minor(),
            credits_held: account.balances.credits_held.minor(),
            version: account.version,
            last_transfer: account.last.map(|last| last.sequence.0),
            last_recorded_at: account.last.map(|last| last.recorded_at.into()),
            head: account.head.into(),
            head_before: (*head_before).into(),
        }
    }
}

row! {
    /// All that transfers and events together change of an account: in one statement, because limits and balance have to fit each other
    /// whenever the table looks at them.
    #[derive(Clone, Debug)]
    pub(crate) struct AccountHistoryUpdate in "accounts", by columns AccountHistoryColumns {
        id: i64 as Int8,
        posted: i64 as Int8,
        debits_held: i64 as Int8,
        credits_held: i64 as Int8,
        version: i64 as Int8,
        last_transfer: Option<i64> as Nullable<Int8>,
        last_recorded_at: Option<SqlInstant> as Nullable<Timestamptz>,
        min_balance: Option<i64> as Nullable<Int8>,
        max_balance: Option<i64> as Nullable<Int8>,
        per_transfer: Option<i64> as Nullable<Int8>,
        per_day: Option<i64> as Nullable<Int8>,
        per_month: Option<i64> as Nullable<Int8>,
        closed_at: Option<SqlInstant> as Nullable<Timestamptz>,
        state: String as Text,
        head: SqlHash as Bytea,
    }
}

impl From<&Account> for AccountHistoryUpdate {
    fn from(account: &Account) -> Self {
        let Balances { posted, debits_held, credits_held } = account.balances;
        Self {
            id: account.id.0,
            posted: posted.minor(),
            debits_held: debits_held.minor(),
            credits_held: credits_held.minor(),
            version: account.version,
            last_transfer: account.last.map(|last| last.sequence.0),
            last_recorded_at: account.last.map(|last| last.recorded_at.into()),
            min_balance: account.limits.min_balance.map(Amount::minor),
            max_balance: account.limits.max_balance.map(Amount::minor),
            per_transfer: account.velocity.per_transfer.map(Amount::minor),
            per_day: account.velocity.per_day.map(Amount::minor),
            per_month: account.velocity.per_month.map(Amount::minor),
            closed_at: account.closed_at.map(SqlInstant::from),
            state: account.state.as_str().to_owned(),
            head: account.head.into(),
        }
    }
}

/// Accounts whose names begin with `prefix` and sort behind `after`, by name. An index range, not LIKE, whose meaning differs.
#[diesel::dsl::auto_type]
pub(crate) fn with_prefix<'a>(prefix: &'a str, prefix_end: &'a str, after: &'a str, limit: i64) -> _ {
    accounts::table
        .filter(accounts::name.ge(prefix))
        .filter(accounts::name.lt(prefix_end))
        .filter(accounts::name.gt(after))
        .order(accounts::name)
        .limit(limit)
}

/// The name behind all names that begin with `prefix`.
pub(crate) fn prefix_end(prefix: &str) -> String {
    let last: String = std::iter::repeat_n(char::MAX, LAST_CHARACTERS).collect();
    format!("{prefix}{last}")
}
