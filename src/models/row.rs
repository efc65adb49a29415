//! One list of columns a row, from which everything is made that names them: the struct, the columns of an insert or update, and the
//! values as either backend takes them. A new column of a table is one line here, beside its way to and from the core.
//!
//! What does not belong here: statements, which are in `store`, each beside its backend.

use diesel::QueryResult;
use diesel::backend::Backend;
#[cfg(feature = "postgres")]
use diesel::pg::Pg;
use diesel::query_builder::AstPass;

/// Values for some columns of a table.
pub(crate) trait Row: Sized + 'static {
    /// The table.
    const TABLE: &str;
    /// The columns, in the order in which they are declared. The first is the key.
    const COLUMNS: &[&str];
    /// A column of the table, and the value here that it must still have for the row to be updated. The value is no column itself.
    const UNCHANGED: Option<(&str, &str)>;

    /// The columns that an update sets.
    fn assigned() -> impl Iterator<Item = &'static str> {
        Self::COLUMNS.iter().copied().skip(1).filter(|name| Self::UNCHANGED.is_none_or(|(_, value)| value != *name))
    }
}

/// A row whose values can be written out in a statement.
pub(crate) trait PushValues<DB: Backend>: Row {
    /// Writes `($1, $2, …)`.
    fn push_values<'b>(&'b self, out: &mut AstPass<'_, 'b, DB>) -> QueryResult<()>;
}

/// Many rows, column by column, as PostgreSQL takes them: an array a column.
#[cfg(feature = "postgres")]
pub(crate) trait RowColumns: 'static {
    /// The rows.
    type Row: Row;

    /// The columns of rows.
    fn of(rows: impl ExactSizeIterator<Item = Self::Row>) -> Self;

    /// Writes `unnest($1, $2, …)`: one text whatever the number of rows.
    fn push_unnest<'b>(&'b self, out: &mut AstPass<'_, 'b, Pg>) -> QueryResult<()>;
}

/// Declares a row by its columns: `name: Rust type as SQL type`. `unchanged column = value` names [`Row::UNCHANGED`].
macro_rules! row {
    (
        $(#[$attribute:meta])*
        pub(crate) struct $row:ident in $table:literal, by columns $columns:ident {
            $($(#[$column_attribute:meta])* $column:ident: $rust_type:ty as $sql_type:ty),+ $(,)?
        }
        $(unchanged $checked:ident = $before:ident)?
    ) => {
        $(#[$attribute])*
        #[cfg_attr(test, derive(Default))]
        pub(crate) struct $row {
            $($(#[$column_attribute])* pub $column: $rust_type),+
        }

        impl $crate::models::row::Row for $row {
            const TABLE: &str = $table;
            const COLUMNS: &[&str] = &[$(stringify!($column)),+];
            const UNCHANGED: Option<(&str, &str)> = {
                let unchanged: &[(&str, &str)] = &[$((stringify!($checked), stringify!($before)))?];
                if let [unchanged] = unchanged { Some(*unchanged) } else { None }
            };
        }

        impl<DB> $crate::models::row::PushValues<DB> for $row
        where
            DB: diesel::backend::Backend,
            $(DB: diesel::sql_types::HasSqlType<$sql_type>, $rust_type: diesel::serialize::ToSql<$sql_type, DB>),+
        {
            fn push_values<'b>(
                &'b self,
                out: &mut diesel::query_builder::AstPass<'_, 'b, DB>,
            ) -> diesel::QueryResult<()> {
                let mut separator = "(";
                $(
                    out.push_sql(separator);
                    out.push_bind_param::<$sql_type, _>(&self.$column)?;
                    separator = ", ";
                )+
                debug_assert_eq!(separator, ", ");
                out.push_sql(")");
                Ok(())
            }
        }

        #[cfg(feature = "postgres")]
        pub(crate) struct $columns {
            $(pub $column: Vec<$rust_type>),+
        }

        #[cfg(feature = "postgres")]
        impl $crate::models::row::RowColumns for $columns {
            type Row = $row;

            fn of(rows: impl ExactSizeIterator<Item = $row>) -> Self {
                let mut columns = Self { $($column: Vec::with_capacity(rows.len())),+ };
                for row in rows {
                    $(columns.$column.push(row.$column);)+
                }
                columns
            }

            fn push_unnest<'b>(
                &'b self,
                out: &mut diesel::query_builder::AstPass<'_, 'b, diesel::pg::Pg>,
            ) -> diesel::QueryResult<()> {
                let mut separator = "unnest(";
                $(
                    out.push_sql(separator);
                    out.push_bind_param::<diesel::sql_types::Array<$sql_type>, _>(&self.$column)?;
                    separator = ", ";
                )+
                debug_assert_eq!(separator, ", ");
                out.push_sql(")");
                Ok(())
            }
        }
    };
}
pub(crate) use row;
