//! Listing the book's currencies, and registering those that ISO 4217 does not have.

use clap::{Args, Subcommand};

use crate::cli::args::{ModeArgs, ReasonArgs, parse};
use crate::cli::committed::Committed;
use crate::cli::context::{Context, Ending};
use crate::cli::failure::Failure;
use crate::error::InputError;
use crate::facts::Signature;
use crate::ledger::NamedCurrency;
use crate::money::Currency;
use crate::wire::CurrencyRecord;

#[derive(Subcommand)]
pub(in crate::cli) enum CurrencyCommand {
    /// List all currencies
    #[command(after_help = "Example:\n  teller currency list --format csv")]
    List,
    /// Register a currency that is not in ISO 4217
    #[command(after_help = "Example:\n  teller currency add USDC --exponent 6 --name 'USD Coin'\n\n\
        The exponent can never be changed: it is part of every amount.")]
    Add(AddArgs),
}

#[derive(Args)]
pub(in crate::cli) struct AddArgs {
    /// The code: 3 to 12 upper-case letters and digits
    code: String,
    /// The number of decimals, 0 to 18
    #[arg(long, value_name = "DECIMALS")]
    exponent: u8,
    /// What people call it
    #[arg(long, value_name = "TEXT")]
    name: String,
    #[command(flatten)]
    reason: ReasonArgs,
    #[command(flatten)]
    mode: ModeArgs,
}

pub(in crate::cli) fn run(context: &Context, command: &CurrencyCommand) -> Result<Ending, Failure> {
    match command {
        CurrencyCommand::List => list(context),
        CurrencyCommand::Add(arguments) => add(context, arguments),
    }
}

fn list(context: &Context) -> Result<Ending, Failure> {
    let currencies = context.ledger()?.list_currencies()?;
    let records: Vec<_> = currencies.iter().map(CurrencyRecord::from).collect();
    context.output.many(&records)?;
    Ok(Ending::Done)
}

fn add(context: &Context, arguments: &AddArgs) -> Result<Ending, Failure> {
    let currency = Currency::new(parse(&arguments.code)?, arguments.exponent).map_err(InputError::from)?;
    let named = NamedCurrency { currency, name: parse(&arguments.name)? };
    let (actor, reason) = arguments.reason.signed(context.actor()?)?;
    let signature = Signature { actor, reason };
    let mode = arguments.mode.mode();
    let registered = context.ledger()?.add_currency(&named, &signature, mode)?;
    let committed = format!("currency {} is registered", registered.currency.code());
    context.committed(mode, Committed::new(committed));
    context.output.one(&CurrencyRecord::from(&registered))?;
    Ok(Ending::Done)
}
