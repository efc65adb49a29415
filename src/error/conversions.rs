//! What becomes an error by itself where a fault is handed on.

use crate::error::{Error, InputError};
use crate::facts::TextError;
use crate::rejection::{Rejection, ScheduleRejection};
use crate::requests::{AmountFault, Placed};
use crate::store::StoreError;

impl From<TextError> for Error {
    fn from(error: TextError) -> Self {
        Self::Input(error.into())
    }
}

impl From<AmountFault> for InputError {
    fn from(fault: AmountFault) -> Self {
        let Placed { value, place } = *fault;
        Self::from(value).in_place(place)
    }
}

impl From<AmountFault> for Error {
    fn from(fault: AmountFault) -> Self {
        Self::Input(fault.into())
    }
}

impl From<Rejection> for Error {
    fn from(rejection: Rejection) -> Self {
        Self::Rejected(Box::new(rejection))
    }
}

impl From<ScheduleRejection> for Error {
    fn from(rejection: ScheduleRejection) -> Self {
        Rejection::from(rejection).into()
    }
}

impl From<StoreError> for Error {
    fn from(fault: StoreError) -> Self {
        Self::Store(fault)
    }
}

/// Diesel hands the faults of begin, commit and rollback over as they are.
impl From<diesel::result::Error> for Error {
    fn from(fault: diesel::result::Error) -> Self {
        Self::Store(fault.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::{AccountName, Instant, Period};
    use crate::money::{CurrencyCode, Rate, WrittenAmount};

    #[test]
    fn what_is_handed_on_keeps_its_code() {
        let text = "".parse::<AccountName>().unwrap_err();
        let amount = WrittenAmount::parse("x").unwrap_err();
        let currency = "eu".parse::<CurrencyCode>().unwrap_err();
        let rate = "0".parse::<Rate>().unwrap_err();
        let instant = "x".parse::<Instant>().unwrap_err();
        let period = "x".parse::<Period>().unwrap_err();
        for (code, handed_on) in [
            (text.code(), InputError::from(text)),
            (amount.code(), InputError::from(amount)),
            (currency.code(), InputError::from(currency)),
            (rate.code(), InputError::from(rate)),
            (instant.code(), InputError::from(instant)),
            (period.code(), InputError::from(period)),
        ] {
            assert_eq!(handed_on.code(), code);
        }
    }
}
