//! Why a server's certificate is not trusted. libpq says only that it is not.

use std::io::{Read, Write};
use std::net::{TcpStream, ToSocketAddrs};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use openssl::ssl::{SslConnector, SslMethod, SslVerifyMode};

use crate::store::postgres_url::PostgresUrl;

/// How long each step may take: this only makes a message better.
const TIME_MAX: Duration = Duration::from_secs(3);

/// What a client of PostgreSQL says first when it wants TLS: a length and a code.
const TLS_REQUEST: [u8; 8] = [0, 0, 0, 8, 4, 210, 22, 47];

/// Shakes hands with the server once more, with nothing to say to it, and finds out what is wrong. `None` where that is not found out,
/// or where the URL leaves open what to check against.
pub(super) fn cause_of_distrust(address: &PostgresUrl<'_>) -> Option<String> {
    let authority = address.get("sslrootcert").filter(|file| file != "system")?;
    let (host, server) = address.first_server()?;
    let server = server.to_socket_addrs().ok()?.next()?;
    let mut stream = TcpStream::connect_timeout(&server, TIME_MAX).ok()?;
    stream.set_read_timeout(Some(TIME_MAX)).ok()?;
    stream.set_write_timeout(Some(TIME_MAX)).ok()?;
    stream.write_all(&TLS_REQUEST).ok()?;
    let mut answer = [0];
    stream.read_exact(&mut answer).ok()?;

    let cause = Arc::new(OnceLock::new());
    let found = Arc::clone(&cause);
    let mut connector = SslConnector::builder(SslMethod::tls_client()).ok()?;
    connector.set_ca_file(authority).ok()?;
    connector.set_verify_callback(SslVerifyMode::PEER, move |is_trusted, chain| {
        if !is_trusted {
            found.get_or_init(|| chain.error().error_string());
        }
        is_trusted
    });
    // The host's name is checked by libpq, whose message says enough.
    let mut handshake = connector.build().configure().ok()?;
    handshake.set_verify_hostname(false);
    let _ = handshake.connect(&host, stream);
    cause.get().map(|cause| (*cause).to_owned())
}
