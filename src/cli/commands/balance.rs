//! Showing balances of single accounts or of all accounts below a path, now or as of a moment.

use clap::Args;

use crate::cli::args::parse;
use crate::cli::context::{Context, Ending};
use crate::cli::failure::Failure;
use crate::cli::talk::say;
use crate::cli::times::Times;
use crate::error::Error;
use crate::facts::{Account, AccountName};
use crate::ledger::{AsOf, Bound, Ledger, TableRequest};
use crate::money::Money;
use crate::wire::BalanceRecord;

#[derive(Args)]
#[command(after_help = "Examples:\n  teller balance\n  teller balance customers:alice customers:bob --format json\n  \
    teller balance customers:alice --at 2026-01-31\n  \
    teller balance customers:alice --at 2026-01-31 --recorded-at 2026-02-05T12:00:00Z\n  \
    teller balance customers: --depth 2 --month 2026-01\n\n\
    Several accounts are shown as they stood at one moment. Without a time everything counts that is recorded, \
    forward-dated transfers too. --at is what counted for the books then, --recorded-at what the ledger knew then, and both together what it knew then of what counted then. A day, a month and a year stand for their last moment. A name that ends \
    with a colon stands for all accounts below it, added up by the first parts of their names.")]
pub(in crate::cli) struct BalanceArgs {
    /// The accounts; or one path that ends with a colon, which stands for all accounts below it
    #[arg(value_name = "ACCOUNT", default_value = ":")]
    accounts: Vec<String>,
    /// What counted for the books by the end of this day, month, year or time: 2026-01-31
    #[arg(long, value_name = "TIME")]
    at: Option<String>,
    /// What counted by the end of this month: 2026-01
    #[arg(long, value_name = "MONTH", conflicts_with = "at")]
    month: Option<String>,
    /// What was recorded by the end of this day, month, year or time
    #[arg(long, value_name = "TIME")]
    recorded_at: Option<String>,
    /// How many parts of the names tell the rows apart [default: as many as the path has]
    #[arg(long, value_name = "PARTS")]
    depth: Option<usize>,
}

impl BalanceArgs {
    const fn is_as_of(&self) -> bool {
        self.at.is_some() || self.month.is_some() || self.recorded_at.is_some()
    }
}

pub(in crate::cli) fn run(context: &Context, arguments: &BalanceArgs) -> Result<Ending, Failure> {
    let is_path = |name: &String| name.ends_with(':');
    match &arguments.accounts[..] {
        [path] if is_path(path) => return by_path(context, arguments, path),
        names if names.iter().any(is_path) => {
            return Err(Failure::usage(
                "a path that ends with a colon stands alone: teller balance customers: --depth 2",
            ));
        }
        _ if arguments.depth.is_some() => {
            return Err(Failure::usage(
                "--depth needs a path that ends with a colon: teller balance customers: --depth 2",
            ));
        }
        _ => {}
    }
    let names = arguments.accounts.iter().map(|name| parse(name)).collect::<Result<Vec<AccountName>, _>>()?;
    if arguments.is_as_of() {
        return as_of(context, arguments, &names);
    }
    let accounts = context.ledger()?.get_accounts(&names)?;
    context.output.many(&accounts.iter().map(BalanceRecord::from).collect::<Vec<_>>())?;
    Ok(Ending::Done)
}

/// The moments that are asked for: the last ones of what is given.
fn moments(times: Times<'_>, arguments: &BalanceArgs) -> Result<AsOf, Error> {
    let effective_at = match &arguments.month {
        Some(month) => Some(times.month(month)?.last),
        None => times.last(arguments.at.as_deref())?,
    };
    Ok(AsOf { effective_at, recorded_at: times.last(arguments.recorded_at.as_deref())? })
}

fn as_of(context: &Context, arguments: &BalanceArgs, names: &[AccountName]) -> Result<Ending, Failure> {
    let ledger = context.ledger()?;
    let as_of = moments(context.times(&ledger), arguments)?;
    let balances = ledger.balances_as_of(names, as_of)?;
    let record = |(account, posted): &(Account, Money)| BalanceRecord::as_of_moments(account, *posted, as_of);
    context.output.many_with(&balances.iter().map(record).collect::<Vec<_>>(), &BalanceRecord::as_of())?;
    Ok(Ending::Done)
}

fn by_path(context: &Context, arguments: &BalanceArgs, path: &str) -> Result<Ending, Failure> {
    let prefix = if path == ":" { "" } else { path };
    let depth = arguments.depth.unwrap_or_else(|| prefix.matches(':').count()).max(1);
    let ledger = context.ledger()?;
    if arguments.is_as_of() {
        let as_of = moments(context.times(&ledger), arguments)?;
        return by_path_as_of(context, &ledger, (prefix, depth), as_of);
    }
    let balances = ledger.balances_by_path(prefix, depth)?;
    let records: Vec<_> = balances.iter().map(BalanceRecord::from).collect();
    context.output.many_with(&records, &BalanceRecord::of_path())?;
    if records.is_empty() {
        match prefix {
            "" => say("There are no accounts."),
            prefix => say(format_args!("No account's name begins with {prefix:?}.")),
        }
    }
    Ok(Ending::Done)
}

fn by_path_as_of(
    context: &Context,
    ledger: &Ledger,
    (prefix, depth): (&str, usize),
    as_of: AsOf,
) -> Result<Ending, Failure> {
    let request = TableRequest {
        prefix: prefix.into(),
        depth: Some(depth),
        bounds: vec![as_of.effective_at.map_or(Bound::END, Bound::behind)],
        recorded_at: as_of.recorded_at,
        ..TableRequest::default()
    };
    let table = ledger.balance_table(&request, &mut |_| {})?;
    let records: Vec<_> = table.rows.iter().map(|row| BalanceRecord::of_row(row, as_of)).collect();
    context.output.many_with(&records, &BalanceRecord::of_path_as_of())?;
    Ok(Ending::Done)
}
