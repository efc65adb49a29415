//! What a report is asked for in words, once for the command line and the API: times, columns and accounts.
//!
//! What belongs here: which columns follow from the words, in the days of a time zone, and how they are named. What does not: the reports
//! themselves, and what options and parameters are called.

use crate::error::InputError;
use crate::facts::Instant;
use crate::ledger::{
    Bound, FiscalYear, PeriodUnit, Prices, Report, ReportComparison, ReportPeriod, ReportRequest, SheetLine, ShowEmpty,
    TableRequest, TrialBalanceLine, Valuation, begins_of_years,
};
use crate::money::{Currency, CurrencyCode};
use crate::wire::moments::{TimeZone, first_moment, local_time, read_moments, read_month};
use crate::wire::records::{ReportHead, SheetRecord, TrialBalanceRecord};

/// Which report is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReportKind {
    /// What every account had, what moved, and what it has.
    TrialBalance,
    /// What is owned and owed.
    BalanceSheet,
    /// What was earned and spent.
    IncomeStatement,
}

/// What is written of a report's times, columns and accounts.
#[derive(Clone, Debug)]
pub struct ReportOptions<'a> {
    /// A month: `2026-09`. It stands alone.
    pub month: Option<&'a str>,
    /// From the first moment of this day, month, year or time on.
    pub from: Option<&'a str>,
    /// Before the first moment of this day, month, year or time.
    pub to: Option<&'a str>,
    /// Up to the end of this day, month, year or time. It stands alone.
    pub at: Option<&'a str>,
    /// What the ledger knew at the end of this day, month, year or time.
    pub recorded_at: Option<&'a str>,
    /// How long each column is, where there are several.
    pub every: Option<PeriodUnit>,
    /// With what the one column is compared.
    pub compare: Option<ReportComparison>,
    /// How many parts of the names tell the rows apart.
    pub depth: Option<usize>,
    /// How the accounts' names begin.
    pub prefix: Option<&'a str>,
    /// The currency of the accounts.
    pub currency: Option<&'a str>,
    /// Whether accounts are shown that have nothing and did not move.
    pub with_empty: ShowEmpty,
    /// The month in which the fiscal year begins; the first one where it is not told.
    pub fiscal_year_start: Option<u32>,
}

/// A report that is asked for.
#[derive(Clone, Debug)]
pub struct AskedReport {
    /// Which one.
    pub kind: ReportKind,
    /// Its columns and accounts.
    pub request: ReportRequest,
    /// The currency in which its amounts are valued.
    pub valued_in: Option<CurrencyCode>,
    /// The same columns in local time, by which they are named.
    named: Vec<ReportPeriod>,
    is_compared: bool,
}

