//! Closing or reopening a period.

use crate::facts::{Actor, Description, Period, PeriodAction};

/// A request to close or reopen a period. A change to what is there already does nothing, so it needs no id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PeriodChange {
    /// The period.
    pub period: Period,
    /// What becomes of it.
    pub action: PeriodAction,
    /// Who wants it so.
    pub actor: Actor,
    /// Why.
    pub reason: Option<Description>,
}

impl PeriodChange {
    /// A change without a reason.
    #[must_use]
    pub const fn new(period: Period, action: PeriodAction, actor: Actor) -> Self {
        Self { period, action, actor, reason: None }
    }
}
