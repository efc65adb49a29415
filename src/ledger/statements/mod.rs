//! Statements: the transfers of one account, as a page of the newest or over a span of time.
//!
//! What belongs here: finding an account's transfers in either of the two orders, with the balance after each. What does not: the balance
//! at one moment, which is in [`balances`](crate::ledger::accounts::balances).

pub(super) mod history;
mod page;
pub(super) mod query;

use crate::error::Error;
use crate::facts::{Account, AccountName, Instant};
use crate::ledger::Ledger;
use crate::ledger::accounts::get_account_in;
use crate::ledger::statements::history::StatementEntry;
use crate::ledger::statements::page::StatementPage;
use crate::ledger::statements::query::{EntryCursor, Span};
use crate::ledger::transfers::filter::{ListPage, check_span};
use crate::money::Money;
use crate::store::Access;

/// How many transfers are in memory at once while those with one other account are looked for.
const READ_AT_ONCE: u32 = 1_000;

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
    /// Whether the page has fewer transfers than it may, because as many were read as allowed. There may be more behind `next`.
    pub is_cut: bool,
}

impl Ledger {
    /// Up to `limit` transfers of an account in a span, latest first, with the balances at the span's ends. A `limit` of 0 means 1.
    ///
    /// Pages by recorded time never change. A page by effective time changes when a transfer is back-dated into it.
    ///
    /// # Errors
    /// [`Rejection::AccountUnknown`](crate::rejection::Rejection::AccountUnknown); [`InputError::Span`](crate::error::InputError::Span) if the span ends before it begins;
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
        check_span(span.from, span.to)?;
        self.pool.transaction(Access::Read, |store| {
            let account = get_account_in(store, name, self.clock.now())?;
            let page = StatementPage { account: &account, span, limit: limit.max(1) };
            let opening = page.read_before(store, span.from.unwrap_or(Instant::MIN))?.balance;
            let end = page.end(store)?;
            let closing = end.balance;
            let (entries, next) = page.entries(store, end)?;
            let account = account.clone();
            Ok(SpanStatement { account, opening, closing, entries, next, is_cut: false })
        })
    }

    /// The same with one other account alone. The balances are the account's own, also those at the span's ends. A page reads at most
    /// [`ListPage::READS_MAX`] transfers.
    ///
    /// # Errors
    /// Those of [`Ledger::statement_of_span`], also for the other account.
    ///
    /// ```
    /// # mod support { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/support/doctest_book.rs")); }
    /// # let (_folder, ledger) = support::new_book()?;
    /// use teller::ledger::Span;
    ///
    /// let [alice, cash] = ["customers:alice".parse()?, "cash:eur".parse()?];
    /// let statement = ledger.statement_of_span_with(&alice, &cash, Span::default(), 10)?;
    /// assert_eq!(statement.entries[0].balance.to_string(), "100.00 EUR");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn statement_of_span_with(
        &self,
        name: &AccountName,
        counterparty: &AccountName,
        span: Span,
        limit: u32,
    ) -> Result<SpanStatement, Error> {
        check_span(span.from, span.to)?;
        let limit = limit.max(1) as usize;
        self.pool.transaction(Access::Read, |store| {
            let account = get_account_in(store, name, self.clock.now())?;
            get_account_in(store, counterparty, self.clock.now())?;
            let mut page = StatementPage { account: &account, span, limit: READ_AT_ONCE };
            let opening = page.read_before(store, span.from.unwrap_or(Instant::MIN))?.balance;
            let closing = page.end(store)?.balance;
            let (mut found, mut reads) = (Vec::new(), 0);
            let (next, is_cut) = loop {
                let end = page.end(store)?;
                let (entries, next) = page.entries(store, end)?;
                reads += entries.len() as u64;
                found.extend(entries.into_iter().filter(|entry| entry.counterparty == *counterparty));
                if found.len() > limit {
                    found.truncate(limit);
                    break (found.last().map(|entry| page.cursor_of(entry)), false);
                }
                if next.is_none() || reads >= ListPage::READS_MAX {
                    break (next, next.is_some() && found.len() < limit);
                }
                page.span.cursor = next;
            };
            let account = account.clone();
            Ok(SpanStatement { account, opening, closing, entries: found, next, is_cut })
        })
    }
}
