//! The `bench` command: choosing workloads, running them, and comparing them with pgbench and bare writes.

#[cfg(feature = "server")]
mod serve;

use std::sync::Arc;
use std::time::Duration;

use clap::{Args, ValueEnum};
use indicatif::ProgressBar;

use crate::bench::{Bench, Measured, PgBench, Workload};
use crate::cli::context::{Context, Ending};
use crate::cli::failure::Failure;
use crate::cli::interrupt;
use crate::cli::progress::bar;
use crate::cli::talk::say;
use crate::error::Error;
use crate::store::{DatabaseUrl, StoreOptions};
use crate::wire::{BenchRecord, Record as _};

const TEMPLATE: &str = "Measuring {bar:30} {msg}";

/// The most rows that are written bare, and how many in one transaction.
const RAW_ROWS_MAX: u32 = 200_000;
const RAW_ROWS_PER_COMMIT: u32 = 8_000;

#[derive(Args)]
#[command(after_help = "Examples:\n  teller bench\n  teller bench --compare\n  \
    teller bench clients --clients 100 --writers 2\n  teller bench batches --batches 1,100,8000 --accounts 100000\n  teller bench growth --millions 10 --accounts 100000\n  teller bench serve --clients 200 --writers 2\n  teller bench floor --seconds 5\n  \
    teller bench --compare --compare-url postgres://localhost/postgres --database-url sqlite://teller.db\n\n\
    All is done in a book of its own, which is gone afterwards: a schema of the database, named teller_bench_ and a number, or a \
    file in a folder beside the configured one. The configured book is not touched. Durability is that of the book: every commit \
    waits for the disk.\n\n\
    Only the calls are timed. --compare also runs pgbench's TPC-B, with prepared statements, one client and then as many as --clients, \
    and a branch for each; and it writes the same rows once more into a table like that of the transfers, by COPY on PostgreSQL and by \
    prepared inserts on SQLite, with nothing judged, hashed or looked up.")]
