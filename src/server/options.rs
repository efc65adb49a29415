//! What a server is told when it is started.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use crate::server::webhooks::attempts;
use crate::server::webhooks::client::SEND_TIME_MAX;

/// How a server listens, and how much it takes on at once.
///
/// ```
/// use teller::server::ServerOptions;
///
/// let options = ServerOptions { readers: 4, ..ServerOptions::default() };
/// assert_eq!(options.listen.port(), 7878);
/// ```
#[derive(Clone, Debug)]
pub struct ServerOptions {
    /// The address to listen on. Port 0 is any that is free.
    pub listen: SocketAddr,
    /// A Unix socket to listen on too. It is made anew, and only its owner may connect.
    pub socket: Option<PathBuf>,
    /// Listen with TLS.
    pub tls: Option<TlsFiles>,
    /// How many short reads go on at once, each with a connection of its own.
    pub readers: u32,
    /// How many threads post, at least one. See [`PosterOptions::writers`](crate::ledger::PosterOptions::writers).
    pub posters: u32,
    /// The most requests a second of one key; more are answered 429. `None` is no bound.
    pub rate_max: Option<u32>,
    /// How long requests are still answered after the first signal to end, once the server tells that it is no longer ready.
    pub drain_time: Duration,
    /// How long after each failed attempt an event is sent to a webhook again. Behind the last one it is dead until somebody replays it.
    pub webhook_retries: Vec<Duration>,
    /// How long a receiver may take, from the look-up of its name to the end of its answer.
    pub webhook_time_max: Duration,
    /// How often the expiry of holds is recorded and what is due is posted. `None` is never.
    pub clockwork_interval: Option<Duration>,
    /// How long other servers wait before they take over the webhooks of one that is gone.
    pub lease_time: Duration,
    /// How long requests that are under way may take to end.
    pub shutdown_time_max: Duration,
}

/// The files of a certificate, in PEM.
#[derive(Clone, Debug)]
pub struct TlsFiles {
    /// The certificate, with those that lead to its root behind it.
    pub certificate: PathBuf,
    /// The private key.
    pub key: PathBuf,
}

impl Default for ServerOptions {
    fn default() -> Self {
        Self {
            listen: (Ipv4Addr::LOCALHOST, 7878).into(),
            socket: None,
            tls: None,
            readers: 8,
            posters: 1,
            rate_max: None,
            drain_time: Duration::from_secs(5),
            webhook_retries: attempts::USUAL.to_vec(),
            webhook_time_max: SEND_TIME_MAX,
            clockwork_interval: Some(Duration::from_mins(1)),
            lease_time: Duration::from_secs(15),
            shutdown_time_max: Duration::from_secs(25),
        }
    }
}
