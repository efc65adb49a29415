//! Statements: the transfers of one account, as a page of the newest or over a span of time.
//!
//! What belongs here: finding an account's transfers in either of the two orders, with the balance after each. What does not: the balance
//! at one moment, which is in [`balances`](crate::ledger::accounts::balances).

pub(super) mod history;
mod page;
pub(super) mod query;

use crate::error::{Error, InputError};
use crate::facts::{Account, AccountName, Instant};
use crate::ledger::Ledger;
use crate::ledger::accounts::get_account_in;
use crate::ledger::statements::history::StatementEntry;
use crate::ledger::statements::page::StatementPage;
use crate::ledger::statements::query::{EntryCursor, Span};
use crate::money::Money;
use crate::store::Access;

/// A page of an account's history over a span, latest first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SpanStatement {
    /// The account as it stands now.
    pub account: Account,
    /// The posted balance at the beginning of the span, on the account's normal side.
    pub opening: Money,
    /// The posted balance at the end of the span, on the account's normal side.
    pub closing: Money,
    /// The transfers, each with the balance after it in the statement's order.
    pub entries: Vec<StatementEntry>,
    /// The cursor of the next, older page; `None` on the last page.
    pub next: Option<EntryCursor>,
}

impl Ledger {
    /// Up to `limit` transfers of an account in a span, latest first, with the balances at the span's ends. A `limit` of 0 means 1.
    ///
    /// Pages by recorded time never change. A page by effective time changes when a transfer is back-dated into it.
    ///
    /// # Errors
    /// [`Rejection::AccountUnknown`](crate::rejection::Rejection::AccountUnknown); [`InputError::Span`] if the span ends before it begins;
    /// [`Error::Store`].
    ///
    /// ```
    /// # mod support { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/support/doctest_book.rs")); }
    /// # let (_folder, ledger) = support::new_book()?;
    /// use teller::facts::Instant;
    /// use teller::ledger::Span;
    ///
    /// let this_year = Span { from: Some("2020-01-01T00:00:00Z".parse()?), ..Span::default() };
    /// let statement = ledger.statement_of_span(&"customers:alice".parse()?, this_year, 10)?;
    /// assert_eq!(statement.opening.to_string(), "0.00 EUR");
    /// assert_eq!(statement.closing.to_string(), "100.00 EUR");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn statement_of_span(&self, name: &AccountName, span: Span, limit: u32) -> Result<SpanStatement, Error> {
        if let (Some(from), Some(to)) = (span.from, span.to)
            && from > to
        {
            return Err(InputError::Span { from, to }.into());
        }
        self.pool.transaction(Access::Read, |store| {
            let account = get_account_in(store, name, self.clock.now())?;
            let page = StatementPage { account: &account, span, limit: limit.max(1) };
            let opening = page.read_before(store, span.from.unwrap_or(Instant::MIN))?.balance;
            let end = match span.to {
                Some(to) => page.read_before(store, to)?,
                None => page.read_at(store, Instant::MAX)?,
            };
            let closing = end.balance;
            let (entries, next) = page.entries(store, end)?;
            let account = account.clone();
            Ok(SpanStatement { account, opening, closing, entries, next })
        })
    }
}
