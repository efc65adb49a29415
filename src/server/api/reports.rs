//! Reports of any time: the records that a program reads, one a line and period.

use serde::Serialize;

use crate::error::InputError;
use crate::interchange::read_prices;
use crate::ledger::{Ledger, PeriodUnit, Report, ReportComparison, SheetLine, ShowEmpty, Valuation};
use crate::server::answer::{Answer, ITEMS};
use crate::server::call::{Call, meaning_of};
use crate::server::endpoint::{Action, Body, Endpoint, Parameter, TIME_ZONE};
use crate::server::keys::scope::Scope;
use crate::server::problem::Problem;
use crate::server::schemas::Shape;
use crate::wire::{AskedReport, ReportKind, ReportOptions, ReportTail};

/// The words of `every` and `compare`.
const UNITS: [(&str, PeriodUnit); 5] = [
    ("day", PeriodUnit::Day),
    ("week", PeriodUnit::Week),
    ("month", PeriodUnit::Month),
    ("quarter", PeriodUnit::Quarter),
    ("year", PeriodUnit::Year),
];
const COMPARISONS: [(&str, ReportComparison); 2] =
    [("previous", ReportComparison::Previous), ("year", ReportComparison::Year)];

/// What a report that is valued may be asked for, and one that is not: all but the first.
const VALUED_QUERY: &[Parameter] = &[
    ("in", "The currency of all amounts, at the prices of the last day of each column"),
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
    TIME_ZONE,
    ("limit", "The most lines, from the first; all of them where it is not given"),
];
const QUERY: &[Parameter] = match VALUED_QUERY {
    [_, rest @ ..] => rest,
    [] => &[],
};

pub(super) fn endpoints() -> Vec<Endpoint> {
    let shape = |record| Shape::Within("ReportHead", ITEMS, record);
    let report = |path, summary, run, record| {
        Endpoint::get(path, summary, Scope::BookRead, Action::Long(run), shape(record)).with_query(QUERY)
    };
    let valued = |path, summary, run, record| {
        let endpoint = Endpoint::post(path, summary, Scope::BookRead, Action::Long(run), shape(record));
        endpoint.with_query(VALUED_QUERY).taking(Body::Csv)
    };
    let [trial_balance, balance_sheet, income_statement] =
        ["/v1/reports/trial-balance", "/v1/reports/balance-sheet", "/v1/reports/income-statement"];
    vec![
        report(trial_balance, "Show a trial balance", trial, "TrialBalanceRecord"),
        report(balance_sheet, "Show a balance sheet", sheet, "SheetRecord"),
        report(income_statement, "Show an income statement", income, "SheetRecord"),
        valued(trial_balance, "Value a trial balance by the prices of a CSV file", trial, "TrialBalanceRecord"),
        valued(balance_sheet, "Value a balance sheet by the prices of a CSV file", sheet, "SheetRecord"),
        valued(income_statement, "Value an income statement by the prices of a CSV file", income, "SheetRecord"),
    ]
}

fn read(call: &Call, ledger: &Ledger, kind: ReportKind) -> Result<AskedReport, Problem> {
    let query = &call.query;
    let options = ReportOptions {
        month: query.get("month"),
        from: query.get("from"),
        to: query.get("to"),
        at: query.get("at"),
        recorded_at: query.get("recorded_at"),
        every: call.asked_as("every", |word| Ok(meaning_of(word, UNITS).map_err(InputError::report)?))?,
        compare: call.asked_as("compare", |word| Ok(meaning_of(word, COMPARISONS).map_err(InputError::report)?))?,
        depth: call.number("depth")?,
        prefix: query.get("prefix"),
        currency: query.get("currency"),
        with_empty: if call.flag("zero")? { ShowEmpty::Yes } else { ShowEmpty::No },
        fiscal_year_start: call.number("fiscal_year_start")?,
    };
    Ok(options.read(kind, ledger.clock().now(), &call.zone()?)?)
}

/// The same in one currency, where prices were sent: the columns `date`, `currency`, `in` and `price`.
fn valued(call: &Call, asked: AskedReport, ledger: &Ledger) -> Result<(AskedReport, Option<Valuation>), Problem> {
    match (call.query.get("in"), call.file.is_empty()) {
        (None, true) => Ok((asked, None)),
        (None, false) => Err(Problem::invalid("prices say what amounts are worth in a currency; name it by `in`")),
        (Some(code), _) => {
            let currency = ledger.get_currency(code.parse().map_err(InputError::from)?)?.currency;
            let (asked, valuation) = asked.valued(currency, read_prices(call.file.as_slice())?);
            Ok((asked, Some(valuation)))
        }
    }
}

fn answer<R: Serialize>(
    (call, asked): (&Call, &AskedReport),
    records: impl Iterator<Item = R>,
    balanced: Option<bool>,
) -> Result<Answer, Problem> {
    let limit = call.number::<usize>("limit")?.unwrap_or(usize::MAX);
    let records: Vec<_> = records.take(limit).collect();
    Answer::list_between(&asked.head(call.zone()?.to_string()), ITEMS, &records, &ReportTail::new(balanced))
}

fn trial(call: &Call, ledger: &Ledger) -> Result<Answer, Problem> {
    let (asked, valuation) = valued(call, read(call, ledger, ReportKind::TrialBalance)?, ledger)?;
    let mut report = ledger.trial_balance(&asked.request, &mut |_| {})?;
    if let Some(valuation) = valuation {
        report = valuation.trial_balance(&report)?;
    }
    answer((call, &asked), asked.trial_balance_records(&report), report.balanced)
}

fn sheet(call: &Call, ledger: &Ledger) -> Result<Answer, Problem> {
    let (asked, valuation) = valued(call, read(call, ledger, ReportKind::BalanceSheet)?, ledger)?;
    let report = ledger.balance_sheet(&asked.request, &mut |_| {})?;
    answer_sheet((call, &asked), report, valuation.as_ref())
}

fn income(call: &Call, ledger: &Ledger) -> Result<Answer, Problem> {
    let (asked, valuation) = valued(call, read(call, ledger, ReportKind::IncomeStatement)?, ledger)?;
    let report = ledger.income_statement(&asked.request, &mut |_| {})?;
    answer_sheet((call, &asked), report, valuation.as_ref())
}

fn answer_sheet(
    (call, asked): (&Call, &AskedReport),
    mut report: Report<SheetLine>,
    valuation: Option<&Valuation>,
) -> Result<Answer, Problem> {
    if let Some(valuation) = valuation {
        report = valuation.sheet(&report)?;
    }
    answer((call, asked), asked.sheet_records(&report), report.balanced)
}
