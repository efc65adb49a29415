//! Reports in one currency, by prices that somebody names. Pure.
//!
//! Every column is valued at the prices of its last day, and what an account had before the column at those of the day before. No price is
//! inferred from others, and none is taken from another day.

use std::collections::BTreeMap;

use bigdecimal::{BigDecimal, RoundingMode, ToPrimitive};

use crate::error::InputError;
use crate::facts::{AccountType, Instant, NormalSide};
use crate::ledger::reports::bound::Bound;
use crate::ledger::reports::calendar::ReportPeriod;
use crate::ledger::reports::report::Report;
use crate::ledger::reports::sheets::{LineKind, SheetLine};
use crate::ledger::reports::trial_balance::{TrialBalanceCell, TrialBalanceLine};
use crate::ledger::transport::journals::Day;
use crate::money::{Currency, CurrencyCode, Rate};

/// What one whole unit of a currency is worth in another on a day.
#[derive(Clone, Debug, Default)]
pub struct Prices(BTreeMap<(CurrencyCode, CurrencyCode, Day), Rate>);

impl Prices {
    /// Adds the price of `currency` in another currency on a day.
    ///
    /// # Errors
    /// [`InputError::Report`] where that day has one already, and for a price of a currency in itself.
    pub fn add(&mut self, day: Day, [currency, priced_in]: [CurrencyCode; 2], price: Rate) -> Result<(), InputError> {
        if currency == priced_in {
            return Err(InputError::report(format!("a price of {currency} in {priced_in} says nothing; leave it out")));
        }
        match self.0.insert((currency, priced_in, day), price) {
            None => Ok(()),
            Some(_) => Err(InputError::report(format!("there are two prices of {currency} in {priced_in} on {day}"))),
        }
    }

    fn find(&self, day: Day, currency: CurrencyCode, priced_in: CurrencyCode) -> Result<&Rate, InputError> {
        self.0.get(&(currency, priced_in, day)).ok_or_else(|| {
            InputError::report(format!("there is no price of {currency} in {priced_in} on {day}; add it to the prices"))
        })
    }
}

/// How a report is valued.
#[derive(Clone, Debug)]
pub struct Valuation {
    /// The currency of all amounts.
    pub currency: Currency,
    /// What other currencies are worth in it.
    pub prices: Prices,
    /// For each column the day before it and its last day.
    pub days: Vec<[Day; 2]>,
}

impl Valuation {
    /// The days by which columns are valued.
    #[must_use]
    pub fn days_of(periods: &[ReportPeriod]) -> Vec<[Day; 2]> {
        let last = |bound: Bound| Day::of(bound.last().unwrap_or(Instant::MIN));
        periods.iter().map(|period| [last(period.begin), last(period.end)]).collect()
    }

    /// A sum in minor units of a currency, in minor units of that of the report: exact, then rounded once, half to even. Nothing is worth
    /// nothing, whatever the price.
    fn value(&self, units: i128, currency: Currency, day: Day) -> Result<i128, InputError> {
        if units == 0 || currency == self.currency {
            return Ok(units);
        }
        let rate = self.prices.find(day, currency.code(), self.currency.code())?;
        let amount = BigDecimal::new(units.into(), currency.exponent().into());
        let value = rate.of(&amount).with_scale_round(self.currency.exponent().into(), RoundingMode::HalfEven);
        let (units, _) = value.into_bigint_and_exponent();
        units.to_i128().ok_or_else(|| {
            InputError::report(format!(
                "a sum in {} comes to more in {} than can be added up",
                currency.code(),
                self.currency.code()
            ))
        })
    }

    fn value_all(&self, amounts: &[i128], currency: Currency) -> Result<Vec<i128>, InputError> {
        let days = self.days.iter().map(|[_, last]| *last);
        amounts.iter().zip(days).map(|(units, day)| self.value(*units, currency, day)).collect()
    }

    /// A trial balance in the currency. Each line has what changed by prices alone. A total is valued as a whole, so that both its sides stay
    /// equal; it can differ from the sum of its lines by what was rounded.
    ///
    /// # Errors
    /// [`InputError::Report`] where a price is missing.
    pub fn trial_balance(&self, report: &Report<TrialBalanceLine>) -> Result<Report<TrialBalanceLine>, InputError> {
        // By path, then type; the total comes last.
        let mut lines: BTreeMap<(bool, Option<&str>, Option<&str>), TrialBalanceLine> = BTreeMap::new();
        for line in &report.lines {
            let key = (line.path.is_none(), line.path.as_deref(), line.account_type.map(AccountType::as_str));
            let valued = self.trial_balance_line(line)?;
            match lines.get_mut(&key) {
                Some(sum) => add_line(sum, &valued),
                None => drop(lines.insert(key, valued)),
            }
        }
        let lines = lines.into_values().map(with_sides).collect();
        Ok(Report { lines, balanced: report.balanced })
    }

