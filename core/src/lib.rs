//! Everything that decides in the Teller ledger, and nothing else: no I/O, no database, no clock.
//!
//! | module | what belongs in it |
//! |---|---|
//! | [`money`] | amounts, currencies, and the edge between decimals and minor units |
//! | [`facts`] | what is in a book: accounts, transfers, holds, events, periods, schedules |
//! | [`requests`] | what can be asked for, one file an operation |
//! | [`rejection`] | how a request is refused: stable codes, in their order, with fields |
//! | [`proof`] | what is hashed, and seals |
//! | [`judging`] | what is decided about requests |
//!
//! Each names only those above it. Programs use all of it through the package `teller-ledger`, which adds the database.

#[macro_use]
mod words;

pub mod facts;
pub mod judging;
pub mod maps;
pub mod money;
pub mod proof;
pub mod rejection;
pub mod requests;
