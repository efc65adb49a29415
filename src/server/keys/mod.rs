//! Who asks, and what they may: keys, their scopes, and the ring of those that are valid now.

pub(super) mod kept;
pub(super) mod ring;
pub(super) mod scope;
pub(super) mod secret;
pub(super) mod sessions;
