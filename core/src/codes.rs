//! The stable codes of texts and values that cannot be taken.

use crate::facts::{InstantError, PeriodError, RecurrenceError, TextError};
use crate::money::{AmountError, CurrencyError, ExchangeError, SplitError};
use crate::proof::SealError;

macro_rules! codes {
    ($($error:ty => $code:literal;)+) => {
        $(impl $error {
            /// The stable code, as in JSON and in docs/errors.md.
            #[must_use]
            pub const fn code(&self) -> &'static str {
                $code
            }

            /// Whether the same can succeed without anyone changing it: never.
            #[must_use]
            pub const fn is_retryable(&self) -> bool {
                false
            }
        })+
    };
}

codes! {
    AmountError => "amount_invalid";
    CurrencyError => "currency_invalid";
    ExchangeError => "exchange_invalid";
    InstantError => "time_invalid";
    PeriodError => "period_invalid";
    RecurrenceError => "recurrence_invalid";
    SealError => "seal_invalid";
    SplitError => "split_invalid";
    TextError => "text_invalid";
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::{AccountName, Instant, Period};
    use crate::money::{CurrencyCode, Rate};

    #[test]
    fn what_cannot_be_read_has_a_stable_code() {
        let text = "".parse::<AccountName>().unwrap_err();
        let currency = "eu".parse::<CurrencyCode>().unwrap_err();
        let exchange = "0".parse::<Rate>().unwrap_err();
        let instant = "yesterday".parse::<Instant>().unwrap_err();
        let period = "2026-13".parse::<Period>().unwrap_err();
        let codes = [text.code(), currency.code(), exchange.code(), instant.code(), period.code()];
        assert_eq!(codes, ["text_invalid", "currency_invalid", "exchange_invalid", "time_invalid", "period_invalid"]);
        assert!(!text.is_retryable() && !currency.is_retryable() && !exchange.is_retryable());
        assert!(!instant.is_retryable() && !period.is_retryable());
    }
}
