//! The column types that the two backends store differently, under the names that `diesel print-schema` gives them.
//!
//! | here | PostgreSQL | SQLite |
//! |---|---|---|
//! | [`Uuid`] | `uuid` | `BLOB` of 16 bytes |
//! | [`Timestamptz`] | `timestamptz` | `INTEGER`, microseconds since 1970 |
//! | [`Jsonb`] | `jsonb` | `TEXT` |

use std::fmt;
#[cfg(feature = "postgres")]
use std::io::Write;

use diesel::deserialize::{self, FromSql, FromSqlRow};
use diesel::expression::AsExpression;
#[cfg(feature = "postgres")]
use diesel::pg::{Pg, PgValue};
use diesel::query_builder::QueryId;
use diesel::serialize::{self, IsNull, Output, ToSql};
use diesel::sql_types::ops::{Add, Sub};
pub use diesel::sql_types::{BigInt as Int8, Binary as Bytea, Nullable, SmallInt as Int2, Text};
use diesel::sql_types::{Interval, SqlType};
#[cfg(feature = "sqlite")]
use diesel::sqlite::{Sqlite, SqliteValue};

use crate::facts::{Hash, Instant, TransferKind};

/// An id.
#[derive(Clone, Copy, Debug, QueryId, SqlType)]
#[diesel(postgres_type(oid = 2950, array_oid = 2951))]
#[diesel(sqlite_type(name = "Binary"))]
pub struct Uuid;

/// A moment.
#[derive(Clone, Copy, Debug, QueryId, SqlType)]
#[diesel(postgres_type(oid = 1184, array_oid = 1185))]
#[diesel(sqlite_type(name = "Long"))]
pub struct Timestamptz;

/// Both backends order moments as they follow each other.
impl diesel::sql_types::SqlOrd for Timestamptz {}

// `table!` knows the name Timestamptz and lets such columns be added to.
impl Add for Timestamptz {
    type Rhs = Interval;
    type Output = Self;
}

impl Sub for Timestamptz {
    type Rhs = Interval;
    type Output = Self;
}

/// A JSON object.
#[derive(Clone, Copy, Debug, QueryId, SqlType)]
#[diesel(postgres_type(oid = 3802, array_oid = 3807))]
#[diesel(sqlite_type(name = "Text"))]
pub struct Jsonb;

/// The value of a [`Uuid`] column. SQLite can hold blobs of other lengths there; what is read then is no id, which the rows report.
#[derive(AsExpression, Clone, Copy, Debug, FromSqlRow, PartialEq, Eq)]
#[diesel(sql_type = Uuid)]
pub(crate) struct SqlId(Option<uuid::Uuid>);

impl SqlId {
    pub(crate) const fn new(id: uuid::Uuid) -> Self {
        Self(Some(id))
    }

    /// The id, or `None` where something of another length is stored.
    pub(crate) const fn id(self) -> Option<uuid::Uuid> {
        self.0
    }

    fn bytes(&self) -> Result<&[u8; 16], &'static str> {
        self.0.as_ref().map(uuid::Uuid::as_bytes).ok_or("what is not an id is never written")
    }
}

#[cfg(feature = "postgres")]
impl FromSql<Uuid, Pg> for SqlId {
    fn from_sql(value: PgValue<'_>) -> deserialize::Result<Self> {
        Ok(Self(uuid::Uuid::from_slice(value.as_bytes()).ok()))
    }
}

#[cfg(feature = "postgres")]
impl ToSql<Uuid, Pg> for SqlId {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        out.write_all(self.bytes()?)?;
        Ok(IsNull::No)
    }
}

#[cfg(feature = "sqlite")]
impl FromSql<Uuid, Sqlite> for SqlId {
    fn from_sql(mut value: SqliteValue<'_, '_, '_>) -> deserialize::Result<Self> {
        Ok(Self(uuid::Uuid::from_slice(value.read_blob()).ok()))
    }
}

#[cfg(feature = "sqlite")]
impl ToSql<Uuid, Sqlite> for SqlId {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Sqlite>) -> serialize::Result {
        out.set_value(self.bytes()?.as_slice());
        Ok(IsNull::No)
    }
}

