//! The lines of accounts, as they were opened. The fields and their order are a promise.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::facts::{AccountId, AccountType, OpeningEvent};
use crate::interchange::book_file::fields::{Currencies, hash, known, limit_numbers, limits, metadata, parsed};
use crate::ledger::OpenedAccount;
use crate::requests::AccountRequest;

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AccountShape<'a> {
    sequence: i64,
    #[serde(borrow)]
    name: Cow<'a, str>,
    r#type: String,
    currency: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    min_balance: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_balance: Option<String>,
    opened_at: String,
    #[serde(borrow)]
    opened_by: Cow<'a, str>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    description: Option<Cow<'a, str>>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    metadata: BTreeMap<String, String>,
    hash: String,
}

pub(super) fn account_shape(account: &OpenedAccount) -> AccountShape<'_> {
    let opening = &account.opening;
    let [min_balance, max_balance] = limit_numbers(opening.limits, opening.currency);
    AccountShape {
        sequence: account.event.account_id.0,
        name: Cow::Borrowed(opening.name.as_str()),
        r#type: opening.account_type.to_string(),
        currency: opening.currency.code().to_string(),
        min_balance,
        max_balance,
        opened_at: account.event.recorded_at.to_string(),
        opened_by: Cow::Borrowed(account.event.actor.as_str()),
        description: opening.description.as_ref().map(|text| Cow::Borrowed(text.as_str())),
        metadata: opening.metadata.entries().clone(),
        hash: account.hash.to_string(),
    }
}

pub(super) fn account(shape: AccountShape<'_>, currencies: &Currencies) -> Result<OpenedAccount, String> {
    let currency = known(&shape.currency, currencies)?;
    let opening = AccountRequest {
        name: parsed("name", &shape.name)?,
        account_type: parsed::<AccountType>("type", &shape.r#type)?,
        currency,
        limits: limits(shape.min_balance.as_deref(), shape.max_balance.as_deref(), currency)?,
        description: shape.description.as_deref().map(|text| parsed("description", text)).transpose()?,
        metadata: metadata(shape.metadata)?,
    };
    let event = OpeningEvent {
        account_id: AccountId(shape.sequence),
        recorded_at: parsed("opened_at", &shape.opened_at)?,
        actor: parsed("opened_by", &shape.opened_by)?,
    };
    Ok(OpenedAccount { opening, event, hash: hash("hash", &shape.hash)? })
}
