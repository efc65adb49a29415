// The book that the examples of `Ledger` run on. Each includes this file in hidden lines.

use std::error::Error;

use teller::facts::{AccountType, TransferId};
use teller::money::Money;
use teller::requests::{AccountRequest, Parties, TransferRequest};
use teller::{Ledger, Mode};

/// A new SQLite book in a temporary folder, in which `customers:alice` has 100.00 EUR and `customers:bob` has nothing.
pub fn new_book() -> Result<(tempfile::TempDir, Ledger), Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let url = format!("sqlite://{}", folder.path().join("book.db").display());
    let ledger = Ledger::open_or_create(url.parse()?, Default::default())?;
    let euro = ledger.get_currency("EUR".parse()?)?.currency;
    for (name, account_type) in [
        ("cash:eur", AccountType::Asset),
        ("customers:alice", AccountType::Liability),
        ("customers:bob", AccountType::Liability),
    ] {
        ledger.open_account(&AccountRequest::new(name.parse()?, account_type, euro), Mode::Commit)?;
    }
    let parties = Parties::Deposit { account: "customers:alice".parse()?, cash: "cash:eur".parse()? };
    let deposit = TransferRequest::new(TransferId::from_key("deposit 1")?, parties, Money::parse("100.00", euro)?);
    ledger.post(deposit, Mode::Commit)?;
    Ok((folder, ledger))
}

/// A request to pay an amount of euros from alice to bob.
#[allow(dead_code)]
pub fn payment(ledger: &Ledger, key: &str, euros: &str) -> Result<TransferRequest, Box<dyn Error>> {
    let euro = ledger.get_currency("EUR".parse()?)?.currency;
    let parties = Parties::Transfer { from: "customers:alice".parse()?, to: "customers:bob".parse()? };
    Ok(TransferRequest::new(TransferId::from_key(key)?, parties, Money::parse(euros, euro)?))
}
