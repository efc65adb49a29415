//! The transfers of a whole book in the order in which they count, for journals of other programs.

use diesel::backend::Backend;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::serialize::ToSql;
use diesel::sql_types::HasSqlType;

use crate::models::sql_types::{Int8, Nullable, SqlId, SqlInstant, SqlKind, Text, Timestamptz, Uuid};
use crate::models::transfers::effective::MOVES;

/// A transfer that moves value, with the names of its accounts. A name is missing where the account is.
#[derive(Clone, Debug, Queryable)]
pub(crate) struct CountingRow {
    pub sequence: i64,
    pub kind: SqlKind,
    pub amount: i64,
    pub debit_account_id: i64,
    pub debit_name: Option<String>,
    pub credit_account_id: i64,
    pub credit_name: Option<String>,
    pub recorded_at: SqlInstant,
    pub effective_at: SqlInstant,
    pub journal_id: Option<SqlId>,
    pub actor: String,
    pub key: Option<String>,
    pub description: Option<String>,
}

/// All transfers that move value and count behind one moment and up to another, by when they count, then by sequence.
///
/// The database sorts them, in temporary files of its own where they are many: an index by effective time would make every insert dearer
/// for the few who export. The accounts are joined from the left, so that a row whose account is missing is not lost silently.
#[derive(Clone, Copy, Debug, QueryId)]
pub(crate) struct CountingTransfers {
    pub after: SqlInstant,
    pub until: SqlInstant,
}

impl Query for CountingTransfers {
    type SqlType = (
        Int8,
        Text,
        Int8,
        Int8,
        Nullable<Text>,
        Int8,
        Nullable<Text>,
        Timestamptz,
        Timestamptz,
        Nullable<Uuid>,
        Text,
        Nullable<Text>,
        Nullable<Text>,
    );
}

impl<Conn> RunQueryDsl<Conn> for CountingTransfers {}

impl<DB> QueryFragment<DB> for CountingTransfers
where
    DB: Backend + HasSqlType<Timestamptz>,
    SqlInstant: ToSql<Timestamptz, DB>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        out.push_sql(
            "select sequence, kind, amount, debit_account_id, debited.name, credit_account_id, credited.name, \
             recorded_at, effective_at, journal_id, actor, key, transfers.description from transfers \
             left join accounts as debited on debited.id = debit_account_id \
             left join accounts as credited on credited.id = credit_account_id where effective_at > ",
        );
        out.push_bind_param::<Timestamptz, _>(&self.after)?;
        out.push_sql(" and effective_at <= ");
        out.push_bind_param::<Timestamptz, _>(&self.until)?;
        out.push_sql(MOVES);
        out.push_sql(" order by effective_at, sequence");
        Ok(())
    }
}