    fn trial_balance_line(&self, line: &TrialBalanceLine) -> Result<TrialBalanceLine, InputError> {
        let cell = |(cell, [before, last]): (&TrialBalanceCell, &[Day; 2])| {
            let value = |units, day: &Day| self.value(units, line.currency, *day);
            let (debits, credits) = (value(cell.debits, last)?, value(cell.credits, last)?);
            let (opening, closing) = (value(cell.opening, before)?, value(cell.closing, last)?);
            let moved = match line.account_type.map(AccountType::normal_side) {
                Some(NormalSide::Credit) => credits - debits,
                Some(NormalSide::Debit) | None => debits - credits,
            };
            Ok(TrialBalanceCell {
                opening,
                debits,
                credits,
                closing,
                debit_balance: value(cell.debit_balance, last)?,
                credit_balance: value(cell.credit_balance, last)?,
                valuation_difference: Some(closing - opening - moved),
            })
        };
        let cells = line.cells.iter().zip(&self.days).map(cell).collect::<Result<_, InputError>>()?;
        let held = line.held.zip(self.days.first()).map(|(held, [_, last])| self.value(held, line.currency, *last));
        Ok(TrialBalanceLine { currency: self.currency, held: held.transpose()?, cells, ..line.clone() })
    }

    /// A balance sheet or an income statement in the currency. Totals are the sums of the lines. What is rounded of them stands in a line of
    /// its own, so that assets are liabilities, equity, retained earnings and that line together.
    ///
    /// # Errors
    /// [`InputError::Report`] where a price is missing.
    pub fn sheet(&self, report: &Report<SheetLine>) -> Result<Report<SheetLine>, InputError> {
        let mut accounts: BTreeMap<(usize, Option<&str>), Option<SheetLine>> = BTreeMap::new();
        let (mut retained, mut difference, mut closed) = (None, None, None);
        for line in &report.lines {
            let amounts = self.value_all(&line.amounts, line.currency)?;
            let to_date = self.value_all(&line.to_date, line.currency)?;
            let valued = SheetLine { currency: self.currency, amounts, to_date, ..line.clone() };
            match line.kind {
                LineKind::Accounts(account_type) => {
                    let sum = accounts.entry((place(account_type), line.path.as_deref())).or_default();
                    add_up(sum, valued);
                }
                LineKind::RetainedEarnings => add_up(&mut retained, valued),
                LineKind::Difference => add_up(&mut difference, valued),
                LineKind::ClosedToEquity => add_up(&mut closed, valued),
                // These are computed from the other lines.
                LineKind::Total(_)
                | LineKind::LiabilitiesAndEquity
                | LineKind::NetIncome
                | LineKind::ValuationDifference => {}
            }
        }
        let mut sheet = Valued { currency: self.currency, columns: self.days.len(), lines: Vec::new() };
        let is_income = report.lines.iter().any(|line| line.kind == LineKind::NetIncome);
        let accounts: Vec<_> = accounts.into_values().flatten().collect();
        if report.lines.is_empty() {
            return Ok(Report { lines: Vec::new(), balanced: report.balanced });
        }
        if is_income {
            sheet.add_income(&accounts, closed);
        } else {
            sheet.add_balances(&accounts, retained, difference);
        }
        Ok(Report { lines: sheet.lines, balanced: report.balanced })
    }
}

/// The lines of a report in one currency.
struct Valued {
    currency: Currency,
    columns: usize,
    lines: Vec<SheetLine>,
}

