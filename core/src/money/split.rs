//! Splitting an amount by percentages, to the last unit.

use std::fmt;
use std::str::FromStr;

use bigdecimal::{BigDecimal, RoundingMode, ToPrimitive};
use thiserror::Error;

use crate::money::amount::Amount;
use crate::money::decimal;

/// The most decimals of a percentage.
const DECIMALS_MAX: usize = 18;

/// What one party gets of an amount.
///
/// ```
/// use teller_ledger_core::money::Share;
///
/// assert_eq!("12.5%".parse::<Share>()?.to_string(), "12.5%");
/// assert_eq!("rest".parse::<Share>()?, Share::Rest);
/// # Ok::<(), teller_ledger_core::money::SplitError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Share {
    /// So many hundredths, more than zero.
    Percent(BigDecimal),
    /// What the others leave.
    Rest,
}

impl FromStr for Share {
    type Err = SplitError;

    fn from_str(text: &str) -> Result<Self, SplitError> {
        if text == "rest" {
            return Ok(Self::Rest);
        }
        let percent = text.strip_suffix('%').and_then(|number| decimal::parse_plain(number, DECIMALS_MAX));
        match percent {
            Some(percent) if percent > 0 => Ok(Self::Percent(percent)),
            _ => Err(SplitError::Share { text: text.chars().take(40).collect() }),
        }
    }
}

impl fmt::Display for Share {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Percent(percent) => write!(f, "{}%", percent.to_plain_string()),
            Self::Rest => f.write_str("rest"),
        }
    }
}

/// Why shares do not make a whole.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum SplitError {
    /// Neither a percentage nor the rest.
    #[error("{text:?} is not a share; write a percentage above zero, like 33.3%, or rest")]
    Share {
        /// What was given, shortened to 40 characters.
        text: String,
    },
    /// Several parties get the rest.
    #[error("{count} shares are the rest; only one can be")]
    RestTwice {
        /// How many.
        count: usize,
    },
    /// The percentages are more than a whole, or less without anyone who gets the rest.
    #[error("the shares come to {sum}%; they must come to 100%, or to less with one that gets the rest")]
    Sum {
        /// What they come to.
        sum: String,
    },
}

input_code!(SplitError = "split_invalid");

/// Splits an amount of zero or more into parts that add up to it, one for each share, in order.
///
/// Each percentage is rounded down to a whole unit. Where there is a `rest`, that share gets what is left. Where there is none, the
/// units that are left go, one each, to the shares that lost the most by the rounding; of those that lost alike, to the first.
///
/// # Errors
/// [`SplitError::RestTwice`], [`SplitError::Sum`].
pub fn split(total: Amount, shares: &[Share]) -> Result<Vec<Amount>, SplitError> {
    check_whole(shares)?;
    let total = BigDecimal::from(total.minor());
    let hundredth = BigDecimal::new(1.into(), 2);
    let exact = shares.iter().map(|share| match share {
        Share::Percent(percent) => &total * percent * &hundredth,
        Share::Rest => BigDecimal::from(0),
    });
    let exact: Vec<_> = exact.collect();
    let mut parts: Vec<_> = exact.iter().map(|part| part.with_scale_round(0, RoundingMode::Floor)).collect();
    let left = total - parts.iter().sum::<BigDecimal>();

    if let Some(rest) = shares.iter().position(|share| *share == Share::Rest) {
        parts[rest] = left;
    } else {
        let mut by_loss: Vec<_> = (0..parts.len()).collect();
        by_loss.sort_by_key(|&index| &parts[index] - &exact[index]);
        // Less than one unit was lost by each, so fewer units are left than there are shares.
        for &index in by_loss.iter().take(left.to_usize().unwrap_or_default()) {
            parts[index] += 1;
        }
    }
    // No part is larger than the total, which is an amount.
    Ok(parts.iter().map(|part| Amount::from_minor(part.to_i64().unwrap_or_default())).collect())
}

