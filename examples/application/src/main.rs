//! A shop that keeps its customers' money in a Teller book.
//!
//! Teller's functions wait for the database, so asynchronous code calls them on the threads that tokio has for that.

mod book;
mod deposits;
mod orders;

use std::error::Error;
use std::sync::Arc;

use teller::ledger::{Poster, PosterOptions};
use teller::prelude::*;
use tokio::task::spawn_blocking;

/// What goes wrong, so that it can be told from one thread to another.
type Fault = Box<dyn Error + Send + Sync>;

#[tokio::main]
async fn main() -> Result<(), Fault> {
    let url = std::env::args().nth(1).ok_or("usage: shop sqlite://FILE, or postgres://USER:PASSWORD@HOST/DATABASE")?;
    let place = url.clone();
    let ledger = Arc::new(spawn_blocking(move || book::open(&place)).await??);
    let euro = ledger.get_currency("EUR".parse()?)?.currency;

    let poster = Arc::new(Poster::new(Arc::clone(&ledger), PosterOptions::default()));
    deposits::take(&poster, euro).await?;
    spawn_blocking(move || sell(&ledger, &url, euro)).await?
}

fn sell(ledger: &Ledger, url: &str, euro: Currency) -> Result<(), Fault> {
    orders::reserve(ledger, euro)?;
    orders::send_a_part(ledger, euro)?;
    match orders::reserve_too_much(ledger, euro) {
        Err(teller::Error::Rejected(rejection)) => println!("refused: {rejection}"),
        outcome => return Err(format!("a yacht is more than alice has, and yet: {outcome:?}").into()),
    }
    if url.starts_with("postgres") {
        orders::buy_in_one_transaction(url, euro)?;
    }

    let alice = ledger.get_account(&book::customer()?)?;
    println!("alice has {}, of it {} held", alice.money(alice.posted()), alice.money(alice.held()));
    let findings = ledger.verify(&mut |_| {})?.findings;
    if findings.is_empty() { Ok(()) } else { Err(format!("the book is damaged: {findings:?}").into()) }
}
