//! SQL that is written out, where Diesel's own words would not do: a condition as a partial index has it, a column that no index fits.

use std::borrow::Cow;
use std::marker::PhantomData;

use diesel::backend::Backend;
use diesel::expression::{ValidGrouping, is_aggregate};
use diesel::prelude::*;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::sql_types::SingleValue;

/// SQL without a value from outside. Diesel keeps a statement with it prepared; one with its own literal it prepares anew each time.
#[derive(Clone, Debug)]
pub(crate) struct FixedSql<T> {
    text: Cow<'static, str>,
    sql_type: PhantomData<T>,
}

impl<T> FixedSql<T> {
    pub(crate) fn new(text: impl Into<Cow<'static, str>>) -> Self {
        Self { text: text.into(), sql_type: PhantomData }
    }
}

impl<T: SingleValue> Expression for FixedSql<T> {
    type SqlType = T;
}

impl<T, G> ValidGrouping<G> for FixedSql<T> {
    type IsAggregate = is_aggregate::Never;
}

impl<T: SingleValue, Source> AppearsOnTable<Source> for FixedSql<T> {}

impl<T: SingleValue, Source> SelectableExpression<Source> for FixedSql<T> {}

/// The text alone tells one from another.
impl<T> QueryId for FixedSql<T> {
    type QueryId = ();

    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<T, DB: Backend> QueryFragment<DB> for FixedSql<T> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        out.push_sql(&self.text);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use diesel::sql_types::Bool;

    use super::*;

    fn is_kept_prepared<DB: Backend>(backend: &DB) -> bool
    where
        FixedSql<Bool>: QueryFragment<DB>,
    {
        FixedSql::<Bool>::new("state = 'open'").is_safe_to_cache_prepared(backend).unwrap()
    }

    #[test]
    fn a_statement_with_it_is_kept_prepared() {
        #[cfg(feature = "sqlite")]
        assert!(is_kept_prepared(&diesel::sqlite::Sqlite));
        #[cfg(feature = "postgres")]
        assert!(is_kept_prepared(&diesel::pg::Pg));
    }
}
