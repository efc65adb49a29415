//! Payments that come in all at once. The [`Poster`] commits together what arrives together.

use std::sync::Arc;

use teller::ledger::Poster;
use teller::prelude::*;
use tokio::task::{JoinSet, spawn_blocking};

use crate::{Fault, book};

const PAYMENTS: u32 = 20;

/// Takes 20 payments of 10.00, each in a task of its own.
pub async fn take(poster: &Arc<Poster>, euro: Currency) -> Result<(), Fault> {
    let mut tasks = JoinSet::new();
    for number in 1..=PAYMENTS {
        let poster = Arc::clone(poster);
        tasks.spawn(take_one(poster, number, euro));
    }
    let mut replayed = 0;
    while let Some(receipt) = tasks.join_next().await {
        replayed += u32::from(receipt??.replayed);
    }
    println!("{PAYMENTS} payments, {replayed} of them were there already");
    Ok(())
}

async fn take_one(poster: Arc<Poster>, number: u32, euro: Currency) -> Result<Receipt, Fault> {
    let parties = Parties::Deposit { account: book::customer()?, cash: book::cash()? };
    let key: Key = format!("payment {number}").parse()?;
    let request = TransferRequest::new(key, parties, Money::parse("10.00", euro)?);
    // The answer comes after the commit, so this waits for the disk.
    Ok(spawn_blocking(move || poster.submit(request)).await??)
}
