//! Listing transfers, newest first, filtered by account, kind, amount and what they belong to.

use clap::Args;

use crate::cli::args::parse;
use crate::cli::context::{Context, Ending};
use crate::cli::failure::Failure;
use crate::cli::lookup::{LookupArgs, Shown, WhenArgs, faster_by_metadata};
use crate::cli::times::Times;
use crate::error::Error;
use crate::facts::TransferKind;
use crate::ledger::{ListOrder, ListPage, Mode, TransferFilter};
use crate::money::WrittenAmount;
use crate::store::MetadataOf;
use crate::wire::{TransferCursor, TransferRecord, read_amount};

pub(super) const HELP: &str = "\
Examples:
  teller transfer list
  teller transfer list --account customers:alice --min 100.00
  teller transfer list --kind reversal --month 2026-01
  teller transfer list --hold order-7
  teller transfer list --account customers:alice --metadata invoice=2026-117 --order oldest

Filters can be given together. Amounts are compared in each transfer's own currency. A span holds its first moment \
and not its last, by recorded time. A key, a journal, a hold, a reversed transfer and an account are found at once; without \
any of them the book is read from its newest or oldest transfer on, or from an end of the span. A transfer that was \
recorded while a clock was wrong by minutes can be missing from a span, but never with --account. \
Metadata is what stands beside a transfer now.";

/// The filters. A cursor carries those of its list.
#[derive(Args)]
#[group(id = "filters", multiple = true, conflicts_with = "cursor")]
struct FilterArgs {
    /// Only those of this account, on either side
    #[arg(long, value_name = "NAME")]
    account: Option<String>,
    /// Only those of this kind: transfer, hold, capture, release or reversal
    #[arg(long, value_parser = kind, value_name = "KIND")]
    kind: Option<TransferKind>,
    /// Only those of this journal: its id, its key, or @ and the sequence of one of its transfers
    #[arg(long, value_name = "JOURNAL")]
    journal: Option<String>,
    /// Only this hold, its captures and its release: its id, its key, or @ and its sequence
    #[arg(long, value_name = "HOLD")]
    hold: Option<String>,
    /// Only the reversals of this transfer: its id, its key, or @ and its sequence
    #[arg(long, value_name = "TRANSFER")]
    reversed: Option<String>,
    /// Only those that the request with this key made
    #[arg(long, value_name = "KEY")]
    key: Option<String>,
    /// Only those of at least this amount
    #[arg(long, value_name = "AMOUNT", allow_hyphen_values = true)]
    min: Option<String>,
    /// Only those of at most this amount
    #[arg(long, value_name = "AMOUNT", allow_hyphen_values = true)]
    max: Option<String>,
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

fn kind(word: &str) -> Result<TransferKind, String> {
    let words = || TransferKind::ALL.iter().map(|kind| kind.as_str()).collect::<Vec<_>>().join(", ");
    TransferKind::from_word(word).ok_or_else(|| format!("it is one of {}", words()))
}

impl FilterArgs {
    fn filter(&self, when: &WhenArgs, times: Times<'_>) -> Result<TransferFilter, Error> {
        let amount = |text: &Option<String>| text.as_deref().map(read_amount).transpose();
        let (min, max): (Option<WrittenAmount>, Option<WrittenAmount>) = (amount(&self.min)?, amount(&self.max)?);
        let ledger = times.ledger;
        Ok(TransferFilter {
            account: self.account.as_deref().map(parse).transpose()?,
            kind: self.kind,
            journal: self.journal.as_deref().map(|text| ledger.refer_to_journal(text)).transpose()?,
            hold: self.hold.as_deref().map(|text| ledger.refer(text)).transpose()?,
            reversed: self.reversed.as_deref().map(|text| ledger.refer(text)).transpose()?,
            key: self.key.as_deref().map(parse).transpose()?,
            min,
            max,
            recorded: when.recorded(times, ListOrder::Newest)?,
        })
    }
}

pub(super) fn run(context: &Context, arguments: &ListArgs) -> Result<Ending, Failure> {
    let cursor = arguments.lookup.cursor::<TransferCursor>()?;
    let ledger = context.ledger()?;
    let (filter, from) = match cursor {
        Some(TransferCursor { filter, from }) => (filter, Some(from)),
        None => (arguments.filters.filter(&arguments.when, context.times(&ledger))?, None),
    };
    let read = |page: ListPage| {
        let page = ledger.list_transfers(&filter, page)?;
        let records = page.transfers.iter().map(|posted| TransferRecord::new(posted, Mode::Commit)).collect();
        Ok((records, page.next, page.cut_at.is_some()))
    };
    let cursor = |from| TransferCursor { filter: filter.clone(), from };
    let columns = &TransferRecord::listed();
    let faster = faster_by_metadata(&ledger, MetadataOf::Transfers, &filter.recorded.metadata)?;
    let shown = Shown { columns, nothing: "No transfers.", noun: "transfer", order: filter.recorded.order, faster };
    arguments.lookup.list(context, from, &shown, read, cursor)
}
