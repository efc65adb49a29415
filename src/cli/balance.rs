use clap::Args;

use super::args::parse;
use super::failure::Failure;
use super::output::Columns;
use super::{Context, Ending};
use crate::formats::BalanceRecord;
use crate::rules::AccountName;

const COLUMNS: Columns = &["account", "currency", "posted", "held", "available"];

#[derive(Args)]
#[command(after_help = "Example:\n  teller balance customers:alice customers:bob --format json\n\n\
    Several accounts are shown as they stood at one moment. In JSON one account is an object, several are an array.")]
pub(super) struct BalanceArgs {
    /// The accounts
    #[arg(required = true, value_name = "ACCOUNT")]
    accounts: Vec<String>,
}

pub(super) fn run(context: &Context, arguments: &BalanceArgs) -> Result<Ending, Failure> {
    let names = arguments.accounts.iter().map(|name| parse(name)).collect::<Result<Vec<AccountName>, _>>()?;
    let accounts = context.ledger()?.get_accounts(&names)?;
    let records: Vec<_> = accounts.iter().map(BalanceRecord::from).collect();
    match &records[..] {
        [one] => context.output.one(one, COLUMNS)?,
        many => context.output.many(many, COLUMNS)?,
    }
    Ok(Ending::Done)
}
