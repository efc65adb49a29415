//! An account's statement: pages of it, or a page of paper.

mod page;

use std::fmt::Display;

use clap::{Args, ValueEnum};

use crate::cli::args::{count, parse};
use crate::cli::context::{Context, Ending};
use crate::cli::failure::Failure;
use crate::cli::format::Format;
use crate::cli::pages::{PageArgs, say_older};
use crate::cli::talk::say;
use crate::cli::times::SpanArgs;
use crate::facts::AccountName;
use crate::ledger::{EntryCursor, Ledger, ListPage, Span, StatementOrder, StatementQuery};
use crate::wire::{EntryRecord, StatementHead};

#[derive(Args)]
#[command(after_help = "Examples:\n  teller statement customers:alice\n  \
    teller statement customers:alice --limit 20 --cursor 2026-01-31T17:04:05.000000Z/4711\n  \
    teller statement customers:alice --month 2026-01\n  \
    teller statement customers:alice --from 2026-01-15 --to 2026-02 --order recorded\n  \
    teller statement customers:alice --counterparty shops:corner --month 2026-01\n  \
    teller statement customers:alice --month 2026-01 --format html > alice.html\n\n\
    The newest transfer comes first. Holds and releases change nothing of the balance; the table then tells kinds \
    and amounts too. A page tells the cursor of the next, older one, and stays the same whatever is \
    posted meanwhile; by effective time only as long as nothing is back-dated. A span holds its first moment and not \
    its last, goes by effective time, and is shown with the balances at both ends, which are those of teller balance --at. \
    --counterparty leaves out the transfers with all other accounts; balances stay those of the account. \
    --format html makes a page that can be printed and sent to a customer, oldest first and without holds.")]
pub(in crate::cli) struct StatementArgs {
    /// The account
    account: String,
    #[command(flatten)]
    limit: PageArgs,
    /// Where to go on: the cursor that the page before told
    #[arg(long, value_name = "CURSOR")]
    cursor: Option<String>,
    #[command(flatten)]
    span: SpanArgs,
    /// Only the transfers with this other account
    #[arg(long, value_name = "NAME")]
    counterparty: Option<String>,
    /// By which of its two times a transfer stands in the statement [default: effective over a span, or else recorded]
    #[arg(long, value_enum)]
    order: Option<Order>,
}

/// The time by which a statement goes.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Order {
    /// When the ledger took it
    Recorded,
    /// When it counts for the books
    Effective,
}

pub(in crate::cli) fn run(context: &Context, arguments: &StatementArgs) -> Result<Ending, Failure> {
    let name = parse(&arguments.account)?;
    if context.output.format == Format::Html {
        if arguments.cursor.is_some() || !arguments.limit.is_whole(Format::Html) || arguments.counterparty.is_some() {
            return Err(Failure::usage(
                "a page has the whole statement, so it takes no --limit, --cursor or --counterparty; give a span with --month, or --from and --to",
            ));
        }
        let ledger = context.ledger()?;
        let span = arguments.span(context, &ledger)?;
        return page::run(context, &ledger, &name, span);
    }
    let counterparty = arguments.counterparty.as_deref().map(parse::<AccountName>).transpose()?;
    let cursor = arguments.cursor.as_deref().map(str::parse::<EntryCursor>).transpose().map_err(Failure::usage)?;
    let ledger = context.ledger()?;
    let span = arguments.span(context, &ledger)?;
    let query = StatementQuery { span, counterparty, cursor, ..StatementQuery::default() };
    list(context, arguments, &ledger, &name, &query)
}

/// Where a search for the transfers with one other account ended because enough was read. It goes on where all rows are wanted.
struct Cut<C> {
    is_whole: bool,
    at: Option<C>,
}

impl<C: Clone + Display> Cut<C> {
    fn new(arguments: &StatementArgs, context: &Context) -> Self {
        Self { is_whole: arguments.limit.is_whole(context.output.format), at: None }
    }

    /// Where the next page begins that is to be read now.
    fn next(&mut self, next: Option<C>, is_cut: bool) -> Option<C> {
        if is_cut && !self.is_whole {
            self.at = next;
            return None;
        }
        next
    }

    fn say(&self, next: Option<C>) {
        match &self.at {
            Some(cursor) => say(format_args!(
                "The search ended after {}. Narrow it with a span, or go on: --cursor {cursor}",
                count(ListPage::READS_MAX, "transfer")
            )),
            None => say_older(next),
        }
    }
}

impl StatementArgs {
    /// What the list is of.
    fn transfers(&self) -> String {
        self.counterparty.as_ref().map_or_else(|| "transfers".to_owned(), |other| format!("transfers with {other}"))
    }

    /// Whether its balances at both ends belong to it.
    fn is_over_span(&self) -> bool {
        self.span.is_given() || self.order == Some(Order::Effective)
    }

    fn span(&self, context: &Context, ledger: &Ledger) -> Result<Span, Failure> {
        let order = match self.order {
            Some(Order::Recorded) => StatementOrder::Recorded,
            None if !self.span.is_given() => StatementOrder::Recorded,
            Some(Order::Effective) | None => StatementOrder::Effective,
        };
        let (from, to) = self.span.read(context.times(ledger))?;
        Ok(Span { order, from, to })
    }
}

fn list(
    context: &Context,
    arguments: &StatementArgs,
    ledger: &Ledger,
    name: &AccountName,
    query: &StatementQuery,
) -> Result<Ending, Failure> {
    let whole = ledger.statement(name, &StatementQuery::of_span(query.span, 1))?;
    let shows_ends = context.output.format == Format::Table && arguments.is_over_span();
    // A page that does not reach an end of the span does not have the balance there.
    if shows_ends && query.cursor.is_none() {
        context.output.text_line(&format!("Closing balance: {}", whole.closing))?;
    }
    let mut list = context.output.list().inside(&StatementHead::of(&whole, query.span))?;
    let mut cut = Cut::new(arguments, context);
    let next = arguments.limit.fetch(&context.output, query.cursor, |cursor, limit| {
        let statement = ledger.statement(name, &StatementQuery { cursor: cursor.copied(), limit, ..query.clone() })?;
        let entries: Vec<_> = statement.entries.iter().map(EntryRecord::from).collect();
        list.add_with(&entries, &EntryRecord::columns_for(&entries, query.span.order))?;
        Ok((entries.len(), cut.next(statement.next, statement.is_cut)))
    })?;
    let next = next.or(cut.at);
    if list.count() == 0 && next.is_none() && !arguments.is_over_span() {
        say(format_args!("Account {name} has no {}.", arguments.transfers()));
    }
    list.end(next.as_ref())?;
    if shows_ends && next.is_none() {
        context.output.text_line(&format!("Opening balance: {}", whole.opening))?;
    }
    cut.say(next);
    Ok(Ending::Done)
}
