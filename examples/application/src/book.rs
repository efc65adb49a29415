//! The shop's book and its accounts.

use teller::prelude::*;

use crate::Fault;

/// Opens the book. A new SQLite file is made; a PostgreSQL database is migrated, which others do when they deploy a new version.
pub fn open(url: &str) -> Result<Ledger, Fault> {
    let options = StoreOptions::default().making_missing();
    Ledger::migrate(url.parse()?, options)?;
    let ledger = Ledger::open(url.parse()?, options)?;
    let euro = ledger.get_currency("EUR".parse()?)?.currency;
    let accounts =
        [(cash()?, AccountType::Asset), (customer()?, AccountType::Liability), (sales()?, AccountType::Revenue)];
    for (name, account_type) in accounts {
        // What is there already stays as it is.
        ledger.open_account(&AccountRequest::new(name, account_type, euro), Mode::Commit)?;
    }
    Ok(ledger)
}

/// Where the shop's money is.
pub fn cash() -> Result<AccountName, teller::InputError> {
    Ok("cash:eur".parse()?)
}

/// What the shop owes to its only customer.
pub fn customer() -> Result<AccountName, teller::InputError> {
    Ok("customers:alice".parse()?)
}

/// What the shop has earned.
pub fn sales() -> Result<AccountName, teller::InputError> {
    Ok("shop:sales".parse()?)
}