/// The value of a [`Timestamptz`] column, microseconds since 1970. Only what [`Instant`] can be is ever written; whether that is what
/// is read, the rows check.
#[derive(AsExpression, Clone, Copy, Debug, FromSqlRow, PartialEq, Eq)]
#[diesel(sql_type = Timestamptz)]
pub(crate) struct SqlInstant(i64);

/// PostgreSQL counts microseconds from 2000-01-01T00:00:00Z.
#[cfg(feature = "postgres")]
const POSTGRES_EPOCH_MICROS: i64 = 946_684_800_000_000;

impl SqlInstant {
    /// The moment, or `None` outside the years 1 to 9999.
    pub(crate) const fn instant(self) -> Option<Instant> {
        Instant::from_micros(self.0)
    }

    /// A bound for comparisons: microseconds since 1970, and one before the year 1 where everything is later.
    pub(crate) const fn bound(micros: i64) -> Self {
        Self(micros)
    }
}

impl From<Instant> for SqlInstant {
    fn from(instant: Instant) -> Self {
        Self(instant.micros())
    }
}

impl fmt::Display for SqlInstant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} microseconds since 1970", self.0)
    }
}

#[cfg(feature = "postgres")]
impl FromSql<Timestamptz, Pg> for SqlInstant {
    fn from_sql(value: PgValue<'_>) -> deserialize::Result<Self> {
        // PostgreSQL's infinities are the ends of the range and stay there.
        <i64 as FromSql<Int8, Pg>>::from_sql(value).map(|micros| Self(micros.saturating_add(POSTGRES_EPOCH_MICROS)))
    }
}

#[cfg(feature = "postgres")]
impl ToSql<Timestamptz, Pg> for SqlInstant {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        let micros = self.0 - POSTGRES_EPOCH_MICROS;
        out.write_all(&micros.to_be_bytes())?;
        Ok(IsNull::No)
    }
}

#[cfg(feature = "sqlite")]
impl FromSql<Timestamptz, Sqlite> for SqlInstant {
    fn from_sql(mut value: SqliteValue<'_, '_, '_>) -> deserialize::Result<Self> {
        Ok(Self(value.read_long()))
    }
}

#[cfg(feature = "sqlite")]
impl ToSql<Timestamptz, Sqlite> for SqlInstant {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Sqlite>) -> serialize::Result {
        out.set_value(self.0);
        Ok(IsNull::No)
    }
}

/// The value of a [`Jsonb`] column, as text. PostgreSQL writes it out in its own way; on SQLite it is the text that was written.
#[derive(AsExpression, Clone, Debug, FromSqlRow, PartialEq, Eq)]
#[diesel(sql_type = Jsonb)]
pub(crate) struct SqlJson {
    pub(crate) text: String,
    form: JsonForm,
}

/// Who wrote a JSON text out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum JsonForm {
    Written,
    Server,
}

impl SqlJson {
    /// What is to be written.
    pub(crate) const fn new(text: String) -> Self {
        Self { text, form: JsonForm::Written }
    }

    /// Whether it is this text, as far as that can be told: a server keeps no spacing, no order of keys and no key twice.
    pub(crate) fn is(&self, text: &str) -> bool {
        self.form == JsonForm::Server || self.text == text
    }
}

/// The first byte of PostgreSQL's binary form.
#[cfg(feature = "postgres")]
const JSONB_VERSION: u8 = 1;

#[cfg(feature = "postgres")]
impl FromSql<Jsonb, Pg> for SqlJson {
    fn from_sql(value: PgValue<'_>) -> deserialize::Result<Self> {
        match value.as_bytes().split_first() {
            Some((&JSONB_VERSION, text)) => Ok(Self { text: str::from_utf8(text)?.to_owned(), form: JsonForm::Server }),
            _ => Err("an unknown version of jsonb".into()),
        }
    }
}

#[cfg(feature = "postgres")]
impl ToSql<Jsonb, Pg> for SqlJson {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        out.write_all(&[JSONB_VERSION])?;
        out.write_all(self.text.as_bytes())?;
        Ok(IsNull::No)
    }
}

