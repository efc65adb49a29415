//! The line of the trailer. The fields and their order are a promise.

use serde::{Deserialize, Serialize};

use crate::facts::Hash;
use crate::interchange::book_file::fields::{hash, is_zero};
use crate::ledger::BookTrailer;

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TrailerShape {
    accounts: u64,
    transfers: u64,
    events: u64,
    #[serde(default, skip_serializing_if = "is_zero")]
    book_events: u64,
    root: String,
    sha256: String,
}

/// `before` is the hash of all lines before it.
pub(super) fn trailer_shape(trailer: &BookTrailer, before: Hash) -> TrailerShape {
    TrailerShape {
        accounts: trailer.accounts,
        transfers: trailer.transfers,
        events: trailer.events,
        book_events: trailer.book_events,
        root: trailer.root.to_string(),
        sha256: before.to_string(),
    }
}

/// The trailer, and what it says that the lines before it come to.
pub(super) fn trailer(shape: &TrailerShape) -> Result<(BookTrailer, Hash), String> {
    let trailer = BookTrailer {
        accounts: shape.accounts,
        transfers: shape.transfers,
        events: shape.events,
        book_events: shape.book_events,
        root: hash("root", &shape.root)?,
    };
    Ok((trailer, hash("sha256", &shape.sha256)?))
}
