//! What the server says of itself when a connection to it is first made.

use std::net::{IpAddr, ToSocketAddrs};

use diesel::pg::PgConnection;
use diesel::prelude::*;
use diesel::sql_types::{Bool, Integer, Nullable, Text};

use crate::store::StoreError;
use crate::store::drawing::Numbering;
use crate::store::postgres::citus::IS_CITUS;
use crate::store::postgres_url::PostgresUrl;

#[derive(QueryableByName)]
pub(super) struct Server {
    #[diesel(sql_type = Nullable<Text>)]
    host: Option<String>,
    #[diesel(sql_type = Integer)]
    port: i32,
    #[diesel(sql_type = Bool)]
    is_citus: bool,
}

impl Server {
    pub(super) fn ask(connection: &mut PgConnection) -> Result<Self, StoreError> {
        let query = format!(
            "select host(inet_server_addr()) as host, \
                coalesce(inet_server_port(), current_setting('port')::integer) as port, {IS_CITUS} as is_citus"
        );
        Ok(diesel::sql_query(query).get_result(connection)?)
    }

    /// Whether it says of itself that it is where the URL leads.
    pub(super) fn is_of(&self, address: &PostgresUrl<'_>) -> bool {
        let host: Option<IpAddr> = self.host.as_ref().and_then(|host| host.parse().ok());
        address.servers().into_iter().any(|(name, port)| match host {
            _ if i32::from(port) != self.port => false,
            None => name.is_empty() || name.starts_with('/'),
            Some(host) => (name.as_str(), port)
                .to_socket_addrs()
                .is_ok_and(|mut found| found.any(|found| found.ip().to_canonical() == host.to_canonical())),
        })
    }

    /// Where sequences are drawn.
    pub(super) const fn numbering(&self) -> Numbering {
        numbering(self.is_citus)
    }
}

/// A statement that writes runs on the node that has the tables, and the sequence is on the coordinator. It must never be drawn from
/// elsewhere: the numbers of each node begin in a range of its own, so that a book that moves to another one could go back.
pub(super) const fn numbering(is_citus: bool) -> Numbering {
    if is_citus { Numbering::Apart } else { Numbering::Together }
}