#[cfg(feature = "sqlite")]
impl FromSql<Jsonb, Sqlite> for SqlJson {
    fn from_sql(value: SqliteValue<'_, '_, '_>) -> deserialize::Result<Self> {
        <String as FromSql<Text, Sqlite>>::from_sql(value).map(Self::new)
    }
}

#[cfg(feature = "sqlite")]
impl ToSql<Jsonb, Sqlite> for SqlJson {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Sqlite>) -> serialize::Result {
        out.set_value(self.text.as_str());
        Ok(IsNull::No)
    }
}

/// The value of a column of hashes. Where one has another length, what is read is kept for the rows to report.
#[derive(AsExpression, Clone, Debug, FromSqlRow, PartialEq, Eq)]
#[diesel(sql_type = Bytea)]
pub(crate) enum SqlHash {
    Hash(Hash),
    Other(Box<[u8]>),
}

impl SqlHash {
    /// The hash, or what stands in its place, for a person.
    pub(crate) fn hash(&self) -> Result<Hash, String> {
        match self {
            Self::Hash(hash) => Ok(*hash),
            Self::Other(bytes) => Err(format!("{bytes:?}")),
        }
    }

    fn read(bytes: &[u8]) -> Self {
        bytes.try_into().map_or_else(|_| Self::Other(bytes.into()), |hash| Self::Hash(Hash(hash)))
    }

    fn bytes(&self) -> &[u8] {
        match self {
            Self::Hash(hash) => &hash.0,
            Self::Other(bytes) => bytes,
        }
    }
}

impl From<Hash> for SqlHash {
    fn from(hash: Hash) -> Self {
        Self::Hash(hash)
    }
}

#[cfg(feature = "postgres")]
impl FromSql<Bytea, Pg> for SqlHash {
    fn from_sql(value: PgValue<'_>) -> deserialize::Result<Self> {
        Ok(Self::read(value.as_bytes()))
    }
}

#[cfg(feature = "postgres")]
impl ToSql<Bytea, Pg> for SqlHash {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        out.write_all(self.bytes())?;
        Ok(IsNull::No)
    }
}

#[cfg(feature = "sqlite")]
impl FromSql<Bytea, Sqlite> for SqlHash {
    fn from_sql(mut value: SqliteValue<'_, '_, '_>) -> deserialize::Result<Self> {
        Ok(Self::read(value.read_blob()))
    }
}

#[cfg(feature = "sqlite")]
impl ToSql<Bytea, Sqlite> for SqlHash {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Sqlite>) -> serialize::Result {
        out.set_value(self.bytes());
        Ok(IsNull::No)
    }
}

/// The value of a column of kinds. What is no kind is kept for the rows to report.
#[derive(AsExpression, Clone, Debug, FromSqlRow, PartialEq, Eq)]
#[diesel(sql_type = Text)]
pub(crate) enum SqlKind {
    Kind(TransferKind),
    Other(Box<str>),
}

impl SqlKind {
    fn read(word: &str) -> Self {
        TransferKind::from_word(word).map_or_else(|| Self::Other(word.into()), Self::Kind)
    }

    fn word(&self) -> &str {
        match self {
            Self::Kind(kind) => kind.as_str(),
            Self::Other(word) => word,
        }
    }
}

#[cfg(feature = "postgres")]
impl FromSql<Text, Pg> for SqlKind {
    fn from_sql(value: PgValue<'_>) -> deserialize::Result<Self> {
        Ok(Self::read(str::from_utf8(value.as_bytes())?))
    }
}

#[cfg(feature = "postgres")]
impl ToSql<Text, Pg> for SqlKind {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        out.write_all(self.word().as_bytes())?;
        Ok(IsNull::No)
    }
}

#[cfg(feature = "sqlite")]
impl FromSql<Text, Sqlite> for SqlKind {
    fn from_sql(mut value: SqliteValue<'_, '_, '_>) -> deserialize::Result<Self> {
        Ok(Self::read(value.read_text()))
    }
}

#[cfg(feature = "sqlite")]
impl ToSql<Text, Sqlite> for SqlKind {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Sqlite>) -> serialize::Result {
        out.set_value(self.word());
        Ok(IsNull::No)
    }
}
