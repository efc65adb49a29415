//! Amounts of money: pure, exact, and never a float.
//!
//! What belongs here: the [`Amount`] that is stored, the [`Currency`] that says what it means, and the one place where text and
//! decimals become amounts. What does not: rules about accounts, and anything that knows a database.

mod amount;
mod currency;
mod decimal;

pub use amount::{Amount, Money};
pub use currency::{Currency, CurrencyCode, CurrencyError};
pub use decimal::AmountError;
