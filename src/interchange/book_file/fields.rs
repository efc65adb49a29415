//! Values of fields, as all records write them and read them. What is wrong is told with the field's name.

use std::collections::{BTreeMap, HashMap};
use std::str::FromStr;

use uuid::Uuid;

use crate::facts::{Hash, Limits, Metadata};
use crate::money::{Amount, Currency, Money};
use crate::wire::hex::from_hex;

/// The currencies of the lines so far, by their codes.
pub(super) type Currencies = HashMap<String, Currency>;

pub(super) fn known(code: &str, currencies: &Currencies) -> Result<Currency, String> {
    currencies.get(code).copied().ok_or_else(|| format!("currency is {code:?}, which no line before it has"))
}

pub(super) fn optional<T>(
    text: Option<&str>,
    read: impl FnOnce(&str) -> Result<T, String>,
) -> Result<Option<T>, String> {
    text.map(read).transpose()
}

pub(super) fn parsed<T: FromStr<Err: ToString>>(field: &str, text: &str) -> Result<T, String> {
    text.parse().map_err(|error: T::Err| format!("{field}: {}", error.to_string()))
}

pub(super) fn amount(field: &str, text: &str, currency: Currency) -> Result<Amount, String> {
    Money::parse_signed(text, currency).map(|money| money.amount).map_err(|error| format!("{field}: {error}"))
}

pub(super) fn uuid(field: &str, text: &str) -> Result<Uuid, String> {
    Uuid::try_parse(text).map_err(|_| format!("{field} is {text:?}, which is not a UUID"))
}

pub(super) fn hash(field: &str, text: &str) -> Result<Hash, String> {
    from_hex(text).map(Hash).ok_or_else(|| format!("{field} is {text:?}, which is not a hash"))
}

pub(super) fn word<T>(field: &str, word: &str, known: fn(&str) -> Option<T>) -> Result<T, String> {
    known(word).ok_or_else(|| format!("{field} is {word:?}, which Teller does not know"))
}

pub(super) fn limits(
    min_balance: Option<&str>,
    max_balance: Option<&str>,
    currency: Currency,
) -> Result<Limits, String> {
    Ok(Limits {
        min_balance: optional(min_balance, |text| amount("min_balance", text, currency))?,
        max_balance: optional(max_balance, |text| amount("max_balance", text, currency))?,
    })
}

pub(super) fn metadata(entries: BTreeMap<String, String>) -> Result<Metadata, String> {
    Metadata::new(entries).map_err(|error| error.to_string())
}

pub(super) fn number(amount: Amount, currency: Currency) -> String {
    Money::new(amount, currency).number()
}

pub(super) fn limit_numbers(limits: Limits, currency: Currency) -> [Option<String>; 2] {
    [limits.min_balance, limits.max_balance].map(|limit| limit.map(|amount| number(amount, currency)))
}

/// Files of books without any are the same as before there were such counts.
#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde hands fields over by reference")]
pub(super) const fn is_zero(count: &u64) -> bool {
    *count == 0
}
