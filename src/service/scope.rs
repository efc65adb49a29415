use std::collections::BTreeSet;

use uuid::Uuid;

use crate::rules::{AccountName, HoldRequest, Operation, Request, TransferId, TransferRequest};

/// What requests are about, as far as they say so themselves.
#[derive(Default)]
pub(super) struct Scope<'a> {
    pub(super) names: BTreeSet<&'a AccountName>,
    /// The accounts of which it is changed what they may do.
    pub(super) changed: BTreeSet<&'a AccountName>,
    /// The ids under which an answer may be known, and those of transfers that are to be undone.
    pub(super) ids: Vec<TransferId>,
    pub(super) hold_ids: Vec<TransferId>,
    pub(super) reversed_ids: Vec<TransferId>,
    pub(super) reversed_journal_ids: Vec<Uuid>,
    /// The journals that are asked for or undone.
    pub(super) journal_ids: Vec<Uuid>,
}

impl<'a> Scope<'a> {
    pub(super) fn of(requests: &'a [Request]) -> Self {
        let mut scope = Self { ids: Vec::with_capacity(requests.len()), ..Self::default() };
        for request in requests {
            match request {
                Request::Operation(operation) => scope.add(operation),
                Request::Due(due) => scope.add(due.operation()),
                Request::Journal(journal) => {
                    // The first transfer's id is the journal's; it stands here for journals that have none.
                    scope.ids.push(journal.id());
                    scope.journal_ids.push(journal.id().0);
                    journal.legs().iter().for_each(|leg| scope.add(leg));
                }
                Request::JournalReversal(reversal) => {
                    scope.ids.push(reversal.id);
                    scope.journal_ids.extend([reversal.id.0, reversal.journal_id.0]);
                    scope.reversed_journal_ids.push(reversal.journal_id.0);
                }
            }
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
                self.hold_ids.push(request.hold_id);
                self.ids.push(request.id.of_remainder());
            }
            Operation::Release(request) => self.hold_ids.push(request.hold_id),
            Operation::Reverse(request) => {
                self.reversed_ids.push(request.reversed_id);
                self.ids.push(request.reversed_id);
            }
            Operation::Change(request) => {
                self.names.insert(&request.account);
                self.changed.insert(&request.account);
            }
        }
    }

    fn add_accounts(&mut self, request: &'a TransferRequest) {
        self.names.extend(request.parties.names());
        self.names.extend(request.conditions.iter().map(|condition| &condition.account));
    }
}
