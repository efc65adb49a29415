//! What commands have in common that make transfers.

use clap::Args;

use crate::cli::advice;
use crate::cli::args::{MetadataArgs, ModeArgs, parse};
use crate::cli::committed::Committed;
use crate::cli::context::{Context, Ending};
use crate::cli::failure::Failure;
use crate::cli::format::Format;
use crate::cli::talk::say;
use crate::cli::times::Times;
use crate::cli::years::is_far;
use crate::error::{Error, InputError};
use crate::facts::{AccountName, Description, Instant, Key, Metadata, RequestId, TransferId};
use crate::ledger::{Ledger, Mode, Receipt};
use crate::money::WrittenAmount;
use crate::requests::{
    Condition, Operation, Parties, Place, Placed, Quantity, Remainder, Request, TransferRequest, Written,
};
use crate::wire::{ReceiptRecord, TransferRecord, read_balance, read_quantity, read_up_to, read_version};

/// Reads an id. Where it is none, a key may have been meant.
fn parse_id(text: &str) -> Result<TransferId, String> {
    text.parse().map_err(|problem| format!("{problem}, or {}", advice::KEY_FOR_ID))
}

/// What makes a request the same request when it is sent again.
#[derive(Args)]
pub(super) struct IdArgs {
    /// A text that makes this the same request when it is sent again
    #[arg(long, visible_alias = "key", value_name = "TEXT", conflicts_with = "id")]
    idempotency_key: Option<String>,
    /// The request's own id, made before it is first sent
    #[arg(long, value_name = "UUID", value_parser = parse_id)]
    id: Option<TransferId>,
}

impl IdArgs {
    /// The id that is given.
    pub(super) fn given(&self) -> Result<Option<RequestId>, InputError> {
        match &self.idempotency_key {
            Some(key) => Ok(Some(key.parse::<Key>()?.into())),
            None => Ok(self.id.map(RequestId::from)),
        }
    }

    /// The id that is given, or else a fresh one.
    pub(super) fn id(&self, ledger: &Ledger) -> Result<RequestId, InputError> {
        Ok(self.given()?.unwrap_or_else(|| TransferId::fresh(ledger.clock().now()).into()))
    }
}

/// What every request can say.
#[derive(Args)]
pub(super) struct NoteArgs {
    #[command(flatten)]
    pub(super) id: IdArgs,
    /// Text for people to read
    #[arg(long, value_name = "TEXT")]
    description: Option<String>,
    #[command(flatten)]
    metadata: MetadataArgs,
    #[command(flatten)]
    pub(super) mode: ModeArgs,
}

impl NoteArgs {
    pub(super) fn description(&self) -> Result<Option<Description>, Error> {
        self.description.as_deref().map(parse).transpose()
    }

    pub(super) fn metadata(&self) -> Result<Metadata, InputError> {
        Ok(self.metadata.metadata()?)
    }
}

/// How much.
#[derive(Args)]
pub(super) struct QuantityArgs {
    /// How much, in the first account's currency; all for as much as is available
    #[arg(allow_hyphen_values = true, required_unless_present = "up_to", conflicts_with = "up_to")]
    pub(super) amount: Option<String>,
    /// As much as is available, but no more than this
    #[arg(long, value_name = "AMOUNT", allow_hyphen_values = true)]
    pub(super) up_to: Option<String>,
}

/// How much, where all of it is meant if nothing is said.
pub(super) fn quantity(
    amount: Option<&str>,
    up_to: Option<&str>,
) -> Result<Quantity<Placed<WrittenAmount>>, InputError> {
    match (amount, up_to) {
        (_, Some(most)) => read_up_to(most, Place::default()),
        (Some(amount), None) => read_quantity(amount, Place::default()),
        (None, None) => Ok(Quantity::All),
    }
}

/// What a request between two accounts can say.
#[derive(Args)]
pub(super) struct RequestArgs {
    #[command(flatten)]
    pub(super) note: NoteArgs,
    /// When it counts for the books: 2026-01-31 for its first moment, or a time like 2026-01-31T12:00
    #[arg(long, value_name = "TIME")]
    effective_at: Option<String>,
    /// Only where so many transfers have touched the account, the first one unless ACCOUNT= says which; can be given again
    #[arg(long, value_name = "[ACCOUNT=]N")]
    if_version: Vec<String>,
    /// Only where the account's posted balance compares so, as in '>= 100.00' or 'ACCOUNT < 5'; can be given again
    #[arg(long, value_name = "CONDITION", allow_hyphen_values = true)]
    if_balance: Vec<String>,
}

impl RequestArgs {
    /// The request, with an amount that is in the currency of the account that is named first.
    pub(super) fn request(
        &self,
        times: Times<'_>,
        parties: Parties,
        arguments: &QuantityArgs,
    ) -> Result<TransferRequest<Written>, Failure> {
        let quantity = quantity(arguments.amount.as_deref(), arguments.up_to.as_deref()).map_err(Error::from)?;
        self.request_of(times, parties, quantity)
    }

