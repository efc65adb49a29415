//! Written amounts in their currencies, each with its place where it does not fit.

use crate::error::InputError;
use crate::money::{Amount, AmountError, Currency, Money, WrittenAmount};
use crate::requests::{LimitChange, NewLimit, Placed, Quantity};

/// An amount in its currency. `None` is the currency of an account or transfer that does not exist.
///
/// # Errors
/// [`InputError::Amount`] with its place.
pub(in crate::ledger) fn money(
    written: &Placed<WrittenAmount>,
    currency: Option<Currency>,
) -> Result<Money, InputError> {
    let Placed { value, place } = written;
    let money = currency.map_or_else(|| value.money_of_nothing(), |currency| value.money(currency));
    money.map_err(|fault: AmountError| InputError::from(fault).in_place(*place))
}

/// As [`money`], of how much is asked for.
pub(in crate::ledger) fn quantity(
    written: &Quantity<Placed<WrittenAmount>>,
    currency: Option<Currency>,
) -> Result<Quantity, InputError> {
    Ok(match written {
        Quantity::Exactly(amount) => Quantity::Exactly(money(amount, currency)?),
        Quantity::UpTo(amount) => Quantity::UpTo(money(amount, currency)?),
        Quantity::All => Quantity::All,
    })
}

/// As [`money`], of limits.
pub(in crate::ledger) fn limit_change(
    written: &LimitChange<Placed<WrittenAmount>>,
    currency: Option<Currency>,
) -> Result<LimitChange, InputError> {
    let limit = |limit: &NewLimit<Placed<WrittenAmount>>| {
        Ok::<NewLimit<Amount>, InputError>(match limit {
            NewLimit::Keep => NewLimit::Keep,
            NewLimit::Remove => NewLimit::Remove,
            NewLimit::Set(amount) => NewLimit::Set(money(amount, currency)?.amount),
        })
    };
    Ok(LimitChange {
        min_balance: limit(&written.min_balance)?,
        max_balance: limit(&written.max_balance)?,
        per_transfer: limit(&written.per_transfer)?,
        per_day: limit(&written.per_day)?,
        per_month: limit(&written.per_month)?,
    })
}
