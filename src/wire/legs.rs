//! Legs of a journal as people type them: `A -> B 10.00`, `A -> B all`, `A -> B up-to 10.00`, `debit A credit B 10.00`, `close A`.
//! Accounts' names can have blanks.

use crate::error::InputError;
use crate::facts::AccountName;
use crate::money::Currency;
use crate::requests::{Parties, Quantity};
use crate::wire::currencies::{read_amount, read_quantity};

/// Between a leg's accounts.
const ARROW: &str = " -> ";
const USAGE: &str =
    "write it like 'A -> B 10.00', 'A -> B all', 'A -> B up-to 10.00', 'debit A credit B 10.00' or 'close A'";

/// What a leg says.
pub(crate) enum Leg<'a> {
    Transfer { parties: Parties, amount: LegAmount<'a> },
    Close { account: AccountName },
}

/// How much, before the currency is known.
pub(crate) enum LegAmount<'a> {
    Plain(&'a str),
    UpTo(&'a str),
}

impl LegAmount<'_> {
    pub(crate) fn read(&self, currency: Option<Currency>) -> Result<Quantity, InputError> {
        match self {
            Self::Plain(text) => read_quantity(text, currency),
            Self::UpTo(text) => read_amount(text, currency).map(Quantity::UpTo),
        }
    }
}

/// Reads what a leg says.
pub(crate) fn read_leg(text: &str) -> Result<Leg<'_>, InputError> {
    if let Some((from, rest)) = text.split_once(ARROW) {
        let (to, amount) = split_amount(rest)?;
        if to.contains(ARROW) {
            return Err(InputError::request(format!("the leg {text:?} has two arrows; {USAGE}")));
        }
        return Ok(Leg::Transfer { parties: Parties::Transfer { from: from.parse()?, to: to.parse()? }, amount });
    }
    if let Some(account) = text.strip_prefix("close ") {
        return Ok(Leg::Close { account: account.parse()? });
    }
    if let Some((debit, rest)) = text.strip_prefix("debit ").and_then(|rest| rest.split_once(" credit ")) {
        let (credit, amount) = split_amount(rest)?;
        return Ok(Leg::Transfer { parties: Parties::Post { debit: debit.parse()?, credit: credit.parse()? }, amount });
    }
    Err(InputError::request(format!("{text:?} is no leg; {USAGE}")))
}

fn split_amount(text: &str) -> Result<(&str, LegAmount<'_>), InputError> {
    let missing = || InputError::request(format!("an account and an amount are expected in {text:?}; {USAGE}"));
    let (account, amount) = text.rsplit_once(' ').ok_or_else(missing)?;
    Ok(match account.strip_suffix(" up-to") {
        Some(account) => (account, LegAmount::UpTo(amount)),
        None => (account, LegAmount::Plain(amount)),
    })
}
