//! Values from texts, for tests that need them outside of a scenario.

use std::collections::BTreeMap;

use teller::facts::{AccountName, Instant, Key, Metadata};
use teller::money::{Amount, Currency, ISO_4217, Money};
use teller::requests::{Parties, TransferRequest};

/// A moment; a date is its first one.
pub fn at(text: &str) -> Instant {
    let text = if text.contains('T') { text.to_owned() } else { format!("{text}T00:00:00Z") };
    text.parse().unwrap()
}

pub fn name(text: &str) -> AccountName {
    text.parse().unwrap()
}

pub fn amount(minor: i64) -> Amount {
    Amount::from_minor(minor)
}

/// A currency of ISO 4217, or one of 18 decimals.
pub fn currency(code: &str) -> Currency {
    let listed = ISO_4217.iter().find(|(listed, _, _)| *listed == code);
    Currency::new(code.parse().unwrap(), listed.map_or(18, |(_, exponent, _)| *exponent)).unwrap()
}

/// `12.34 EUR`.
pub fn money(text: &str) -> Money {
    let (number, code) = text.split_once(' ').unwrap();
    Money::parse_signed(number, currency(code)).unwrap()
}

/// Entries, `KEY=VALUE`, with blanks between them.
pub fn metadata(text: &str) -> Metadata {
    let entries = text.split_whitespace().map(|entry| entry.split_once('=').unwrap());
    let entries: BTreeMap<_, _> = entries.map(|(key, value)| (key.to_owned(), value.to_owned())).collect();
    Metadata::new(entries).unwrap()
}

/// A transfer by a key.
pub fn transfer(key: &str, from: &str, to: &str, amount: &str) -> TransferRequest {
    let parties = Parties::Transfer { from: name(from), to: name(to) };
    TransferRequest::new(key.parse::<Key>().unwrap(), parties, money(amount))
}
