//! Where the tables are, how they are made, and how statements reach them. The statements are the same on both backends: each parameter is
//! named once and in order, and the columns have types that both know.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable, Text};

use crate::files::server_file;
use crate::store::StoreError;
use crate::store::connections::on_backend;
use crate::store::each_backend::on_each_backend;
use crate::store::operational::of_book;
use crate::store::operational::table_indexes::of_table;
use crate::store::options::{Access, StoreOptions};
use crate::store::pool::Pool;
use crate::store::url::DatabaseUrl;

/// A table as it is made.
pub(super) struct Table {
    pub(super) name: &'static str,
    /// The columns in their brackets.
    pub(super) columns: &'static str,
    /// What the roles that may post may do with its rows.
    pub(super) rights: &'static str,
}

/// Which book all this is of, so that another one that is made at its place does not take it over.
pub(super) const OF_BOOK: Table =
    Table { name: "of_book", columns: "(book_id text primary key)", rights: "select, insert" };

/// Where the tables of one book are. Connects when it is first needed.
#[derive(Debug)]
pub(crate) struct ServerStore {
    book: DatabaseUrl,
    pub(super) url: DatabaseUrl,
    options: StoreOptions,
    connected: Mutex<Connected>,
}

/// What is known once it was connected to.
#[derive(Debug, Default)]
struct Connected {
    pool: Option<Arc<Pool>>,
    /// The id of the book, once it was needed.
    book_id: Option<String>,
}

/// A value of a statement.
pub(super) enum Value {
    Text(Option<String>),
    Number(Option<i64>),
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(Some(text.to_owned()))
    }
}

impl From<&String> for Value {
    fn from(text: &String) -> Self {
        Self::Text(Some(text.clone()))
    }
}

impl From<Option<&String>> for Value {
    fn from(text: Option<&String>) -> Self {
        Self::Text(text.cloned())
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Self::Number(Some(number))
    }
}

impl From<Option<i64>> for Value {
    fn from(number: Option<i64>) -> Self {
        Self::Number(number)
    }
}

/// A row that both backends can give.
pub(super) trait Row: RowOnPostgres + RowOnSqlite + 'static {}

impl<R: RowOnPostgres + RowOnSqlite + 'static> Row for R {}

#[cfg(feature = "postgres")]
pub(super) trait RowOnPostgres: QueryableByName<diesel::pg::Pg> {}
#[cfg(feature = "postgres")]
impl<R: QueryableByName<diesel::pg::Pg>> RowOnPostgres for R {}
#[cfg(not(feature = "postgres"))]
pub(super) trait RowOnPostgres {}
#[cfg(not(feature = "postgres"))]
impl<R> RowOnPostgres for R {}

#[cfg(feature = "sqlite")]
pub(super) trait RowOnSqlite: QueryableByName<diesel::sqlite::Sqlite> {}
#[cfg(feature = "sqlite")]
impl<R: QueryableByName<diesel::sqlite::Sqlite>> RowOnSqlite for R {}
#[cfg(not(feature = "sqlite"))]
pub(super) trait RowOnSqlite {}
#[cfg(not(feature = "sqlite"))]
impl<R> RowOnSqlite for R {}

/// The tables in one open transaction.
pub(super) struct Tables<'c> {
    connection: Connection<'c>,
    /// The schema, in quotes where it needs them.
    schema: String,
}

enum Connection<'c> {
    #[cfg(feature = "postgres")]
    Postgres(&'c mut diesel::pg::PgConnection),
    #[cfg(feature = "sqlite")]
    Sqlite(&'c mut diesel::sqlite::SqliteConnection),
}

/// Runs a statement with its values on either backend.
macro_rules! bound {
    ($sql:expr, $values:expr, $backend:ty) => {
        $values.iter().fold(diesel::sql_query($sql).into_boxed::<$backend>(), |query, value| match value {
            Value::Text(text) => query.bind::<Nullable<Text>, _>(text.clone()),
            Value::Number(number) => query.bind::<Nullable<BigInt>, _>(*number),
        })
    };
}

impl Tables<'_> {
    /// Changes rows, and says how many. `{}` stands for the schema.
    pub(super) fn execute(&mut self, sql: &str, values: &[Value]) -> Result<usize, StoreError> {
        let sql = sql.replace("{}", &self.schema);
        Ok(match &mut self.connection {
            #[cfg(feature = "postgres")]
            Connection::Postgres(connection) => bound!(sql, values, diesel::pg::Pg).execute(*connection)?,
            #[cfg(feature = "sqlite")]
            Connection::Sqlite(connection) => bound!(sql, values, diesel::sqlite::Sqlite).execute(*connection)?,
        })
    }

    /// The id of the book that the tables were made for, where it is kept.
    fn book_id(&mut self) -> Result<Option<String>, StoreError> {
        let kept = self.load::<NameRow>("select book_id as value from {}.of_book", &[])?;
        Ok(kept.into_iter().find_map(|row| row.value))
    }

    /// Keeps the id of the book where none is kept.
    fn keep_book_id(&mut self, id: &String) -> Result<(), StoreError> {
        let insert = "insert into {}.of_book (book_id) select $1 where not exists (select 1 from {}.of_book)";
        self.execute(insert, &[id.into()]).map(drop)
    }

    /// Reads rows. `{}` stands for the schema.
    pub(super) fn load<R: Row>(&mut self, sql: &str, values: &[Value]) -> Result<Vec<R>, StoreError> {
        let sql = sql.replace("{}", &self.schema);
        Ok(match &mut self.connection {
            #[cfg(feature = "postgres")]
            Connection::Postgres(connection) => bound!(sql, values, diesel::pg::Pg).load(*connection)?,
            #[cfg(feature = "sqlite")]
            Connection::Sqlite(connection) => bound!(sql, values, diesel::sqlite::Sqlite).load(*connection)?,
        })
    }
}

