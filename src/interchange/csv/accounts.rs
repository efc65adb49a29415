use std::io::Read;

use crate::error::Error;
use crate::facts::AccountType;
use crate::interchange::csv::columns::{Columns, Known, Lines, fault};
use crate::interchange::csv::dialect::Delimiter;
use crate::ledger::{AccountLine, Malformed, MinBalance};

const KNOWN: Known = Known {
    required: &["name", "currency"],
    names: &["name", "type", "currency", "min_balance", "max_balance", "description"],
};

/// Reads a file of accounts, line by line: columns `name`, `type` (by the first part of the name where it is empty, or else liability), `currency`,
/// `min_balance` (the type's usual one where it is empty, none where it says `none`), `max_balance`, `description`, and
/// `metadata.NAME` for any name. The delimiter is found out by the header; else as [`read_transfers`](crate::interchange::read_transfers).
///
/// # Errors
/// [`InputError::Header`](crate::InputError::Header) when the columns are not these, [`Error::File`] when it cannot be read.
pub fn read_accounts<R: Read>(reader: R) -> Result<Lines<R, AccountLine>, Error> {
    read_accounts_by(reader, None)
}

/// As [`read_accounts`], with a delimiter.
///
/// # Errors
/// As [`read_accounts`].
pub fn read_accounts_by<R: Read>(reader: R, delimiter: Option<Delimiter>) -> Result<Lines<R, AccountLine>, Error> {
    Lines::new(reader, &KNOWN, delimiter, parse)
}

fn parse(columns: &Columns<'_>) -> Result<AccountLine, Malformed> {
    let name = columns.require_parsed("name")?;
    let account_type = match columns.get("type") {
        Some(word) => word.parse().map_err(|message| fault("type", "type_invalid", message))?,
        None => AccountType::default_for(&name),
    };
    let min_balance = match columns.get("min_balance") {
        None => MinBalance::Default,
        Some("none") => MinBalance::None,
        Some(text) => MinBalance::At(text.to_owned()),
    };
    Ok(AccountLine {
        name,
        account_type,
        currency: columns.require_parsed("currency")?,
        min_balance,
        max_balance: columns.get("max_balance").filter(|text| *text != "none").map(str::to_owned),
        description: columns.description()?,
        metadata: columns.metadata()?,
    })
}
