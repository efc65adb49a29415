//! Opening, showing and limiting accounts from the command line; listing and freezing them have files of their own.

mod list;
mod state;

use clap::{Args, Subcommand};

use crate::cli::args::{MetadataArgs, ModeArgs, ReasonArgs, parse};
use crate::cli::commands::account::list::ListArgs;
use crate::cli::commands::account::state::{CloseArgs, FreezeArgs, HistoryArgs};
use crate::cli::committed::Committed;
use crate::cli::context::{Context, Ending};
use crate::cli::failure::Failure;
use crate::cli::talk::say;
use crate::error::InputError;
use crate::facts::{AccountName, AccountType, Limits};
use crate::money::{Currency, Money};
use crate::requests::{AccountAction, AccountRequest, LimitChange, NewLimit};
use crate::wire::{AccountRecord, OpenedRecord};

#[derive(Subcommand)]
pub(in crate::cli) enum AccountCommand {
    /// Open an account
    #[command(after_help = OPEN_EXAMPLES)]
    Open(OpenArgs),
    /// List accounts by name
    #[command(after_help = list::HELP)]
    List(ListArgs),
    /// Show all that is known of an account
    #[command(after_help = "Example:\n  teller account show customers:alice --format json")]
    Show(ShowArgs),
    /// Change how far an account's balance may go, and how much may leave it
    #[command(after_help = LIMIT_EXAMPLES)]
    Limit(LimitArgs),
    /// Let nothing happen to an account for now
    #[command(after_help = "Examples:\n  teller account freeze customers:alice --reason 'court order 12/7'\n  \
        teller account freeze customers:alice --debits\n\nHolds can still be released.")]
    Freeze(FreezeArgs),
    /// Open the sides of an account again that were frozen
    #[command(after_help = "Example:\n  teller account unfreeze customers:alice --reason 'order lifted'")]
    Unfreeze(FreezeArgs),
    /// Close an account for ever
    #[command(after_help = "Examples:\n  teller account close customers:alice --dry-run\n  \
        teller account close customers:alice --to customers:bob --yes --reason 'moved to Bob'\n\n\
        Its balance must be zero, without open holds. With --to what it has is moved and it is closed, both or neither; \
        then the journal is shown.")]
    Close(CloseArgs),
    /// Show how an account was limited, frozen, annotated and closed, newest first
    #[command(after_help = "Example:\n  teller account history customers:alice")]
    History(HistoryArgs),
}

const OPEN_EXAMPLES: &str = "\
Examples:
  teller account open customers:alice --currency EUR
  teller account open customers:bob --currency EUR --overdraft 500 --description 'current account'
  teller account open expenses:rent --currency EUR
  teller account open fees:eur --currency EUR --type revenue

Without --type the first part of the name decides: assets, bank and cash are assets; liabilities and customers are \
liabilities; equity is equity; revenue and income are revenue; expenses are expenses; and any other name is a liability.

Opening the same account again changes nothing. A customer's account, a liability, cannot go below zero unless \
it is opened with --overdraft, --min-balance or --no-min-balance; accounts of other types can.";

const LIMIT_EXAMPLES: &str = "\
Examples:
  teller account limit customers:alice --overdraft 500
  teller account limit customers:alice --per-transfer 200 --per-day 1000.00 --per-month 5000
  teller account limit customers:alice --no-per-day

Days and months are calendar ones of UTC, by recorded time. A transfer counts when it is posted, a hold when it is \
placed; what is released of it in the same day or month is given back. Reversals neither count nor give back.";

#[derive(Args)]
pub(in crate::cli) struct OpenArgs {
    /// The name: a path of parts separated by colons
    name: String,
    /// The currency's code
    #[arg(long, value_name = "CODE")]
    currency: String,
    /// asset, liability, equity, revenue or expense [default: by the first part of the name, or else liability]
    #[arg(long = "type", value_name = "TYPE")]
    account_type: Option<AccountType>,
    #[command(flatten)]
    min_balance: MinBalanceArgs,
    /// The most that may be posted
    #[arg(long, value_name = "AMOUNT", allow_hyphen_values = true)]
    max_balance: Option<String>,
    /// Text for people to read
    #[arg(long, value_name = "TEXT")]
    description: Option<String>,
    #[command(flatten)]
    metadata: MetadataArgs,
    #[command(flatten)]
    mode: ModeArgs,
}

