//! One event of the book as readers of the feed get it, with the accounts that it concerns.

use uuid::Uuid;

use crate::facts::{
    AccountEvent, AccountName, AccountType, BookEvent, Hash, Instant, NamePrefix, RefusedDue, Sequence, TransferId,
};
use crate::ledger::events::cursor::EventCursor;
use crate::ledger::events::kind::EventKind;
use crate::ledger::events::order::OpenedAccount;
use crate::ledger::posting::receipts::Posted;
use crate::money::{Currency, Money};

/// Something that happened in a book.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// The id of the book.
    pub book: Uuid,
    /// Its number in the book's one order.
    pub sequence: Sequence,
    /// When the ledger took it.
    pub recorded_at: Instant,
    /// Its hash, which the book's chains have too.
    pub hash: Hash,
    /// What kind of event it is.
    pub kind: EventKind,
    /// What happened.
    pub content: EventContent,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EventContent {
    /// A transfer of any kind.
    Transfer(Box<TransferEvent>),
    /// An account was opened.
    AccountOpened(Box<OpenedAccount>),
    /// What an account may do, or metadata, changed.
    AccountChanged(Box<AccountChanged>),
    /// A due transfer was refused, or given up.
    Due(Box<DueEvent>),
    /// Something else happened to the book as a whole.
    Book(Box<BookEvent>),
}

/// A transfer that was recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TransferEvent {
    /// The transfer, with the names of its accounts.
    pub posted: Posted,
    /// Which leg of its journal it is; `None` if it is part of none.
    pub leg: Option<Leg>,
    /// The type of the account that was debited.
    pub debit_type: AccountType,
    /// The type of the account that was credited.
    pub credit_type: AccountType,
}

/// A leg of a journal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Leg {
    /// Its number, from 1.
    pub number: u64,
    /// How many the journal has.
    pub of: u64,
}

/// A change of an account, or of metadata of the account or of a transfer that debited it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountChanged {
    /// The account.
    pub account: AccountName,
    /// The account that the transfer credited whose metadata changed; `None` for any other change.
    pub credit_account: Option<AccountName>,
    /// The currency of its limits.
    pub currency: Currency,
    /// What changed.
    pub event: AccountEvent,
}

/// What became of a due transfer that was not posted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DueEvent {
    /// The event as it stands in the book's chain.
    pub event: BookEvent,
    /// The due, and why it was refused.
    pub due: RefusedDue,
    /// The account that its transfer debits.
    pub debit_account: AccountName,
    /// The account that its transfer credits.
    pub credit_account: AccountName,
    /// The amount of its transfer.
    pub money: Money,
}

impl DueEvent {
    /// The id that its transfer has once it is posted.
    #[must_use]
    pub fn transfer_id(&self) -> TransferId {
        self.due.schedule.of_due(self.due.due_at)
    }
}

/// Which events are read: those to which all of it applies. The usual value reads all events.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EventFilter {
    /// Events of these kinds; empty for all.
    pub kinds: Vec<EventKind>,
    /// Events about an account whose name begins with this; empty for all. A transfer, a change of its metadata, and a due transfer that was
    /// not posted are about both of their accounts.
    pub accounts: NamePrefix,
}

impl Event {
    /// Where a reader stands that has read it. It is also the event's id.
    #[must_use]
    pub fn cursor(&self) -> EventCursor {
        EventCursor::behind(self.sequence, &self.hash)
    }
}

impl EventFilter {
    /// Whether an event is one of those that are asked for.
    #[must_use]
    pub fn lets_through(&self, event: &Event) -> bool {
        let is_about = |name: &AccountName| self.accounts.begins(name);
        (self.kinds.is_empty() || self.kinds.contains(&event.kind))
            && (self.accounts.is_empty()
                || match &event.content {
                    EventContent::Transfer(transfer) => {
                        is_about(&transfer.posted.debit_account) || is_about(&transfer.posted.credit_account)
                    }
                    EventContent::AccountOpened(account) => is_about(&account.opening.name),
                    EventContent::AccountChanged(changed) => {
                        is_about(&changed.account) || changed.credit_account.as_ref().is_some_and(is_about)
                    }
                    EventContent::Due(due) => is_about(&due.debit_account) || is_about(&due.credit_account),
                    EventContent::Book(_) => false,
                })
    }
}
