//! Requests for transfers of euros, for tests that need many or need them at once.

use teller::facts::TransferId;
use teller::money::{Currency, Money};
use teller::requests::{Parties, TransferRequest};

/// A transfer whose id is that of a key.
pub fn transfer(key: &str, from: &str, to: &str, euros: &str) -> TransferRequest {
    transfer_with_id(TransferId::from_key(key).unwrap(), from, to, euros)
}

/// A transfer with an id of one's own.
pub fn transfer_with_id(id: TransferId, from: &str, to: &str, euros: &str) -> TransferRequest {
    let euro = Currency::new("EUR".parse().unwrap(), 2).unwrap();
    let parties = Parties::Transfer { from: from.parse().unwrap(), to: to.parse().unwrap() };
    TransferRequest::new(id, parties, Money::parse(euros, euro).unwrap())
}
