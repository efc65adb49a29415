//! Reports of any time: the records that a program reads, one a line and period.

use serde::Serialize;
use serde_json::{Value, json};

use crate::error::InputError;
use crate::facts::Instant;
use crate::ledger::{
    BalanceTable, Bound, Comparison, FiscalYear, Ledger, LineKind, PeriodUnit, ReportPeriod, SheetLine, ShowEmpty,
    TableRequest, TrialBalanceLine, balance_sheet, begins_of_years, income_statement, trial_balance,
};
use crate::server::answer::{Answer, ITEMS};
use crate::server::call::Call;
use crate::server::endpoint::{Action, Endpoint, Parameter};
use crate::server::keys::scope::Scope;
use crate::server::problem::Problem;
use crate::server::schemas::Shape;
use crate::wire::{ReportHead, ReportTail, SheetRecord, TrialBalanceRecord, Utc, read_moments, read_month};

const QUERY: &[Parameter] = &[
    ("month", "The month, as in `2026-09`"),
    ("from", "The first moment of the span"),
    ("to", "The first moment behind the span"),
    ("at", "Up to the end of this day, month or year, or up to this moment"),
    ("recorded_at", "As the ledger knew it then"),
    ("every", "A column a `day`, `week`, `month`, `quarter` or `year`"),
    ("compare", "Beside the `previous` period, or that of a `year` ago"),
    ("depth", "How many parts of the names are told apart"),
    ("prefix", "Only accounts whose names begin with this"),
    ("currency", "Only this currency"),
    ("zero", "Lines of nothing too: `true` or `false`"),
    ("fiscal_year_start", "The month in which the fiscal year begins, 1 to 12"),
];

pub(super) fn endpoints() -> Vec<Endpoint> {
    let report = |path, summary, run, record| {
        Endpoint::get(path, summary, Scope::BookRead, Action::Long(run), Shape::Within("ReportHead", ITEMS, record))
            .with_query(QUERY)
    };
    vec![
        report("/v1/reports/trial-balance", "Show a trial balance", trial, "TrialBalanceRecord"),
        report("/v1/reports/balance-sheet", "Show a balance sheet", sheet, "SheetRecord"),
        report("/v1/reports/income-statement", "Show an income statement", income, "SheetRecord"),
    ]
}

/// Where a report begins that is not told.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Begin {
    OfBook,
    OfFiscalYear,
}

struct Asked {
    periods: Vec<ReportPeriod>,
    is_compared: bool,
    year: FiscalYear,
    with_empty: ShowEmpty,
    request: TableRequest,
}

impl Asked {
    fn read(call: &Call, ledger: &Ledger, begin: Begin) -> Result<Self, Problem> {
        if call.query.has_any(&["every"]) && call.query.has_any(&["compare"]) {
            return Err(Problem::invalid("there are every and compare; give one of them"));
        }
        let year = FiscalYear::beginning_in(call.number("fiscal_year_start")?.unwrap_or(1))?;
        let span = span(call, ledger.clock().now(), year, begin)?;
        let periods = match (call.query.get("every"), call.query.get("compare")) {
            (Some(unit), _) => span.split(unit_of(unit)?, year)?,
            (None, Some(with)) => vec![span, span.earlier(comparison_of(with)?)?],
            (None, None) => vec![span],
        };
        let request = TableRequest {
            prefix: call.query.get("prefix").unwrap_or_default().to_owned(),
            currency: call.asked("currency")?,
            depth: call.number("depth")?,
            recorded_at: call.moment("recorded_at", ledger)?,
            ..TableRequest::default()
        };
        let is_compared = call.query.has_any(&["compare"]);
        let with_empty = if call.flag("zero")? { ShowEmpty::Yes } else { ShowEmpty::No };
        Ok(Self { periods, is_compared, year, with_empty, request })
    }

    fn shown(&self) -> &[ReportPeriod] {
        if self.is_compared { &self.periods[..1] } else { &self.periods }
    }

    fn table(&self, ledger: &Ledger, bounds: Vec<Bound>) -> Result<BalanceTable, Problem> {
        Ok(ledger.balance_table(&TableRequest { bounds, ..self.request.clone() }, &mut |_| {})?)
    }

    /// The sides of a part of the book need not agree.
    fn balanced(&self, is_balanced: bool) -> Option<bool> {
        self.request.prefix.is_empty().then_some(is_balanced)
    }

    fn answer<R: Serialize>(
        &self,
        report: &'static str,
        names: &[String],
        records: &[R],
        balanced: Option<bool>,
    ) -> Result<Answer, Problem> {
        let (shown, compared) = names.split_at(self.shown().len());
        let head = ReportHead::new(
            report,
            "UTC".to_owned(),
            shown.to_vec(),
            compared.first().cloned(),
            self.request.recorded_at,
        );
        let mut page = match serde_json::to_value(&head) {
            Ok(Value::Object(fields)) => fields,
            _ => serde_json::Map::new(),
        };
        page.insert(ITEMS.to_owned(), json!(records));
        if let Ok(Value::Object(tail)) = serde_json::to_value(ReportTail::new(balanced)) {
            page.extend(tail);
        }
        Answer::one(&Value::Object(page))
    }