impl ReportOptions<'_> {
    /// Reads them, by what the time is now and in the days of a zone.
    ///
    /// # Errors
    /// [`InputError::Report`], `Moment`, `LocalTime`, `Span`, and `Currency`.
    pub fn read(&self, kind: ReportKind, now: Instant, zone: &dyn TimeZone) -> Result<AskedReport, InputError> {
        self.check_alone()?;
        let year = FiscalYear::beginning_in(self.fiscal_year_start.unwrap_or(1))?;
        let mut bounds = LocalBounds { zone, now, known: Vec::new() };
        let span = self.span(kind, &mut bounds, year)?;
        if self.every.is_some() && self.from.is_none() && span.begin == Bound::BEGIN {
            return Err(InputError::report("a report in several columns needs the time at which it begins"));
        }
        let local = match (self.every, self.compare) {
            (Some(unit), _) => span.split(unit, year)?,
            (None, Some(compared)) => vec![span, span.earlier(compared)?],
            (None, None) => vec![span],
        };
        let table = TableRequest {
            prefix: self.prefix.unwrap_or_default().into(),
            currency: self.currency.map(str::parse).transpose()?,
            depth: self.depth,
            recorded_at: bounds.last(self.recorded_at)?,
            ..TableRequest::default()
        };
        let periods = local.iter().map(|period| bounds.period(*period)).collect();
        let years = begins_of_years(&local, year).into_iter().map(|begin| bounds.bound(begin)).collect();
        let named = |period: ReportPeriod| if self.is_up_to_now() { period.to_end_of_day() } else { period };
        Ok(AskedReport {
            kind,
            request: ReportRequest { periods, years, with_empty: self.with_empty, table },
            named: local.into_iter().map(named).collect(),
            is_compared: self.compare.is_some(),
            valued_in: None,
        })
    }

    fn check_alone(&self) -> Result<(), InputError> {
        let is_span = self.from.is_some() || self.to.is_some();
        if [self.month.is_some(), self.at.is_some(), is_span].into_iter().filter(|is_given| *is_given).count() > 1 {
            return Err(InputError::report("give the month, or at, or from and to"));
        }
        if self.every.is_some() && self.compare.is_some() {
            return Err(InputError::report("there are every and compare; give one of them"));
        }
        Ok(())
    }

    const fn is_up_to_now(&self) -> bool {
        self.month.is_none() && self.at.is_none() && self.to.is_none()
    }

    /// The span that all columns make together, in local time.
    fn span(
        &self,
        kind: ReportKind,
        bounds: &mut LocalBounds<'_>,
        year: FiscalYear,
    ) -> Result<ReportPeriod, InputError> {
        if let Some(month) = self.month {
            let month = read_month(month, bounds.zone)?;
            return ReportPeriod::new(bounds.before(month.first), bounds.behind(month.last));
        }
        let end = match (bounds.last(self.at)?, bounds.first(self.to)?) {
            (Some(at), _) => bounds.behind(at),
            (None, Some(to)) => bounds.before(to),
            (None, None) => bounds.behind(bounds.now),
        };
        let begin = match (bounds.first(self.from)?, kind) {
            (Some(from), _) => bounds.before(from),
            (None, ReportKind::TrialBalance | ReportKind::BalanceSheet) => Bound::BEGIN,
            (None, ReportKind::IncomeStatement) => end.last().map_or(Bound::BEGIN, |last| year.begin_around(last)),
        };
        if let (None, None, Some(from)) = (self.at, self.to, self.from)
            && begin > end
        {
            let problem = format!("it would begin at {from}, which is later than now; say where it ends with to");
            return Err(InputError::report(problem));
        }
        ReportPeriod::new(begin, end)
    }
}

impl AskedReport {
    /// Whether the first column is compared with one behind it.
    #[must_use]
    pub const fn is_compared(&self) -> bool {
        self.is_compared
    }

    /// The columns that have records of their own.
    #[must_use]
    pub fn shown(&self) -> &[ReportPeriod] {
        if self.is_compared { &self.request.periods[..1] } else { &self.request.periods }
    }

    /// The same report valued in one currency by some prices, those of the last days of its columns.
    #[must_use]
    pub fn valued(self, currency: Currency, prices: Prices) -> (Self, Valuation) {
        let valuation = Valuation { currency, prices, days: Valuation::days_of(&self.named) };
        (Self { valued_in: Some(currency.code()), ..self }, valuation)
    }

    /// The names of all columns. A balance sheet is of the moments in which they end.
    #[must_use]
    pub fn names(&self) -> Vec<String> {
        let name = |period: &ReportPeriod| match self.kind {
            ReportKind::TrialBalance | ReportKind::IncomeStatement => period.to_string(),
            ReportKind::BalanceSheet => period.end_name(),
        };
        self.named.iter().map(name).collect()
    }

    /// The name of the span or the moments that all columns make together.
    #[must_use]
    pub fn name(&self) -> String {
        let named = &self.named[..self.shown().len()];
        match (self.kind, named) {
            (ReportKind::BalanceSheet, [first, .., last]) => format!("{}..{}", first.end_name(), last.end_name()),
            (ReportKind::BalanceSheet, [one]) => one.end_name(),
            (ReportKind::TrialBalance | ReportKind::IncomeStatement, [first, .., last]) => {
                ReportPeriod { begin: first.begin, end: last.end }.to_string()
            }
            (ReportKind::TrialBalance | ReportKind::IncomeStatement, [one]) => one.to_string(),
            (_, []) => String::new(),
        }
    }

