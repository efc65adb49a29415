//! The lines of accounts, as they were opened. The fields and their order are a promise.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::facts::{AccountId, AccountType};
use crate::interchange::book_file::fields::{Currencies, hash, known, limit_numbers, limits, metadata, parsed};
use crate::ledger::NumberedAccount;
use crate::requests::AccountRequest;

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AccountShape<'a> {
    id: i64,
    #[serde(borrow)]
    name: Cow<'a, str>,
    r#type: String,
    currency: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    min_balance: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_balance: Option<String>,
    opened_at: String,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    description: Option<Cow<'a, str>>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    metadata: BTreeMap<String, String>,
    hash: String,
}

pub(super) fn account_shape(account: &NumberedAccount) -> AccountShape<'_> {
    let opening = &account.opening;
    let [min_balance, max_balance] = limit_numbers(opening.limits, opening.currency);
    AccountShape {
        id: account.id.0,
        name: Cow::Borrowed(opening.name.as_str()),
        r#type: opening.account_type.to_string(),
        currency: opening.currency.code().to_string(),
        min_balance,
        max_balance,
        opened_at: account.opened_at.to_string(),
        description: opening.description.as_ref().map(|text| Cow::Borrowed(text.as_str())),
        metadata: opening.metadata.entries().clone(),
        hash: account.hash.to_string(),
    }
}

pub(super) fn account(shape: AccountShape<'_>, currencies: &Currencies) -> Result<NumberedAccount, String> {
    let currency = known(&shape.currency, currencies)?;
    let opening = AccountRequest {
        name: parsed("name", &shape.name)?,
        account_type: parsed::<AccountType>("type", &shape.r#type)?,
        currency,
        limits: limits(shape.min_balance.as_deref(), shape.max_balance.as_deref(), currency)?,
        description: shape.description.as_deref().map(|text| parsed("description", text)).transpose()?,
        metadata: metadata(shape.metadata)?,
    };
    let (opened_at, hash) = (parsed("opened_at", &shape.opened_at)?, hash("hash", &shape.hash)?);
    Ok(NumberedAccount { id: AccountId(shape.id), opening, opened_at, hash })
}
