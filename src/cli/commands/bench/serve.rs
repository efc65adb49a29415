//! What HTTP costs: the same work by the API and without it, one behind the other.

use std::net::Ipv4Addr;
use std::sync::Arc;
use std::time::Duration;

use indicatif::ProgressBar;

use crate::bench::{Bench, Measured, Workload, WrittenAccounts, WrittenSource};
use crate::cli::interrupt;
use crate::error::Error;
use crate::server::{Load, LoadRequest, LoadSource, Server, ServerOptions};
use crate::store::StoreOptions;
use crate::wire::BenchRecord;

/// How many transfers a batch has, and how many clients send batches at once.
const BATCH: u32 = 1_000;
const BATCH_CLIENTS: u32 = 2;

/// How it is measured.
pub(super) struct Plan {
    pub(super) clients: u32,
    pub(super) writers: u32,
    pub(super) time: Duration,
}

/// Measures a server of the throwaway book, each work behind the same one by the library.
pub(super) fn measure(
    bench: &Arc<Bench>,
    store: StoreOptions,
    plan: &Plan,
    progress: &ProgressBar,
) -> Result<Vec<BenchRecord>, Error> {
    let options = ServerOptions {
        listen: (Ipv4Addr::LOCALHOST, 0).into(),
        posters: plan.writers,
        drain_time: Duration::ZERO,
        ..ServerOptions::default()
    };
    let accounts = bench.open_written_accounts()?;
    let server = Server::open(&bench.url()?, store, options)?;
    let (stopper, address) = (server.stopper(), server.address());
    // A book that was just made has no other key.
    let key = server.first_key().unwrap_or_default().to_owned();
    let running = std::thread::spawn(move || server.run());
    let of = |clients| Load { address, key: key.clone(), clients, time: plan.time };
    let source = |client, make| source(bench, accounts.clone(), client, make);
    let measured = measure_all(bench, plan, (&of, &source), progress);
    stopper.stop();
    let ended = running.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
    let records = measured?;
    ended.map(|()| records)
}

fn measure_all(
    bench: &Arc<Bench>,
    plan: &Plan,
    (of, source): (&impl Fn(u32) -> Load, &impl Fn(u64, MakeRequest) -> LoadSource),
    progress: &ProgressBar,
) -> Result<Vec<BenchRecord>, Error> {
    let many = Workload::Clients { clients: plan.clients, writers: plan.writers };
    let works = [
        (Some(Workload::Single), of(1), "one client", transfer as MakeRequest),
        (Some(many), of(plan.clients), "clients", transfer),
        (Some(Workload::Batches { size: BATCH }), of(BATCH_CLIENTS), "clients, batches of 1000", batch),
        (None, of(plan.clients), "clients, balances", balance),
    ];
    let mut records = Vec::new();
    for (library, load, words, make) in works {
        if interrupt::is_requested() {
            break;
        }
        let library = library.map(|work| bench.run(work, plan.time)).transpose()?;
        let count = if load.clients == 1 { String::new() } else { format!("{} ", load.clients) };
        let served = load.run(format!("by HTTP, {count}{words}"), |client| source(client, make))?;
        progress.set_message(format!("{}: {}/s", served.work, served.per_second()));
        records.extend(library.as_ref().map(|measured| BenchRecord::new(measured, None, None)));
        records.push(record(&served, library.as_ref()));
    }
    Ok(records)
}

fn record(served: &Measured, library: Option<&Measured>) -> BenchRecord {
    BenchRecord::new(served, None, None).compared_with_library(library)
}

type MakeRequest = fn(&Bench, &mut WrittenSource) -> LoadRequest;

fn source(bench: &Arc<Bench>, accounts: WrittenAccounts, client: u64, make: MakeRequest) -> LoadSource {
    let mut written = WrittenSource::new(accounts, client);
    let bench = Arc::clone(bench);
    Box::new(move || make(&bench, &mut written))
}

fn transfer(bench: &Bench, source: &mut WrittenSource) -> LoadRequest {
    let body = source.transfer(bench.now());
    LoadRequest { method: "POST", target: "/v1/transfers".to_owned(), body, count: 1 }
}

fn batch(bench: &Bench, source: &mut WrittenSource) -> LoadRequest {
    let body = source.batch(bench.now(), BATCH);
    LoadRequest { method: "POST", target: "/v1/batches".to_owned(), body, count: BATCH }
}

fn balance(_: &Bench, source: &mut WrittenSource) -> LoadRequest {
    let target = format!("/v1/accounts/{}/balance", source.account());
    LoadRequest { method: "GET", target, body: String::new(), count: 1 }
}
