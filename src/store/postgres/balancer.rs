//! Whether Pgpool-II is on the way, which can spread reads over several servers.
//!
//! It looks at each statement and sends those that read to a standby. A text of several statements goes to the primary alone, so that the
//! transaction which gives a read its one moment never reaches the standby that answers. Such a read mixes moments, and a write could be
//! judged by what a standby does not have yet. Whether its `load_balance_mode` is off is told in a part of the protocol only that Diesel
//! does not read, so Pgpool-II is refused as a whole.

use std::net::{IpAddr, ToSocketAddrs};

use diesel::connection::SimpleConnection;
use diesel::pg::PgConnection;
use diesel::prelude::*;
use diesel::sql_types::{Integer, Nullable, Text};

use crate::store::StoreError;
use crate::store::causes::NotOffered;
use crate::store::postgres_url::PostgresUrl;

/// Refuses a way on which reads may be led to another server than the one that has the transaction.
pub(super) fn check_unbalanced(connection: &mut PgConnection, address: &PostgresUrl<'_>) -> Result<(), StoreError> {
    // A server does not know the question, and writes that to its log. So it is asked only where another program may have answered.
    if is_server_of_url(connection, address)? || connection.batch_execute("show pool_version").is_err() {
        return Ok(());
    }
    Err(NotOffered::Balancer.into())
}

/// Whether the server that answers says of itself that it is where the URL leads.
fn is_server_of_url(connection: &mut PgConnection, address: &PostgresUrl<'_>) -> Result<bool, StoreError> {
    let row: ServerRow = diesel::sql_query(
        "select host(inet_server_addr()) as host, \
            coalesce(inet_server_port(), current_setting('port')::integer) as port",
    )
    .get_result(connection)?;
    let host: Option<IpAddr> = row.host.and_then(|host| host.parse().ok());
    Ok(address.servers().into_iter().any(|(name, port)| match host {
        _ if i32::from(port) != row.port => false,
        None => name.is_empty() || name.starts_with('/'),
        Some(host) => (name.as_str(), port)
            .to_socket_addrs()
            .is_ok_and(|mut found| found.any(|found| found.ip().to_canonical() == host.to_canonical())),
    }))
}

#[derive(QueryableByName)]
struct ServerRow {
    #[diesel(sql_type = Nullable<Text>)]
    host: Option<String>,
    #[diesel(sql_type = Integer)]
    port: i32,
}
