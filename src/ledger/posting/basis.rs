use std::time::Duration;

use crate::clock::Clock;
use crate::ledger::book::rules::KnownRules;
use crate::ledger::posting::spending::Spending;

/// What a posting goes by, beside what it reads for itself.
#[derive(Clone, Copy)]
pub(crate) struct Basis<'a> {
    pub(crate) clock: &'a Clock,
    /// How far ahead of the clock an account's newest entry may be.
    pub(crate) lead_max: Duration,
    pub(crate) spending: &'a Spending,
    pub(crate) rules: &'a KnownRules,
}
