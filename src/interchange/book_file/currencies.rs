//! The lines of currencies. The fields and their order are a promise.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use crate::interchange::book_file::fields::parsed;
use crate::ledger::NamedCurrency;
use crate::money::Currency;

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CurrencyShape<'a> {
    code: String,
    exponent: u8,
    #[serde(borrow)]
    name: Cow<'a, str>,
}

pub(super) fn currency_shape(named: &NamedCurrency) -> CurrencyShape<'_> {
    CurrencyShape {
        code: named.currency.code().to_string(),
        exponent: named.currency.exponent(),
        name: Cow::Borrowed(named.name.as_str()),
    }
}

pub(super) fn currency(shape: &CurrencyShape<'_>) -> Result<NamedCurrency, String> {
    let currency = Currency::new(parsed("code", &shape.code)?, shape.exponent).map_err(|error| error.to_string())?;
    Ok(NamedCurrency { currency, name: parsed("name", &shape.name)? })
}
