//! The trial balance: what every account had, what moved, and what it has. Pure.

use crate::facts::AccountType;
use crate::ledger::reports::calendar::ReportPeriod;
use crate::ledger::reports::table::{BalanceRow, BalanceTable};
use crate::money::Currency;

/// An account's line, or the total of a currency.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrialBalanceLine {
    /// The account's name or the first parts of it. `None`: the total of the currency.
    pub path: Option<String>,
    /// The accounts' type. `None` for totals.
    pub account_type: Option<AccountType>,
    /// The currency of all sums here.
    pub currency: Currency,
    /// How many accounts it is about.
    pub accounts: u64,
    /// What open holds reserve now, in minor units, where that was asked for. It is no part of the balance.
    pub held: Option<i128>,
    /// One cell a period.
    pub cells: Vec<TrialBalanceCell>,
}

/// What a line had and what moved in a period, in minor units.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TrialBalanceCell {
    /// What it had when the period began: on its normal side, and in totals debits less credits, as the closing balance.
    pub opening: i128,
    /// All that was debited.
    pub debits: i128,
    /// All that was credited.
    pub credits: i128,
    /// What it had when the period ended.
    pub closing: i128,
    /// The closing balance where it stands on the debit side, or 0.
    pub debit_balance: i128,
    /// The closing balance where it stands on the credit side, or 0.
    pub credit_balance: i128,
    /// By how much it rose because prices changed, where the report is [valued](crate::ledger::Valuation): the closing balance less the
    /// opening one and what moved.
    pub valuation_difference: Option<i128>,
}

impl TrialBalanceCell {
    const fn is_empty(&self) -> bool {
        self.opening == 0 && self.debits == 0 && self.credits == 0 && self.closing == 0
    }

    /// Adds what an account's line has, on its normal side, to a total.
    const fn add(&mut self, other: &Self, row: &BalanceRow) {
        self.opening += row.on_normal_side(other.opening);
        self.debits += other.debits;
        self.credits += other.credits;
        self.closing += row.on_normal_side(other.closing);
        self.debit_balance += other.debit_balance;
        self.credit_balance += other.credit_balance;
    }
}

/// The lines of each currency, by path, and its total behind them. Accounts without any value that did not move either are left out unless
/// `with_empty` says otherwise; totals count them.
///
/// # Panics
/// Where the table has not the bounds of the periods.
#[must_use]
pub fn trial_balance(table: &BalanceTable, periods: &[ReportPeriod], with_empty: ShowEmpty) -> Vec<TrialBalanceLine> {
    let ends: Vec<_> = periods.iter().map(|period| (table.index(period.begin), table.index(period.end))).collect();
    let mut lines = Vec::new();
    for rows in table.rows.chunk_by(|a, b| a.currency == b.currency) {
        lines.extend(lines_of_currency(rows, &ends, with_empty));
    }
    lines
}

/// A currency of which nothing is shown has no total either.
fn lines_of_currency(rows: &[BalanceRow], ends: &[(usize, usize)], with_empty: ShowEmpty) -> Vec<TrialBalanceLine> {
    let mut lines = Vec::new();
    let mut total = TrialBalanceLine {
        path: None,
        account_type: None,
        currency: rows[0].currency,
        accounts: 0,
        held: rows[0].held.map(|_| 0),
        cells: vec![TrialBalanceCell::default(); ends.len()],
    };
    for row in rows {
        let cells: Vec<_> = ends.iter().map(|(begin, end)| cell(row, *begin, *end)).collect();
        total.accounts += row.accounts;
        total.held = total.held.zip(row.held).map(|(sum, held)| sum + held);
        for (sum, cell) in total.cells.iter_mut().zip(&cells) {
            sum.add(cell, row);
        }
        let is_empty = cells.iter().all(TrialBalanceCell::is_empty) && row.held.is_none_or(|held| held == 0);
        if !is_empty || with_empty == ShowEmpty::Yes {
            lines.push(TrialBalanceLine {
                path: Some(row.path.clone()),
                account_type: Some(row.account_type),
                currency: row.currency,
                accounts: row.accounts,
                held: row.held,
                cells,
            });
        }
    }
    if !lines.is_empty() {
        lines.push(total);
    }
    lines
}

fn cell(row: &BalanceRow, begin: usize, end: usize) -> TrialBalanceCell {
    let turnover = row.turnover(begin, end);
    let opening = row.balance(begin);
    let closing = opening + turnover.change();
    TrialBalanceCell {
        opening: row.on_normal_side(opening),
        debits: turnover.debits,
        credits: turnover.credits,
        closing: row.on_normal_side(closing),
        debit_balance: closing.max(0),
        credit_balance: (-closing).max(0),
        valuation_difference: None,
    }
}

/// Whether lines are shown that have and had nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ShowEmpty {
    /// All accounts are.
    Yes,
    /// Only those that have something or moved.
    No,
}
