//! The one table that all reports are views of. Pure.

use std::collections::BTreeMap;

use crate::error::InputError;
use crate::facts::{AccountType, NormalSide};
use crate::ledger::reports::bound::Bound;
use crate::money::{Currency, CurrencyCode};

/// How many columns of rows a table may have, all together: 32 MB of sums.
const CELLS_MAX: usize = 1_000_000;

/// What accounts had at some places in time, and what moved between them. Sums are in minor units of the row's currency, debits less
/// credits: positive for what is owned or was spent, negative for what is owed or was earned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BalanceTable {
    /// The places in time, rising.
    pub bounds: Vec<Bound>,
    /// The rows, by currency, then path.
    pub rows: Vec<BalanceRow>,
}

/// One account, or those whose names begin alike, of one type and currency.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BalanceRow {
    /// The account's name, or the first parts of the accounts' names.
    pub path: String,
    /// The currency of all of them.
    pub currency: Currency,
    /// The type of all of them.
    pub account_type: AccountType,
    /// How many they are.
    pub accounts: u64,
    /// What they had at the first bound.
    pub opening: i128,
    /// What moved between each bound and the next.
    pub turnovers: Vec<Turnover>,
    /// How much of each turnover was moved to or from accounts of the type equity, debits less credits. Empty where that was not asked for.
    pub closed: Vec<i128>,
    /// What open holds reserve now, where that was asked for.
    pub held: Option<i128>,
}

/// What moved on each side.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Turnover {
    /// All debits.
    pub debits: i128,
    /// All credits.
    pub credits: i128,
}

impl Turnover {
    /// Debits less credits.
    #[must_use]
    pub const fn change(self) -> i128 {
        self.debits - self.credits
    }
}

/// A transfer as one of its accounts sees it.
#[derive(Clone, Copy)]
pub(super) struct Movement {
    pub side: NormalSide,
    pub amount: i64,
    /// Whether the account on the other side is of the type equity.
    pub is_with_equity: bool,
}

impl Movement {
    pub(super) fn change(self) -> i128 {
        match self.side {
            NormalSide::Debit => i128::from(self.amount),
            NormalSide::Credit => -i128::from(self.amount),
        }
    }
}

impl BalanceTable {
    pub(super) fn new(bounds: Vec<Bound>) -> Self {
        assert!(!bounds.is_empty() && bounds.is_sorted(), "a table has bounds, which rise");
        Self { bounds, rows: Vec::new() }
    }

    /// Puts a movement where it counts, by the microsecond of its effective time. What counts behind the last bound is left out.
    pub(super) fn place(&mut self, row: usize, movement: Movement, effective_at: i64) {
        let passed = self.bounds.partition_point(|bound| bound.last_micros() < effective_at);
        let row = &mut self.rows[row];
        let Some(column) = passed.checked_sub(1) else {
            row.opening += movement.change();
            return;
        };
        let Some(turnover) = row.turnovers.get_mut(column) else { return };
        match movement.side {
            NormalSide::Debit => turnover.debits += i128::from(movement.amount),
            NormalSide::Credit => turnover.credits += i128::from(movement.amount),
        }
        if movement.is_with_equity
            && let Some(closed) = row.closed.get_mut(column)
        {
            *closed += movement.change();
        }
    }

    /// The index of a bound.
    ///
    /// # Panics
    /// Where the table was not asked for with that bound.
    #[must_use]
    pub fn index(&self, bound: Bound) -> usize {
        let found = self.bounds.binary_search(&bound);
        found.unwrap_or_else(|_| panic!("the table has no bound {bound}; ask for it with that"))
    }
}

impl BalanceRow {
    /// What they had at the bound of that index, debits less credits.
    #[must_use]
    pub fn balance(&self, index: usize) -> i128 {
        self.opening + self.turnovers[..index].iter().map(|turnover| turnover.change()).sum::<i128>()
    }

    /// What moved between two bounds.
    #[must_use]
    pub fn turnover(&self, begin: usize, end: usize) -> Turnover {
        let sum = |side: fn(&Turnover) -> i128| self.turnovers[begin..end].iter().map(side).sum();
        Turnover { debits: sum(|turnover| turnover.debits), credits: sum(|turnover| turnover.credits) }
    }

    /// What of that moved to or from accounts of the type equity.
    pub(super) fn closed(&self, begin: usize, end: usize) -> i128 {
        self.closed.get(begin..end).map_or(0, |closed| closed.iter().sum())
    }

    /// A sum of the row as it is shown on its normal side.
    #[must_use]
    pub const fn on_normal_side(&self, debits_less_credits: i128) -> i128 {
        match self.account_type.normal_side() {
            NormalSide::Debit => debits_less_credits,
            NormalSide::Credit => -debits_less_credits,
        }
    }
}

/// Currency, path and type.
type Key = (CurrencyCode, String, &'static str);

/// Collects the rows of a table.
pub(super) struct Rows {
    by_key: BTreeMap<Key, usize>,
    columns: usize,
    with_closed: bool,
}

impl Rows {
    pub(super) fn of(table: &BalanceTable, with_closed: bool) -> Self {
        Self { by_key: BTreeMap::new(), columns: table.bounds.len() - 1, with_closed }
    }

    /// The row of accounts like one, which is counted.
    pub(super) fn add(
        &mut self,
        table: &mut BalanceTable,
        (path, currency, account_type): (String, Currency, AccountType),
    ) -> Result<usize, InputError> {
        let rows = &mut table.rows;
        let key = (currency.code(), path, account_type.as_str());
        let row = match self.by_key.get(&key) {
            Some(row) => *row,
            None => self.new_row(rows, key, currency, account_type)?,
        };
        rows[row].accounts += 1;
        Ok(row)
    }

    fn new_row(
        &mut self,
        rows: &mut Vec<BalanceRow>,
        key: Key,
        currency: Currency,
        account_type: AccountType,
    ) -> Result<usize, InputError> {
        if (rows.len() + 1) * self.columns.max(1) > CELLS_MAX {
            return Err(InputError::report(format!(
                "the report would have more than {CELLS_MAX} cells; ask for fewer columns, or for sums of accounts whose names begin alike"
            )));
        }
        let is_closed = self.with_closed && is_of_income(account_type);
        rows.push(BalanceRow {
            path: key.1.clone(),
            currency,
            account_type,
            accounts: 0,
            opening: 0,
            turnovers: vec![Turnover::default(); self.columns],
            closed: vec![0; if is_closed { self.columns } else { 0 }],
            held: None,
        });
        self.by_key.insert(key, rows.len() - 1);
        Ok(rows.len() - 1)
    }
}

/// Revenue and expense.
pub(super) const fn is_of_income(account_type: AccountType) -> bool {
    matches!(account_type, AccountType::Revenue | AccountType::Expense)
}