fn check_whole(shares: &[Share]) -> Result<(), SplitError> {
    let count = shares.iter().filter(|share| **share == Share::Rest).count();
    if count > 1 {
        return Err(SplitError::RestTwice { count });
    }
    let percent = |share: &Share| match share {
        Share::Percent(percent) => percent.clone(),
        Share::Rest => BigDecimal::from(0),
    };
    let sum: BigDecimal = shares.iter().map(percent).sum();
    let whole = BigDecimal::from(100);
    if sum > whole || (sum < whole && count == 0) {
        return Err(SplitError::Sum { sum: sum.normalized().to_plain_string() });
    }
    Ok(())
}

#[cfg(test)]
mod tests {

    use proptest::prelude::*;

    use super::*;

    fn parts(total: i64, shares: &str) -> Result<Vec<i64>, SplitError> {
        let shares = shares.split(' ').map(str::parse).collect::<Result<Vec<_>, _>>()?;
        Ok(split(Amount::from_minor(total), &shares)?.into_iter().map(Amount::minor).collect())
    }

    // V7
    #[test]
    fn parts_add_up_to_the_last_unit() {
        assert_eq!(parts(10_001, "33.33% 33.33% 33.34%"), Ok(vec![3_333, 3_333, 3_335]));
        assert_eq!(parts(1_001, "50% 50%"), Ok(vec![501, 500]));
        assert_eq!(parts(9_999, "33% 33% rest"), Ok(vec![3_299, 3_299, 3_401]));
        assert_eq!(parts(250, "50% 45% rest"), Ok(vec![125, 112, 13]));
        assert_eq!(parts(1, "50% 50%"), Ok(vec![1, 0]));
        assert_eq!(parts(0, "10% rest"), Ok(vec![0, 0]));
        assert_eq!(parts(i64::MAX, "0.000000000000000001% rest"), Ok(vec![0, i64::MAX]));
        assert_eq!(parts(i64::MAX, "100%"), Ok(vec![i64::MAX]));
    }

    #[test]
    fn the_odd_unit_goes_to_the_share_that_lost_the_most_and_else_to_the_first() {
        assert_eq!(parts(100, "33.4% 33.3% 33.3%"), Ok(vec![34, 33, 33]));
        assert_eq!(parts(100, "33.3% 33.3% 33.4%"), Ok(vec![33, 33, 34]));
        assert_eq!(parts(7, "25% 25% 25% 25%"), Ok(vec![2, 2, 2, 1]));
    }

    #[test]
    fn shares_that_are_no_whole_are_refused() {
        for shares in ["50%", "50% 49.99%", "50% 50.01%", "101% rest", "50% rest rest"] {
            assert!(parts(100, shares).is_err(), "{shares}");
        }
        for share in ["0%", "-1%", "1", "%", "1e1%", "all", "", "50 %", "NaN%", "1.0000000000000000001%"] {
            assert!(matches!(share.parse::<Share>(), Err(SplitError::Share { .. })), "{share}");
        }
    }

    proptest! {
        #[test]
        fn no_unit_is_lost_or_made(total in 0..=i64::MAX, cuts in prop::collection::vec(0_u32..=10_000, 1..6)) {
            let mut cuts = cuts;
            cuts.extend([0, 10_000]);
            cuts.sort_unstable();
            let hundredths = |units: u32| BigDecimal::new(units.into(), 2);
            let shares: Vec<_> = cuts.windows(2).filter(|cut| cut[0] < cut[1]).map(|cut| Share::Percent(hundredths(cut[1] - cut[0]))).collect();
            let parts = split(Amount::from_minor(total), &shares).unwrap();
            prop_assert_eq!(parts.iter().map(|part| i128::from(part.minor())).sum::<i128>(), i128::from(total));
            prop_assert!(parts.iter().all(|part| *part >= Amount::ZERO));
        }
    }
}
