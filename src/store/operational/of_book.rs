//! Which book the tables are of. They are found by the book's place, and another book can be made there when the first one is gone.

use crate::models::CorruptRow;
use crate::models::sql_types::SqlId;
use crate::store::StoreError;
use crate::store::connections::on_backend;
use crate::store::options::Access;
use crate::store::pool::Pool;
use crate::store::portable::Portable;

/// The id of a book that its pool is connected to.
pub(super) fn id_of(book: &Pool) -> Result<String, StoreError> {
    book.check_current(&book.schema_state()?)?;
    let id = book.try_again(|| on_backend!(book, slots => slots.transaction(Access::Read, Portable::book_id)))?;
    let id = id.and_then(SqlId::id).map(|id| id.to_string());
    Ok(id.ok_or_else(|| CorruptRow::new("book_identity", "the only one", "id", "missing"))?)
}
