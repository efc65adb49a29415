//! From the lines of a file to requests, as far as that does not need the book, and the outcomes of lines.

use std::collections::HashMap;

use crate::facts::{AccountName, Limits, TransferId};
use crate::ledger::transport::lines::{AccountLine, Line, Malformed, MinBalance, TransferLine};
use crate::ledger::transport::occurrences::{Identities, Identity};
use crate::maps::FastMap;
use crate::money::{Amount, Currency, CurrencyCode, Money};
use crate::rejection::Rejection;
use crate::requests::{AccountRequest, TransferRequest};

/// The outcome of a line.
pub(super) enum Outcome {
    Done { replayed: bool },
    Refused { rejection: Rejection, id: Option<TransferId> },
    Malformed { fault: Malformed, id: Option<TransferId> },
}

/// A line, and the request that it becomes.
pub(super) struct Prepared<R> {
    pub(super) reported: Reported,
    pub(super) request: Result<R, Outcome>,
}

/// What is reported of a line that is not imported, and counted of one that is.
pub(super) struct Reported {
    pub(super) number: u64,
    pub(super) raw: Vec<u8>,
    pub(super) has_key: bool,
    pub(super) is_by_meaning: bool,
}

/// A transfer to be posted, without what only the book knows.
pub(super) struct Draft {
    pub(super) identity: Identity,
    pub(super) line: TransferLine,
    /// `None` if the line does not give the currency, which is then that of the account that is named first.
    pub(super) money: Option<Money>,
}

pub(super) fn split<T>(Line { number, raw, has_key, content }: Line<T>) -> (Reported, Result<T, Malformed>) {
    (Reported { number, raw, has_key, is_by_meaning: false }, content)
}

pub(super) fn prepare_transfer(
    line: Line<TransferLine>,
    identities: &mut Identities,
    currencies: &HashMap<CurrencyCode, Currency>,
) -> Prepared<Draft> {
    let (mut reported, content) = split(line);
    let request = match content {
        Ok(content) => {
            let identity = identities.of(&content, &reported.raw);
            reported.is_by_meaning = identity.is_by_meaning;
            draft(content, identity, currencies)
        }
        Err(fault) => {
            let id = Some(fault.id.unwrap_or_else(|| identities.of_malformed(&reported.raw)));
            Err(Outcome::Malformed { fault, id })
        }
    };
    Prepared { reported, request }
}

pub(super) fn account_request(
    line: AccountLine,
    currencies: &HashMap<CurrencyCode, Currency>,
) -> Result<AccountRequest, Outcome> {
    let malformed = |column, error| Outcome::Malformed { fault: Malformed::new(column, error), id: None };
    let unknown = || Outcome::Refused { rejection: Rejection::CurrencyUnknown { currency: line.currency }, id: None };
    let currency = *currencies.get(&line.currency).ok_or_else(unknown)?;
    let limit = |column, text: &str| match Money::parse_signed(text, currency) {
        Ok(money) => Ok(Some(money.amount)),
        Err(error) => Err(malformed(column, error)),
    };
    let min_balance = match &line.min_balance {
        MinBalance::Default => Limits::default_for(line.account_type).min_balance,
        MinBalance::None => None,
        MinBalance::At(text) => limit("min_balance", text)?,
    };
    let max_balance: Option<Amount> = match &line.max_balance {
        None => None,
        Some(text) => limit("max_balance", text)?,
    };
    Ok(AccountRequest {
        limits: Limits { min_balance, max_balance },
        description: line.description,
        metadata: line.metadata,
        ..AccountRequest::new(line.name, line.account_type, currency)
    })
}

fn draft(
    line: TransferLine,
    identity: Identity,
    currencies: &HashMap<CurrencyCode, Currency>,
) -> Result<Draft, Outcome> {
    let Some(currency) = line.currency else { return Ok(Draft { identity, line, money: None }) };
    let unknown =
        || Outcome::Refused { rejection: Rejection::CurrencyUnknown { currency }, id: Some(identity.id.id()) };
    let currency = *currencies.get(&currency).ok_or_else(unknown)?;
    let money = parse_money(&line, identity.id.id(), currency)?;
    Ok(Draft { identity, line, money: Some(money) })
}

pub(super) fn transfer_request(
    Draft { identity: Identity { id, .. }, line, money }: Draft,
    accounts: &FastMap<AccountName, Currency>,
) -> Result<TransferRequest, Outcome> {
    let account = line.parties.names()[0];
    let unknown = || {
        let rejection = Rejection::AccountUnknown { account: account.clone() };
        Outcome::Refused { rejection, id: Some(id.id()) }
    };
    let money = match money {
        Some(money) => money,
        None => parse_money(&line, id.id(), *accounts.get(account).ok_or_else(unknown)?)?,
    };
    Ok(TransferRequest {
        effective_at: line.effective_at,
        description: line.description,
        metadata: line.metadata,
        ..TransferRequest::new(id, line.parties, money)
    })
}

fn parse_money(line: &TransferLine, id: TransferId, currency: Currency) -> Result<Money, Outcome> {
    Money::parse(&line.amount, currency)
        .map_err(|error| Outcome::Malformed { fault: Malformed::new("amount", error), id: Some(id) })
}
