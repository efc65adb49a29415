//! Showing one transfer with its hold, its reversals and the balances after it.

use clap::Args;

use crate::cli::context::{Context, Ending};
use crate::cli::failure::Failure;
use crate::cli::format::Format;
use crate::wire::{TransferDetailsRecord, TransferRecord, TransferWithBalancesRecord};

#[derive(Args)]
pub(super) struct ShowArgs {
    /// The transfer: its id, its key, or @ and its sequence
    transfer: String,
}

pub(super) fn run(context: &Context, arguments: &ShowArgs) -> Result<Ending, Failure> {
    let ledger = context.ledger()?;
    let details = ledger.get_transfer_details(ledger.refer(&arguments.transfer)?)?;
    let record = TransferDetailsRecord::from(&details);
    let output = &context.output;
    if output.format != Format::Table {
        output.one(&record)?;
        return Ok(Ending::Done);
    }
    output.details(&TransferWithBalancesRecord::from(&details))?;
    if let Some(hold) = &record.hold {
        output.text_line("\nThe hold")?;
        output.one(hold)?;
    }
    if let Some(reversed) = record.reversed {
        output.text_line("\nReverses")?;
        output.many_with(&[reversed], &TransferRecord::listed())?;
    }
    if !record.reversals.is_empty() {
        output.text_line("\nReversed by")?;
        output.many_with(&record.reversals, &TransferRecord::listed())?;
    }
    Ok(Ending::Done)
}