    /// The request, with an amount that is known.
    pub(super) fn request_of(
        &self,
        times: Times<'_>,
        parties: Parties,
        quantity: Quantity<Placed<WrittenAmount>>,
    ) -> Result<TransferRequest<Written>, Failure> {
        Ok(TransferRequest {
            id: self.note.id.id(times.ledger).map_err(Error::from)?,
            quantity,
            effective_at: self.effective_at(times)?,
            description: self.note.description()?,
            metadata: self.note.metadata().map_err(Error::from)?,
            conditions: self.conditions(parties.names()[0]).map_err(Error::from)?,
            parties,
        })
    }

    /// When it counts, which is said where the year may be a slip.
    fn effective_at(&self, times: Times<'_>) -> Result<Option<Instant>, Error> {
        let time = times.first(self.effective_at.as_deref())?;
        if let Some(time) = time.filter(|time| is_far(*time, times.now())) {
            say(format_args!("It counts at {time}, more than ten years from now."));
        }
        Ok(time)
    }

    fn conditions(&self, first: &AccountName) -> Result<Vec<Condition<Placed<WrittenAmount>>>, InputError> {
        let versions = self.if_version.iter().map(|text| read_version(text, first));
        let balances = self.if_balance.iter().map(|text| read_balance(text, first, Place::default()));
        versions.chain(balances).collect()
    }
}

/// Does one request, and shows what it made.
pub(super) fn submit(
    context: &Context,
    ledger: &Ledger,
    request: &Request<Written>,
    mode: Mode,
) -> Result<Ending, Failure> {
    let id = match request {
        Request::Operation(operation) => operation.request_id(),
        Request::Journal(journal) => Some(journal.request_id()),
        Request::JournalReversal(reversal) => Some(&reversal.id),
        Request::Due(due) => due.operation().request_id(),
    };
    let submit = || ledger.submit_one_written(request, mode);
    let receipt = match id {
        Some(id) => answer_to(context, id, mode, submit)?,
        None => submit()?,
    };
    tell(context, &receipt, mode);
    match request {
        // It makes one transfer or two, and is a list in either case.
        Request::Operation(Operation::Capture(capture)) if capture.remainder == Remainder::Release => {
            let transfers = ReceiptRecord::new(&receipt, mode).transfers;
            context.output.many_with(&transfers, &TransferRecord::columns_for(&transfers))?;
            Ok(Ending::Done)
        }
        _ => show_receipt(context, &receipt, mode),
    }
}

/// Does what is asked for under an id, which the user must know when no answer comes.
pub(super) fn answer_to<T>(
    context: &Context,
    id: &RequestId,
    mode: Mode,
    work: impl FnOnce() -> Result<T, Error>,
) -> Result<T, Failure> {
    match mode {
        Mode::Commit => {
            context.deadline.expect_answer_to(id);
            work().map_err(|error| Failure::from(error).with_retry_id(id))
        }
        Mode::DryRun => work().map_err(Failure::of_dry_run),
    }
}

/// Shows the transfers that a request made.
pub(super) fn show(context: &Context, receipt: &Receipt, mode: Mode) -> Result<Ending, Failure> {
    tell(context, receipt, mode);
    show_receipt(context, receipt, mode)
}

/// Says what became of a request, and takes note of what was committed.
fn tell(context: &Context, receipt: &Receipt, mode: Mode) {
    if receipt.replayed {
        say("This request was posted before; here is its first answer again.");
    } else if mode == Mode::DryRun {
        say("Dry run: this would be posted; nothing was.");
    }
    context.committed(mode, committed(receipt));
}

fn committed(receipt: &Receipt) -> Committed {
    let transfers: Vec<_> = receipt.transfers.iter().map(|posted| &posted.transfer).collect();
    let words = match (&transfers[..], receipt.journal_id) {
        ([], Some(id)) => format!("journal {id} is posted"),
        ([], None) => "the change is made".to_owned(),
        ([one], None) => format!("transfer {} is posted, with the id {}", one.sequence, one.id),
        ([first, .., last], None) => format!("transfers {} to {} are posted", first.sequence, last.sequence),
        ([first, ..], Some(id)) => format!("journal {id} is posted, from transfer {} on", first.sequence),
    };
    let id = receipt.journal_id.or(transfers.first().map(|transfer| transfer.id));
    Committed::new(words)
        .with("id", id)
        .with("sequences", transfers.iter().map(|transfer| transfer.sequence).collect::<Vec<_>>())
}

/// The transfers of a receipt: in JSON a journal as a whole, one transfer as an object, several as a list.
pub(super) fn show_receipt(context: &Context, receipt: &Receipt, mode: Mode) -> Result<Ending, Failure> {
    let record = ReceiptRecord::new(receipt, mode);
    let columns = TransferRecord::columns_for(&record.transfers);
    match &record.transfers[..] {
        _ if receipt.journal_id.is_some() && context.output.format == Format::Json => {
            context.output.one(&record)?;
        }
        [one] if receipt.journal_id.is_none() => context.output.one_with(one, &columns)?,
        many => context.output.many_with(many, &columns)?,
    }
    Ok(Ending::Done)
}
