//! Listing accounts by name, filtered and page by page.

use clap::Args;

use crate::cli::args::{metadata_of, parse};
use crate::cli::context::{Context, Ending};
use crate::cli::failure::Failure;
use crate::cli::lookup::{BoundedArgs, Shown, faster_by_metadata};
use crate::error::Error;
use crate::facts::{AccountName, AccountState, AccountType, NamePrefix};
use crate::ledger::{AccountFilter, AccountListPage, ListOrder};
use crate::store::MetadataOf;
use crate::wire::{AccountCursor, AccountRecord};

pub(super) const HELP: &str = "\
Examples:
  teller account list --prefix customers:
  teller account list --type liability --currency EUR --state frozen
  teller account list --metadata tier=gold

Filters can be given together; metadata is what stands beside an account now. Accounts are found by the \
beginnings of their names; other filters read all accounts that begin so, page by page.";

const STATE_HELP: &str = "Only those that stand so: open, frozen, debits_frozen, credits_frozen or closed";

/// The filters. A cursor carries those of its list.
#[derive(Args)]
#[group(id = "filters", multiple = true, conflicts_with = "cursor")]
struct FilterArgs {
    /// Only names that begin with this
    #[arg(long)]
    prefix: Option<NamePrefix>,
    /// Only those of this type: asset, liability, equity, revenue or expense
    #[arg(long = "type", value_name = "TYPE")]
    account_type: Option<AccountType>,
    /// Only those in this currency
    #[arg(long, value_name = "CODE")]
    currency: Option<String>,
    #[arg(long, value_name = "STATE", value_parser = state, help = STATE_HELP)]
    state: Option<AccountState>,
    /// Only those beside which this is kept now; can be given again
    #[arg(long, value_name = "KEY=VALUE")]
    metadata: Vec<String>,
}

#[derive(Args)]
pub(in crate::cli) struct ListArgs {
    #[command(flatten)]
    filters: FilterArgs,
    #[command(flatten)]
    bounded: BoundedArgs,
    /// Where to go on: the cursor that the page before told, which carries the filters
    #[arg(long, value_name = "CURSOR")]
    cursor: Option<String>,
}

fn state(word: &str) -> Result<AccountState, String> {
    let words = || AccountState::ALL.iter().map(|state| state.as_str()).collect::<Vec<_>>().join(", ");
    AccountState::from_word(word).ok_or_else(|| format!("it is one of {}", words()))
}

impl FilterArgs {
    fn filter(&self) -> Result<AccountFilter, Error> {
        Ok(AccountFilter {
            prefix: self.prefix.clone().unwrap_or_default(),
            account_type: self.account_type,
            currency: self.currency.as_deref().map(parse).transpose()?,
            state: self.state,
            metadata: metadata_of(&self.metadata)?,
        })
    }
}

pub(super) fn run(context: &Context, arguments: &ListArgs) -> Result<Ending, Failure> {
    let cursor = arguments.cursor.as_deref().map(str::parse::<AccountCursor>).transpose().map_err(Failure::usage)?;
    let (filter, after) = match cursor {
        Some(AccountCursor { filter, after }) => (filter, Some(after)),
        None => (arguments.filters.filter()?, None),
    };
    let ledger = context.ledger()?;
    let read = |after: Option<&AccountName>, limit, reads_max| {
        let page = ledger.list_accounts_by(&filter, &AccountListPage { after: after.cloned(), limit, reads_max })?;
        Ok((page.accounts.iter().map(AccountRecord::from).collect(), page.next, page.is_cut))
    };
    let cursor = |after| AccountCursor { filter: filter.clone(), after };
    let columns = &AccountRecord::listed();
    let faster = faster_by_metadata(&ledger, MetadataOf::Accounts, &filter.metadata)?;
    let shown = Shown { columns, nothing: "No accounts.", noun: "account", order: ListOrder::Oldest, faster };
    arguments.bounded.list(context, after, &shown, read, cursor)
}
