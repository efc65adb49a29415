//! Someone else, who holds the ledger up.

use diesel::connection::SimpleConnection;

use super::TestBook;

/// Someone else's transaction that has locked the accounts.
pub struct Holder(Box<dyn SimpleConnection>);

impl Holder {
    /// Locks all the accounts of a book.
    pub fn of(book: &TestBook) -> Self {
        let (mut connection, begin): (Box<dyn SimpleConnection>, _) = if book.is_on_postgres() {
            (Box::new(book.connect_postgres()), "begin; select from accounts for update")
        } else {
            (Box::new(book.connect_sqlite()), "begin immediate")
        };
        connection.batch_execute(begin).unwrap();
        Self(connection)
    }

    /// Lets them go.
    pub fn release(mut self) {
        self.0.batch_execute("rollback").unwrap();
    }
}
