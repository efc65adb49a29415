//! Taking over listening sockets that systemd opened for this process.

use std::io;
use std::net::TcpListener;
use std::os::unix::net::UnixListener;

use listenfd::ListenFd;

/// The sockets that were open before the program started, as systemd hands them on: `LISTEN_FDS`.
#[derive(Debug, Default)]
pub struct InheritedSockets {
    /// The first that listens on an address.
    pub tcp: Option<TcpListener>,
    /// The first that listens on a path.
    pub unix: Option<UnixListener>,
}

/// Takes the sockets that were opened for this process, and leaves none for those that it starts.
///
/// # Errors
/// Where something that is not such a socket was handed on.
pub fn inherited_sockets() -> io::Result<InheritedSockets> {
    let mut given = ListenFd::from_env();
    let mut sockets = InheritedSockets::default();
    for place in 0..given.len() {
        match given.take_tcp_listener(place) {
            Ok(tcp) => sockets.tcp = sockets.tcp.or(tcp),
            // A socket of another kind stays in the list.
            Err(_) => sockets.unix = sockets.unix.or(given.take_unix_listener(place)?),
        }
    }
    Ok(sockets)
}
