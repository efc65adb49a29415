//! A line as it stands in the file: an object with one field, which says what the line is.

use std::io;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::facts::Hash;
use crate::interchange::book_file::accounts::{AccountShape, account, account_shape};
use crate::interchange::book_file::book_events::{BookEventShape, book_event, book_event_shape};
use crate::interchange::book_file::currencies::{CurrencyShape, currency, currency_shape};
use crate::interchange::book_file::events::{EventShape, event, event_shape};
use crate::interchange::book_file::fields::Currencies;
use crate::interchange::book_file::header::{HeaderShape, header, header_shape};
use crate::interchange::book_file::schedules::{DueShape, ScheduleShape, due, due_shape, schedule, schedule_shape};
use crate::interchange::book_file::trailer::{TrailerShape, trailer, trailer_shape};
use crate::interchange::book_file::transfers::{TransferShape, transfer, transfer_shape};
use crate::ledger::BookPart;

#[derive(Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
enum LineShape<'a> {
    Header(HeaderShape),
    #[serde(borrow)]
    Currency(CurrencyShape<'a>),
    Account(AccountShape<'a>),
    Transfer(TransferShape<'a>),
    Event(EventShape<'a>),
    BookEvent(BookEventShape<'a>),
    Schedule(ScheduleShape<'a>),
    Due(DueShape<'a>),
    Trailer(TrailerShape),
}

impl<'a> LineShape<'a> {
    /// The line for a record. `before` is the hash of all lines before it, for the trailer.
    fn new(record: &'a BookPart, before: impl FnOnce() -> Hash) -> Self {
        match record {
            BookPart::Header(header) => Self::Header(header_shape(header)),
            BookPart::Currency(named) => Self::Currency(currency_shape(named)),
            BookPart::Account(account) => Self::Account(account_shape(account)),
            BookPart::Transfer(transfer, currency) => Self::Transfer(transfer_shape(transfer, *currency)),
            BookPart::Event(event, currency) => Self::Event(event_shape(event, *currency)),
            BookPart::BookEvent(event) => Self::BookEvent(book_event_shape(event)),
            BookPart::Schedule(schedule, currency) => Self::Schedule(schedule_shape(schedule, *currency)),
            BookPart::Due(due) => Self::Due(due_shape(due)),
            BookPart::Trailer(trailer) => Self::Trailer(trailer_shape(trailer, before())),
        }
    }

    /// The record of the line. A trailer says too what the lines before it come to.
    fn record(self, currencies: &Currencies) -> Result<(BookPart, Option<Hash>), String> {
        let record = match self {
            Self::Header(shape) => BookPart::Header(header(&shape)?),
            Self::Currency(shape) => BookPart::Currency(currency(&shape)?),
            Self::Account(shape) => BookPart::Account(Box::new(account(shape, currencies)?)),
            Self::Transfer(shape) => transfer(shape, currencies)?,
            Self::Event(shape) => event(shape, currencies)?,
            Self::BookEvent(shape) => BookPart::BookEvent(Box::new(book_event(&shape)?)),
            Self::Schedule(shape) => schedule(shape, currencies)?,
            Self::Due(shape) => due(shape)?,
            Self::Trailer(shape) => {
                let (trailer, before) = trailer(&shape)?;
                return Ok((BookPart::Trailer(trailer), Some(before)));
            }
        };
        Ok((record, None))
    }
}

/// Reads a line, with its end. A trailer says too what the lines before it come to.
pub(super) fn read_line(line: &[u8], currencies: &Currencies) -> Result<(BookPart, Option<Hash>), String> {
    let shape = serde_json::from_slice::<LineShape<'_>>(line);
    shape.map_err(|error| format!("it is not a line of a book: {error}"))?.record(currencies)
}

/// Adds a record as a line, with its end.
pub(super) fn append_line(line: &mut Vec<u8>, record: &BookPart, before: &Sha256) -> io::Result<()> {
    serde_json::to_writer(&mut *line, &LineShape::new(record, || digest(before))).map_err(io::Error::from)?;
    line.push(b'\n');
    Ok(())
}

pub(super) fn digest(hasher: &Sha256) -> Hash {
    Hash(hasher.clone().finalize().into())
}
