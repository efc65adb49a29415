//! The accounts and ids that requests refer to: what a posting locks and reads.

use std::collections::BTreeSet;

use uuid::Uuid;

use crate::facts::{AccountName, TransferId};
use crate::maps::FastSet;
use crate::requests::{
    AccountAction, AnnotationTarget, HoldRequest, Operation, Parties, Request, ReversalTime, TransferRequest,
};

/// The accounts and ids that requests refer to, before anything is read.
#[derive(Default)]
pub(crate) struct Scope<'a> {
    pub(crate) names: FastSet<&'a AccountName>,
    /// The accounts whose limits, state or metadata are changed.
    pub(crate) changed: BTreeSet<&'a AccountName>,
    /// Those of them that get a daily or monthly limit.
    pub(crate) limited: BTreeSet<&'a AccountName>,
    /// The transfers whose metadata is changed.
    pub(crate) annotated_ids: Vec<TransferId>,
    /// Whether a request gives an effective time, so that a closed period can refuse it.
    pub(crate) has_effective_times: bool,
    /// Whether a request has conditions on accounts that it may not change.
    pub(crate) has_conditions: bool,
    /// The ids of transfers that may be in the book: those of the requests themselves, and those that they reverse or annotate.
    pub(crate) ids: Vec<TransferId>,
    pub(crate) hold_ids: Vec<TransferId>,
    pub(crate) reversed_ids: Vec<TransferId>,
    pub(crate) reversed_journal_ids: Vec<Uuid>,
    /// The journals that are posted or reversed.
    pub(crate) journal_ids: Vec<Uuid>,
}

impl<'a> Scope<'a> {
    /// Whether the requests name all accounts that they change, apart from the other accounts of expired holds.
    pub(crate) fn names_all_accounts(&self) -> bool {
        let has_ids = [&self.annotated_ids, &self.hold_ids, &self.reversed_ids].iter().any(|ids| !ids.is_empty());
        !has_ids && self.reversed_journal_ids.is_empty()
    }

    /// Whether the accounts are all that is needed to judge the requests, apart from whether their ids are new. Each of the accounts is
    /// then changed, unless a request is refused.
    pub(crate) fn needs_only_accounts(&self) -> bool {
        self.names_all_accounts() && self.changed.is_empty() && !self.has_effective_times && !self.has_conditions
    }

    pub(crate) fn of(requests: &'a [Request]) -> Self {
        let mut scope = Self { ids: Vec::with_capacity(requests.len()), ..Self::default() };
        for request in requests {
            match request {
                Request::Operation(_) | Request::Due(_) => {}
                Request::Journal(journal) => {
                    // The journal's id is also that of its first transfer. It is added here for journals without transfers.
                    scope.ids.push(journal.id());
                    scope.journal_ids.push(journal.id().0);
                }
                Request::JournalReversal(reversal) => {
                    scope.ids.push(reversal.id.id());
                    scope.has_effective_times |= reversal.at == ReversalTime::Original;
                    scope.journal_ids.extend([reversal.id.id().0, reversal.journal.id().0]);
                    scope.reversed_journal_ids.push(reversal.journal.id().0);
                }
            }
            request.operations().iter().for_each(|operation| scope.add(operation));
        }
        scope
    }

    fn add(&mut self, operation: &'a Operation) {
        self.ids.extend(operation.id());
        match operation {
            Operation::Transfer(request) | Operation::Hold(HoldRequest { transfer: request, .. }) => {
                self.add_accounts(request);
            }
            Operation::Capture(request) => {
                self.has_effective_times |= request.effective_at.is_some();
                self.hold_ids.push(request.hold.id());
                self.ids.push(request.id.id().of_remainder());
            }
            Operation::Release(request) => self.hold_ids.push(request.hold.id()),
            Operation::Reverse(request) => {
                self.has_effective_times |= request.at == ReversalTime::Original;
                self.reversed_ids.push(request.reversed.id());
                self.ids.push(request.reversed.id());
            }
            Operation::Change(request) => {
                self.names.insert(&request.account);
                self.changed.insert(&request.account);
                if matches!(request.action, AccountAction::Limit(change) if change.opens_window()) {
                    self.limited.insert(&request.account);
                }
            }
            Operation::Annotate(request) => match &request.target {
                AnnotationTarget::Account(name) => {
                    self.names.insert(name);
                    self.changed.insert(name);
                }
                AnnotationTarget::Transfer(transfer) => {
                    self.annotated_ids.push(transfer.id());
                    self.ids.push(transfer.id());
                }
            },
        }
    }

    /// The accounts whose balance a transfer or hold may lower.
    pub(crate) fn lowered_accounts(requests: &'a [Request]) -> FastSet<&'a AccountName> {
        let parties = requests.iter().flat_map(Request::operations).filter_map(|operation| match operation {
            Operation::Transfer(request) | Operation::Hold(HoldRequest { transfer: request, .. }) => {
                Some(&request.parties)
            }
            _ => None,
        });
        parties.flat_map(Parties::lowered_accounts).collect()
    }

    fn add_accounts(&mut self, request: &'a TransferRequest) {
        self.has_effective_times |= request.effective_at.is_some();
        self.has_conditions |= !request.conditions.is_empty();
        self.names.extend(request.parties.names());
        self.names.extend(request.conditions.iter().map(|condition| &condition.account));
    }
}
