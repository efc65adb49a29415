//! Placing, capturing, releasing, expiring and showing holds from the command line.

mod list;

use clap::{Args, Subcommand};

use crate::cli::args::{ModeArgs, count, parse};
use crate::cli::commands::hold::list::ListArgs;
use crate::cli::committed::Committed;
use crate::cli::context::{Context, Ending};
use crate::cli::failure::Failure;
use crate::cli::format::Format;
use crate::cli::request::{NoteArgs, QuantityArgs, RequestArgs, quantity, submit};
use crate::cli::talk::say;
use crate::error::Error;
use crate::facts::WrittenReference;
use crate::ledger::Mode;
use crate::requests::{CaptureRequest, Expiry, HoldRequest, Parties, ReleaseRequest, Remainder};
use crate::wire::{ExpiredRecord, HoldHistoryRecord, HoldRecord, TransferRecord, read_lifetime};

/// A hold, or a look at holds.
#[derive(Args)]
#[command(
    args_conflicts_with_subcommands = true,
    subcommand_negates_reqs = true,
    after_help = "Examples:\n  teller hold customers:alice shops:corner 25.00 --key order-7\n  \
    teller hold customers:alice shops:corner 25.00 --key order-8 --expires-in 7d\n  \
    teller capture order-7 20.00\n  \
    teller hold list --account customers:alice\n\n\
    What is held is available to nobody until it is captured, released or expired. FROM falls, TO moves as it must. \
    Expiry needs nobody: at that moment the value is available again. The hold's key or id names it from then on."
)]
pub(in crate::cli) struct HoldArgs {
    #[command(subcommand)]
    command: Option<HoldCommand>,
    #[command(flatten)]
    place: PlaceArgs,
}

#[derive(Subcommand)]
enum HoldCommand {
    /// List holds in the order in which they were placed
    #[command(after_help = list::HELP)]
    List(Box<ListArgs>),
    /// Show a hold and all that happened to it
    #[command(after_help = "Example:\n  teller hold show order-7")]
    Show(ShowArgs),
    /// Record the expiry of holds that have expired
    #[command(after_help = "Example:\n  teller hold expire\n\n\
        Balances do not need it; it writes down what is true already.")]
    Expire(ModeArgs),
}

#[derive(Args)]
struct PlaceArgs {
    /// The account that falls when the hold is captured
    #[arg(required = true)]
    from: Option<String>,
    /// The account on the other side
    #[arg(required = true)]
    to: Option<String>,
    #[command(flatten)]
    quantity: QuantityArgs,
    /// When it ends by itself: 2026-01-31 for its first moment, or a time like 2026-01-31T12:00
    #[arg(long, value_name = "TIME", conflicts_with = "expires_in")]
    expires_at: Option<String>,
    /// How long until it ends by itself: 90s, 30m, 12h, 7d
    #[arg(long, value_name = "DURATION")]
    expires_in: Option<String>,
    #[command(flatten)]
    request: RequestArgs,
}

#[derive(Args)]
struct ShowArgs {
    /// The hold: its id, its key, or @ and its sequence
    hold: String,
}

/// What is captured of which hold.
#[derive(Args)]
#[command(after_help = "Examples:\n  teller capture order-7\n  teller capture order-7 20.00\n  \
    teller capture order-7 20.00 --final\n\n\
    Without an amount all that is left is captured. A hold can be captured in parts; --final releases the rest in the \
    same step, and then two transfers are shown, in JSON as a list.")]
pub(in crate::cli) struct CaptureArgs {
    /// The hold: its id, its key, or @ and its sequence
    hold: String,
    /// How much of it, or all [default: all]
    #[arg(allow_hyphen_values = true, conflicts_with = "up_to")]
    amount: Option<String>,
    /// As much as is left of it, but no more than this
    #[arg(long, value_name = "AMOUNT", allow_hyphen_values = true)]
    up_to: Option<String>,
    /// Release the rest
    #[arg(long = "final")]
    is_final: bool,
    /// When it counts for the books: 2026-01-31 for its first moment, or a time like 2026-01-31T12:00
    #[arg(long, value_name = "TIME")]
    effective_at: Option<String>,
    #[command(flatten)]
    note: NoteArgs,
}

