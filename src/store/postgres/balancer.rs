//! Whether Pgpool-II is on the way, which can spread reads over several servers.
//!
//! It looks at each statement and sends those that read to a standby. A text of several statements goes to the primary alone, so that the
//! transaction which gives a read its one moment never reaches the standby that answers. Such a read mixes moments, and a write could be
//! judged by what a standby does not have yet. Whether its `load_balance_mode` is off is told in a part of the protocol only that Diesel
//! does not read, so Pgpool-II is refused as a whole.

use diesel::connection::SimpleConnection;
use diesel::pg::PgConnection;

use crate::store::StoreError;
use crate::store::causes::NotOffered;
use crate::store::postgres::server::Server;
use crate::store::postgres_url::PostgresUrl;

/// Refuses a way on which reads may be led to another server than the one that has the transaction.
pub(super) fn check_unbalanced(
    connection: &mut PgConnection,
    server: &Server,
    address: &PostgresUrl<'_>,
) -> Result<(), StoreError> {
    // A server does not know the question, and writes that to its log. So it is asked only where another program may have answered.
    if server.is_of(address) || connection.batch_execute("show pool_version").is_err() {
        return Ok(());
    }
    Err(NotOffered::Balancer.into())
}
