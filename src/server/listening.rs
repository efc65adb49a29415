//! A server from its start to its end: sockets, signals, TLS, and the order in which it stops.

use std::fs;
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::num::NonZero;
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::available_parallelism;
use std::time::Duration;

use axum::Router;
use axum_server::Handle;
use axum_server::tls_openssl::OpenSSLConfig;
use tokio::runtime::Runtime;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;
use tracing::{error, info, warn};

use crate::error::{Error, InputError};
use crate::server::clockwork;
use crate::server::feed;
use crate::server::monitors::judging::Judging;
use crate::server::options::{ServerOptions, TlsFiles};
use crate::server::router::router;
use crate::server::state::State;
use crate::server::webhooks::deliverer::Deliverer;
use crate::store::{DatabaseUrl, Lifetime, StoreOptions};

/// How long a client that has just connected may take for the head of its request, and how long a connection may be idle, with the next head.
/// A proxy that keeps connections for a minute must not find one closed.
const HEAD_TIME_MAX: Duration = Duration::from_secs(10);
const IDLE_TIME_MAX: Duration = Duration::from_secs(75);
const HEAD_BYTES_MAX: usize = 16 << 10;
/// How many accounts are remembered from the beginning, so that the first posting to each of them need not ask.
const ACCOUNTS_AHEAD: usize = 20_000;
/// One posts, and another listens.
const LISTENERS_MIN: usize = 2;
const KEYS_INTERVAL: Duration = Duration::from_secs(1);

/// A server that listens, and answers when it [runs](Server::run).
///
/// ```
/// use std::io::{Read as _, Write as _};
/// use teller::server::{Server, ServerOptions};
///
/// # let folder = tempfile::tempdir()?;
/// # let url: teller::store::DatabaseUrl = format!("sqlite://{}", folder.path().join("book.db").display()).parse()?;
/// # teller::Ledger::open_or_create(url.clone(), Default::default())?;
/// let options = ServerOptions { listen: "127.0.0.1:0".parse()?, drain_time: Default::default(), ..Default::default() };
/// let server = Server::open(&url, Default::default(), options)?;
/// let (address, stopper) = (server.address(), server.stopper());
/// let running = std::thread::spawn(move || server.run());
///
/// let mut connection = std::net::TcpStream::connect(address)?;
/// connection.write_all(b"GET /livez HTTP/1.1\r\nhost: teller\r\nconnection: close\r\n\r\n")?;
/// let mut answer = String::new();
/// connection.read_to_string(&mut answer)?;
/// assert!(answer.ends_with("ok\n"));
///
/// stopper.stop();
/// running.join().unwrap()?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Server {
    state: Arc<State>,
    runtime: Runtime,
    options: ServerOptions,
    listeners: Listeners,
    address: SocketAddr,
    first: Option<First>,
    book: (DatabaseUrl, StoreOptions),
    stop: watch::Sender<bool>,
}

/// The way in where there is no key.
struct First {
    key: String,
    login: String,
}

impl First {
    fn make(state: &State) -> Result<Self, Error> {
        let (id, key) = state.ring.make_first()?;
        Ok(Self { key, login: format!("/login?link={}", state.sessions.make_link(&id)?) })
    }
}

/// Sockets that are open already.
#[derive(Debug, Default)]
pub struct OpenSockets {
    /// In the place of [`ServerOptions::listen`].
    pub tcp: Option<TcpListener>,
    /// In the place of [`ServerOptions::socket`].
    pub unix: Option<UnixListener>,
}

/// Where requests come from.
struct Listeners {
    tcp: TcpListener,
    unix: Option<UnixListener>,
}

/// Ends a server from another thread.
#[derive(Clone, Debug)]
pub struct Stopper(watch::Sender<bool>);

impl Stopper {
    /// Begins the end: the server tells that it is not ready, answers what is under way, and returns.
    pub fn stop(&self) {
        self.0.send_replace(true);
    }
}

impl std::fmt::Debug for Server {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Server({})", self.address)
    }
}

impl Server {
    /// Opens the book and the address. Requests wait until it [runs](Server::run).
    ///
    /// # Errors
    /// Those of [`Ledger::open`](crate::Ledger::open); [`Error::Input`] for an address that others can reach while there is no key;
    /// [`Error::File`] for an address that cannot be opened.
    pub fn open(url: &DatabaseUrl, store: StoreOptions, options: ServerOptions) -> Result<Self, Error> {
        Self::open_on(url, store, options, OpenSockets::default())
    }

