use std::io::Read;

use super::columns::{Columns, Lines, fault};
use crate::error::Error;
use crate::rules::AccountType;
use crate::service::{AccountLine, Malformed, MinBalance};

const REQUIRED: &[&str] = &["name", "currency"];
const KNOWN: &[&str] = &["name", "type", "currency", "min_balance", "max_balance", "description"];

/// Reads a file of accounts, line by line: columns `name`, `type` (liability where it is empty), `currency`,
/// `min_balance` (the type's usual one where it is empty, none where it says `none`), `max_balance`, `description`, and
/// `metadata.NAME` for any name.
///
/// # Errors
/// [`InputError::Header`](crate::InputError::Header) when the columns are not these, [`Error::File`] when it cannot be read.
pub fn read_accounts<R: Read>(reader: R) -> Result<Lines<R, AccountLine>, Error> {
    Lines::new(reader, REQUIRED, KNOWN, parse)
}

fn parse(columns: &Columns<'_>) -> Result<AccountLine, Malformed> {
    let account_type = match columns.get("type") {
        Some(word) => word.parse().map_err(|message| fault("type", "type_invalid", message))?,
        None => AccountType::Liability,
    };
    let min_balance = match columns.get("min_balance") {
        None => MinBalance::Default,
        Some("none") => MinBalance::None,
        Some(text) => MinBalance::At(text.to_owned()),
    };
    Ok(AccountLine {
        name: columns.require_parsed("name")?,
        account_type,
        currency: columns.require_parsed("currency")?,
        min_balance,
        max_balance: columns.get("max_balance").filter(|text| *text != "none").map(str::to_owned),
        description: columns.description()?,
        metadata: columns.metadata()?,
    })
}
