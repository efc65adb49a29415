//! A statement of how far a book had come, which shows when its tail is cut off.

use thiserror::Error;
use uuid::Uuid;

use crate::facts::{AccountId, AccountName, Hash, Instant, Sequence};

/// What proves, kept elsewhere, that all history up to a place is still there, unchanged: a few numbers, and one hash over the heads
/// of all accounts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seal {
    /// The book.
    pub book_id: Uuid,
    /// When it was made, by the clock of who made it.
    pub sealed_at: Instant,
    /// The newest place in the book, of a transfer or an event.
    pub sequence: Sequence,
    /// The newest account's number.
    pub account_id: AccountId,
    /// How many transfers there were.
    pub transfers: i64,
    /// How many accounts there were.
    pub accounts: i64,
    /// The Merkle root over the accounts, in the order of their names' bytes; a leaf is [`Seal::leaf`]. The events of the book as a
    /// whole come last, as [`Seal::book_events_leaf`].
    pub root: Hash,
}

/// Why a seal cannot be held against a book.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum SealError {
    /// It was made of something else.
    #[error("the seal is of book {sealed_book}, this is book {book}; take the seal that was made of this one")]
    AnotherBook {
        /// The book that was sealed.
        sealed_book: Uuid,
        /// This one.
        book: Uuid,
    },
    /// It was made later than now.
    #[error("the seal was made at {sealed_at}, and it is {now}; check this machine's clock, and who made the seal")]
    Future {
        /// When it was made.
        sealed_at: Instant,
        /// What the clock says.
        now: Instant,
    },
}

input_code!(SealError = "seal_invalid");

impl Seal {
    /// Refuses a seal of another book, or one from the future.
    ///
    /// # Errors
    /// [`SealError`].
    pub fn check(&self, book: Uuid, now: Instant) -> Result<(), SealError> {
        if self.book_id != book {
            return Err(SealError::AnotherBook { sealed_book: self.book_id, book });
        }
        if self.sealed_at > now {
            return Err(SealError::Future { sealed_at: self.sealed_at, now });
        }
        Ok(())
    }

    /// What stands for an account in the tree: its name's length in bytes and its name, its version, and its head. Integers are 8
    /// bytes, big-endian.
    #[must_use]
    pub fn leaf(name: &AccountName, version: i64, head: Hash) -> Vec<u8> {
        let name = name.as_str().as_bytes();
        let length = (name.len() as u64).to_be_bytes();
        [length.as_slice(), name, &version.to_be_bytes(), &head.0].concat()
    }

    /// What stands for the events of the book as a whole in the tree, behind all accounts, where there are any: an empty name, which no
    /// account has, their number, and the head of their chain.
    #[must_use]
    pub fn book_events_leaf(events: i64, head: Hash) -> Vec<u8> {
        [[0; 8].as_slice(), &events.to_be_bytes(), &head.0].concat()
    }

    /// What a signature covers: the format's name and a newline, then all fields in order, integers and the time (microseconds since
    /// 1970) as 8 bytes, big-endian, the book's id and the root as they are.
    #[must_use]
    pub fn signed_bytes(&self) -> Vec<u8> {
        let numbers = [self.sealed_at.micros(), self.sequence.0, self.account_id.0, self.transfers, self.accounts];
        let numbers = numbers.map(i64::to_be_bytes).concat();
        [b"teller.seal.1\n".as_slice(), self.book_id.as_bytes(), &numbers, &self.root.0].concat()
    }
}
