//! A request on its way through the queue.

use std::fmt;
use std::sync::mpsc::{Receiver, sync_channel};

use crate::error::Error;
use crate::facts::{AccountName, Actor};
use crate::ledger::posting::receipts::Receipt;
use crate::requests::{Request, Scope};

pub(super) type Answer = Result<Receipt, Error>;

/// A request that waits in the queue.
#[derive(Debug)]
pub(super) struct Job {
    // Boxed, because the queue allocates room for many jobs.
    pub(super) request: Box<Request>,
    pub(super) actor: Actor,
    pub(super) touched: Touched,
    /// Where its answer goes.
    pub(super) reply: Reply,
}

/// What is done with the answer. It is dropped unused where no thread is left to post the request.
pub(super) struct Reply(Box<dyn FnOnce(Answer) + Send>);

impl Reply {
    pub(super) fn new(reply: impl FnOnce(Answer) + Send + 'static) -> Self {
        Self(Box::new(reply))
    }

    /// With the place where the answer arrives.
    pub(super) fn channel() -> (Self, Receiver<Answer>) {
        let (sender, receiver) = sync_channel(1);
        // The caller may have dropped its end.
        (Self::new(move |answer| drop(sender.send(answer))), receiver)
    }

    pub(super) fn give(self, answer: Answer) {
        (self.0)(answer);
    }
}

impl fmt::Debug for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Reply")
    }
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
