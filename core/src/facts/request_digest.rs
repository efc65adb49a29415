//! The part of a request that its rows do not show, as it is kept. What is hashed stands in [`proof`](crate::proof).

use uuid::Uuid;

/// Sixteen bytes that stand for the part of a request that its rows do not show: a UUID of version 8 made of a SHA-256.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RequestDigest(pub Uuid);
