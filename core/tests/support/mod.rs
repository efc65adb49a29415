//! What the tests stand on: a book in memory, and scenarios written as text. No rule is tested here.
//!
//! The words of a scenario are read by the same files as those of the program's own tests, so that both mean the same. Only what a book is
//! differs: here it keeps everything in memory and gives a batch all that it knows.

mod book;
mod known;
#[path = "../../../tests/support/options.rs"]
mod options;
mod outcome;
mod proof;
#[path = "../../../tests/support/request.rs"]
mod request;
mod scenario;
#[path = "../../../tests/support/script.rs"]
mod script;
mod values;

pub use book::Book;
pub use scenario::{check, check_on, refusal, requests};
pub use values::{amount, at, currency, metadata, money, name, transfer};
