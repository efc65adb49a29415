//! Amounts of money: pure, exact, and never a float.
//!
//! What belongs here: the [`Amount`] that is stored, the [`Currency`] that says what it means, and the one place where text and
//! decimals become amounts. What does not: rules about accounts.

mod amount;
mod currency;
mod decimal;
mod exchange;
mod iso_4217;
mod split;
mod with_currency;
mod written;

pub use amount::Amount;
pub use currency::{Currency, CurrencyCode, CurrencyError};
pub use decimal::{AmountError, shortest};
pub use exchange::{ExchangeError, Rate, Rounding, exchange};
pub use iso_4217::ISO_4217;
pub use split::{Share, SplitError, split};
pub use with_currency::Money;
pub use written::WrittenAmount;
