use clap::builder::RangedU64ValueParser;
use clap::{Args, ValueEnum};

use super::args::{parse, say};
use super::failure::Failure;
use super::output::{Columns, Format};
use super::{Context, Ending};
use crate::formats::{EntryRecord, SpanStatementRecord, StatementRecord};
use crate::rules::{AccountName, Instant, Sequence};
use crate::service::{EntryCursor, Span, StatementOrder};

const COLUMNS: Columns = &["sequence", "recorded_at", "counterparty", "change", "balance", "key", "description"];
/// Where something was reserved, captured, given up or undone.
const COLUMNS_WITH_KINDS: Columns =
    &["sequence", "recorded_at", "kind", "counterparty", "amount", "change", "balance", "key", "description"];

const EFFECTIVE_COLUMNS: Columns =
    &["sequence", "effective_at", "recorded_at", "counterparty", "change", "balance", "key", "description"];
const EFFECTIVE_COLUMNS_WITH_KINDS: Columns = &[
    "sequence",
    "effective_at",
    "recorded_at",
    "kind",
    "counterparty",
    "amount",
    "change",
    "balance",
    "key",
    "description",
];

#[derive(Args)]
#[command(after_help = "Examples:\n  teller statement customers:alice\n  \
    teller statement customers:alice --limit 20 --cursor 4711\n  \
    teller statement customers:alice --from 2026-01-01T00:00:00Z --to 2026-02-01T00:00:00Z --order effective\n\n\
    The newest transfer comes first. Holds and releases change nothing of the balance; the table then tells kinds \
    and amounts too. A page tells the cursor of the next, older one, and stays the same whatever is \
    posted meanwhile; by effective time only as long as nothing is back-dated. A span holds its first moment and not \
    its last, and is shown with the balances at both ends.")]
pub(super) struct StatementArgs {
    /// The account
    account: String,
    /// The most transfers to show
    #[arg(long, default_value_t = 100, value_parser = RangedU64ValueParser::<u32>::new().range(1..=100_000))]
    limit: u32,
    /// Where to go on: the cursor that the page before told
    #[arg(long, value_name = "CURSOR")]
    cursor: Option<String>,
    /// From this moment on, with an offset: 2026-01-01T00:00:00Z
    #[arg(long, value_name = "TIME")]
    from: Option<String>,
    /// Before this moment, with an offset
    #[arg(long, value_name = "TIME")]
    to: Option<String>,
    /// By which of its two times a transfer stands in the statement
    #[arg(long, value_enum, default_value_t = Order::Recorded)]
    order: Order,
}

/// The time by which a statement goes.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Order {
    /// When the ledger took it
    Recorded,
    /// When it counts for the books
    Effective,
}

pub(super) fn run(context: &Context, arguments: &StatementArgs) -> Result<Ending, Failure> {
    let name = parse(&arguments.account)?;
    if arguments.from.is_some() || arguments.to.is_some() || arguments.order == Order::Effective {
        return over_span(context, arguments, &name);
    }
    let cursor = arguments.cursor.as_deref().map(|cursor| cursor.parse().map(Sequence)).transpose();
    let cursor =
        cursor.map_err(|_| Failure::usage("the cursor is not a number; use the one that the page before told"))?;
    let statement = context.ledger()?.statement(&name, cursor, arguments.limit)?;
    let record = StatementRecord::from(&statement);
    if context.output.format == Format::Json {
        context.output.one(&record, COLUMNS)?;
        return Ok(Ending::Done);
    }
    context.output.many(&record.entries, columns(&record.entries, COLUMNS, COLUMNS_WITH_KINDS))?;
    if record.entries.is_empty() {
        say(format_args!("Account {name} has no transfers."));
    }
    if let Some(cursor) = record.next_cursor {
        say(format_args!("There are older ones: --cursor {cursor}"));
    }
    Ok(Ending::Done)
}

fn over_span(context: &Context, arguments: &StatementArgs, name: &AccountName) -> Result<Ending, Failure> {
    let time = |text: &Option<String>| text.as_deref().map(parse::<Instant>).transpose();
    let cursor = arguments.cursor.as_deref().map(str::parse::<EntryCursor>).transpose().map_err(Failure::usage)?;
    let order = match arguments.order {
        Order::Recorded => StatementOrder::Recorded,
        Order::Effective => StatementOrder::Effective,
    };
    let span = Span { order, from: time(&arguments.from)?, to: time(&arguments.to)?, cursor };
    let statement = context.ledger()?.statement_of_span(name, span, arguments.limit)?;
    let record = SpanStatementRecord::new(&statement, span);
    match context.output.format {
        Format::Json => context.output.one(&record, COLUMNS)?,
        Format::Ndjson | Format::Csv => context.output.many(&record.entries, COLUMNS)?,
        Format::Table => show_span(context, arguments.order, &record)?,
    }
    if let Some(cursor) = record.next_cursor {
        say(format_args!("There are older ones: --cursor {cursor}"));
    }
    Ok(Ending::Done)
}

/// As the entries go down to older ones, the closing balance stands above them and the opening one below.
fn show_span(context: &Context, order: Order, record: &SpanStatementRecord) -> Result<(), Failure> {
    let (plain, with_kinds) = match order {
        Order::Recorded => (COLUMNS, COLUMNS_WITH_KINDS),
        Order::Effective => (EFFECTIVE_COLUMNS, EFFECTIVE_COLUMNS_WITH_KINDS),
    };
    context.output.raw(format!("Closing balance: {}\n", record.closing).as_bytes())?;
    context.output.many(&record.entries, columns(&record.entries, plain, with_kinds))?;
    context.output.raw(format!("Opening balance: {}\n", record.opening).as_bytes())
}

fn columns(entries: &[EntryRecord], plain: Columns, with_kinds: Columns) -> Columns {
    if entries.iter().any(EntryRecord::is_special) { with_kinds } else { plain }
}
