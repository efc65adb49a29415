//! Posting a file of requests in one transaction, with one result for each request.

use std::borrow::Cow;
use std::path::PathBuf;

use clap::{Args, ValueEnum};

use crate::cli::advice;
use crate::cli::args::{ModeArgs, ReasonArgs, count};
use crate::cli::committed::Committed;
use crate::cli::context::{Context, Ending};
use crate::cli::failure::Failure;
use crate::cli::talk::say;
use crate::error::Error;
use crate::facts::TransferId;
use crate::files::read_text;
use crate::ledger::{Mode, Receipt};
use crate::rejection::Rejection;
use crate::requests::BatchPolicy;
use crate::wire::{ItemRecord, RequestReader};

/// The most bytes of a batch. How many requests it may have is told by [`RequestReader::read_items`].
const BYTES_MAX: u64 = 64 << 20;
/// How many answers are made ready for showing at once.
const ROWS_AT_ONCE: usize = 1_000;

/// What a refusal means for the rest of the batch.
#[derive(Clone, Copy, ValueEnum)]
enum OnRefusal {
    /// Nothing: each item is judged for itself
    CarryOn,
    /// Those before it are kept, those behind it are not looked at
    Stop,
    /// Nothing of the batch is kept
    Nothing,
}

impl From<OnRefusal> for BatchPolicy {
    fn from(on_refusal: OnRefusal) -> Self {
        match on_refusal {
            OnRefusal::CarryOn => Self::CarryOn,
            OnRefusal::Stop => Self::StopAtFirst,
            OnRefusal::Nothing => Self::AllOrNothing,
        }
    }
}

/// Which requests are done together.
#[derive(Args)]
#[command(after_help = "Examples:\n  teller batch payments.ndjson\n  \
    teller batch payments.ndjson --on-refusal nothing --format ndjson\n\n\
    Each line is one item: a journal, or what can be a leg of one (see teller journal post --help), with a key or an id. \
    All are done in one transaction, in order, each seeing the effects of those before it. There is one result an item. \
    A batch has at most 100,000 items of at most 1 MiB, and 64 MiB together.\n\n  \
    {\"key\": \"p1\", \"from\": \"alice\", \"to\": \"bob\", \"amount\": \"10.00\"}\n  \
    {\"key\": \"h1\", \"hold\": {\"from\": \"alice\", \"to\": \"bob\", \"amount\": \"5.00\", \"expires_in\": \"7d\"}}\n  \
    {\"key\": \"c1\", \"capture\": \"h1\"}\n  \
    {\"key\": \"j1\", \"legs\": [{\"from\": \"alice\", \"to\": \"bob\", \"amount\": \"1.00\"}]}\n  \
    {\"key\": \"r1\", \"reverse_journal\": {\"journal\": \"j1\", \"at\": \"now\"}}")]
pub(in crate::cli) struct BatchArgs {
    /// The file, or - for standard input
    file: PathBuf,
    /// What a refusal means for the rest of the batch
    #[arg(long, value_enum, default_value_t = OnRefusal::CarryOn)]
    on_refusal: OnRefusal,
    #[command(flatten)]
    reason: ReasonArgs,
    #[command(flatten)]
    mode: ModeArgs,
}

pub(in crate::cli) fn run(context: &Context, arguments: &BatchArgs) -> Result<Ending, Failure> {
    let text = read_text(&arguments.file, BYTES_MAX)?;
    let ledger = context.ledger()?;
    let requests =
        RequestReader::new(arguments.reason.signature(context.actor()?)?).read_items(&text).map_err(Error::from)?;
    let mode = arguments.mode.mode();
    let answers = ledger.submit_written(&requests, arguments.on_refusal.into(), mode)?;

    let done = answers.iter().flatten().count();
    let committed = format!("{done} of {} are done", count(answers.len() as u64, "item"));
    context.committed(mode, Committed::new(committed).with("done", done).with("ids", ids(&answers)));
    let mut list = context.output.list();
    for (page, answers) in answers.chunks(ROWS_AT_ONCE).enumerate() {
        let items = page * ROWS_AT_ONCE + 1..;
        let records: Vec<_> = items.zip(answers).map(|(item, answer)| record(item, answer, mode)).collect();
        list.add_with(&records, &ItemRecord::columns_for(&records))?;
    }
    list.end_whole()?;
    if mode == Mode::DryRun {
        say("Dry run: this would come of it; nothing was posted.");
    }
    Ok(if answers.iter().any(Result::is_err) { Ending::Refused } else { Ending::Done })
}

fn record(item: usize, answer: &Result<Receipt, Rejection>, mode: Mode) -> ItemRecord {
    let hint = answer.as_ref().err().and_then(advice::of_one_among_many).map(Cow::into_owned);
    ItemRecord::new(item, answer, hint, mode)
}

/// By which each item that is done can be asked for again.
fn ids(answers: &[Result<Receipt, Rejection>]) -> Vec<TransferId> {
    let id = |receipt: &Receipt| receipt.journal_id.or(receipt.transfers.first().map(|posted| posted.transfer.id));
    answers.iter().flatten().filter_map(id).collect()
}
