//! What every posting to one book needs beside the rows that it reads.

use std::time::Duration;

use crate::clock::Clock;
use crate::facts::Actor;
use crate::ledger::book::rules::KnownRules;
use crate::ledger::posting::spending::Spending;
use crate::store::Numbering;

/// What a posting needs beside the rows that it reads.
#[derive(Clone, Copy)]
pub(crate) struct Basis<'a> {
    /// Who asks for requests that name nobody.
    pub(crate) actor: &'a Actor,
    pub(crate) clock: &'a Clock,
    /// How far an account's newest entry may be ahead of the clock.
    pub(crate) lead_max: Duration,
    pub(crate) numbering: Numbering,
    pub(crate) spending: &'a Spending,
    pub(crate) rules: &'a KnownRules,
}
