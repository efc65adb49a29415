//! Creating and listing schemas as books, applying roles, and asking the server for the time.

use std::path::Path;

use diesel::connection::SimpleConnection;
use diesel::pg::PgConnection;
use diesel::prelude::*;
use diesel::sql_types::{Integer, Text};

use crate::facts::Instant;
use crate::store::backend::MIGRATIONS_TABLE;
use crate::store::causes::NotOffered;
use crate::store::operations::{Book, Operations};
use crate::store::plain_name::PlainName;
use crate::store::postgres::roles;
use crate::store::postgres::rows::{NullableTextRow, NumberRow, TextRow};
use crate::store::{StoreError, migrations};

/// Books are schemas: those with a table of migrations and one of transfers that this role may read.
const BOOKS_QUERY: &str = "\
    select nspname::text as value from pg_namespace \
    where has_schema_privilege(oid, 'usage') \
        and has_table_privilege(to_regclass(format('%I.%I', nspname, $1)), 'select') \
        and to_regclass(format('%I.transfers', nspname)) is not null \
    order by nspname collate \"C\"";

/// "Book": the first half of the key of the advisory lock under which a schema is made; the second half is its name.
const BOOK_LOCK: i32 = 0x426f_6f6b;

/// "Role": the key of the advisory lock under which roles are made and granted to, which no two may do at once.
const ROLES_LOCK: i32 = 0x526f_6c65;

/// In SQL, the microseconds of the server's clock.
pub(super) const SERVER_MICROS: &str = "(extract(epoch from clock_timestamp()) * 1000000)::bigint";

impl Operations for PgConnection {
    /// Two that make the same schema at once would collide in the catalogue, so they queue.
    fn make_place(&mut self, book: &PlainName) -> Result<(), StoreError> {
        self.transaction(|connection| {
            let lock = "select pg_advisory_xact_lock($1, hashtext($2))";
            diesel::sql_query(lock).bind::<Integer, _>(BOOK_LOCK).bind::<Text, _>(book.as_str()).execute(connection)?;
            Ok(connection.batch_execute(&format!("create schema if not exists \"{book}\""))?)
        })
    }

    fn list_books(&mut self) -> Result<Vec<Book>, StoreError> {
        let mut books = Vec::new();
        for name in book_names(self)? {
            let schema = self.transaction(|connection| {
                let within = "select set_config('search_path', quote_ident($1), true)";
                diesel::sql_query(within).bind::<Text, _>(&name).execute(connection)?;
                migrations::schema_state(connection)
            });
            match schema {
                Ok(schema) => books.push(Book { name, schema }),
                // Someone has removed it since.
                Err(_) if !book_names(self)?.contains(&name) => {}
                Err(fault) => return Err(fault),
            }
        }
        Ok(books)
    }

    fn roles_script(&mut self, prefix: &PlainName) -> Result<String, StoreError> {
        Ok(roles_statements(self, prefix)?.join("\n") + "\n")
    }

    fn apply_roles(&mut self, prefix: &PlainName) -> Result<(), StoreError> {
        let statements = roles_statements(self, prefix)?;
        self.batch_execute(&format!("select pg_advisory_xact_lock({ROLES_LOCK})"))?;
        for statement in statements {
            self.batch_execute(&statement)?;
        }
        Ok(())
    }

    fn server_time(&mut self) -> Result<Option<Instant>, StoreError> {
        let query = format!("select {SERVER_MICROS} as value");
        Ok(Instant::from_micros(diesel::sql_query(query).get_result::<NumberRow>(self)?.value))
    }

    fn copy_into(&mut self, _file: &Path) -> Result<(), StoreError> {
        Err(NotOffered::BackupOfPostgres.into())
    }
}

fn roles_statements(connection: &mut PgConnection, prefix: &PlainName) -> Result<Vec<String>, StoreError> {
    let schema = "select quote_ident(current_schema()) as value";
    let schema = diesel::sql_query(schema).get_result::<NullableTextRow>(connection)?.value;
    Ok(roles::statements(&schema.ok_or(StoreError::BookUnknown)?, prefix))
}

fn book_names(connection: &mut PgConnection) -> Result<Vec<String>, StoreError> {
    let rows = diesel::sql_query(BOOKS_QUERY).bind::<Text, _>(MIGRATIONS_TABLE).load::<TextRow>(connection)?;
    Ok(rows.into_iter().map(|row| row.value).collect())
}
