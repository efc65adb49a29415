//! The accounts that a table is about.

use crate::error::{Error, InputError};
use crate::facts::{Account, Instant, NormalSide};
use crate::ledger::holds::expiry::without_expired;
use crate::ledger::reports::request::TableRequest;
use crate::ledger::reports::table::{BalanceTable, Rows};
use crate::maps::FastMap;
use crate::rejection::Rejection;
use crate::store::Store;

/// How many accounts are in memory as a whole at once.
const ACCOUNTS_PER_PAGE: i64 = 1_000;

/// An account, as far as a table needs it.
#[derive(Clone, Copy)]
pub(super) struct Selected {
    pub id: i64,
    pub row: usize,
    pub side: NormalSide,
    /// What it has with all that is recorded, debits less credits.
    pub posted: i128,
    /// Its newest transfer, or 0.
    pub last: i64,
    /// When that was recorded, in microseconds.
    pub last_recorded_at: i64,
    /// How many transfers have touched it.
    pub version: i64,
}

/// All of them.
#[derive(Default)]
pub(super) struct Selection {
    pub accounts: Vec<Selected>,
    by_id: FastMap<i64, usize>,
}

impl Selection {
    /// The place of an account in the list, if it is in it.
    pub(super) fn find(&self, id: i64) -> Option<usize> {
        self.by_id.get(&id).copied()
    }

    /// Reads the accounts, and gives the table its rows. Those that were opened later than what is asked for was known are left out.
    pub(super) fn read(
        store: &mut dyn Store,
        request: &TableRequest,
        table: &mut BalanceTable,
        now: Instant,
    ) -> Result<Self, Error> {
        if request.depth == Some(0) {
            return Err(
                InputError::report("a depth of 0 leaves nothing of the accounts' names; it is 1 or more").into()
            );
        }
        if let Some(code) = request.currency
            && store.find_currency(code.as_str())?.is_none()
        {
            return Err(Rejection::CurrencyUnknown { currency: code }.into());
        }
        let (mut selection, mut rows) = (Self::default(), Rows::of(table, request.only_income));
        let (mut after, mut found) = (String::new(), false);
        loop {
            let page = store.list_accounts(request.prefix.as_str(), &after, ACCOUNTS_PER_PAGE)?;
            let Some(last) = page.last() else { break };
            after = last.name.to_string();
            found = true;
            let page = if request.with_held { without_expired(store, page, now)? } else { page };
            for account in page.iter().filter(|account| request.takes(account)) {
                let path = path(account, request.depth);
                let row = rows.add(table, (path, account.currency, account.account_type))?;
                selection.add(account, row);
                if request.with_held {
                    *table.rows[row].held.get_or_insert_default() += i128::from(account.held().minor());
                }
            }
        }
        if !found && !request.prefix.is_empty() {
            let problem = format!("no account's name begins with {:?}", request.prefix);
            return Err(InputError::report(problem).into());
        }
        Ok(selection)
    }

    fn add(&mut self, account: &Account, row: usize) {
        let side = account.account_type.normal_side();
        self.by_id.insert(account.id.0, self.accounts.len());
        self.accounts.push(Selected {
            id: account.id.0,
            row,
            side,
            posted: as_debits(side, account.posted().minor()),
            last: account.last.map_or(0, |last| last.sequence.0),
            last_recorded_at: account.last.map_or(i64::MIN, |last| last.recorded_at.micros()),
            version: account.version,
        });
    }
}

/// A balance on the normal side as debits less credits.
pub(super) fn as_debits(side: NormalSide, minor: i64) -> i128 {
    match side {
        NormalSide::Debit => i128::from(minor),
        NormalSide::Credit => -i128::from(minor),
    }
}

fn path(account: &Account, depth: Option<usize>) -> String {
    let name = account.name.as_str();
    match depth {
        None => name.to_owned(),
        Some(depth) => name.split(':').take(depth).collect::<Vec<_>>().join(":"),
    }
}