impl Valued {
    fn add_balances(&mut self, accounts: &[SheetLine], retained: Option<SheetLine>, difference: Option<SheetLine>) {
        let assets = self.add_type(accounts, AccountType::Asset);
        let liabilities = self.add_type(accounts, AccountType::Liability);
        let equity = self.add_type(accounts, AccountType::Equity);
        let retained = retained.map_or_else(|| self.nothing(), |line| Sums::of(&line));
        self.add(LineKind::RetainedEarnings, &retained);
        let mut owed = liabilities;
        owed.add(&equity, 1);
        owed.add(&retained, 1);
        // Of a part of the book nothing is known of the other side.
        if let Some(difference) = difference {
            let difference = Sums::of(&difference);
            let mut rounded = assets;
            rounded.add(&owed, -1);
            rounded.add(&difference, -1);
            self.add(LineKind::ValuationDifference, &rounded);
            owed.add(&rounded, 1);
            self.add(LineKind::LiabilitiesAndEquity, &owed);
            self.add(LineKind::Difference, &difference);
        } else {
            self.add(LineKind::LiabilitiesAndEquity, &owed);
        }
    }

    fn add_income(&mut self, accounts: &[SheetLine], closed: Option<SheetLine>) {
        let mut net = self.add_type(accounts, AccountType::Revenue);
        let expense = self.add_type(accounts, AccountType::Expense);
        net.add(&expense, -1);
        self.add(LineKind::NetIncome, &net);
        if let Some(closed) = closed {
            self.add(LineKind::ClosedToEquity, &Sums::of(&closed));
        }
    }

    /// Adds the lines of a type, and their total.
    fn add_type(&mut self, accounts: &[SheetLine], account_type: AccountType) -> Sums {
        let mut total = self.nothing();
        for line in accounts.iter().filter(|line| line.kind == LineKind::Accounts(account_type)) {
            total.add(&Sums::of(line), 1);
            self.lines.push(line.clone());
        }
        if matches!(account_type, AccountType::Revenue | AccountType::Expense) {
            total.to_date.resize(self.columns, 0);
        }
        self.add(LineKind::Total(account_type), &total);
        total
    }

    fn nothing(&self) -> Sums {
        Sums { amounts: vec![0; self.columns], to_date: Vec::new() }
    }

    fn add(&mut self, kind: LineKind, Sums { amounts, to_date }: &Sums) {
        let (amounts, to_date) = (amounts.clone(), to_date.clone());
        self.lines.push(SheetLine { kind, path: None, currency: self.currency, amounts, to_date });
    }
}

/// The amounts of a line.
struct Sums {
    amounts: Vec<i128>,
    to_date: Vec<i128>,
}

impl Sums {
    fn of(line: &SheetLine) -> Self {
        Self { amounts: line.amounts.clone(), to_date: line.to_date.clone() }
    }

    fn add(&mut self, other: &Self, sign: i128) {
        self.to_date.resize(self.to_date.len().max(other.to_date.len()), 0);
        for (sums, others) in [(&mut self.amounts, &other.amounts), (&mut self.to_date, &other.to_date)] {
            for (sum, amount) in sums.iter_mut().zip(others) {
                *sum += sign * amount;
            }
        }
    }
}

/// Adds the same line in another currency.
fn add_up(sum: &mut Option<SheetLine>, valued: SheetLine) {
    let Some(line) = sum else {
        *sum = Some(valued);
        return;
    };
    let mut sums = Sums::of(line);
    sums.add(&Sums::of(&valued), 1);
    (line.amounts, line.to_date) = (sums.amounts, sums.to_date);
}

/// Adds the same accounts in another currency.
fn add_line(sum: &mut TrialBalanceLine, line: &TrialBalanceLine) {
    sum.accounts += line.accounts;
    sum.held = sum.held.zip(line.held).map(|(sum, held)| sum + held);
    for (sum, cell) in sum.cells.iter_mut().zip(&line.cells) {
        sum.opening += cell.opening;
        sum.debits += cell.debits;
        sum.credits += cell.credits;
        sum.closing += cell.closing;
        sum.debit_balance += cell.debit_balance;
        sum.credit_balance += cell.credit_balance;
        sum.valuation_difference = sum.valuation_difference.zip(cell.valuation_difference).map(|(sum, one)| sum + one);
    }
}

/// An account's closing balance stands on one side, also where it is made of several currencies.
fn with_sides(mut line: TrialBalanceLine) -> TrialBalanceLine {
    if line.account_type.is_some() {
        for cell in &mut line.cells {
            let net = cell.debit_balance - cell.credit_balance;
            (cell.debit_balance, cell.credit_balance) = (net.max(0), (-net).max(0));
        }
    }
    line
}

const fn place(account_type: AccountType) -> usize {
    match account_type {
        AccountType::Asset => 0,
        AccountType::Liability => 1,
        AccountType::Equity => 2,
        AccountType::Revenue => 3,
        AccountType::Expense => 4,
    }
}
