//! Amounts, versions and conditions, as people and programs write them. What an amount is in minor units depends on a currency that only the
//! book knows, so it stays as it is written here.

use crate::error::InputError;
use crate::facts::AccountName;
use crate::money::WrittenAmount;
use crate::requests::{Comparison, Condition, Expected, Place, Placed, Quantity};

/// Reads an amount.
///
/// # Errors
/// [`InputError::Amount`] if the text is not a number or has a sign.
pub fn read_amount(text: &str) -> Result<WrittenAmount, InputError> {
    Ok(WrittenAmount::parse(text)?)
}

/// Reads an amount, or `all`, that stands at a place.
///
/// # Errors
/// As [`read_amount`].
pub fn read_quantity(text: &str, place: Place) -> Result<Quantity<Placed<WrittenAmount>>, InputError> {
    if text == "all" { Ok(Quantity::All) } else { Ok(Quantity::Exactly(place.of(read_amount(text)?))) }
}

/// Reads the most that a quantity may come to, that stands at a place.
///
/// # Errors
/// As [`read_amount`].
pub fn read_up_to(text: &str, place: Place) -> Result<Quantity<Placed<WrittenAmount>>, InputError> {
    Ok(Quantity::UpTo(place.of(read_amount(text)?)))
}

/// Reads a condition on an account's balance, `>= 100.00`, with the account in front of it unless it is `usual`.
///
/// # Errors
/// [`InputError`] for anything else.
pub fn read_balance(
    text: &str,
    usual: &AccountName,
    place: Place,
) -> Result<Condition<Placed<WrittenAmount>>, InputError> {
    let problem =
        || InputError::request(format!("{text:?} is no condition; write it like '>= 100.00' or 'ACCOUNT >= 100.00'"));
    let end = text.rfind(['=', '<', '>']).ok_or_else(problem)? + 1;
    let begin = text[..end].trim_end_matches(['=', '<', '>']).len();
    let comparison = Comparison::from_word(&text[begin..end]).ok_or_else(problem)?;
    let account = match text[..begin].trim() {
        "" => usual.clone(),
        name => name.parse()?,
    };
    let amount = WrittenAmount::parse_signed(text[end..].trim())?;
    Ok(Condition { account, expected: Expected::Balance(comparison, place.of(amount)) })
}

/// Reads a condition on an account's version, `7`, with `ACCOUNT=` in front of it unless it is the usual account.
///
/// # Errors
/// [`InputError`] for anything else.
pub fn read_version(text: &str, usual: &AccountName) -> Result<Condition<Placed<WrittenAmount>>, InputError> {
    let (account, number) = match text.rsplit_once('=') {
        Some((name, number)) => (name.trim_end().parse()?, number.trim_start()),
        None => (usual.clone(), text),
    };
    let is_number = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    let version =
        number.parse().ok().filter(|_| is_number).ok_or_else(|| InputError::Version { text: number.to_owned() })?;
    Ok(Condition { account, expected: Expected::Version(version) })
}
