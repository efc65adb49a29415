//! The reports that finance people know, each by one call: which bounds its table needs, its lines, and whether its two sides agree.

use crate::error::{Error, InputError};
use crate::ledger::Ledger;
use crate::ledger::reports::bound::Bound;
use crate::ledger::reports::calendar::ReportPeriod;
use crate::ledger::reports::request::TableRequest;
use crate::ledger::reports::sheets::{LineKind, SheetLine, balance_sheet, income_statement};
use crate::ledger::reports::table::BalanceTable;
use crate::ledger::reports::trial_balance::{ShowEmpty, TrialBalanceLine, trial_balance};

/// What a report is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReportRequest {
    /// The columns.
    pub periods: Vec<ReportPeriod>,
    /// Where the fiscal years begin that the periods end in, one a period: [`begins_of_years`](crate::ledger::begins_of_years). Only an income
    /// statement needs them.
    pub years: Vec<Bound>,
    /// Whether accounts are shown that have nothing and did not move.
    pub with_empty: ShowEmpty,
    /// Which accounts, and what was known. Each report sets the bounds and `only_income` itself.
    pub table: TableRequest,
}

/// A report: its lines, and whether it is in balance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report<L> {
    /// The lines, by currency.
    pub lines: Vec<L>,
    /// Whether both sides agree, in every currency. `None` for a report of a part of the book, whose sides need not agree, and for an income
    /// statement, which has one side.
    pub balanced: Option<bool>,
}

impl ReportRequest {
    /// A report of these columns, of all accounts and all that is known.
    #[must_use]
    pub fn of(periods: Vec<ReportPeriod>) -> Self {
        Self { periods, years: Vec::new(), with_empty: ShowEmpty::No, table: TableRequest::default() }
    }

    /// A report of a part of the book need not balance.
    fn is_of_all_names(&self) -> bool {
        self.table.prefix.is_empty()
    }

    fn both_ends(&self) -> impl Iterator<Item = Bound> + '_ {
        self.periods.iter().flat_map(|period| [period.begin, period.end])
    }
}

impl Ledger {
    /// What every account had, what moved, and what it has, in one snapshot. `progress` is told how many transfers were read so far.
    ///
    /// # Errors
    /// Those of [`Ledger::balance_table`].
    ///
    /// ```
    /// # mod support { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/support/doctest_book.rs")); }
    /// # let (_folder, ledger) = support::new_book()?;
    /// use teller::ledger::{Bound, ReportPeriod, ReportRequest};
    ///
    /// let all = ReportPeriod::new(Bound::BEGIN, Bound::END)?;
    /// let report = ledger.trial_balance(&ReportRequest::of(vec![all]), &mut |_| {})?;
    /// assert_eq!(report.balanced, Some(true));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn trial_balance(
        &self,
        request: &ReportRequest,
        progress: &mut dyn FnMut(u64),
    ) -> Result<Report<TrialBalanceLine>, Error> {
        let table = self.table_of(request, request.both_ends().collect(), progress)?;
        let lines = trial_balance(&table, &request.periods, request.with_empty);
        let mut totals = lines.iter().filter(|line| line.path.is_none()).flat_map(|line| &line.cells);
        let agree = totals.all(|cell| cell.debits == cell.credits && cell.debit_balance == cell.credit_balance);
        let balanced = request.is_of_all_names().then_some(agree);
        Ok(Report { lines, balanced })
    }

    /// What is owned and owed at the ends of the periods, in one snapshot. A report of a part of the book has no line of the difference.
    /// `progress` is told how many transfers were read so far.
    ///
    /// # Errors
    /// Those of [`Ledger::balance_table`].
    ///
    /// ```
    /// # mod support { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/support/doctest_book.rs")); }
    /// # let (_folder, ledger) = support::new_book()?;
    /// use teller::facts::AccountType;
    /// use teller::ledger::{Bound, LineKind, ReportPeriod, ReportRequest};
    ///
    /// let all = ReportPeriod::new(Bound::BEGIN, Bound::END)?;
    /// let report = ledger.balance_sheet(&ReportRequest::of(vec![all]), &mut |_| {})?;
    /// assert_eq!(report.balanced, Some(true));
    /// assert!(report.lines.iter().any(|line| line.kind == LineKind::Total(AccountType::Asset)));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn balance_sheet(
        &self,
        request: &ReportRequest,
        progress: &mut dyn FnMut(u64),
    ) -> Result<Report<SheetLine>, Error> {
        // What moved in a period decides which accounts are shown. A table that begins with the book would read all of it for that.
        let begins = request.periods.iter().map(|period| period.begin).filter(|begin| *begin > Bound::BEGIN);
        let ends = request.periods.iter().map(|period| period.end);
        let table = self.table_of(request, begins.chain(ends).collect(), progress)?;
        let mut lines = balance_sheet(&table, &request.periods, request.with_empty);
        if !request.is_of_all_names() {
            lines.retain(|line| line.kind != LineKind::Difference);
            return Ok(Report { lines, balanced: None });
        }
        let mut differences = lines.iter().filter(|line| line.kind == LineKind::Difference);
        let agree = differences.all(|line| line.amounts.iter().all(|amount| *amount == 0));
        Ok(Report { lines, balanced: Some(agree) })
    }

    /// What was earned and spent in the periods, and from the beginnings of the fiscal years on, in one snapshot. `progress` is told how many
    /// transfers were read so far.
    ///
    /// # Errors
    /// Those of [`Ledger::balance_table`], and [`InputError::Report`] where there is not one year a period.
    ///
    /// ```
    /// # mod support { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/support/doctest_book.rs")); }
    /// # let (_folder, ledger) = support::new_book()?;
    /// use teller::ledger::{Bound, FiscalYear, ReportPeriod, ReportRequest, begins_of_years};
    ///
    /// let september = ReportPeriod::new(
    ///     Bound::before("2026-09-01T00:00:00Z".parse()?),
    ///     Bound::before("2026-10-01T00:00:00Z".parse()?),
    /// )?;
    /// let years = begins_of_years(&[september], FiscalYear::default());
    /// let request = ReportRequest { years, ..ReportRequest::of(vec![september]) };
    /// assert!(ledger.income_statement(&request, &mut |_| {})?.lines.is_empty());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn income_statement(
        &self,
        request: &ReportRequest,
        progress: &mut dyn FnMut(u64),
    ) -> Result<Report<SheetLine>, Error> {
        let (years, periods) = (request.years.len(), request.periods.len());
        if years != periods {
            let problem =
                format!("each period needs the beginning of its fiscal year; {periods} periods, {years} beginnings");
            return Err(InputError::report(problem).into());
        }
        let mut request = request.clone();
        request.table.only_income = true;
        let bounds = request.years.iter().copied().chain(request.both_ends()).collect();
        let table = self.table_of(&request, bounds, progress)?;
        let lines = income_statement(&table, &request.periods, &request.years, request.with_empty);
        Ok(Report { lines, balanced: None })
    }

    fn table_of(
        &self,
        request: &ReportRequest,
        bounds: Vec<Bound>,
        progress: &mut dyn FnMut(u64),
    ) -> Result<BalanceTable, Error> {
        self.balance_table(&TableRequest { bounds, ..request.table.clone() }, progress)
    }
}
