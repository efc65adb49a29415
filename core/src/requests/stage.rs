//! How far a request has come: from what a client wrote to what can be judged.
//!
//! Every request has the same fields at both stages. What differs are amounts, whose decimals depend on a currency that only the book knows,
//! and references, which only the book can look up.

use std::fmt::Debug;

use crate::facts::{Reference, WrittenReference};
use crate::money::{Amount, Money, WrittenAmount};
use crate::requests::place::Placed;

/// What stands in a request for amounts and for names of transfers.
pub trait Stage: Clone + Debug + PartialEq + Eq {
    /// An amount and its currency.
    type Money: Clone + Debug + PartialEq + Eq;
    /// An amount in the currency of the account that it is said of.
    type Amount: Clone + Debug + PartialEq + Eq;
    /// What names a transfer, hold or journal.
    type Reference: Clone + Debug + PartialEq + Eq;
}

/// As it can be judged: amounts in minor units, references with the id that they stand for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Resolved {}

/// As a client wrote it: amounts and references as texts that are well-formed, with their places.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Written {}

impl Stage for Resolved {
    type Money = Money;
    type Amount = Amount;
    type Reference = Reference;
}

impl Stage for Written {
    type Money = Placed<WrittenAmount>;
    type Amount = Placed<WrittenAmount>;
    type Reference = Placed<WrittenReference>;
}
