//! Whole books as files: JSON lines that are written in one way only, so that the same book is the same file, byte for byte.
//!
//! One file a record, with how its line looks, to it and from it; `line` puts them together, `read` and `write` are on top.
//!
//! A line is an object with one field, which says what it is. Amounts are texts in the currency that stands beside them, times RFC 3339
//! in UTC with microseconds, hashes hexadecimal; fields that have no value are left out. The trailer's `sha256` covers all lines before
//! it with their ends, as `head -n -1 FILE | sha256sum` computes it.

mod accounts;
mod book_events;
mod currencies;
mod events;
mod fields;
mod header;
mod line;
mod read;
mod schedules;
mod trailer;
mod transfers;
mod write;

pub use crate::interchange::book_file::read::BookReader;
pub use crate::interchange::book_file::write::BookWriter;
