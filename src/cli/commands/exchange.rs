//! Exchanging money between accounts of two currencies at a given rate, with an optional fee.

use clap::Args;

use crate::cli::args::parse;
use crate::cli::context::{Context, Ending};
use crate::cli::failure::Failure;
use crate::cli::request::{NoteArgs, answer_to, show};
use crate::cli::talk::say;
use crate::error::{Error, InputError};
use crate::ledger::Mode;
use crate::money::Rounding;
use crate::requests::ExchangeRequest;
use crate::wire::read_amount;

/// What is exchanged for what.
#[derive(Args)]
#[command(after_help = "Examples:\n  teller exchange alice:usd alice:eur 10.00 --rate 0.9263\n  \
    teller exchange alice:usd alice:eur 10.00 --rate 0.9263 --rounding down --fee 0.25 --key exchange-1\n\n\
    One journal over the bank's accounts fx:usd and fx:eur, which are opened when they are first used. The rate is how \
    much one unit of FROM's currency is worth in TO's; it and the rounding are kept with each transfer. The fee goes to \
    fees:usd.")]
pub(in crate::cli) struct ExchangeArgs {
    /// The account that falls
    from: String,
    /// The account that rises, in another currency
    to: String,
    /// By how much FROM falls, in its currency
    #[arg(allow_hyphen_values = true)]
    amount: String,
    /// How much one unit of FROM's currency is worth in TO's
    #[arg(long, value_name = "RATE", allow_hyphen_values = true)]
    rate: String,
    /// What becomes of parts of a minor unit: half-even, half-up, down or up
    #[arg(long, value_name = "ROUNDING", default_value = "half-even")]
    rounding: Rounding,
    /// What FROM pays beside, in its currency
    #[arg(long, value_name = "AMOUNT", allow_hyphen_values = true)]
    fee: Option<String>,
    /// When it counts for the books: 2026-01-31 for its first moment, or a time like 2026-01-31T12:00
    #[arg(long, value_name = "TIME")]
    effective_at: Option<String>,
    #[command(flatten)]
    note: NoteArgs,
}

pub(in crate::cli) fn run(context: &Context, arguments: &ExchangeArgs) -> Result<Ending, Failure> {
    let from = parse(&arguments.from)?;
    let to = parse(&arguments.to)?;
    let rate = arguments.rate.parse().map_err(|error| Error::from(InputError::from(error)))?;
    let ledger = context.ledger()?;
    let fee = arguments.fee.as_deref().map(read_amount).transpose();
    let request = ExchangeRequest {
        id: arguments.note.id.id(&ledger).map_err(Error::from)?,
        from,
        to,
        sold: read_amount(&arguments.amount).map_err(Error::from)?.into(),
        rate,
        rounding: arguments.rounding,
        fee: fee.map_err(Error::from)?.map(Into::into),
        effective_at: context.times(&ledger).first(arguments.effective_at.as_deref())?,
        description: arguments.note.description()?,
        metadata: arguments.note.metadata().map_err(Error::from)?,
    };
    let mode = arguments.note.mode.mode();
    let answer = answer_to(context, &request.id, mode, || ledger.exchange_written(&request, mode))?;
    for account in &answer.opened {
        let verb = if mode == Mode::DryRun { "Would open" } else { "Opened" };
        say(format_args!("{verb} the account {} for {}.", account.name, account.currency.code()));
    }
    say(format_args!("{} for {}.", answer.bought, answer.sold));
    show(context, &answer.receipt, mode)
}
