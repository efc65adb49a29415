//! The opening of an account as JSON.

use crate::error::InputError;
use crate::facts::{AccountName, AccountType, Description, Limits, Metadata};
use crate::money::{Amount, Currency, CurrencyCode, WrittenAmount};
use crate::requests::AccountRequest;
use crate::wire::json::{Fields, in_field};
use crate::wire::notes::take_metadata;

/// `{"account": "customers:alice", "currency": "EUR", "type": "liability", "min_balance": "-500", "max_balance": "none"}`: what is not named
/// is as usual for the account's type, and that follows from its name.
pub(crate) struct OpeningJson {
    pub(crate) account: AccountName,
    pub(crate) currency: CurrencyCode,
    account_type: Option<AccountType>,
    min_balance: Option<LimitJson>,
    max_balance: Option<LimitJson>,
    description: Option<Description>,
    metadata: Metadata,
}

enum LimitJson {
    None,
    At(WrittenAmount),
}

impl OpeningJson {
    pub(crate) fn read(mut fields: Fields) -> Result<Self, InputError> {
        let opening = Self {
            account: fields.require_parsed("account")?,
            currency: fields.require_parsed("currency")?,
            account_type: take_type(&mut fields)?,
            min_balance: take_limit(&mut fields, "min_balance")?,
            max_balance: take_limit(&mut fields, "max_balance")?,
            description: fields.take_parsed("description")?,
            metadata: take_metadata(&mut fields, &Metadata::default())?,
        };
        fields.finish("account, currency, type, min_balance, max_balance, description and metadata")?;
        Ok(opening)
    }

    /// The request, with amounts in the account's currency.
    pub(crate) fn request(self, currency: Currency) -> Result<AccountRequest, InputError> {
        let account_type = self.account_type.unwrap_or_else(|| AccountType::default_for(&self.account));
        let usual = Limits::default_for(account_type);
        let limits = Limits {
            min_balance: limit(self.min_balance, usual.min_balance, currency)?,
            max_balance: limit(self.max_balance, usual.max_balance, currency)?,
        };
        let (description, metadata) = (self.description, self.metadata);
        Ok(AccountRequest {
            limits,
            description,
            metadata,
            ..AccountRequest::new(self.account, account_type, currency)
        })
    }
}

fn take_type(fields: &mut Fields) -> Result<Option<AccountType>, InputError> {
    let Some(word) = fields.take_text("type")? else { return Ok(None) };
    let account_type: Result<AccountType, _> = word.parse();
    let problem = || format!("{word:?} is no type; write asset, liability, equity, revenue or expense");
    account_type.map(Some).map_err(|_| in_field(InputError::request(problem()), "type"))
}

fn take_limit(fields: &mut Fields, name: &str) -> Result<Option<LimitJson>, InputError> {
    match fields.take_text(name)?.as_deref() {
        None => Ok(None),
        Some("none") => Ok(Some(LimitJson::None)),
        Some(text) => match WrittenAmount::parse_signed(text) {
            Ok(amount) => Ok(Some(LimitJson::At(amount))),
            Err(fault) => Err(in_field(fault.into(), name)),
        },
    }
}

fn limit(written: Option<LimitJson>, usual: Option<Amount>, currency: Currency) -> Result<Option<Amount>, InputError> {
    match written {
        None => Ok(usual),
        Some(LimitJson::None) => Ok(None),
        Some(LimitJson::At(amount)) => Ok(Some(amount.money(currency)?.amount)),
    }
}