    /// The same on sockets that are open already, such as those that systemd hands on.
    ///
    /// # Errors
    /// As [`Server::open`].
    pub fn open_on(
        url: &DatabaseUrl,
        store: StoreOptions,
        options: ServerOptions,
        sockets: OpenSockets,
    ) -> Result<Self, Error> {
        let store = StoreOptions { lifetime: Lifetime::Long, ..store };
        let state = Arc::new(State::open(url, store, &options)?);
        state.look_beside_the_book()?;
        let has_key = state.ring.has_valid(state.poster.ledger().clock().now());
        let cannot_listen = |source| Error::File { doing: format!("listen on {}", options.listen), source };
        let listen = match &sockets.tcp {
            Some(open) => open.local_addr().map_err(cannot_listen)?,
            None => options.listen,
        };
        if !has_key && !listen.ip().is_loopback() {
            let problem =
                format!("there is no key yet, so {listen} would be open to nobody or to all; make a key first");
            return Err(InputError::request(problem).into());
        }
        let first = if has_key { None } else { Some(First::make(&state)?) };
        let tcp = sockets.tcp.map_or_else(|| TcpListener::bind(listen), Ok).map_err(cannot_listen)?;
        let address = tcp.local_addr().map_err(cannot_listen)?;
        let listeners = Listeners { tcp, unix: sockets.unix };
        let cannot_start = |source| Error::File { doing: "start threads".to_owned(), source };
        let mut builder = tokio::runtime::Builder::new_multi_thread();
        let threads = available_parallelism().map_or(LISTENERS_MIN, NonZero::get).max(LISTENERS_MIN);
        builder.enable_all().worker_threads(threads).max_blocking_threads(State::threads(&options));
        let runtime = builder.build().map_err(cannot_start)?;
        let (book, stop) = ((url.clone(), store), watch::Sender::new(false));
        Ok(Self { state, runtime, options, listeners, address, first, book, stop })
    }

    /// The address that it listens on.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// The key that works as long as there is no other, where there is none.
    #[must_use]
    pub fn first_key(&self) -> Option<&str> {
        self.first.as_ref().map(|first| first.key.as_str())
    }

    /// The path that logs a browser in to the dashboard with that key. It works once.
    ///
    /// ```
    /// use teller::server::{Server, ServerOptions};
    ///
    /// # let folder = tempfile::tempdir()?;
    /// # let url: teller::store::DatabaseUrl = format!("sqlite://{}", folder.path().join("book.db").display()).parse()?;
    /// # teller::Ledger::open_or_create(url.clone(), Default::default())?;
    /// let options = ServerOptions { listen: "127.0.0.1:0".parse()?, ..ServerOptions::default() };
    /// let server = Server::open(&url, Default::default(), options)?;
    /// assert!(server.first_login().is_some_and(|path| path.starts_with("/login?link=")));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn first_login(&self) -> Option<&str> {
        self.first.as_ref().map(|first| first.login.as_str())
    }

    /// What ends it.
    #[must_use]
    pub fn stopper(&self) -> Stopper {
        Stopper(self.stop.clone())
    }

    /// As [`Server::run`], and SIGTERM and SIGINT stop it too. For a process that is nothing but this server: both signals are then its own.
    ///
    /// # Errors
    /// As [`Server::run`].
    pub fn run_until_signalled(self) -> Result<(), Error> {
        self.runtime.spawn(watch_signals(self.stop.clone()));
        self.run()
    }

    /// Answers requests until its [`Stopper`] stops it. Every posting that was taken is answered or posted by then.
    ///
    /// # Errors
    /// [`Error::File`] for a socket or a certificate that cannot be used.
    pub fn run(self) -> Result<(), Error> {
        let Self { state, runtime, options, listeners, stop, book: (url, store), .. } = self;
        state.writers.run(&state.poster, &runtime);
        let deliverer = Deliverer::start(&url, store, &options, state.ending())?;
        let monitors = Arc::clone(&state.monitors);
        let judging = Judging::start((&url, store), monitors, options.lease_time, state.ending())?;
        let outcome = runtime.block_on(serve(&state, &options, listeners, &stop));
        // Where the sockets failed, nothing has told it.
        state.end();
        deliverer.join();
        judging.join();
        // Requests that still wait have had their time.
        runtime.shutdown_timeout(Duration::from_millis(100));
        // The last one to hold the poster waits until everything that it took is posted.
        drop(state);
        outcome
    }
}

async fn serve(
    state: &Arc<State>,
    options: &ServerOptions,
    listeners: Listeners,
    stop: &watch::Sender<bool>,
) -> Result<(), Error> {
    let router = router(state);
    let handle = Handle::new();
    let unix = Handle::new();
    let watching = watch_for_end(Arc::clone(state), options.clone(), stop.subscribe(), (handle.clone(), unix.clone()));
    tokio::spawn(watching);
    tokio::spawn(refresh_keys(Arc::clone(state)));
    tokio::spawn(read_accounts_ahead(Arc::clone(state)));
    tokio::spawn(feed::follow(Arc::downgrade(state)));
    if let Some(interval) = options.clockwork_interval {
        tokio::spawn(clockwork::run(Arc::clone(state), interval));
    }
    let over_tcp = serve_tcp(options, listeners.tcp, handle, router.clone());
    match (listeners.unix, &options.socket) {
        (None, None) => over_tcp.await,
        (Some(open), _) => {
            let failed = |source| Error::File { doing: "listen on the socket that was handed on".to_owned(), source };
            let (tcp, socket) = tokio::join!(over_tcp, serve_socket(open, unix, router));
            tcp.and(socket.map_err(failed))
        }
        (None, Some(path)) => {
            let failed = |source| Error::File { doing: format!("listen on {}", path.display()), source };
            let open = bind(path).map_err(failed)?;
            let _socket = Socket(path.to_owned());
            let (tcp, socket) = tokio::join!(over_tcp, serve_socket(open, unix, router));
            tcp.and(socket.map_err(failed))
        }
    }
}

