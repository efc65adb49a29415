//! The accounts and ids that requests refer to: what a posting locks and reads.

use std::collections::BTreeSet;

use uuid::Uuid;

use crate::facts::{AccountName, TransferId};
use crate::maps::FastSet;

/// The accounts and ids that requests refer to, before anything is read.
///
/// ```
/// use teller_ledger_core::facts::Key;
/// use teller_ledger_core::requests::{ReleaseRequest, Request, Scope};
///
/// let requests = [Request::from(ReleaseRequest::new("r1".parse::<Key>()?, "h1".parse::<Key>()?))];
/// let scope = Scope::of(&requests);
/// assert_eq!(scope.hold_ids, ["h1".parse::<Key>()?.id()]);
/// assert!(!scope.names_all_accounts());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Default)]
pub struct Scope<'a> {
    /// The accounts that the requests name.
    pub names: FastSet<&'a AccountName>,
    /// Those of them whose limits, state or metadata are changed.
    pub changed: BTreeSet<&'a AccountName>,
    /// Those of them that get a daily or monthly limit.
    pub limited: BTreeSet<&'a AccountName>,
    /// The transfers whose metadata is changed.
    pub annotated_ids: Vec<TransferId>,
    /// Whether a request gives an effective time, so that a closed period can refuse it.
    pub has_effective_times: bool,
    /// Whether a request has conditions on accounts that it may not change.
    pub has_conditions: bool,
    /// The ids of transfers that may be in the book: those of the requests themselves, and those that they reverse or annotate.
    pub ids: Vec<TransferId>,
    /// The holds that are captured or released.
    pub hold_ids: Vec<TransferId>,
    /// The transfers that are reversed.
    pub reversed_ids: Vec<TransferId>,
    /// The journals that are reversed.
    pub reversed_journal_ids: Vec<Uuid>,
    /// The journals that are posted or reversed.
    pub journal_ids: Vec<Uuid>,
}

impl Scope<'_> {
    /// Whether the requests name all accounts that they change, apart from the other accounts of expired holds.
    #[must_use]
    pub fn names_all_accounts(&self) -> bool {
        let has_ids = [&self.annotated_ids, &self.hold_ids, &self.reversed_ids].iter().any(|ids| !ids.is_empty());
        !has_ids && self.reversed_journal_ids.is_empty()
    }

    /// Whether the accounts are all that is needed to judge the requests, apart from whether their ids are new. Each of the accounts is
    /// then changed, unless a request is refused.
    #[must_use]
    pub fn needs_only_accounts(&self) -> bool {
        self.names_all_accounts() && self.changed.is_empty() && !self.has_effective_times && !self.has_conditions
    }
}
