//! Proving a book: verifying it from the first row to the last, and sealing its history.

pub(super) mod seal;
pub(super) mod verify;