impl ServerStore {
    /// That of a book.
    pub(crate) fn of_book(book: &DatabaseUrl, options: StoreOptions) -> Self {
        let url = match book.file() {
            Some(file) => DatabaseUrl::of_file(&server_file(file)),
            None => book.clone(),
        };
        let options = StoreOptions { connections_max: 1, ..options };
        Self { book: book.clone(), url, options, connected: Mutex::default() }
    }

    /// Opens the file where it is there, so that it is missed when it goes. A connection to a server needs no such care.
    pub(crate) fn open_file(&self) -> Result<(), StoreError> {
        if self.url.file().is_none() || self.url.is_new_file() { Ok(()) } else { self.pool().map(drop) }
    }

    /// Reads, where the table was made.
    pub(super) fn read<T>(
        &self,
        table: &Table,
        work: impl FnMut(&mut Tables<'_>) -> Result<T, StoreError>,
    ) -> Result<Option<T>, StoreError> {
        self.with(Access::Read, table, work)
    }

    /// Changes rows, where the table was made.
    pub(super) fn change<T>(
        &self,
        table: &Table,
        work: impl FnMut(&mut Tables<'_>) -> Result<T, StoreError>,
    ) -> Result<Option<T>, StoreError> {
        self.with(Access::Write, table, work)
    }

    fn with<T>(
        &self,
        access: Access,
        table: &Table,
        mut work: impl FnMut(&mut Tables<'_>) -> Result<T, StoreError>,
    ) -> Result<Option<T>, StoreError> {
        // No file is made only to find that there is nothing in it. One that was open and is gone is a fault, which the pool tells.
        if self.url.is_new_file() && self.connected().pool.is_none() {
            return Ok(None);
        }
        let pool = self.pool()?;
        pool.try_again(|| {
            on_backend!(pool, slots => slots.transaction(access, |connection| {
                let Some(schema) = connection.find(table)? else { return Ok(None) };
                work(&mut Tables { connection: connection.wrapped(), schema }).map(Some)
            }))
        })
    }

    /// Changes rows of tables, which are made where they are missing.
    pub(super) fn keep<T>(
        &self,
        tables: &[&Table],
        mut work: impl FnMut(&mut Tables<'_>) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        // Before a file is made, so that none is left where there is no book.
        let book_id = self.book_id()?;
        let pool = self.pool()?;
        pool.try_again(|| {
            on_backend!(pool, slots => slots.transaction(Access::Write, |connection| {
                let schema = connection.schema()?;
                for table in tables {
                    if connection.find(table)?.is_none() {
                        connection.make(&schema, table)?;
                    }
                }
                let mut tables = Tables { connection: connection.wrapped(), schema };
                tables.keep_book_id(&book_id)?;
                work(&mut tables)
            }))
        })
    }

    fn connected(&self) -> MutexGuard<'_, Connected> {
        self.connected.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn pool(&self) -> Result<Arc<Pool>, StoreError> {
        if let Some(pool) = &self.connected().pool {
            return Ok(Arc::clone(pool));
        }
        let pool = Arc::new(Pool::connect(self.url.clone(), self.options.making_missing())?);
        self.check_is_of_book(&pool)?;
        Ok(Arc::clone(self.connected().pool.get_or_insert(pool)))
    }

    /// Refuses what was made for another book that was at the same place.
    fn check_is_of_book(&self, pool: &Pool) -> Result<(), StoreError> {
        let kept = pool.try_again(|| {
            on_backend!(pool, slots => slots.transaction(Access::Read, |connection| {
                let Some(schema) = connection.find(&OF_BOOK)? else { return Ok(None) };
                let mut tables = Tables { connection: connection.wrapped(), schema };
                Ok(tables.book_id()?.map(|id| (id, tables.schema)))
            }))
        })?;
        let Some((kept, schema)) = kept else { return Ok(()) };
        if kept == self.book_id()? {
            return Ok(());
        }
        let place = match self.url.file() {
            Some(file) => file.display().to_string(),
            None => format!("the schema {schema}"),
        };
        Err(StoreError::ServerForeign { place, book: self.book.to_string() })
    }

    fn book_id(&self) -> Result<String, StoreError> {
        if let Some(id) = &self.connected().book_id {
            return Ok(id.clone());
        }
        let id = of_book::id_of(&Pool::connect(self.book.clone(), self.options)?)?;
        Ok(self.connected().book_id.insert(id).clone())
    }
}

/// What differs between the backends: where the tables are, and who may use them.
trait Schema: SimpleConnection {
    /// What gives the schema where the table `$1` is in it.
    const FIND: &'static str;
    /// What gives the schema.
    const SCHEMA: &'static str;
    /// What is run before a table is made, with the schema in place of `{}`.
    const BEFORE: &'static str;
    /// What is run behind that, with the rights in place of `{rights}` and the table in place of `{table}`.
    const BEHIND: &'static str;
    /// What makes an index, with its name, its table and its keys in place of these.
    const INDEX: &'static str;
}

#[cfg(feature = "postgres")]
impl Schema for diesel::pg::PgConnection {
    const FIND: &'static str = "\
        select quote_ident(current_schema() || '_server') as value \
        where to_regclass(format('%I.%I', current_schema() || '_server', $1)) is not null";
    const SCHEMA: &'static str = "select quote_ident(current_schema() || '_server') as value";
    const BEFORE: &'static str = "create schema if not exists {}";
    /// A role that may post may also check keys, record when they were used, and make others: one that may change them could do that anyway.
    const BEHIND: &'static str = "\
        do $$ declare book text := current_schema(); writer text; begin \
            for writer in \
                select distinct grantee::text from information_schema.role_table_grants \
                where table_schema = book and table_name = 'transfers' and privilege_type = 'INSERT' \
                    and grantee <> current_user \
            loop \
                execute format('grant usage on schema %I to %I', book || '_server', writer); \
                execute format('grant {rights} on %I.{table} to %I', book || '_server', writer); \
            end loop; \
        end $$";
    const INDEX: &'static str = "create index if not exists {name} on {}.{table} {keys}";
}

#[cfg(feature = "sqlite")]
impl Schema for diesel::sqlite::SqliteConnection {
    const FIND: &'static str = "select 'main' as value from sqlite_master where type = 'table' and name = $1";
    const SCHEMA: &'static str = "select 'main' as value";
    const BEFORE: &'static str = "";
    const BEHIND: &'static str = "";
    const INDEX: &'static str = "create index if not exists {}.{name} on {table} {keys}";
}

#[derive(QueryableByName)]
struct NameRow {
    #[diesel(sql_type = Nullable<Text>)]
    value: Option<String>,
}

trait Made {
    /// The schema, where the table is in it.
    fn find(&mut self, table: &Table) -> Result<Option<String>, StoreError>;

    fn schema(&mut self) -> Result<String, StoreError>;

    fn make(&mut self, schema: &str, table: &Table) -> Result<(), StoreError>;
}

/// A connection of either backend, as one type.
trait Wrapped {
    fn wrapped(&mut self) -> Connection<'_>;
}

#[cfg(feature = "postgres")]
impl Wrapped for diesel::pg::PgConnection {
    fn wrapped(&mut self) -> Connection<'_> {
        Connection::Postgres(self)
    }
}

#[cfg(feature = "sqlite")]
impl Wrapped for diesel::sqlite::SqliteConnection {
    fn wrapped(&mut self) -> Connection<'_> {
        Connection::Sqlite(self)
    }
}

macro_rules! implement_made {
    ($connection:ty) => {
        impl Made for $connection {
            fn find(&mut self, table: &Table) -> Result<Option<String>, StoreError> {
                let find = diesel::sql_query(<Self as Schema>::FIND).bind::<Text, _>(table.name);
                Ok(find.get_result::<NameRow>(self).optional()?.and_then(|row| row.value))
            }

            fn schema(&mut self) -> Result<String, StoreError> {
                let schema = diesel::sql_query(<Self as Schema>::SCHEMA).get_result::<NameRow>(self)?.value;
                schema.ok_or(StoreError::BookUnknown)
            }

            fn make(&mut self, schema: &str, table: &Table) -> Result<(), StoreError> {
                let Table { name, columns, rights } = table;
                self.batch_execute(&<Self as Schema>::BEFORE.replace("{}", schema))?;
                self.batch_execute(&format!("create table if not exists {schema}.{name} {columns}"))?;
                let behind = <Self as Schema>::BEHIND.replace("{rights}", rights).replace("{table}", name);
                self.batch_execute(&behind)?;
                for index in of_table(name) {
                    let made = <Self as Schema>::INDEX.replace("{name}", index.name).replace("{table}", name);
                    self.batch_execute(&made.replace("{keys}", index.keys).replace("{}", schema))?;
                }
                Ok(())
            }
        }
    };
}

on_each_backend!(implement_made);
