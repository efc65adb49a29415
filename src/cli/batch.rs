use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::args::{ActorArgs, ModeArgs, say};
use super::failure::Failure;
use super::output::Columns;
use super::{Context, Ending};
use crate::files::read_text;
use crate::formats::{ItemRecord, RequestReader};
use crate::rules::BatchPolicy;
use crate::service::Mode;

const COLUMNS: Columns = &["item", "outcome", "code", "message"];

/// The most bytes of a batch. How many requests it may have is told by [`RequestReader::read_items`].
const BYTES_MAX: u64 = 64 << 20;

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
pub(super) struct BatchArgs {
    /// The file, or - for standard input
    file: PathBuf,
    /// What a refusal means for the rest of the batch
    #[arg(long, value_enum, default_value_t = OnRefusal::CarryOn)]
    on_refusal: OnRefusal,
    #[command(flatten)]
    actor: ActorArgs,
    #[command(flatten)]
    mode: ModeArgs,
}

pub(super) fn run(context: &Context, arguments: &BatchArgs) -> Result<Ending, Failure> {
    let text = read_text(&arguments.file, BYTES_MAX)?;
    let ledger = context.ledger()?;
    let mut reader = RequestReader::new(&ledger, arguments.actor.signature()?);
    let requests = reader.read_items(&text)?;
    let mode = arguments.mode.mode();
    let answers = ledger.submit(&requests, arguments.on_refusal.into(), mode)?;

    let records = (1..).zip(&answers).map(|(item, answer)| ItemRecord::new(item, answer, mode));
    context.output.many(&records.collect::<Vec<_>>(), COLUMNS)?;
    if mode == Mode::DryRun {
        say("Dry run: this would come of it; nothing was posted.");
    }
    Ok(if answers.iter().any(Result::is_err) { Ending::Refused } else { Ending::Done })
}