    /// What stands before its lines, in days of the zone of that name.
    #[must_use]
    pub fn head(&self, time_zone: String) -> ReportHead {
        let report = match self.kind {
            ReportKind::TrialBalance => "trial_balance",
            ReportKind::BalanceSheet => "balance_sheet",
            ReportKind::IncomeStatement => "income_statement",
        };
        let names = self.names();
        let (shown, compared) = names.split_at(self.shown().len());
        let (shown, compared) = (shown.to_vec(), compared.first().cloned());
        let head = ReportHead::new(report, time_zone, shown, compared, self.request.table.recorded_at);
        ReportHead { valued_in: self.valued_in, ..head }
    }

    /// A record for each line and column of a trial balance, column by column.
    pub fn trial_balance_records<'a>(
        &'a self,
        report: &'a Report<TrialBalanceLine>,
    ) -> impl Iterator<Item = TrialBalanceRecord> + 'a {
        let names = self.names();
        self.shown().iter().enumerate().flat_map(move |(index, period)| {
            let name = names[index].clone();
            report.lines.iter().map(move |line| {
                let compared = self.is_compared.then(|| &line.cells[1]);
                TrialBalanceRecord::new(line, &name, *period, &line.cells[index], compared)
            })
        })
    }

    /// A record for each line and column of another report, line by line.
    pub fn sheet_records<'a>(&'a self, report: &'a Report<SheetLine>) -> impl Iterator<Item = SheetRecord> + 'a {
        let names = self.names();
        let compared = self.is_compared.then_some(1);
        let columns = self.shown().len();
        (0..report.lines.len() * columns).map(move |cell| {
            let (line, index) = (&report.lines[cell / columns], cell % columns);
            SheetRecord::new(line, &names[index], self.shown()[index], index, compared)
        })
    }
}

/// Bounds in local time, and the moments that they are. The calendar of reports knows one kind of days, so it is asked in local time, as if
/// that were UTC, and its answers are turned into moments.
struct LocalBounds<'a> {
    zone: &'a dyn TimeZone,
    now: Instant,
    /// Those that were asked for. Clocks that are set back show a time twice, and only one of them was meant.
    known: Vec<(Bound, Bound)>,
}

impl LocalBounds<'_> {
    /// The first moment of what is written, for what begins then.
    fn first(&self, text: Option<&str>) -> Result<Option<Instant>, InputError> {
        Ok(text.map(|text| read_moments(text, self.now, self.zone)).transpose()?.map(|moments| moments.first))
    }

    /// The last moment of what is written, for what goes up to then.
    fn last(&self, text: Option<&str>) -> Result<Option<Instant>, InputError> {
        Ok(text.map(|text| read_moments(text, self.now, self.zone)).transpose()?.map(|moments| moments.last))
    }

    /// The place before a moment, in local time.
    fn before(&mut self, moment: Instant) -> Bound {
        self.know(Bound::before(local_time(moment, self.zone)), Bound::before(moment))
    }

    /// The place behind a moment, in local time.
    fn behind(&mut self, moment: Instant) -> Bound {
        self.know(Bound::behind(local_time(moment, self.zone)), Bound::behind(moment))
    }

    fn know(&mut self, local: Bound, bound: Bound) -> Bound {
        self.known.push((local, bound));
        local
    }

    /// The place that a local one is.
    fn bound(&self, local: Bound) -> Bound {
        if let Some((_, bound)) = self.known.iter().find(|(known, _)| *known == local) {
            return *bound;
        }
        match local.next() {
            Some(moment) if local > Bound::BEGIN => Bound::before(first_moment(moment, self.zone)),
            Some(_) | None => local,
        }
    }

    fn period(&self, local: ReportPeriod) -> ReportPeriod {
        ReportPeriod { begin: self.bound(local.begin), end: self.bound(local.end) }
    }
}