#[derive(Args)]
#[group(multiple = false)]
pub(in crate::cli) struct MinBalanceArgs {
    /// How far below zero it may go
    #[arg(long, value_name = "AMOUNT", allow_hyphen_values = true)]
    overdraft: Option<String>,
    /// The least that must stay available
    #[arg(long, value_name = "AMOUNT", allow_hyphen_values = true)]
    min_balance: Option<String>,
    /// No minimum
    #[arg(long)]
    no_min_balance: bool,
}

impl MinBalanceArgs {
    fn new_limit(&self, currency: Currency) -> Result<NewLimit, InputError> {
        if let Some(text) = &self.overdraft {
            let overdraft = Money::parse(text, currency)?.amount;
            // An amount is never negative, and every such amount has a negative.
            return Ok(overdraft.checked_neg().map_or(NewLimit::Keep, NewLimit::Set));
        }
        if let Some(text) = &self.min_balance {
            return Ok(NewLimit::Set(Money::parse_signed(text, currency)?.amount));
        }
        Ok(if self.no_min_balance { NewLimit::Remove } else { NewLimit::Keep })
    }
}

#[derive(Args)]
#[allow(clippy::struct_excessive_bools, reason = "each is a flag of its own")]
struct VelocityArgs {
    /// The most that may leave it in one transfer or hold
    #[arg(long, value_name = "AMOUNT", allow_hyphen_values = true)]
    per_transfer: Option<String>,
    /// No such limit
    #[arg(long, conflicts_with = "per_transfer")]
    no_per_transfer: bool,
    /// The most that may leave it in a day of UTC
    #[arg(long, value_name = "AMOUNT", allow_hyphen_values = true)]
    per_day: Option<String>,
    /// No such limit
    #[arg(long, conflicts_with = "per_day")]
    no_per_day: bool,
    /// The most that may leave it in a month of UTC
    #[arg(long, value_name = "AMOUNT", allow_hyphen_values = true)]
    per_month: Option<String>,
    /// No such limit
    #[arg(long, conflicts_with = "per_month")]
    no_per_month: bool,
}

/// What becomes of a limit that is given as an amount, or taken away by a flag.
fn new_limit(amount: Option<&str>, is_removed: bool, currency: Currency) -> Result<NewLimit, InputError> {
    match amount {
        Some(text) => Ok(NewLimit::Set(Money::parse_signed(text, currency)?.amount)),
        None if is_removed => Ok(NewLimit::Remove),
        None => Ok(NewLimit::Keep),
    }
}

#[derive(Args)]
pub(in crate::cli) struct ShowArgs {
    /// The account
    name: String,
}

#[derive(Args)]
pub(in crate::cli) struct LimitArgs {
    /// The account
    name: String,
    #[command(flatten)]
    min_balance: MinBalanceArgs,
    /// The most that may be posted
    #[arg(long, value_name = "AMOUNT", allow_hyphen_values = true)]
    max_balance: Option<String>,
    /// No maximum
    #[arg(long, conflicts_with = "max_balance")]
    no_max_balance: bool,
    #[command(flatten)]
    velocity: VelocityArgs,
    #[command(flatten)]
    reason: ReasonArgs,
    #[command(flatten)]
    mode: ModeArgs,
}