/// Which hold is released.
#[derive(Args)]
#[command(after_help = "Example:\n  teller release order-7")]
pub(in crate::cli) struct ReleaseArgs {
    /// The hold: its id, its key, or @ and its sequence
    hold: String,
    #[command(flatten)]
    note: NoteArgs,
}

pub(in crate::cli) fn run(context: &Context, arguments: &HoldArgs) -> Result<Ending, Failure> {
    match &arguments.command {
        Some(HoldCommand::List(arguments)) => list::run(context, arguments),
        Some(HoldCommand::Show(arguments)) => show(context, arguments),
        Some(HoldCommand::Expire(arguments)) => expire(context, arguments),
        None => place(context, &arguments.place),
    }
}

fn place(context: &Context, arguments: &PlaceArgs) -> Result<Ending, Failure> {
    // Optional only because the commands under `hold` do without them.
    let (Some(from), Some(to)) = (&arguments.from, &arguments.to) else {
        return Err(Failure::usage("say what to hold, as in: teller hold FROM TO AMOUNT"));
    };
    let parties = Parties::Fall { account: parse(from)?, against: parse(to)? };
    let ledger = context.ledger()?;
    let times = context.times(&ledger);
    let expiry = match (times.first(arguments.expires_at.as_deref())?, &arguments.expires_in) {
        (Some(at), _) => Expiry::At(at),
        (None, Some(duration)) => Expiry::After(read_lifetime(duration).map_err(Error::from)?),
        (None, None) => Expiry::Never,
    };
    let transfer = arguments.request.request(times, parties, &arguments.quantity)?;
    let mode = arguments.request.note.mode.mode();
    submit(context, &ledger, &HoldRequest { transfer, expiry }.into(), mode)
}

pub(in crate::cli) fn capture(context: &Context, arguments: &CaptureArgs) -> Result<Ending, Failure> {
    let ledger = context.ledger()?;
    let hold = parse::<WrittenReference>(&arguments.hold)?.into();
    let quantity = quantity(arguments.amount.as_deref(), arguments.up_to.as_deref()).map_err(Error::from)?;
    let request = CaptureRequest {
        id: arguments.note.id.id(&ledger).map_err(Error::from)?,
        hold,
        quantity,
        remainder: if arguments.is_final { Remainder::Release } else { Remainder::Keep },
        effective_at: context.times(&ledger).first(arguments.effective_at.as_deref())?,
        description: arguments.note.description()?,
        metadata: arguments.note.metadata().map_err(Error::from)?,
    };
    submit(context, &ledger, &request.into(), arguments.note.mode.mode())
}

pub(in crate::cli) fn release(context: &Context, arguments: &ReleaseArgs) -> Result<Ending, Failure> {
    let ledger = context.ledger()?;
    let request = ReleaseRequest {
        id: arguments.note.id.id(&ledger).map_err(Error::from)?,
        hold: parse::<WrittenReference>(&arguments.hold)?.into(),
        description: arguments.note.description()?,
        metadata: arguments.note.metadata().map_err(Error::from)?,
    };
    submit(context, &ledger, &request.into(), arguments.note.mode.mode())
}

fn show(context: &Context, arguments: &ShowArgs) -> Result<Ending, Failure> {
    let ledger = context.ledger()?;
    let history = ledger.get_hold(ledger.refer(&arguments.hold)?)?;
    if context.output.format != Format::Table {
        context.output.one(&HoldHistoryRecord::from(&history))?;
        return Ok(Ending::Done);
    }
    context.output.details(&HoldRecord::from(&history.status))?;
    context.output.raw(b"\n")?;
    context.output.many_with(&HoldHistoryRecord::from(&history).transfers, &TransferRecord::with_kinds())?;
    Ok(Ending::Done)
}

fn expire(context: &Context, arguments: &ModeArgs) -> Result<Ending, Failure> {
    let mode = arguments.mode();
    let expired = context.ledger()?.expire_holds(mode)?;
    if expired > 0 {
        context.committed(mode, Committed::new(format!("the expiry of {} is recorded", count(expired, "hold"))));
    }
    context.output.one(&ExpiredRecord::new(expired, mode))?;
    let verb = if mode == Mode::DryRun { "Would record" } else { "Recorded" };
    say(format_args!("{verb} the expiry of {}.", count(expired, "hold")));
    Ok(Ending::Done)
}
