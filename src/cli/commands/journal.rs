//! Posting a journal from a file or from legs on the command line, and listing and showing journals.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use crate::cli::args::{ReasonArgs, parse};
use crate::cli::context::{Context, Ending};
use crate::cli::failure::Failure;
use crate::cli::lookup::{LookupArgs, Shown, WhenArgs, faster_by_metadata};
use crate::cli::request::{NoteArgs, show_receipt, submit};
use crate::error::Error;
use crate::facts::TransferId;
use crate::files::read_text;
use crate::ledger::{JournalFilter, ListOrder, ListPage, Mode};
use crate::store::MetadataOf;
use crate::wire::{JournalCursor, JournalHeader, JournalRecord, Record, RequestReader};

/// The most bytes of a journal in a file: some tens of thousands of legs.
const BYTES_MAX: u64 = 8 << 20;

#[derive(Subcommand)]
pub(in crate::cli) enum JournalCommand {
    /// Post a journal: all its legs or none
    #[command(after_help = POST_HELP)]
    Post(PostArgs),
    /// List journals, newest first
    #[command(after_help = "Examples:\n  teller journal list\n  \
        teller journal list --by ops --from 2026-01-01T00:00:00Z\n  \
        teller journal list --account customers:alice --metadata run=5\n\n\
        Each is shown with the number of its transfers. A span holds its first moment and not its last, by recorded \
        time. A key and an account are found at once; metadata is that of the journal's first transfer, as it is kept now.")]
    List(ListArgs),
    /// Show a journal's transfers
    #[command(after_help = "Example:\n  teller journal show payroll-may --format json")]
    Show(ShowArgs),
}

const POST_HELP: &str = "\
Examples:
  teller journal post payroll.json
  teller journal post --key exchange-1 --leg 'alice:usd -> fx:usd 10.00' --leg 'fx:eur -> alice:eur 9.26'
  teller journal post --leg 'customers:alice -> customers:bob all' --leg 'close customers:alice'

