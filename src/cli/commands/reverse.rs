//! Reversing a transfer in whole or in part, or a whole journal, from the command line.

use clap::{Args, ValueEnum};

use crate::cli::args::parse;
use crate::cli::context::{Context, Ending};
use crate::cli::failure::Failure;
use crate::cli::request::{NoteArgs, submit};
use crate::error::Error;
use crate::facts::WrittenReference;
use crate::ledger::Ledger;
use crate::requests::{JournalReversalRequest, Quantity, ReversalRequest, ReversalTime, Written};
use crate::wire::read_amount;

/// When a reversal counts.
#[derive(Clone, Copy, ValueEnum)]
enum At {
    /// When it is recorded
    Now,
    /// When that counted which it undoes
    Original,
}

impl From<At> for ReversalTime {
    fn from(at: At) -> Self {
        match at {
            At::Now => Self::Now,
            At::Original => Self::Original,
        }
    }
}

/// What is undone.
#[derive(Args)]
#[command(after_help = "Examples:\n  teller reverse invoice-1\n  teller reverse @17 --amount 5.00 --at original\n  \
    teller reverse --journal payroll-may\n\n\
    A transfer is undone once, or in parts up to its amount. A journal is undone as a whole: its limits are judged at the \
    end, so that what passes through an account needs to be there only then.")]
pub(in crate::cli) struct ReverseArgs {
    /// The transfer: its id, its key, or @ and its sequence
    #[arg(required_unless_present = "journal", conflicts_with = "journal")]
    transfer: Option<String>,
    /// The journal: its id, its key, or @ and the sequence of one of its transfers
    #[arg(long, value_name = "JOURNAL")]
    journal: Option<String>,
    /// How much of the transfer [default: all that is left]
    #[arg(long, value_name = "AMOUNT", allow_hyphen_values = true, conflicts_with = "journal")]
    amount: Option<String>,
    /// When the reversal counts for the books
    #[arg(long, value_enum, default_value_t = At::Now)]
    at: At,
    #[command(flatten)]
    note: NoteArgs,
}

pub(in crate::cli) fn run(context: &Context, arguments: &ReverseArgs) -> Result<Ending, Failure> {
    let ledger = context.ledger()?;
    let request = match (&arguments.transfer, &arguments.journal) {
        (Some(transfer), _) => reversal(&ledger, transfer, arguments)?.into(),
        (None, Some(journal)) => journal_reversal(&ledger, journal, arguments)?.into(),
        (None, None) => return Err(Failure::usage("say what to reverse: a transfer, or --journal JOURNAL")),
    };
    submit(context, &ledger, &request, arguments.note.mode.mode())
}

fn reversal(ledger: &Ledger, transfer: &str, arguments: &ReverseArgs) -> Result<ReversalRequest<Written>, Error> {
    let reversed = parse::<WrittenReference>(transfer)?.into();
    let quantity = match &arguments.amount {
        Some(amount) => Quantity::Exactly(read_amount(amount)?.into()),
        None => Quantity::All,
    };
    Ok(ReversalRequest {
        id: arguments.note.id.id(ledger)?,
        reversed,
        quantity,
        at: arguments.at.into(),
        description: arguments.note.description()?,
        metadata: arguments.note.metadata()?,
    })
}

fn journal_reversal(
    ledger: &Ledger,
    journal: &str,
    arguments: &ReverseArgs,
) -> Result<JournalReversalRequest<Written>, Error> {
    Ok(JournalReversalRequest {
        id: arguments.note.id.id(ledger)?,
        journal: parse::<WrittenReference>(journal)?.into(),
        at: arguments.at.into(),
        description: arguments.note.description()?,
        metadata: arguments.note.metadata()?,
    })
}
