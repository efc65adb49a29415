//! Readers of the feed that are known by name: how far each has come, and who reads as it now.
//!
//! What belongs here: consumers as they are kept, and their leases. What does not: reading events, which the feed and the program do.

pub(super) mod held;
pub(super) mod kept;
