//! The scopes that a key can have, and their names.

use std::fmt;
use std::str::FromStr;

use crate::error::InputError;

/// What a key may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scope {
    /// Accounts, balances, statements, and what is kept beside accounts.
    AccountsRead,
    /// Opening, changing, freezing and closing accounts.
    AccountsWrite,
    /// Transfers, journals and holds.
    TransfersRead,
    /// Whatever moves or reserves value, and undoing it.
    TransfersWrite,
    /// Schedules.
    SchedulesRead,
    /// Adding, cancelling and running schedules.
    SchedulesWrite,
    /// The book as a whole: currencies, periods, reports, verification.
    BookRead,
    /// Registering currencies, closing and reopening periods.
    BookWrite,
    /// The file of the whole book.
    BookExport,
    /// What happened in the book, in order.
    EventsRead,
    /// Webhooks and what became of their deliveries.
    WebhooksRead,
    /// Adding, changing and removing webhooks.
    WebhooksWrite,
    /// Monitors and what happened to them: what accounts have.
    MonitorsRead,
    /// Adding and removing monitors.
    MonitorsWrite,
    /// The numbers of the server.
    Metrics,
    /// All of it.
    Admin,
}

impl Scope {
    /// All scopes, in the order in which they are told.
    pub const ALL: [Self; 16] = [
        Self::AccountsRead,
        Self::AccountsWrite,
        Self::TransfersRead,
        Self::TransfersWrite,
        Self::SchedulesRead,
        Self::SchedulesWrite,
        Self::BookRead,
        Self::BookWrite,
        Self::BookExport,
        Self::EventsRead,
        Self::WebhooksRead,
        Self::WebhooksWrite,
        Self::MonitorsRead,
        Self::MonitorsWrite,
        Self::Metrics,
        Self::Admin,
    ];

    /// The word for it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AccountsRead => "accounts:read",
            Self::AccountsWrite => "accounts:write",
            Self::TransfersRead => "transfers:read",
            Self::TransfersWrite => "transfers:write",
            Self::SchedulesRead => "schedules:read",
            Self::SchedulesWrite => "schedules:write",
            Self::BookRead => "book:read",
            Self::BookWrite => "book:write",
            Self::BookExport => "book:export",
            Self::EventsRead => "events:read",
            Self::WebhooksRead => "webhooks:read",
            Self::WebhooksWrite => "webhooks:write",
            Self::MonitorsRead => "monitors:read",
            Self::MonitorsWrite => "monitors:write",
            Self::Metrics => "metrics",
            Self::Admin => "admin",
        }
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Scope {
    type Err = InputError;

    fn from_str(text: &str) -> Result<Self, InputError> {
        let found = Self::ALL.into_iter().find(|scope| scope.as_str() == text);
        found.ok_or_else(|| {
            let shown: String = text.chars().take(40).collect();
            InputError::request(format!("{shown:?} is no scope; there are {}", Self::ALL.map(Self::as_str).join(", ")))
        })
    }
}