async fn serve_tcp(
    options: &ServerOptions,
    listener: TcpListener,
    handle: Handle<SocketAddr>,
    router: Router,
) -> Result<(), Error> {
    let failed = |source| Error::File { doing: format!("listen on {}", options.listen), source };
    let server = axum_server::from_tcp(listener).map_err(failed)?.handle(handle).http1_only();
    let mut server = server.first_request_timeout(HEAD_TIME_MAX);
    server.http_builder().http1().header_read_timeout(IDLE_TIME_MAX).max_buf_size(HEAD_BYTES_MAX).keep_alive(true);
    let Some(files) = &options.tls else { return server.serve(router.into_make_service()).await.map_err(failed) };
    let config = load(files)?;
    tokio::spawn(reload_on_hangup(config.clone(), files.clone()));
    let acceptor = axum_server::tls_openssl::OpenSSLAcceptor::new(config);
    server.acceptor(acceptor).serve(router.into_make_service()).await.map_err(failed)
}

fn load(files: &TlsFiles) -> Result<OpenSSLConfig, Error> {
    OpenSSLConfig::from_pem_chain_file(&files.certificate, &files.key).map_err(|error| Error::File {
        doing: format!("use the certificate {} with the key {}", files.certificate.display(), files.key.display()),
        source: io::Error::other(error.to_string()),
    })
}

async fn reload_on_hangup(config: OpenSSLConfig, files: TlsFiles) {
    let Ok(mut hangups) = signal(SignalKind::hangup()) else { return };
    while hangups.recv().await.is_some() {
        match config.reload_from_pem_chain_file(&files.certificate, &files.key) {
            Ok(()) => info!("the certificate was read again"),
            Err(error) => error!(%error, "the certificate cannot be read; the old one stays"),
        }
    }
}

async fn serve_socket(
    listener: UnixListener,
    handle: Handle<std::os::unix::net::SocketAddr>,
    router: Router,
) -> io::Result<()> {
    let server = axum_server::from_unix(listener)?.handle(handle).http1_only();
    let mut server = server.first_request_timeout(HEAD_TIME_MAX);
    server.http_builder().http1().header_read_timeout(IDLE_TIME_MAX).max_buf_size(HEAD_BYTES_MAX);
    server.serve(router.into_make_service()).await
}

/// Removes the socket's file in the end.
struct Socket(PathBuf);

impl Drop for Socket {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

/// Makes a socket in the file system. One that an earlier server left behind is removed.
fn bind(path: &Path) -> io::Result<UnixListener> {
    use std::os::unix::fs::{FileTypeExt, PermissionsExt};
    if fs::symlink_metadata(path).is_ok_and(|file| file.file_type().is_socket()) {
        fs::remove_file(path)?;
    }
    let listener = UnixListener::bind(path)?;
    fs::set_permissions(path, fs::Permissions::from_mode(0o600))?;
    Ok(listener)
}

async fn watch_signals(stop: watch::Sender<bool>) {
    let (Ok(mut terminate), Ok(mut interrupt)) = (signal(SignalKind::terminate()), signal(SignalKind::interrupt()))
    else {
        warn!("no signal can be waited for");
        return;
    };
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    info!("ending");
    stop.send_replace(true);
}

/// The order of the end: not ready any more, so that nobody sends new requests here; then no new connections; then what is under way.
async fn watch_for_end(
    state: Arc<State>,
    options: ServerOptions,
    mut stop: watch::Receiver<bool>,
    (tcp, unix): (Handle<SocketAddr>, Handle<std::os::unix::net::SocketAddr>),
) {
    let _ = stop.wait_for(|is_stopped| *is_stopped).await;
    state.end();
    tokio::time::sleep(options.drain_time).await;
    tcp.graceful_shutdown(Some(options.shutdown_time_max));
    unix.graceful_shutdown(Some(options.shutdown_time_max));
}

async fn refresh_keys(state: Arc<State>) {
    let mut ticks = tokio::time::interval(KEYS_INTERVAL);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    while !state.is_ending() {
        ticks.tick().await;
        let of_look = Arc::clone(&state);
        let looked = tokio::task::spawn_blocking(move || of_look.look_beside_the_book()).await;
        if let Ok(Err(fault)) = looked {
            warn!(%fault, "what is kept beside the book cannot be read; the keys that are known stay");
        }
    }
}

/// Reads the accounts ahead that were posted to last. Whatever fails here is read again when it is needed.
async fn read_accounts_ahead(state: Arc<State>) {
    match state.long.run_to_end(|ledger| Ok(ledger.remember_recent(ACCOUNTS_AHEAD)?)).await {
        Ok(found) => state.currencies.add(found),
        Err(problem) => warn!(problem.detail, "accounts could not be read ahead"),
    }
}