pub(in crate::cli) fn run(context: &Context, command: &AccountCommand) -> Result<Ending, Failure> {
    match command {
        AccountCommand::Open(arguments) => open(context, arguments),
        AccountCommand::List(arguments) => list::run(context, arguments),
        AccountCommand::Show(arguments) => show(context, arguments),
        AccountCommand::Limit(arguments) => limit(context, arguments),
        AccountCommand::Freeze(arguments) => state::freeze(context, arguments, AccountAction::Freeze),
        AccountCommand::Unfreeze(arguments) => state::freeze(context, arguments, AccountAction::Unfreeze),
        AccountCommand::Close(arguments) => state::close(context, arguments),
        AccountCommand::History(arguments) => state::history(context, arguments),
    }
}

fn open(context: &Context, arguments: &OpenArgs) -> Result<Ending, Failure> {
    let name: AccountName = parse(&arguments.name)?;
    let code = parse(&arguments.currency)?;
    let description = arguments.description.as_deref().map(parse).transpose()?;
    let metadata = arguments.metadata.metadata().map_err(InputError::from)?;
    let ledger = context.ledger_to_begin(arguments.mode.mode())?;
    let currency = ledger.get_currency(code)?.currency;
    let account_type = account_type(arguments, &name);
    let usual = Limits::default_for(account_type);
    let max_balance = arguments.max_balance.as_deref().map(|text| Money::parse_signed(text, currency)).transpose();
    let limits = Limits {
        min_balance: arguments.min_balance.new_limit(currency)?.or(usual.min_balance),
        max_balance: max_balance.map_err(InputError::from)?.map(|money| money.amount),
    };
    let request = AccountRequest { limits, description, metadata, ..AccountRequest::new(name, account_type, currency) };
    let opened = ledger.open_account(&request, arguments.mode.mode())?;
    context.committed(arguments.mode.mode(), Committed::new(format!("account {} is open", opened.account.name)));
    if opened.replayed {
        say(format_args!("Account {} was open already; nothing changed.", opened.account.name));
    }
    context.output.one(&OpenedRecord::from(&opened))?;
    Ok(Ending::Done)
}

/// The type that is given, or the one that the name tells. Says so where they differ, as the type can never be changed.
fn account_type(arguments: &OpenArgs, name: &AccountName) -> AccountType {
    let usual = AccountType::default_for(name);
    let Some(given) = arguments.account_type else { return usual };
    if AccountType::usual_for(name).is_some_and(|usual| usual != given) {
        let article = |account_type| {
            if matches!(account_type, AccountType::Asset | AccountType::Equity | AccountType::Expense) {
                "an"
            } else {
                "a"
            }
        };
        say(format_args!(
            "By its name {name} would be {} {usual}; it is asked for as {} {given}, which can never be changed.",
            article(usual),
            article(given)
        ));
    }
    given
}

fn show(context: &Context, arguments: &ShowArgs) -> Result<Ending, Failure> {
    let name = parse(&arguments.name)?;
    let account = context.ledger()?.get_account(&name)?;
    context.output.details(&AccountRecord::from(&account))?;
    Ok(Ending::Done)
}

fn limit(context: &Context, arguments: &LimitArgs) -> Result<Ending, Failure> {
    let name = parse(&arguments.name)?;
    let ledger = context.ledger()?;
    let currency = ledger.get_account(&name)?.currency;
    let velocity = &arguments.velocity;
    let change = LimitChange {
        min_balance: arguments.min_balance.new_limit(currency)?,
        max_balance: new_limit(arguments.max_balance.as_deref(), arguments.no_max_balance, currency)?,
        per_transfer: new_limit(velocity.per_transfer.as_deref(), velocity.no_per_transfer, currency)?,
        per_day: new_limit(velocity.per_day.as_deref(), velocity.no_per_day, currency)?,
        per_month: new_limit(velocity.per_month.as_deref(), velocity.no_per_month, currency)?,
    };
    let change = arguments.reason.change(context.actor()?, name, AccountAction::Limit(change))?;
    let account = ledger.change_account(&change, arguments.mode.mode())?;
    context.committed(arguments.mode.mode(), Committed::new(format!("the limits of account {} are set", account.name)));
    context.output.one(&AccountRecord::from(&account))?;
    Ok(Ending::Done)
}
