//! A way to the server that can be cut at the worst moment.

use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

/// How Teller begins a transaction that writes, and how PostgreSQL's protocol says commit.
const BEGIN: &[u8] = b"begin isolation level read committed";
const COMMIT: &[u8] = b"Q\0\0\0\x0bCOMMIT\0";
/// How the statement begins that may be a transaction by itself.
const ALONE: &[u8] = b"with changed (";

/// Where a connection is cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cut {
    /// The server never hears of the commit.
    BeforeCommit,
    /// The server gets one half of it.
    InCommit,
    /// The server gets it, and nobody waits for the answer.
    BehindCommit,
    /// The server has answered, and the client never hears of it.
    BeforeAnswer,
}

/// Hands on what is sent between clients and one server, until it is told to cut.
pub struct Proxy {
    /// Where it listens.
    pub address: String,
    plan: Arc<Mutex<Option<Cut>>>,
}

impl Proxy {
    /// In front of the server at this address.
    pub fn to(server: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let plan = Arc::new(Mutex::new(None));
        let (server, plan_of_threads) = (server.to_owned(), Arc::clone(&plan));
        // Ends with the test's process.
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let Ok(server) = TcpStream::connect(&server) else { continue };
                let plan = Arc::clone(&plan_of_threads);
                let (from_server, to_client) = (server.try_clone().unwrap(), client.try_clone().unwrap());
                let silent = Arc::new(Mutex::new(false));
                let is_silent = Arc::clone(&silent);
                thread::spawn(move || hand_answers_on(from_server, to_client, &is_silent));
                thread::spawn(move || hand_requests_on(client, server, &plan, &silent));
            }
        });
        Self { address, plan }
    }

    /// Cuts the connection that commits next what it may have written.
    pub fn cut(&self, cut: Cut) {
        *self.plan.lock().unwrap() = Some(cut);
    }

    /// Whether that has happened.
    pub fn has_cut(&self) -> bool {
        self.plan.lock().unwrap().is_none()
    }
}

fn hand_requests_on(mut client: TcpStream, mut server: TcpStream, plan: &Mutex<Option<Cut>>, silent: &Mutex<bool>) {
    let mut buffer = [0; 16_384];
    let mut writes = false;
    let mut alone = None;
    while let Ok(count @ 1..) = client.read(&mut buffer) {
        let request = &buffer[..count];
        let says = |text: &[u8]| request.windows(text.len()).any(|part| part == text);
        if says(ALONE) {
            alone = prepared_name(request);
        }
        let is_alone = request.starts_with(b"B") && !writes && alone.as_deref().is_some_and(says);
        let commits = (says(COMMIT) && writes) || is_alone;
        writes = says(BEGIN) || (writes && !says(COMMIT));
        let cut = if commits { plan.lock().unwrap().take() } else { None };
        let sent = match cut {
            None => server.write_all(request).is_ok(),
            Some(cut) => {
                // Either end may be gone already, which is as good as cut.
                let _ = cut_at(cut, request, &client, &mut server, silent);
                false
            }
        };
        if !sent {
            break;
        }
    }
    let _ = server.shutdown(Shutdown::Write);
}

/// The name that a statement is prepared under, with the zero that ends it.
fn prepared_name(request: &[u8]) -> Option<Vec<u8>> {
    let name = request.strip_prefix(b"P")?.get(4..)?;
    let end = name.iter().position(|byte| *byte == 0)?;
    Some(name[..=end].to_vec())
}

fn cut_at(
    cut: Cut,
    request: &[u8],
    client: &TcpStream,
    server: &mut TcpStream,
    silent: &Mutex<bool>,
) -> io::Result<()> {
    // From here on no answer gets through, however fast it comes.
    *silent.lock().unwrap() = true;
    match cut {
        Cut::BeforeCommit => {}
        Cut::InCommit => server.write_all(&request[..request.len() / 2])?,
        Cut::BehindCommit => server.write_all(request)?,
        // The other thread reads the answer and keeps it, and ends the client's connection then.
        Cut::BeforeAnswer => return server.write_all(request),
    }
    client.shutdown(Shutdown::Both)
}

fn hand_answers_on(mut server: TcpStream, mut client: TcpStream, silent: &Mutex<bool>) {
    let mut buffer = [0; 16_384];
    while let Ok(count @ 1..) = server.read(&mut buffer) {
        let is_silent = *silent.lock().unwrap();
        if is_silent || client.write_all(&buffer[..count]).is_err() {
            break;
        }
    }
    let _ = client.shutdown(Shutdown::Both);
}