pub(in crate::cli) struct BenchArgs {
    /// What is measured [default: all of them but growth, floor and serve]
    #[arg(value_enum)]
    work: Vec<Work>,
    /// How long each is measured
    #[arg(long, value_name = "SECONDS", default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..))]
    seconds: u32,
    /// How many accounts there are
    #[arg(long, value_name = "NUMBER", default_value_t = 10_000, value_parser = clap::value_parser!(u32).range(2..))]
    accounts: u32,
    /// How many clients there are at once
    #[arg(long, value_name = "NUMBER", default_value_t = 32, value_parser = clap::value_parser!(u32).range(1..=1_000))]
    clients: u32,
    /// How many threads commit what the clients ask for, on PostgreSQL
    #[arg(long, value_name = "NUMBER", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=16))]
    writers: u32,
    /// How many transfers a batch has
    #[arg(long, value_name = "NUMBERS", value_delimiter = ',', default_values_t = [100, 1_000, 8_000], value_parser = clap::value_parser!(u32).range(1..=100_000))]
    batches: Vec<u32>,
    /// How many percent of the transfers touch the hot account
    #[arg(long, value_name = "PERCENT", default_value_t = 100, value_parser = clap::value_parser!(u32).range(0..=100))]
    hot: u32,
    /// How many millions of transfers the book grows by
    #[arg(long, value_name = "NUMBER", default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..))]
    millions: u32,
    /// Compare with pgbench and with bare writes
    #[arg(long)]
    compare: bool,
    /// The PostgreSQL database in which pgbench makes its tables, for a while, where the book is an SQLite file
    #[arg(long, value_name = "URL", requires = "compare")]
    compare_url: Option<String>,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Work {
    /// One transfer a call, by one client
    Single,
    /// One transfer a call, by many clients at once
    Clients,
    /// Batches of transfers
    Batches,
    /// Batches of 1,000 that touch one account
    Hot,
    /// Batches of 1,000 holds and captures
    Holds,
    /// Millions of transfers, one behind the other, each measured by itself
    Growth,
    /// Batches, by turns with such of which only the writing is timed: what judging, hashing and answering cost beside the database
    Floor,
    /// A server of the API on this machine, each work behind the same one by the library
    #[cfg(feature = "server")]
    Serve,
}

const WORKS_USUAL: [Work; 5] = [Work::Single, Work::Clients, Work::Batches, Work::Hot, Work::Holds];

/// How many transfers a batch has where the number is not what is measured.
const BATCH_TYPICAL: u32 = 1_000;

pub(in crate::cli) fn run(context: &Context, arguments: &BenchArgs) -> Result<Ending, Failure> {
    interrupt::listen();
    let (url, _) = context.url()?;
    let options = context.deadline.bound(StoreOptions::default());
    let progress = bar(0, TEMPLATE);
    progress.set_message(format!("{} accounts", arguments.accounts));
    let bench = Arc::new(Bench::prepare(url.clone(), options, arguments.accounts)?);
    let measured = measure(&bench, arguments, &progress)?;
    let compared = if arguments.compare { compare(&bench, arguments, &progress, url)? } else { Compared::default() };
    let floored = measure_floor(&bench, arguments, &progress)?;
    let served = measure_server(&bench, options, arguments, &progress)?;
    progress.finish_and_clear();

    let mut records = compared.records(&measured);
    let columns = match (arguments.compare, served.is_empty(), floored.is_empty()) {
        (true, _, _) => BenchRecord::compared(),
        (false, false, _) => BenchRecord::served(),
        (false, true, false) => BenchRecord::floored(),
        (false, true, true) => BenchRecord::table(),
    };
    records.extend(floored);
    records.extend(served);
    context.output.many_with(&records, &columns)?;
    if let Some(bytes) = measured.iter().filter_map(|(_, measured)| measured.peak_memory_bytes).max() {
        say(format_args!("This program had at most {} MB of memory.", bytes.div_ceil(1 << 20)));
    }
    Ok(if interrupt::is_requested() { Ending::Stopped } else { Ending::Done })
}

fn measure(bench: &Bench, arguments: &BenchArgs, progress: &ProgressBar) -> Result<Vec<(Workload, Measured)>, Error> {
    let workloads = workloads(arguments);
    progress.set_length(workloads.len() as u64);
    let mut measured = Vec::new();
    for workload in workloads {
        if interrupt::is_requested() {
            break;
        }
        let one = bench.run(workload, Duration::from_secs(arguments.seconds.into()))?;
        progress.inc(1);
        progress.set_message(format!("{}: {}/s", one.work, one.per_second()));
        measured.push((workload, one));
    }
    Ok(measured)
}

fn measure_floor(bench: &Bench, arguments: &BenchArgs, progress: &ProgressBar) -> Result<Vec<BenchRecord>, Error> {
    let mut records = Vec::new();
    let sizes = arguments.batches.iter().filter(|_| arguments.work.contains(&Work::Floor));
    for &size in sizes.take_while(|_| !interrupt::is_requested()) {
        progress.set_message(format!("batches of {size}, and their floor"));
        let measured = bench.run_floor(size, Duration::from_secs(arguments.seconds.into()))?;
        records.extend(BenchRecord::of_floor(&measured));
    }
    Ok(records)
}

#[cfg(feature = "server")]
fn measure_server(
    bench: &Arc<Bench>,
    store: StoreOptions,
    arguments: &BenchArgs,
    progress: &ProgressBar,
) -> Result<Vec<BenchRecord>, Error> {
    if !arguments.work.contains(&Work::Serve) || interrupt::is_requested() {
        return Ok(Vec::new());
    }
    let time = Duration::from_secs(arguments.seconds.into());
    let plan = serve::Plan { clients: arguments.clients, writers: arguments.writers, time };
    serve::measure(bench, store, &plan, progress)
}

#[cfg(not(feature = "server"))]
#[expect(clippy::unnecessary_wraps, reason = "the one with a server can fail")]
fn measure_server(_: &Arc<Bench>, _: StoreOptions, _: &BenchArgs, _: &ProgressBar) -> Result<Vec<BenchRecord>, Error> {
    Ok(Vec::new())
}

fn workloads(arguments: &BenchArgs) -> Vec<Workload> {
    let &BenchArgs { clients, writers, hot: percent, .. } = arguments;
    let chosen: &[Work] = if arguments.work.is_empty() { &WORKS_USUAL } else { &arguments.work };
    let of = |work: &Work| match work {
        Work::Single => vec![Workload::Single],
        Work::Clients => vec![Workload::Clients { clients, writers }],
        Work::Batches => arguments.batches.iter().map(|&size| Workload::Batches { size }).collect(),
        Work::Hot => vec![Workload::Hot { size: BATCH_TYPICAL, percent }],
        Work::Holds => vec![Workload::Holds { size: BATCH_TYPICAL }],
        Work::Growth => (1..=arguments.millions).map(|number| Workload::Million { number }).collect(),
        // These are measured beside something.
        Work::Floor => Vec::new(),
        #[cfg(feature = "server")]
        Work::Serve => Vec::new(),
    };
    chosen.iter().flat_map(of).collect()
}

/// What it was compared with, as far as that could be.
#[derive(Default)]
struct Compared {
    pgbench_one: Option<Measured>,
    pgbench_many: Option<Measured>,
    raw: Option<Measured>,
}

impl Compared {
    fn records(&self, measured: &[(Workload, Measured)]) -> Vec<BenchRecord> {
        let own = measured.iter().map(|(workload, measured)| {
            let pgbench = match workload {
                Workload::Clients { .. } => &self.pgbench_many,
                _ => &self.pgbench_one,
            };
            BenchRecord::new(measured, pgbench.as_ref(), self.raw.as_ref())
        });
        let others = [&self.pgbench_one, &self.pgbench_many, &self.raw].into_iter().flatten();
        own.chain(others.map(|measured| BenchRecord::new(measured, None, None))).collect()
    }
}

fn compare(
    bench: &Bench,
    arguments: &BenchArgs,
    progress: &ProgressBar,
    book: DatabaseUrl,
) -> Result<Compared, Failure> {
    progress.set_message("bare writes");
    let mut compared = Compared { raw: Some(bench.run_raw(RAW_ROWS_MAX, RAW_ROWS_PER_COMMIT)?), ..Compared::default() };
    let server = match &arguments.compare_url {
        Some(url) => url.parse()?,
        None => book,
    };
    if server.file().is_some() {
        progress.suspend(|| say("pgbench needs a PostgreSQL server; name one with --compare-url."));
        return Ok(compared);
    }
    let Some(pgbench) = PgBench::find(server, StoreOptions::default())? else {
        progress.suspend(|| say("pgbench was not found; it comes with PostgreSQL's server."));
        return Ok(compared);
    };
    progress.set_message("pgbench");
    let time = Duration::from_secs(arguments.seconds.into());
    pgbench.prepare(arguments.clients)?;
    compared.pgbench_one = Some(pgbench.measure(1, time)?);
    compared.pgbench_many = Some(pgbench.measure(arguments.clients, time)?);
    Ok(compared)
}
