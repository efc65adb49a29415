//! The columns of a CSV file of transfers, and reading its lines with their keys and accounts.

use std::io::Read;

use crate::error::Error;
use crate::facts::{AccountName, Key, TransferId};
use crate::interchange::csv::columns::{CsvColumns, Known, Lines, REJECT_ID, fault};
use crate::interchange::csv::dialect::Dialect;
use crate::ledger::{LineKey, Malformed, TransferLine};
use crate::requests::Parties;

const NAMES: &[&str] =
    &["key", "id", "from", "to", "debit", "credit", "amount", "currency", "effective_at", "description"];

/// Reads a file of transfers, line by line: columns `key` or `id`, `from` and `to` or `debit` and `credit`, `amount`,
/// `currency`, `effective_at`, `description`, and `metadata.NAME` for any name. The delimiter is found out by the header.
///
/// A line that cannot be understood is given with its fault. Where a line is not CSV at all, the file ends with
/// [`InputError::Csv`](crate::InputError::Csv), for all behind it could mean anything.
///
/// # Errors
/// [`InputError::Header`](crate::InputError::Header) when the columns are not these, [`Error::File`] when it cannot be read.
pub fn read_transfers<R: Read>(reader: R) -> Result<Lines<R, TransferLine>, Error> {
    read_transfers_as(reader, &Dialect::default())
}

/// Does the same as [`read_transfers`] for a file that is written in another way.
///
/// # Errors
/// Those of [`read_transfers`]; [`InputError::Encoding`](crate::InputError::Encoding) if the file is in another encoding.
pub fn read_transfers_as<R: Read>(reader: R, dialect: &Dialect) -> Result<Lines<R, TransferLine>, Error> {
    let parse = |columns: &CsvColumns<'_>| parse(columns).map(Some);
    Lines::new(reader, Known::own(&["amount"], NAMES), dialect, Box::new(parse))
}

fn parse(columns: &CsvColumns<'_>) -> Result<TransferLine, Malformed> {
    Ok(TransferLine {
        key: parse_key(columns)?,
        parties: parse_parties(columns)?,
        amount: require_amount(columns)?,
        currency: columns.parse("currency")?,
        effective_at: columns.moment("effective_at")?,
        description: columns.description()?,
        metadata: columns.metadata()?,
    })
}

fn require_amount(columns: &CsvColumns<'_>) -> Result<String, Malformed> {
    columns.require("amount")?;
    Ok(columns.amount("amount")?.unwrap_or_default().into_owned())
}

/// The line's own id or key says which transfer it is, else the id that it was refused under, else what it means.
fn parse_key(columns: &CsvColumns<'_>) -> Result<LineKey, Malformed> {
    let read_id = |column| {
        let id = columns.get(column).map(|id| id.parse().map_err(|message| fault(column, "id_invalid", message)));
        id.transpose()
    };
    let id: Option<TransferId> = read_id("id")?;
    let key = columns.get("key").map(|key| key.parse::<Key>().map_err(|error| Malformed::new("key", error)));
    Ok(match (id, key.transpose()?, read_id(REJECT_ID)?) {
        (Some(id), Some(key), _) if key.id() != id => {
            let problem = format!("there is an id, and the key {key} gives another one; give one of them");
            return Err(fault("key", "id_invalid", problem));
        }
        (_, Some(key), _) => LineKey::Id(key.into()),
        (Some(id), None, _) => LineKey::Id(id.into()),
        (None, None, Some(id)) => LineKey::Refused(id),
        (None, None, None) => LineKey::Occurrence,
    })
}

fn parse_parties(columns: &CsvColumns<'_>) -> Result<Parties, Malformed> {
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
