//! A statement as a page that a customer can be sent.

use crate::cli::context::{Context, Ending};
use crate::cli::failure::Failure;
use crate::error::Error;
use crate::facts::AccountName;
use crate::interchange::{StatementPageRow, statement_page};
use crate::ledger::{Day, Ledger, Span, Statement, StatementQuery};
use crate::store::StoreError;

const ROWS_AT_ONCE: u32 = 1_000;
/// The page is made in memory, and no browser likes more.
const ROWS_MAX: usize = 50_000;
/// How often it is read anew where somebody back-dates transfers into it meanwhile.
const ATTEMPTS_MAX: u32 = 3;

pub(super) fn run(context: &Context, ledger: &Ledger, name: &AccountName, span: Span) -> Result<Ending, Failure> {
    for _ in 0..ATTEMPTS_MAX {
        if let Some((statement, rows)) = read(ledger, name, span)? {
            let made = Day::of(ledger.clock().now());
            context.output.raw(statement_page(&statement, span, &rows, made).as_bytes())?;
            return Ok(Ending::Done);
        }
    }
    let reason = format!("transfers were back-dated into the statement of {name} while it was read");
    Err(Error::from(StoreError::Conflict { reason }).into())
}

/// The ends of the span, and all rows of it, oldest first. `None` where the rows do not lead from one end to the other.
fn read(
    ledger: &Ledger,
    name: &AccountName,
    span: Span,
) -> Result<Option<(Statement, Vec<StatementPageRow>)>, Failure> {
    let query = StatementQuery::of_span(span, ROWS_AT_ONCE);
    let mut page = ledger.statement(name, &query)?;
    let first = Statement { entries: Vec::new(), next: None, ..page.clone() };
    let mut begin = first.closing.amount.minor();
    let mut rows = Vec::new();
    loop {
        for entry in &page.entries {
            if entry.balance.amount.minor() != begin {
                return Ok(None);
            }
            begin = begin.saturating_sub(entry.change.amount.minor());
            rows.extend(StatementPageRow::of(entry, span.order));
        }
        if rows.len() > ROWS_MAX {
            return Err(Failure::usage(format!("a page has at most {ROWS_MAX} transfers; give a shorter span")));
        }
        if page.next.is_none() {
            break;
        }
        page = ledger.statement(name, &StatementQuery { cursor: page.next, ..query.clone() })?;
    }
    rows.reverse();
    Ok((begin == first.opening.amount.minor()).then_some((first, rows)))
}
