//! A condition: what is compared, how, and with what.

use std::fmt;
use std::str::FromStr;

use bigdecimal::BigDecimal;

use crate::error::InputError;
use crate::ledger::Standing;
use crate::money::{Currency, WrittenAmount};
use crate::requests::Comparison;

/// What of some accounts is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Measure {
    Posted,
    Held,
    Available,
}

impl Measure {
    const ALL: [Self; 3] = [Self::Posted, Self::Held, Self::Available];

    const fn as_str(self) -> &'static str {
        match self {
            Self::Posted => "posted",
            Self::Held => "held",
            Self::Available => "available",
        }
    }
}

/// A condition as it was written, `available < 100.00`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct WrittenCondition {
    measure: Measure,
    comparison: Comparison,
    amount: WrittenAmount,
}

/// A condition in minor units of a currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Condition {
    measure: Measure,
    comparison: Comparison,
    amount: i128,
    currency: Currency,
}

impl FromStr for WrittenCondition {
    type Err = InputError;

    fn from_str(text: &str) -> Result<Self, InputError> {
        let problem = || {
            let shown: String = text.chars().take(60).collect();
            InputError::request(format!(
                "{shown:?} is no condition; write what is compared, posted, held or available, and with what, as in \"available < \
                 100.00\", or \"hold expires in 24h\", or \"due refused\""
            ))
        };
        let is_sign = |letter: char| matches!(letter, '<' | '>' | '=');
        let begin = text.find(is_sign).ok_or_else(problem)?;
        let (word, rest) = text.split_at(begin);
        let amount = rest.trim_start_matches(is_sign);
        let comparison = Comparison::from_word(&rest[..rest.len() - amount.len()]).ok_or_else(problem)?;
        let measure = Measure::ALL.into_iter().find(|measure| measure.as_str() == word.trim()).ok_or_else(problem)?;
        Ok(Self { measure, comparison, amount: WrittenAmount::parse_signed(amount.trim())? })
    }
}

impl WrittenCondition {
    /// In a currency.
    pub(super) fn in_currency(&self, currency: Currency) -> Result<Condition, InputError> {
        let amount = self.amount.amount(currency)?.minor().into();
        Ok(Condition { measure: self.measure, comparison: self.comparison, amount, currency })
    }
}

impl Condition {
    /// What is compared.
    const fn measured(&self, standing: &Standing) -> i128 {
        match self.measure {
            Measure::Posted => standing.posted,
            Measure::Held => standing.held,
            Measure::Available => standing.available(),
        }
    }

    /// Whether it is true.
    pub(super) const fn is_true(&self, standing: &Standing) -> bool {
        let actual = self.measured(standing);
        match self.comparison {
            Comparison::Equal => actual == self.amount,
            Comparison::AtLeast => actual >= self.amount,
            Comparison::AtMost => actual <= self.amount,
            Comparison::Above => actual > self.amount,
            Comparison::Below => actual < self.amount,
        }
    }

    /// What is compared, as a decimal number of the currency.
    pub(super) fn value(&self, standing: &Standing) -> String {
        number(self.measured(standing), self.currency)
    }
}

impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let amount = number(self.amount, self.currency);
        write!(f, "{} {} {amount}", self.measure.as_str(), self.comparison.as_str())
    }
}

fn number(units: i128, currency: Currency) -> String {
    BigDecimal::new(units.into(), currency.exponent().into()).to_plain_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn euro() -> Currency {
        Currency::new("EUR".parse().unwrap(), 2).unwrap()
    }

    #[test]
    fn a_condition_is_shown_as_it_is_read() {
        for (text, shown) in [
            ("available < 100.00", "available < 100.00"),
            ("posted>=-5", "posted >= -5.00"),
            (" held  =  0 ", "held = 0.00"),
            ("available <= 1", "available <= 1.00"),
            ("posted > 0.5", "posted > 0.50"),
        ] {
            let condition = text.parse::<WrittenCondition>().unwrap().in_currency(euro()).unwrap();
            assert_eq!(condition.to_string(), shown);
            assert_eq!(shown.parse::<WrittenCondition>().unwrap().in_currency(euro()), Ok(condition));
        }
    }

    #[test]
    fn what_is_no_condition_is_refused() {
        for text in
            ["", "available", "available 100", "balance < 1", "available <> 1", "available < ", "< 1", "available < x"]
        {
            assert!(text.parse::<WrittenCondition>().is_err(), "{text}");
        }
        assert!("available < 1.005".parse::<WrittenCondition>().unwrap().in_currency(euro()).is_err());
    }

    #[test]
    fn each_comparison_is_true_on_its_side_of_the_amount() {
        let is_true = |text: &str, posted: i128| {
            let condition = text.parse::<WrittenCondition>().unwrap().in_currency(euro()).unwrap();
            condition.is_true(&Standing { posted, held: 30 })
        };
        for (comparison, below, equal, above) in [
            ("<", true, false, false),
            ("<=", true, true, false),
            ("=", false, true, false),
            (">=", false, true, true),
            (">", false, false, true),
        ] {
            let found = [99, 100, 101].map(|posted| is_true(&format!("posted {comparison} 1.00"), posted));
            assert_eq!(found, [below, equal, above], "{comparison}");
        }
        assert!(is_true("available = 0.70", 100) && is_true("held = 0.30", 100));
    }
}
