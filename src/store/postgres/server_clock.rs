//! What an application's own connection is asked: the server's clock, and where it draws sequences.

use std::time::Duration;

use diesel::pg::PgConnection;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool};

use crate::clock::{Clock, ServerClock};
use crate::facts::Instant;
use crate::store::StoreError;
use crate::store::drawing::Numbering;
use crate::store::postgres::citus::IS_CITUS;
use crate::store::postgres::operations::SERVER_MICROS;
use crate::store::postgres::server::numbering;

/// How far off the server's clock a time may be that is judged by. Clocks are told to a few milliseconds; more is a jump.
pub(crate) const TOLD_OFF_MAX: Duration = Duration::from_secs(1);

#[derive(QueryableByName)]
struct ServerRow {
    #[diesel(sql_type = BigInt)]
    micros: i64,
    #[diesel(sql_type = Bool)]
    is_citus: bool,
}

/// The server's clock, measured right now, and where sequences are drawn.
pub(crate) fn ask_server(connection: &mut PgConnection) -> Result<(Clock, Numbering), StoreError> {
    let query = format!("select {SERVER_MICROS} as micros, {IS_CITUS} as is_citus");
    let clock = ServerClock::default();
    let mut is_citus = false;
    clock.measure(|| {
        let row: ServerRow = diesel::sql_query(query).get_result(connection)?;
        is_citus = row.is_citus;
        Ok::<_, StoreError>(Instant::from_micros(row.micros))
    })?;
    Ok((Clock::of_server(clock), numbering(is_citus)))
}
