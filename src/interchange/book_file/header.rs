//! The line of the header. The fields and their order are a promise.

use serde::{Deserialize, Serialize};

use crate::facts::Sequence;
use crate::interchange::book_file::fields::{is_zero, uuid};
use crate::ledger::BookHeader;

/// The format's name, which the first line has.
const FORMAT: &str = "teller.book.1";

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct HeaderShape {
    format: String,
    book: String,
    accounts: u64,
    transfers: u64,
    events: u64,
    #[serde(default, skip_serializing_if = "is_zero")]
    book_events: u64,
    sequence: i64,
    #[serde(default, skip_serializing_if = "is_zero")]
    schedules: u64,
    #[serde(default, skip_serializing_if = "is_zero")]
    dues: u64,
}

pub(super) fn header_shape(header: &BookHeader) -> HeaderShape {
    HeaderShape {
        format: FORMAT.to_owned(),
        book: header.book_id.to_string(),
        accounts: header.accounts,
        transfers: header.transfers,
        events: header.events,
        book_events: header.book_events,
        sequence: header.sequence.0,
        schedules: header.schedules,
        dues: header.dues,
    }
}

pub(super) fn header(shape: &HeaderShape) -> Result<BookHeader, String> {
    if shape.format != FORMAT {
        return Err(format!("the format is {:?}, this version of Teller reads {FORMAT:?}", shape.format));
    }
    Ok(BookHeader {
        book_id: uuid("book", &shape.book)?,
        accounts: shape.accounts,
        transfers: shape.transfers,
        events: shape.events,
        book_events: shape.book_events,
        sequence: Sequence(shape.sequence),
        schedules: shape.schedules,
        dues: shape.dues,
    })
}