    fn sheet_records(&self, names: &[String], lines: &[SheetLine]) -> Vec<SheetRecord> {
        let compared = self.is_compared.then_some(1);
        let of_line = |line| {
            (0..self.shown().len())
                .map(move |index| SheetRecord::new(line, &names[index], self.shown()[index], index, compared))
        };
        lines.iter().flat_map(of_line).collect()
    }
}

fn span(call: &Call, now: Instant, year: FiscalYear, begin: Begin) -> Result<ReportPeriod, Problem> {
    let read = |name: &str| call.query.get(name).map(|text| read_moments(text, now, &Utc)).transpose();
    if call.query.has_any(&["month"]) && call.query.has_any(&["from", "to", "at"])
        || call.query.has_any(&["at"]) && call.query.has_any(&["from", "to"])
    {
        return Err(Problem::invalid("give month, or at, or from and to"));
    }
    if let Some(month) = call.query.get("month") {
        let month = read_month(month, &Utc)?;
        return Ok(ReportPeriod::new(Bound::before(month.first), Bound::behind(month.last))?);
    }
    let end = match (read("at")?, read("to")?) {
        (Some(at), _) => Bound::behind(at.last),
        (None, Some(to)) => Bound::before(to.first),
        (None, None) => Bound::behind(now),
    };
    let begin = match (read("from")?, begin) {
        (Some(from), _) => Bound::before(from.first),
        (None, Begin::OfBook) => Bound::BEGIN,
        (None, Begin::OfFiscalYear) => end.last().map_or(Bound::BEGIN, |last| year.begin_around(last)),
    };
    Ok(ReportPeriod::new(begin, end)?)
}

fn unit_of(word: &str) -> Result<PeriodUnit, Problem> {
    match word {
        "day" => Ok(PeriodUnit::Day),
        "week" => Ok(PeriodUnit::Week),
        "month" => Ok(PeriodUnit::Month),
        "quarter" => Ok(PeriodUnit::Quarter),
        "year" => Ok(PeriodUnit::Year),
        other => Err(InputError::report(format!("every is {other:?}; write day, week, month, quarter or year")).into()),
    }
}

fn comparison_of(word: &str) -> Result<Comparison, Problem> {
    match word {
        "previous" => Ok(Comparison::Previous),
        "year" => Ok(Comparison::Year),
        other => Err(InputError::report(format!("compare is {other:?}; write previous or year")).into()),
    }
}

fn trial(call: &Call, ledger: &Ledger) -> Result<Answer, Problem> {
    let asked = Asked::read(call, ledger, Begin::OfBook)?;
    let bounds = asked.periods.iter().flat_map(|period| [period.begin, period.end]).collect();
    let lines = trial_balance(&asked.table(ledger, bounds)?, &asked.periods, asked.with_empty);
    let mut totals = lines.iter().filter(|line| line.path.is_none()).flat_map(|line| &line.cells);
    let is_balanced = totals.all(|cell| cell.debits == cell.credits && cell.debit_balance == cell.credit_balance);
    let names: Vec<_> = asked.periods.iter().map(ToString::to_string).collect();
    let record = |index: usize, line| {
        let line: &TrialBalanceLine = line;
        let compared = asked.is_compared.then(|| &line.cells[1]);
        TrialBalanceRecord::new(line, &names[index], asked.shown()[index], &line.cells[index], compared)
    };
    let records: Vec<_> = (0..asked.shown().len())
        .flat_map(|index| lines.iter().map(move |line| (index, line)))
        .map(|(index, line)| record(index, line))
        .collect();
    asked.answer("trial_balance", &names, &records, asked.balanced(is_balanced))
}

fn sheet(call: &Call, ledger: &Ledger) -> Result<Answer, Problem> {
    let asked = Asked::read(call, ledger, Begin::OfBook)?;
    let ends = asked.periods.iter().map(|period| period.end);
    let begins = asked.periods.iter().map(|period| period.begin).filter(|begin| *begin > Bound::BEGIN);
    let table = asked.table(ledger, begins.chain(ends).collect())?;
    let mut lines = balance_sheet(&table, &asked.periods, asked.with_empty);
    lines.retain(|line| line.kind != LineKind::Difference || asked.request.prefix.is_empty());
    let mut differences = lines.iter().filter(|line| line.kind == LineKind::Difference);
    let is_balanced = differences.all(|line| line.amounts.iter().all(|amount| *amount == 0));
    let names: Vec<_> = asked.periods.iter().map(|period| period.end_name()).collect();
    asked.answer("balance_sheet", &names, &asked.sheet_records(&names, &lines), asked.balanced(is_balanced))
}

fn income(call: &Call, ledger: &Ledger) -> Result<Answer, Problem> {
    let mut asked = Asked::read(call, ledger, Begin::OfFiscalYear)?;
    asked.request.only_income = true;
    let years = begins_of_years(&asked.periods, asked.year);
    let mut bounds = years.clone();
    bounds.extend(asked.periods.iter().flat_map(|period| [period.begin, period.end]));
    let lines = income_statement(&asked.table(ledger, bounds)?, &asked.periods, &years, asked.with_empty);
    let names: Vec<_> = asked.periods.iter().map(ToString::to_string).collect();
    asked.answer("income_statement", &names, &asked.sheet_records(&names, &lines), None)
}
