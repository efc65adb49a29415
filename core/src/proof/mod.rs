//! Hashes that tie every row to the whole history before it, and what is made of them: digests of requests, trees and seals.
//!
//! What belongs here: what is hashed, byte by byte. What does not: walking a book to check it, which needs a database.

mod chain;
mod merkle;
mod preimage;
mod request_digest;
mod seal;

pub use chain::{hash_account, hash_book_event, hash_due, hash_event, hash_metadata, hash_schedule, hash_transfer};
pub use merkle::MerkleTree;
pub use seal::{Seal, SealError};
