use teller::facts::PeriodAction;
use teller::requests::PeriodChange;

/// A request to close or reopen a period, by the tests and without a reason.
pub fn period_change(action: PeriodAction, period: &str) -> PeriodChange {
    PeriodChange { period: period.parse().unwrap(), action, actor: "tests".parse().unwrap(), reason: None }
}
