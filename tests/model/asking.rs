//! What the naive book is asked, in the words of the ledger.

use std::time::Duration;

use teller::facts::{AccountType, Instant, Key, Limits, Metadata, RequestId};
use teller::money::{Amount, Currency, Money};
use teller::requests::{
    AccountAction, AccountRequest, CaptureRequest, Expiry, HoldRequest, JournalRequest, JournalReversalRequest,
    Operation, Parties, Quantity, ReleaseRequest, Remainder, Request, ReversalRequest, ReversalTime, Sides,
    TransferRequest,
};

use super::judging::Item;
use super::naive::{Ask, Much, Place};
use crate::support::change;

fn euro() -> Currency {
    Currency::new("EUR".parse().unwrap(), 2).unwrap()
}

/// Every other request has a key; a journal's leg is named by its id.
fn to_id(id: u32) -> RequestId {
    let (number, leg) = if id < 1_000 { (id, 0) } else { (id / 1_000, id % 1_000) };
    let key: Key = number.to_string().parse().unwrap();
    if leg == 0 && number % 2 == 0 { key.into() } else { key.id().of_leg(leg).into() }
}

fn to_quantity(much: Much) -> Quantity {
    let money = |amount| Money::new(Amount::from_minor(amount), euro());
    match much {
        Much::Exactly(amount) => Quantity::Exactly(money(amount)),
        Much::UpTo(amount) => Quantity::UpTo(money(amount)),
        Much::All => Quantity::All,
    }
}

fn to_transfer(id: u32, debit: usize, credit: usize, much: Much) -> TransferRequest {
    let name = |account: usize| format!("a{account}").parse().unwrap();
    let parties = Parties::Post { debit: name(debit), credit: name(credit) };
    let request = TransferRequest::new(to_id(id), parties, Money::new(Amount::ZERO, euro()));
    TransferRequest { quantity: to_quantity(much), ..request }
}

fn to_change(account: usize, action: AccountAction) -> Operation {
    change(&format!("a{account}"), action).into()
}

fn to_sides(sides: (bool, bool)) -> Sides {
    match sides {
        (true, true) => Sides::Both,
        (true, false) => Sides::Debits,
        _ => Sides::Credits,
    }
}

fn to_operation(ask: &Ask) -> Operation {
    match *ask {
        Ask::Post { id, debit, credit, much } => to_transfer(id, debit, credit, much).into(),
        Ask::Hold { id, debit, credit, much, seconds } => {
            let expiry = seconds.map_or(Expiry::Never, |seconds| Expiry::After(Duration::from_secs(seconds)));
            HoldRequest { transfer: to_transfer(id, debit, credit, much), expiry }.into()
        }
        Ask::Capture { id, hold, much, is_final } => {
            let remainder = if is_final { Remainder::Release } else { Remainder::Keep };
            CaptureRequest { quantity: to_quantity(much), remainder, ..CaptureRequest::new(to_id(id), to_id(hold)) }
                .into()
        }
        Ask::Release { id, hold } => ReleaseRequest::new(to_id(id), to_id(hold)).into(),
        Ask::Reverse { id, of, much } => {
            ReversalRequest { quantity: to_quantity(much), ..ReversalRequest::new(to_id(id), to_id(of)) }.into()
        }
        Ask::Freeze { account, sides } => to_change(account, AccountAction::Freeze(to_sides(sides))),
        Ask::Unfreeze { account, sides } => to_change(account, AccountAction::Unfreeze(to_sides(sides))),
        Ask::Close { account } => to_change(account, AccountAction::Close),
    }
}

pub fn to_request(item: &Item) -> Request {
    match item {
        Item::One(ask) => Request::Operation(to_operation(ask)),
        Item::Journal(id, legs) => JournalRequest::new(to_id(*id), legs.iter().map(to_operation).collect()).into(),
        Item::ReverseJournal(id, of) => JournalReversalRequest {
            id: to_id(*id),
            journal: to_id(*of).into(),
            at: ReversalTime::Now,
            description: None,
            metadata: Metadata::default(),
        }
        .into(),
    }
}

pub fn to_opening(index: usize, place: &Place) -> AccountRequest {
    let account_type = if place.is_debit_normal { AccountType::Asset } else { AccountType::Liability };
    let request = AccountRequest::new(format!("a{index}").parse().unwrap(), account_type, euro());
    let limits =
        Limits { min_balance: place.min.map(Amount::from_minor), max_balance: place.max.map(Amount::from_minor) };
    AccountRequest { limits, ..request }
}

pub fn time(now: u64) -> Instant {
    Instant::EPOCH.after(Duration::from_secs(now))
}
