//! Proving a book: walking it from its first row to its last, and sealing how far it has come.

pub(super) mod seal;
pub(super) mod verify;
