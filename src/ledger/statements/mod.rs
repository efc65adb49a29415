//! Statements: the transfers of one account, as a page of the newest or over a span of time.
//!
//! What belongs here: finding an account's transfers in either of the two orders, with the balance after each. What does not: the balance
//! at one moment, which is in [`balances`](crate::ledger::accounts::balances).

pub(super) mod entry;
mod page;
pub(super) mod query;

use crate::error::Error;
use crate::facts::{Account, AccountName, Instant};
use crate::ledger::Ledger;
use crate::ledger::accounts::get_account_in;
use crate::ledger::statements::entry::StatementEntry;
use crate::ledger::statements::page::{Edge, PageRead, StatementPage};
use crate::ledger::statements::query::{EntryCursor, StatementQuery};
use crate::ledger::transfers::filter::check_span;
use crate::money::Money;
use crate::store::{Access, Store};

/// How many transfers are in memory at once while those with one other account are looked for.
const READ_AT_ONCE: u32 = 1_000;

/// A page of an account's transfers, latest first.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Statement {
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

/// The entries of a page, where the next one begins, and whether as many were read as allowed.
type Found = (Vec<StatementEntry>, Option<EntryCursor>, bool);

impl Ledger {
    /// Returns a page of an account's transfers, latest first, each with the balance after it, and the balances at both ends of the span.
    ///
    /// Pages by recorded time never change: what is posted meanwhile is newer than every cursor. A page by effective time changes when a
    /// transfer is back-dated into it. With one other account, a page reads at most [`StatementQuery::reads_max`] transfers.
    ///
    /// # Errors
    /// [`Rejection::AccountUnknown`](crate::rejection::Rejection::AccountUnknown), also for the other account;
    /// [`Rejection::CursorUnknown`](crate::rejection::Rejection::CursorUnknown) if the cursor is not a transfer of the account;
    /// [`InputError::Span`](crate::error::InputError::Span) if the span ends before it begins; [`Error::Store`].
    ///
    /// ```
    /// # mod support { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/support/doctest_book.rs")); }
    /// # let (_folder, ledger) = support::new_book()?;
    /// use teller::ledger::{Span, StatementQuery};
    ///
    /// let alice = "customers:alice".parse()?;
    /// let newest = ledger.statement(&alice, &StatementQuery::newest(10))?;
    /// let entry = &newest.entries[0];
    /// assert_eq!((entry.counterparty.as_str(), entry.balance.to_string()), ("cash:eur", "100.00 EUR".to_owned()));
    ///
    /// let span = Span { from: Some("2020-01-01T00:00:00Z".parse()?), ..Span::default() };
    /// let with_bob = StatementQuery { span, counterparty: Some("customers:bob".parse()?), ..StatementQuery::default() };
    /// let statement = ledger.statement(&alice, &with_bob)?;
    /// assert!(statement.entries.is_empty());
    /// assert_eq!(statement.opening.to_string(), "0.00 EUR");
    /// assert_eq!(statement.closing.to_string(), "100.00 EUR");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn statement(&self, name: &AccountName, query: &StatementQuery) -> Result<Statement, Error> {
        let StatementQuery { span, counterparty, cursor, limit, reads_max } = query;
        check_span(span.from, span.to)?;
        self.pool.transaction(Access::Read, |store| {
            let account = get_account_in(store, name, self.clock.now())?;
            let find = |name| get_account_in(store, name, self.clock.now());
            let counterparty = counterparty.as_ref().map(find).transpose()?;
            let (limit, counterparty) = ((*limit).max(1), counterparty.as_ref());
            let page = StatementPage { account: &account, span: *span, cursor: *cursor, limit, counterparty };
            page.check_cursor(store)?;
            let opening = page.read_before(store, span.from.unwrap_or(Instant::MIN))?.balance;
            let end = page.end(store)?;
            let closing = end.balance;
            let (entries, next, is_cut) = if counterparty.is_some() {
                find_entries(store, page, end, *reads_max)?
            } else {
                let PageRead { entries, next, .. } = page.read(store, end)?;
                (entries, next, false)
            };
            Ok(Statement { account, opening, closing, entries, next, is_cut })
        })
    }
}

/// The entries of a page with one other account. Reads one page of all entries after the other, until it has enough of them.
fn find_entries(store: &mut dyn Store, mut page: StatementPage<'_>, end: Edge, reads_max: u64) -> Result<Found, Error> {
    let limit = page.limit as usize;
    let (mut found, mut reads_left) = (Vec::new(), reads_max.max(1));
    loop {
        page.limit = u32::try_from(reads_left).unwrap_or(u32::MAX).min(READ_AT_ONCE);
        let PageRead { entries, next, reads } = page.read(store, end)?;
        reads_left = reads_left.saturating_sub(reads as u64);
        found.extend(entries);
        if found.len() > limit {
            found.truncate(limit);
            let next = found.last().map(|entry| page.cursor_of(&entry.transfer));
            return Ok((found, next, false));
        }
        if next.is_none() || reads_left == 0 {
            let is_cut = next.is_some() && found.len() < limit;
            return Ok((found, next, is_cut));
        }
        page.cursor = next;
    }
}
