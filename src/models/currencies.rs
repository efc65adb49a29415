//! Rows of registered currencies, and checking a stored code and exponent.

use diesel::prelude::*;

use crate::models::CorruptRow;
use crate::money::Currency;
use crate::schema::currencies;

#[derive(Clone, Debug, Insertable, Queryable, Selectable)]
#[diesel(table_name = currencies)]
pub(crate) struct CurrencyRow {
    pub code: String,
    pub exponent: i16,
    pub name: String,
}

impl CurrencyRow {
    pub(crate) fn to_currency(&self) -> Result<Currency, CorruptRow> {
        currency(&self.code, self.exponent, || ("currencies", self.code.clone()))
    }
}

/// A stored code and exponent as a currency; `row` names where they stand.
pub(crate) fn currency(
    code: &str,
    exponent: i16,
    row: impl Fn() -> (&'static str, String),
) -> Result<Currency, CorruptRow> {
    let corrupt = |column, value: String| {
        let (table, key) = row();
        CorruptRow::new(table, key, column, value)
    };
    let code = code.parse().map_err(|_| corrupt("currency code", code.to_owned()))?;
    u8::try_from(exponent)
        .ok()
        .and_then(|exponent| Currency::new(code, exponent).ok())
        .ok_or_else(|| corrupt("exponent", exponent.to_string()))
}
