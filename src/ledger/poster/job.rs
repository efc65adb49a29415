//! A request on its way through the queue.

use std::sync::mpsc::SyncSender;

use crate::error::Error;
use crate::facts::{AccountName, Actor};
use crate::ledger::posting::receipts::Receipt;
use crate::ledger::posting::scope::Scope;
use crate::requests::Request;

pub(super) type Answer = Result<Receipt, Error>;

/// A request that waits in the queue.
#[derive(Debug)]
pub(super) struct Job {
    // Boxed, because the queue allocates room for many jobs.
    pub(super) request: Box<Request>,
    pub(super) actor: Actor,
    pub(super) touched: Touched,
    /// Where its answer goes.
    pub(super) answer: SyncSender<Answer>,
}

/// The accounts that a request may touch.
#[derive(Debug)]
pub(super) enum Touched {
    Accounts(Vec<AccountName>),
    /// The request names holds, transfers or journals, whose accounts are not known yet.
    Anything,
}

impl Touched {
    pub(super) fn by(request: &Request) -> Self {
        let scope = Scope::of(std::slice::from_ref(request));
        if scope.names_all_accounts() {
            Self::Accounts(scope.names.into_iter().cloned().collect())
        } else {
            Self::Anything
        }
    }
}
