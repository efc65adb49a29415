//! Legs of a journal as people type them: `A -> B 10.00`, `A -> B all`, `A -> B up-to 10.00`, `debit A credit B 10.00`, `close A`.
//! Accounts' names can have blanks.

use crate::error::InputError;
use crate::money::WrittenAmount;
use crate::requests::{AccountAction, Operation, Parties, Place, Placed, Quantity, TransferRequest, Written};
use crate::wire::amounts::{read_quantity, read_up_to};
use crate::wire::notes::JournalHeader;
use crate::wire::signature::DefaultSignature;

/// Between a leg's accounts.
const ARROW: &str = " -> ";
const USAGE: &str =
    "write it like 'A -> B 10.00', 'A -> B all', 'A -> B up-to 10.00', 'debit A credit B 10.00' or 'close A'";

/// Reads a leg. A transfer has the journal's notes, and a change is signed.
pub(crate) fn read_leg(
    text: &str,
    header: &JournalHeader,
    signature: &DefaultSignature,
    place: Place,
) -> Result<Operation<Written>, InputError> {
    // Names of accounts can begin so.
    if let Some(account) = text.strip_prefix("close ").filter(|_| !text.contains(ARROW)) {
        return Ok(Operation::Change(signature.sign(account.parse()?, AccountAction::Close)?));
    }
    let (parties, quantity) = read_movement(text, place)?;
    Ok(Operation::Transfer(TransferRequest {
        id: header.id.clone(),
        parties,
        quantity,
        effective_at: None,
        description: header.description.clone(),
        metadata: header.metadata.clone(),
        conditions: Vec::new(),
    }))
}

fn read_movement(text: &str, place: Place) -> Result<(Parties, Quantity<Placed<WrittenAmount>>), InputError> {
    if let Some((from, rest)) = text.split_once(ARROW) {
        let (to, amount) = split_amount(rest)?;
        if to.contains(ARROW) {
            return Err(InputError::request(format!("the leg {text:?} has two arrows; {USAGE}")));
        }
        let parties = Parties::Transfer { from: from.parse()?, to: to.parse()? };
        return Ok((parties, amount.read(place)?));
    }
    if let Some((debit, rest)) = text.strip_prefix("debit ").and_then(|rest| rest.split_once(" credit ")) {
        let (credit, amount) = split_amount(rest)?;
        let parties = Parties::Post { debit: debit.parse()?, credit: credit.parse()? };
        return Ok((parties, amount.read(place)?));
    }
    Err(InputError::request(format!("{text:?} is no leg; {USAGE}")))
}

/// How much, behind the accounts.
enum LegAmount<'a> {
    Plain(&'a str),
    UpTo(&'a str),
}

impl LegAmount<'_> {
    fn read(&self, place: Place) -> Result<Quantity<Placed<WrittenAmount>>, InputError> {
        match self {
            Self::Plain(text) => read_quantity(text, place),
            Self::UpTo(text) => read_up_to(text, place),
        }
    }
}

fn split_amount(text: &str) -> Result<(&str, LegAmount<'_>), InputError> {
    let missing = || InputError::request(format!("an account and an amount are expected in {text:?}; {USAGE}"));
    let (account, amount) = text.rsplit_once(' ').ok_or_else(missing)?;
    Ok(match account.strip_suffix(" up-to") {
        Some(account) => (account, LegAmount::UpTo(amount)),
        None => (account, LegAmount::Plain(amount)),
    })
}
