//! The columns of a CSV file of accounts, and reading its lines.

use std::borrow::Cow;
use std::io::Read;

use crate::error::Error;
use crate::facts::AccountType;
use crate::interchange::csv::columns::{CsvColumns, Known, Lines, fault};
use crate::interchange::csv::dialect::Dialect;
use crate::ledger::{AccountLine, Malformed, MinBalance};

const NAMES: &[&str] = &["name", "type", "currency", "min_balance", "max_balance", "description"];

/// Reads a file of accounts, line by line: columns `name`, `type` (by the first part of the name where it is empty, or else liability), `currency`,
/// `min_balance` (the type's usual one where it is empty, none where it says `none`), `max_balance`, `description`, and
/// `metadata.NAME` for any name. The delimiter is found out by the header; else as [`read_transfers`](crate::interchange::read_transfers).
///
/// # Errors
/// [`InputError::Header`](crate::InputError::Header) when the columns are not these, [`Error::File`] when it cannot be read.
pub fn read_accounts<R: Read>(reader: R) -> Result<Lines<R, AccountLine>, Error> {
    read_accounts_as(reader, &Dialect::default())
}

/// Does the same as [`read_accounts`] for a file that is written in another way.
///
/// # Errors
/// Those of [`read_accounts`]; [`InputError::Encoding`](crate::InputError::Encoding) if the file is in another encoding.
pub fn read_accounts_as<R: Read>(reader: R, dialect: &Dialect) -> Result<Lines<R, AccountLine>, Error> {
    let parse = |columns: &CsvColumns<'_>| parse(columns).map(Some);
    Lines::new(reader, Known::own(&["name", "currency"], NAMES), dialect, Box::new(parse))
}

fn parse(columns: &CsvColumns<'_>) -> Result<AccountLine, Malformed> {
    let name = columns.require_parsed("name")?;
    let account_type = match columns.get("type") {
        Some(word) => word.parse().map_err(|message| fault("type", "type_invalid", message))?,
        None => AccountType::default_for(&name),
    };
    let min_balance = match columns.get("min_balance") {
        None => MinBalance::Default,
        Some("none") => MinBalance::None,
        Some(_) => MinBalance::At(limit(columns, "min_balance")?.unwrap_or_default()),
    };
    let max_balance = match columns.get("max_balance") {
        Some("none") => None,
        _ => limit(columns, "max_balance")?,
    };
    Ok(AccountLine {
        name,
        account_type,
        currency: columns.require_parsed("currency")?,
        min_balance,
        max_balance,
        description: columns.description()?,
        metadata: columns.metadata()?,
    })
}

fn limit(columns: &CsvColumns<'_>, column: &str) -> Result<Option<String>, Malformed> {
    Ok(columns.amount(column)?.map(Cow::into_owned))
}
