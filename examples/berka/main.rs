//! Imports the same two CSV files into two books under one clock, and compares every account's head: the two books then hold the same
//! history to the last byte, whatever databases they are in.
//!
//! ```sh
//! cargo run --release --example berka -- accounts.csv transfers.csv sqlite://a.db postgres://localhost/bank
//! ```

use std::error::Error;
use std::fs::File;
use std::io;
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicI64, Ordering};

use teller::facts::{Account, Instant};
use teller::interchange::{read_accounts, read_transfers};
use teller::ledger::{ImportCounts, ImportSink, Refused};
use teller::store::StoreOptions;
use teller::{Clock, Ledger, Mode};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    let [accounts, transfers, first, second] = &arguments[..] else {
        return Err("give the file of accounts, the file of transfers, and the URLs of two empty books".into());
    };
    let first = import(first, accounts, transfers)?;
    let second = import(second, accounts, transfers)?;
    let different = first.iter().zip(&second).filter(|(one, other)| (&one.name, one.head) != (&other.name, other.head));
    let different = different.count() + first.len().abs_diff(second.len());
    println!("{} accounts, {different} heads differ", first.len());
    if different > 0 { Err("the books differ".into()) } else { Ok(()) }
}

fn import(url: &str, accounts: &str, transfers: &str) -> Result<Vec<Account>, Box<dyn Error>> {
    let ledger = Ledger::open_or_create(url.parse()?, StoreOptions::default())?.with_clock(stepping_clock());
    let opened = ledger.import_accounts(read_accounts(File::open(accounts)?)?, Mode::Commit, &mut Strict)?;
    let posted = ledger.import_transfers(read_transfers(File::open(transfers)?)?, Mode::Commit, &mut Strict)?;
    let report = ledger.verify(&mut |_| {})?;
    println!("{url}: {} accounts, {} transfers, {} faults", opened.done, posted.done, report.finding_count);
    Ok(ledger.list_accounts("", None, u32::MAX)?.accounts)
}

/// A clock that moves by a millisecond whenever it is read, so that both books are told the same times.
fn stepping_clock() -> Clock {
    let micros = AtomicI64::new(1_700_000_000_000_000);
    Clock::new(move || Instant::from_micros(micros.fetch_add(1_000, Ordering::Relaxed)).unwrap_or(Instant::MAX))
}

/// Lets no line be refused.
struct Strict;

impl ImportSink for Strict {
    fn refuse(&mut self, refused: &Refused) -> io::Result<()> {
        Err(io::Error::other(format!("line {}: {}", refused.number, refused.fault.message)))
    }

    fn progress(&mut self, _: &ImportCounts) -> ControlFlow<()> {
        ControlFlow::Continue(())
    }
}
