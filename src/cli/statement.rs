use clap::Args;
use clap::builder::RangedU64ValueParser;

use super::args::{parse, say};
use super::failure::Failure;
use super::output::{Columns, Format};
use super::{Context, Ending};
use crate::formats::{EntryRecord, StatementRecord};
use crate::rules::Sequence;

const COLUMNS: Columns = &["sequence", "recorded_at", "counterparty", "change", "balance", "description"];
/// Where something was reserved, captured, given up or undone.
const COLUMNS_WITH_KINDS: Columns =
    &["sequence", "recorded_at", "kind", "counterparty", "amount", "change", "balance", "description"];

#[derive(Args)]
#[command(after_help = "Examples:\n  teller statement customers:alice\n  \
    teller statement customers:alice --limit 20 --cursor 4711\n\n\
    The newest transfer comes first. Holds and releases change nothing of the balance; the table then tells kinds \
    and amounts too. A page tells the cursor of the next, older one, and stays the same whatever is \
    posted meanwhile.")]
pub(super) struct StatementArgs {
    /// The account
    account: String,
    /// The most transfers to show
    #[arg(long, default_value_t = 100, value_parser = RangedU64ValueParser::<u32>::new().range(1..=100_000))]
    limit: u32,
    /// Where to go on: the cursor that the page before told
    #[arg(long, value_name = "CURSOR")]
    cursor: Option<i64>,
}

pub(super) fn run(context: &Context, arguments: &StatementArgs) -> Result<Ending, Failure> {
    let name = parse(&arguments.account)?;
    let statement = context.ledger()?.statement(&name, arguments.cursor.map(Sequence), arguments.limit)?;
    let record = StatementRecord::from(&statement);
    if context.output.format == Format::Json {
        context.output.one(&record, COLUMNS)?;
        return Ok(Ending::Done);
    }
    let is_special = record.entries.iter().any(EntryRecord::is_special);
    context.output.many(&record.entries, if is_special { COLUMNS_WITH_KINDS } else { COLUMNS })?;
    if record.entries.is_empty() {
        say(format_args!("Account {name} has no transfers."));
    }
    if let Some(cursor) = record.next_cursor {
        say(format_args!("There are older ones: --cursor {cursor}"));
    }
    Ok(Ending::Done)
}
