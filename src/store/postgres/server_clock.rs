//! The server's clock, and how far it is believed.

use std::time::Duration;

use diesel::pg::PgConnection;

use crate::clock::{Clock, ServerClock};
use crate::store::StoreError;
use crate::store::operations::Operations;

/// How far off the server's clock a time may be that is judged by. Clocks are told to a few milliseconds; more is a jump.
pub(crate) const TOLD_OFF_MAX: Duration = Duration::from_secs(1);

/// The server's clock, measured right now by a connection that is an application's own.
pub(crate) fn server_clock(connection: &mut PgConnection) -> Result<Clock, StoreError> {
    let clock = ServerClock::default();
    clock.measure(|| connection.server_time())?;
    Ok(Clock::of_server(clock))
}
