//! What may happen to an account: freezing, closing, and the record of it.

use clap::Args;

use crate::cli::args::{ModeArgs, ReasonArgs, parse};
use crate::cli::asking::YesArgs;
use crate::cli::committed::Committed;
use crate::cli::context::{Context, Ending};
use crate::cli::failure::Failure;
use crate::cli::pages::{PageArgs, say_older};
use crate::cli::request::show;
use crate::cli::talk::say;
use crate::facts::{AccountName, Metadata, TransferId};
use crate::ledger::{Ledger, Mode};
use crate::money::Amount;
use crate::requests::{
    AccountAction, AccountChange, JournalRequest, Operation, Parties, Quantity, Sides, TransferRequest,
};
use crate::wire::{AccountEventRecord, AccountRecord};

#[derive(Args)]
pub(in crate::cli) struct FreezeArgs {
    /// The account
    name: String,
    /// Only debits
    #[arg(long, conflicts_with = "credits")]
    debits: bool,
    /// Only credits
    #[arg(long)]
    credits: bool,
    #[command(flatten)]
    reason: ReasonArgs,
    #[command(flatten)]
    mode: ModeArgs,
}

#[derive(Args)]
pub(in crate::cli) struct CloseArgs {
    /// The account
    name: String,
    /// Move all that it has to this account first
    #[arg(long, value_name = "ACCOUNT")]
    to: Option<String>,
    #[command(flatten)]
    yes: YesArgs,
    #[command(flatten)]
    reason: ReasonArgs,
    #[command(flatten)]
    mode: ModeArgs,
}

#[derive(Args)]
pub(in crate::cli) struct HistoryArgs {
    /// The account
    name: String,
    #[command(flatten)]
    limit: PageArgs,
    /// Where to go on: the cursor that the page before told
    #[arg(long, value_name = "CURSOR")]
    cursor: Option<i64>,
}

pub(in crate::cli) fn freeze(
    context: &Context,
    arguments: &FreezeArgs,
    action: fn(Sides) -> AccountAction,
) -> Result<Ending, Failure> {
    let sides = match (arguments.debits, arguments.credits) {
        (true, _) => Sides::Debits,
        (false, true) => Sides::Credits,
        (false, false) => Sides::Both,
    };
    let change = arguments.reason.change(context.actor()?, parse(&arguments.name)?, action(sides))?;
    apply(context, &context.ledger()?, &change, arguments.mode.mode())
}

pub(in crate::cli) fn close(context: &Context, arguments: &CloseArgs) -> Result<Ending, Failure> {
    let name: AccountName = parse(&arguments.name)?;
    let heir: Option<AccountName> = arguments.to.as_deref().map(parse).transpose()?;
    let change = arguments.reason.change(context.actor()?, name.clone(), AccountAction::Close)?;
    let mode = arguments.mode.mode();
    arguments.yes.confirm(&format!("closing account {name} for ever"), mode)?;
    let ledger = context.ledger()?;
    match heir {
        Some(heir) if ledger.get_account(&name)?.posted() != Amount::ZERO => {
            let id = TransferId::fresh(ledger.clock().now());
            let legs = vec![Operation::Transfer(all_of(id, name, heir)), change.into()];
            // Nobody gives the id again: the same command finds the account closed.
            let receipt = ledger.submit_one(JournalRequest::new(id, legs).into(), mode)?;
            show(context, &receipt, mode)
        }
        _ => apply(context, &ledger, &change, mode),
    }
}

/// Moves all that an account has.
fn all_of(id: TransferId, account: AccountName, against: AccountName) -> TransferRequest {
    TransferRequest {
        id: id.into(),
        parties: Parties::Fall { account, against },
        quantity: Quantity::All,
        effective_at: None,
        description: None,
        metadata: Metadata::default(),
        conditions: Vec::new(),
    }
}

fn apply(context: &Context, ledger: &Ledger, change: &AccountChange, mode: Mode) -> Result<Ending, Failure> {
    let account = ledger.change_account(change, mode)?;
    context.committed(mode, Committed::new(format!("account {} is {}", account.name, account.state)));
    if mode == Mode::DryRun {
        say("Dry run: this is what it would be like; nothing was changed.");
    }
    context.output.one(&AccountRecord::from(&account))?;
    Ok(Ending::Done)
}

pub(in crate::cli) fn history(context: &Context, arguments: &HistoryArgs) -> Result<Ending, Failure> {
    let name = parse(&arguments.name)?;
    let ledger = context.ledger()?;
    let mut list = context.output.list();
    let next = arguments.limit.fetch(&context.output, arguments.cursor, |cursor, rows_max| {
        let (account, events) = ledger.account_events(&name, cursor.copied(), rows_max)?;
        let records: Vec<_> = events.iter().map(|event| AccountEventRecord::new(&account, event)).collect();
        list.add_with(&records, &AccountEventRecord::columns_for(&records))?;
        // The first event has the number 1.
        Ok((records.len(), events.last().map(|event| event.number).filter(|&number| number > 1)))
    })?;
    if list.count() == 0 {
        say(format_args!("Account {name} was never changed."));
    }
    list.end(next)?;
    say_older(next);
    Ok(Ending::Done)
}
