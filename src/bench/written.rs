//! Requests as a client of the API writes them.

use std::fmt::Write as _;
use std::sync::Arc;

use crate::bench::Bench;
use crate::bench::requests::{Accounts, Source};
use crate::error::Error;
use crate::facts::{AccountName, Instant};
use crate::store::DatabaseUrl;

/// Accounts for what another program posts. It remembers them as it wrote them, and would read those anew that both post to.
#[derive(Clone)]
pub struct WrittenAccounts(Arc<Accounts>);

/// Makes the texts of requests like those of [`Bench::run`].
pub struct WrittenSource {
    accounts: Arc<Accounts>,
    state: u64,
}

impl Bench {
    /// Where the throwaway book is.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub fn url(&self) -> Result<DatabaseUrl, Error> {
        self.book.url()
    }

    /// The time of the book's clock.
    #[must_use]
    pub fn now(&self) -> Instant {
        self.ledger.clock().now()
    }

    /// Opens as many accounts once more.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub fn open_written_accounts(&self) -> Result<WrittenAccounts, Error> {
        Ok(WrittenAccounts(Arc::new(Accounts::open(&self.ledger, "served", self.accounts.len())?)))
    }
}

impl WrittenSource {
    /// Requests that differ from those of other seeds.
    #[must_use]
    pub fn new(WrittenAccounts(accounts): WrittenAccounts, seed: u64) -> Self {
        let state = Source::new(&accounts, seed).into_state();
        Self { accounts, state }
    }

    /// A transfer between two accounts, as JSON.
    pub fn transfer(&mut self, now: Instant) -> String {
        let mut text = String::with_capacity(160);
        self.add_transfer(&mut text, now);
        text
    }

    /// A batch of so many transfers, as JSON.
    pub fn batch(&mut self, now: Instant, size: u32) -> String {
        let mut text = String::with_capacity(160 * size as usize);
        for index in 0..size {
            text.push(if index == 0 { '[' } else { ',' });
            self.add_transfer(&mut text, now);
        }
        text.push(']');
        text
    }

    /// An account, to be asked for its balance.
    pub fn account(&mut self) -> AccountName {
        self.with_source(|source| source.two_accounts().0)
    }

    fn add_transfer(&mut self, text: &mut String, now: Instant) {
        let (request, amount) = self.with_source(|source| (source.transfer(now), source.money().number()));
        let [from, to] = request.parties.names();
        // Writing to a text cannot fail. The names of these accounts need no escapes.
        let _ = write!(text, r#"{{"id":"{}","from":"{from}","to":"{to}","amount":"{amount}"}}"#, request.id.id());
    }

    fn with_source<T>(&mut self, work: impl FnOnce(&mut Source<'_>) -> T) -> T {
        let mut source = Source::with_state(&self.accounts, self.state);
        let made = work(&mut source);
        self.state = source.into_state();
        made
    }
}
