use std::io::Read;

use super::columns::{Columns, Lines, fault};
use crate::error::Error;
use crate::rules::{AccountName, Key, Parties, TransferId};
use crate::service::{LineKey, Malformed, TransferLine};

const REQUIRED: &[&str] = &["amount"];
const KNOWN: &[&str] =
    &["key", "id", "from", "to", "debit", "credit", "amount", "currency", "effective_at", "description"];

/// Reads a file of transfers, line by line: columns `key` or `id`, `from` and `to` or `debit` and `credit`, `amount`,
/// `currency`, `effective_at`, `description`, and `metadata.NAME` for any name.
///
/// # Errors
/// [`InputError::Header`](crate::InputError::Header) when the columns are not these, [`Error::File`] when it cannot be read.
pub fn read_transfers<R: Read>(reader: R) -> Result<Lines<R, TransferLine>, Error> {
    Lines::new(reader, REQUIRED, KNOWN, parse)
}

fn parse(columns: &Columns<'_>) -> Result<TransferLine, Malformed> {
    Ok(TransferLine {
        key: parse_key(columns)?,
        parties: parse_parties(columns)?,
        amount: columns.require("amount")?.to_owned(),
        currency: columns.parse("currency")?,
        effective_at: columns.effective_at()?,
        description: columns.description()?,
        metadata: columns.metadata()?,
    })
}

/// An id in the file wins over a key that gives another one: a rejects file has both, and the id is what the line was refused under.
fn parse_key(columns: &Columns<'_>) -> Result<LineKey, Malformed> {
    let id = columns.get("id").map(|id| id.parse::<TransferId>().map_err(|message| fault("id", "id_invalid", message)));
    let key = columns.get("key").map(|key| key.parse::<Key>().map_err(|error| Malformed::new("key", error)));
    Ok(match (id.transpose()?, key.transpose()?) {
        (Some(id), Some(key)) if key.id() != id => LineKey::Id(id.into()),
        (_, Some(key)) => LineKey::Id(key.into()),
        (Some(id), None) => LineKey::Id(id.into()),
        (None, None) => LineKey::Occurrence,
    })
}

fn parse_parties(columns: &Columns<'_>) -> Result<Parties, Malformed> {
    let is_transfer = columns.get("from").is_some() || columns.get("to").is_some();
    let is_post = columns.get("debit").is_some() || columns.get("credit").is_some();
    let name = |column| columns.require_parsed::<AccountName>(column);
    match (is_transfer, is_post) {
        (true, false) => Ok(Parties::Transfer { from: name("from")?, to: name("to")? }),
        (false, true) => Ok(Parties::Post { debit: name("debit")?, credit: name("credit")? }),
        (true, true) => {
            Err(fault("from", "accounts_ambiguous", "give from and to, or debit and credit, not both".into()))
        }
        (false, false) => Err(fault("from", "column_missing", "give from and to, or debit and credit".into())),
    }
}
