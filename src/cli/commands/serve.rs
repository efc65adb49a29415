//! Starting the HTTP server with the options of the command line.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use clap::builder::RangedU64ValueParser;

use crate::cli::context::{Context, Ending};
use crate::cli::failure::Failure;
use crate::cli::talk::say;
use crate::config::{InheritedSockets, inherited_sockets};
use crate::error::Error;
use crate::server::{OpenSockets, Server, ServerOptions, TlsFiles};
use crate::wire::read_duration;

/// How the server listens.
#[derive(Args)]
#[command(after_help = "Examples:\n  teller serve\n  \
    teller key create payments --scope transfers:write\n  \
    teller serve --listen 0.0.0.0:7878 --tls-cert server.pem --tls-key server.key\n  \
    curl -H 'Authorization: Bearer KEY' http://127.0.0.1:7878/v1/accounts\n\n\
    Without any key the server makes one that may do all, prints it, and forgets it when it ends or when another key is \
    made; until then it listens on this machine alone. A browser sees the dashboard; /docs shows every request, and /openapi.json is the same for \
    programs. SIGTERM and Ctrl-C end it: what was taken is answered first. SIGHUP reads the certificate again. Sockets that systemd \
    hands on (LISTEN_FDS) come before --listen and --socket.")]
pub(in crate::cli) struct ServeArgs {
    /// The address and the port; port 0 is any that is free
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:7878")]
    listen: SocketAddr,
    /// A Unix socket to listen on too
    #[arg(long, value_name = "PATH")]
    socket: Option<PathBuf>,
    /// The certificate, in PEM, with those that lead to its root behind it
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    tls_cert: Option<PathBuf>,
    /// The certificate's private key, in PEM
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    tls_key: Option<PathBuf>,
    /// How many short reads go on at once, each with a connection of its own
    #[arg(long, value_name = "N", default_value_t = 8, value_parser = RangedU64ValueParser::<u32>::new().range(1..=500))]
    readers: u32,
    /// How many threads post; more than one pays from about a hundred clients on, and on PostgreSQL only
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = RangedU64ValueParser::<u32>::new().range(1..=50))]
    posters: u32,
    /// The most requests a second of one key; more are answered 429 [default: no bound]
    #[arg(long, value_name = "N", value_parser = RangedU64ValueParser::<u32>::new().range(1..=1_000_000))]
    rate_max: Option<u32>,
    /// How many seconds requests are still taken after the signal to end, while /readyz says no already
    #[arg(long, value_name = "SECONDS", default_value_t = 5, value_parser = RangedU64ValueParser::<u64>::new().range(0..=600))]
    drain_seconds: u64,
    /// Leave it to others to record the expiry of holds and to post what is due, which is done each minute otherwise
    #[arg(long)]
    no_clockwork: bool,
    /// How long after each failed attempt an event is sent to a webhook again, with commas between [default: 5s,5m,30m,2h,5h,10h,14h,20h,24h]
    #[arg(long, value_name = "DURATIONS", value_delimiter = ',', value_parser = read_duration)]
    webhook_retries: Vec<Duration>,
    /// How many seconds other servers wait before they take over the webhooks of one that is gone
    #[arg(long, value_name = "SECONDS", default_value_t = 15, value_parser = RangedU64ValueParser::<u64>::new().range(1..=600))]
    lease_seconds: u64,
}

pub(in crate::cli) fn run(context: &Context, arguments: &ServeArgs) -> Result<Ending, Failure> {
    let tls = arguments.tls_cert.clone().zip(arguments.tls_key.clone());
    let usual = ServerOptions::default();
    let retries = Some(arguments.webhook_retries.clone()).filter(|given| !given.is_empty());
    let options = ServerOptions {
        listen: arguments.listen,
        socket: arguments.socket.clone(),
        tls: tls.map(|(certificate, key)| TlsFiles { certificate, key }),
        readers: arguments.readers,
        posters: arguments.posters,
        rate_max: arguments.rate_max,
        drain_time: Duration::from_secs(arguments.drain_seconds),
        webhook_retries: retries.unwrap_or_else(|| usual.webhook_retries.clone()),
        clockwork_interval: usual.clockwork_interval.filter(|_| !arguments.no_clockwork),
        lease_time: Duration::from_secs(arguments.lease_seconds),
        ..usual
    };
    let scheme = if options.tls.is_some() { "https" } else { "http" };
    // Says when a new book was made, and refuses one that cannot be used.
    drop(context.ledger()?);
    let (url, _) = context.url()?;
    let cannot_take = |source| Error::File { doing: "take the sockets that were handed on".to_owned(), source };
    let InheritedSockets { tcp, unix } = inherited_sockets().map_err(cannot_take)?;
    let has_unix = unix.is_some();
    let server = Server::open_on(&url, context.options()?, options, OpenSockets { tcp, unix })?;
    say(format_args!("Listening on {scheme}://{}", server.address()));
    match &arguments.socket {
        _ if has_unix => say("Listening on the socket that was handed on."),
        Some(path) => say(format_args!("Listening on {}", path.display())),
        None => {}
    }
    if let (Some(key), Some(login)) = (server.first_key(), server.first_login()) {
        say(format_args!("There is no key yet. This one may do all, from this machine, until another is made: {key}"));
        say(format_args!("The dashboard, for one login with it: {scheme}://{}{login}", server.address()));
        say("Make a key with: teller key create NAME --scope transfers:write");
    }
    if !server.address().ip().is_loopback() && arguments.tls_cert.is_none() {
        say("Without TLS, keys and amounts can be read on the way; put a proxy with TLS in front, or give --tls-cert.");
    }
    server.run_until_signalled()?;
    say("Ended; everything that was taken is answered.");
    Ok(Ending::Done)
}