A leg is 'A -> B 10.00', 'A -> B all', 'A -> B up-to 10.00', 'debit A credit B 10.00' or 'close A'. Each leg sees the \
effects of those before it; a refusal names the leg. A file holds one JSON object:

  {\"key\": \"payroll-may\", \"description\": \"May\", \"metadata\": {\"run\": \"5\"}, \"legs\": [
    {\"from\": \"firm\", \"to\": \"anna\", \"amount\": \"100.00\"},
    {\"debit\": \"cash\", \"credit\": \"firm\", \"amount\": \"5.00\", \"if\": [{\"balance\": \">= 0\"}]},
    {\"hold\": {\"from\": \"firm\", \"to\": \"tax\", \"amount\": {\"up_to\": \"30.00\"}, \"expires_in\": \"7d\"}},
    {\"capture\": {\"hold\": \"order-7\", \"amount\": \"20.00\", \"final\": true}},
    {\"release\": \"order-8\"}, {\"reverse\": {\"transfer\": \"invoice-1\", \"at\": \"original\"}},
    {\"from\": \"old\", \"to\": \"firm\", \"amount\": \"all\"}, {\"close\": {\"account\": \"old\", \"reason\": \"moved\"}},
    {\"freeze\": {\"account\": \"anna\", \"sides\": \"debits\"}}, {\"unfreeze\": \"bert\"},
    {\"limit\": {\"account\": \"anna\", \"min_balance\": \"-50.00\", \"per_day\": \"none\"}},
    {\"annotate\": {\"transfer\": \"invoice-1\", \"set\": {\"checked\": \"yes\"}, \"remove\": [\"draft\"]}}]}";

#[derive(Args)]
pub(in crate::cli) struct PostArgs {
    /// The file, or - for standard input
    #[arg(required_unless_present = "legs", conflicts_with = "legs")]
    file: Option<PathBuf>,
    /// A leg; can be given again
    #[arg(long = "leg", value_name = "LEG")]
    legs: Vec<String>,
    #[command(flatten)]
    reason: ReasonArgs,
    #[command(flatten)]
    note: NoteArgs,
}

#[derive(Args)]
pub(in crate::cli) struct ListArgs {
    #[command(flatten)]
    filters: FilterArgs,
    #[command(flatten)]
    when: WhenArgs,
    #[command(flatten)]
    lookup: LookupArgs,
}

/// The filters that only journals have.
#[derive(Args)]
#[group(id = "filters", multiple = true, conflicts_with = "cursor")]
struct FilterArgs {
    /// Only those with a transfer of this account, on either side
    #[arg(long, value_name = "NAME")]
    account: Option<String>,
    /// Only the one with this key
    #[arg(long, value_name = "KEY")]
    key: Option<String>,
}

#[derive(Args)]
pub(in crate::cli) struct ShowArgs {
    /// The journal: its id, its key, or @ and the sequence of one of its transfers
    journal: String,
}

pub(in crate::cli) fn run(context: &Context, command: &JournalCommand) -> Result<Ending, Failure> {
    match command {
        JournalCommand::Post(arguments) => post(context, arguments),
        JournalCommand::List(arguments) => list(context, arguments),
        JournalCommand::Show(arguments) => show(context, arguments),
    }
}

fn post(context: &Context, arguments: &PostArgs) -> Result<Ending, Failure> {
    let PostArgs { file, legs, reason, note } = arguments;
    let ledger = context.ledger()?;
    let reader = RequestReader::new(reason.signature(context.actor()?)?);
    let description = note.description()?;
    let metadata = note.metadata().map_err(Error::from)?;
    let journal = match file {
        None => {
            let id = note.id.id(&ledger).map_err(Error::from)?;
            reader.read_legs(legs, &JournalHeader { id, description, metadata })
        }
        Some(_) if description.is_some() || !metadata.is_empty() => {
            return Err(Failure::usage("write the description and the metadata into the file"));
        }
        Some(file) => {
            let given = note.id.given().map_err(Error::from)?;
            reader.read_journal(&read_text(file, BYTES_MAX)?, given, || TransferId::fresh(ledger.clock().now()))
        }
    };
    let journal = journal.map_err(Error::from)?;
    let mode = note.mode.mode();
    submit(context, &ledger, &journal.into(), mode)
}

fn list(context: &Context, arguments: &ListArgs) -> Result<Ending, Failure> {
    let ledger = context.ledger()?;
    let (filter, from) = if let Some(JournalCursor { filter, from }) = arguments.lookup.cursor()? {
        (filter, Some(from))
    } else {
        let ListArgs { filters, when, .. } = arguments;
        let filter = JournalFilter {
            account: filters.account.as_deref().map(parse).transpose()?,
            key: filters.key.as_deref().map(parse).transpose()?,
            recorded: when.recorded(context.times(&ledger), ListOrder::Newest)?,
        };
        (filter, None)
    };
    let read = |page: ListPage| {
        let page = ledger.list_journals(&filter, page)?;
        Ok((page.journals.iter().map(JournalRecord::from).collect(), page.next, page.cut_at.is_some()))
    };
    let cursor = |from| JournalCursor { filter: filter.clone(), from };
    let columns = &JournalRecord::table();
    let faster = faster_by_metadata(&ledger, MetadataOf::Transfers, &filter.recorded.metadata)?;
    let shown = Shown { columns, nothing: "No journals.", noun: "transfer", order: filter.recorded.order, faster };
    arguments.lookup.list(context, from, &shown, read, cursor)
}

fn show(context: &Context, arguments: &ShowArgs) -> Result<Ending, Failure> {
    let ledger = context.ledger()?;
    let receipt = ledger.get_journal(ledger.refer_to_journal(&arguments.journal)?)?;
    show_receipt(context, &receipt, Mode::Commit)
}
