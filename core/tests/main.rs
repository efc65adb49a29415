//! The ledger's rules, each tested on a book in memory: no database, no clock, no files. `support` has the book and the words of
//! scenarios; the other modules hold one subject each. `mutants.md` says how well they test.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "in a test a panic is the report")]

// The words of scenarios are read by files of the program's tests, which call the library by its name.
extern crate teller_ledger_core as teller;

mod support;

mod accounts;
mod amounts;
mod annotations;
mod anything;
mod asking;
mod batches;
mod clocks;
mod conditions;
mod exchanges;
mod expiries;
mod hashes;
mod holds;
mod journal_replays;
mod journals;
mod limits;
mod periods;
mod precedence;
mod references;
mod rejections;
mod replays;
mod resolving;
mod reversals;
mod schedules;
mod states;
mod texts;
mod times;
mod transfers;
mod velocity;
