//! The HTML page of an account's statement over a span, for the owner of the account.

use crate::facts::TransferKind;
use crate::interchange::html::page::{Page, Row};
use crate::ledger::{Day, Span, Statement, StatementEntry, StatementOrder};

/// The columns of texts, before those of amounts.
const TEXTS: usize = 3;

/// A row of a statement's page: what a transfer tells the account's owner.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatementPageRow {
    day: Day,
    description: String,
    counterparty: String,
    change: String,
    balance: String,
    rises: bool,
}

impl StatementPageRow {
    /// What an entry says, in a statement of that order. `None` for a hold or a release, which change nothing of the balance.
    #[must_use]
    pub fn of(entry: &StatementEntry, order: StatementOrder) -> Option<Self> {
        let transfer = &entry.transfer;
        if matches!(transfer.kind, TransferKind::Hold | TransferKind::Release) {
            return None;
        }
        let time = match order {
            StatementOrder::Recorded => transfer.recorded_at,
            StatementOrder::Effective => transfer.effective_at,
        };
        let said = transfer.description.as_ref().map_or(transfer.kind.as_str(), |text| text.as_str());
        let change = entry.change.number();
        Some(Self {
            day: Day::of(time),
            description: said.to_owned(),
            counterparty: entry.counterparty.to_string(),
            rises: entry.change.amount.is_positive(),
            change: change.trim_start_matches('-').to_owned(),
            balance: entry.balance.number(),
        })
    }
}

/// The page of an account's statement over a span, with its rows from the oldest on.
#[must_use]
pub fn statement_page(statement: &Statement, span: Span, rows: &[StatementPageRow], made: Day) -> String {
    let (name, currency) = (statement.account.name.to_string(), statement.account.currency.code().to_string());
    let period = period(span, rows, made);
    let mut page = Page::begin(&format!("Statement of {name}, {period}"), "Statement of account");
    let amount = |number: String| format!("{number} {currency}");
    let (opening, closing) = (amount(statement.opening.number()), amount(statement.closing.number()));
    let holder = statement.account.description.as_ref().map(|text| ("Description", text.as_str()));
    let facts = [("Account", name.as_str())].into_iter().chain(holder).chain([
        ("Currency", currency.as_str()),
        ("Period", period.as_str()),
        ("Opening balance", opening.as_str()),
        ("Closing balance", closing.as_str()),
    ]);
    page.facts(facts);
    let by = match span.order {
        StatementOrder::Recorded => "booking date",
        StatementOrder::Effective => "value date",
    };
    let caption = format!("Amounts in {currency}, by {by}, days of UTC");
    page.begin_table(&caption, ["Date", "Description", "With", "Out", "In", "Balance"], TEXTS);
    let (opening, closing) = (statement.opening.number(), statement.closing.number());
    page.row(Row::Total, ["", "Opening balance", "", "", "", &opening], TEXTS);
    for row in rows {
        let (out, into) = if row.rises { ("", row.change.as_str()) } else { (row.change.as_str(), "") };
        let day = row.day.to_string();
        page.row(Row::Plain, [&day, &row.description, &row.counterparty, out, into, &row.balance], TEXTS);
    }
    page.row(Row::Total, ["", "Closing balance", "", "", "", &closing], TEXTS);
    page.end_table();
    page.end(&format!("Made on {made}."))
}

/// The first and the last day that the statement is of.
fn period(span: Span, rows: &[StatementPageRow], made: Day) -> String {
    let first = span.from.map(Day::of).or_else(|| rows.first().map(|row| row.day)).unwrap_or(made);
    // A span does not hold its last moment.
    let last = span.to.map_or(made, |to| to.previous().map_or_else(|| Day::of(to), Day::of));
    if first >= last { last.to_string() } else { format!("{first} to {last}") }
}
