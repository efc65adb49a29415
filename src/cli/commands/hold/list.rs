//! Listing holds, filtered by account, state, amount and time.

use clap::{Args, ValueEnum};

use crate::cli::args::parse;
use crate::cli::context::{Context, Ending};
use crate::cli::failure::Failure;
use crate::cli::lookup::{LookupArgs, Shown, WhenArgs, faster_by_metadata};
use crate::cli::times::Times;
use crate::error::Error;
use crate::facts::HoldState;
use crate::ledger::{HoldFilter, ListOrder, ListPage};
use crate::store::MetadataOf;
use crate::wire::{HoldCursor, HoldRecord, Record, read_amount};

pub(super) const HELP: &str = "\
Examples:
  teller hold list
  teller hold list --account customers:alice
  teller hold list --state expired --month 2026-01 --order newest
  teller hold list --account customers:alice --state any --min 100.00

With --account only the open ones of that account are listed, unless --state says otherwise. Amounts are those that \
were held at first, each in its own currency. A span holds its first moment and not its last, by recorded time.";

/// The filters that only holds have.
#[derive(Args)]
#[group(id = "filters", multiple = true, conflicts_with = "cursor")]
struct FilterArgs {
    /// Only those of this account, on either side
    #[arg(long, value_name = "NAME")]
    account: Option<String>,
    /// Only those that stand so now [default: open with --account, or else any]
    #[arg(long, value_enum)]
    state: Option<State>,
    /// Only those of at least this amount
    #[arg(long, value_name = "AMOUNT", allow_hyphen_values = true)]
    min: Option<String>,
    /// Only those of at most this amount
    #[arg(long, value_name = "AMOUNT", allow_hyphen_values = true)]
    max: Option<String>,
}

/// How a hold stands.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum State {
    /// Something is left to capture
    Open,
    /// All of it was captured
    Captured,
    /// What was left was released
    Released,
    /// What was left expired
    Expired,
    /// Whichever
    Any,
}

#[derive(Args)]
pub(super) struct ListArgs {
    #[command(flatten)]
    filters: FilterArgs,
    #[command(flatten)]
    when: WhenArgs,
    #[command(flatten)]
    lookup: LookupArgs,
}

impl FilterArgs {
    fn filter(&self, when: &WhenArgs, times: Times<'_>) -> Result<HoldFilter, Error> {
        let amount = |text: &Option<String>| text.as_deref().map(read_amount).transpose();
        Ok(HoldFilter {
            account: self.account.as_deref().map(parse).transpose()?,
            state: self.state(),
            min: amount(&self.min)?,
            max: amount(&self.max)?,
            recorded: when.recorded(times, ListOrder::Oldest)?,
        })
    }

    const fn state(&self) -> Option<HoldState> {
        match self.state {
            Some(State::Open) => Some(HoldState::Open),
            Some(State::Captured) => Some(HoldState::Captured),
            Some(State::Released) => Some(HoldState::Released),
            Some(State::Expired) => Some(HoldState::Expired),
            None if self.account.is_some() => Some(HoldState::Open),
            Some(State::Any) | None => None,
        }
    }
}

pub(super) fn run(context: &Context, arguments: &ListArgs) -> Result<Ending, Failure> {
    let cursor = arguments.lookup.cursor::<HoldCursor>()?;
    let ledger = context.ledger()?;
    let (filter, from) = match cursor {
        Some(HoldCursor { filter, from }) => (filter, Some(from)),
        None => (arguments.filters.filter(&arguments.when, context.times(&ledger))?, None),
    };
    let read = |page: ListPage| {
        let page = ledger.list_holds_by(&filter, page)?;
        Ok((page.holds.iter().map(HoldRecord::from).collect(), page.next, page.cut_at.is_some()))
    };
    let cursor = |from| HoldCursor { filter: filter.clone(), from };
    let noun = if filter.account.is_some() { "transfer" } else { "hold" };
    let faster = faster_by_metadata(&ledger, MetadataOf::Transfers, &filter.recorded.metadata)?;
    let shown =
        Shown { columns: &HoldRecord::table(), nothing: "No holds.", noun, order: filter.recorded.order, faster };
    arguments.lookup.list(context, from, &shown, read, cursor)
}
