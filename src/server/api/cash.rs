//! Deposits and withdrawals: money that comes in or goes out by way of a cash account.

use crate::error::InputError;
use crate::facts::{AccountName, AccountType};
use crate::ledger::{Ledger, Prepared, Receipt, WrittenWithOpenings, prepare_or_ask};
use crate::money::Currency;
use crate::requests::{AccountRequest, Operation, Parties, Request, TransferRequest, Written};
use crate::server::answer::Answer;
use crate::server::call::{Call, told};
use crate::server::currencies::Currencies;
use crate::server::endpoint::{Action, Alone, Body, Endpoint, Prepare};
use crate::server::keys::scope::Scope;
use crate::server::problem::Problem;
use crate::server::schemas::Shape;
use crate::wire::{Fields, Json};

pub(super) fn endpoints() -> Vec<Endpoint> {
    let cash = |path, summary, prepare: Prepare, alone: Alone| {
        let action = Action::PostPrepared(prepare, alone, Answer::transfer);
        Endpoint::post(path, summary, Scope::TransfersWrite, action, Shape::One("TransferRecord"))
            .taking(Body::Json(Shape::One("CashRequest")))
            .within_reach()
    };
    vec![
        cash(
            "/v1/deposits",
            "Put money into an account; it and the cash account rise",
            |call, known| CashRequest::read(call, DEPOSIT)?.prepare(known),
            |call, ledger| CashRequest::read(call, DEPOSIT)?.post(call, ledger),
        ),
        cash(
            "/v1/withdrawals",
            "Take money out of an account; it and the cash account fall",
            |call, known| CashRequest::read(call, WITHDRAWAL)?.prepare(known),
            |call, ledger| CashRequest::read(call, WITHDRAWAL)?.post(call, ledger),
        ),
    ]
}

type MakeParties = fn(AccountName, AccountName) -> Parties;

const DEPOSIT: MakeParties = |account, cash| Parties::Deposit { account, cash };
const WITHDRAWAL: MakeParties = |account, cash| Parties::Withdrawal { account, cash };

/// What is asked for. Which cash account it is depends on the account's currency, and nothing else does.
struct CashRequest {
    account: AccountName,
    /// The cash account that is named.
    named: Option<AccountName>,
    parties: MakeParties,
    /// The transfer, in which the account stands for both.
    like: TransferRequest<Written>,
}

impl CashRequest {
    fn read(call: &Call, parties: MakeParties) -> Result<Self, Problem> {
        let mut fields = call.keyed_fields()?;
        let account: AccountName = fields.require_parsed("account")?;
        let named: Option<AccountName> = fields.take_parsed("cash")?;
        call.check_reach(&account)?;
        named.iter().try_for_each(|cash| call.check_reach(cash))?;
        if named.is_none() && !call.principal.prefix.is_empty() {
            return Err(Problem::invalid("a key for some accounts names the cash account; give it as cash"));
        }
        let like = read_transfer(call, fields, &account)?;
        Ok(Self { account, named, parties, like })
    }

    /// The cash account: the one that is named, or that of the currency, which is opened when it is first used.
    fn cash(&self, currency: Currency) -> Result<AccountName, InputError> {
        let usual = || Ok(format!("cash:{}", currency.code().as_str().to_lowercase()).parse()?);
        self.named.clone().map_or_else(usual, Ok)
    }

    fn request(&self, cash: AccountName) -> Request<Written> {
        TransferRequest { parties: (self.parties)(self.account.clone(), cash), ..self.like.clone() }.into()
    }

    fn prepare(&self, known: &Currencies) -> Result<Prepared, Problem> {
        let Some(currency) = known.get(&self.account) else { return Ok(Prepared::Asks(vec![self.account.clone()])) };
        Ok(prepare_or_ask(&self.request(self.cash(currency)?), |name| known.get(name))?)
    }

    fn post(&self, call: &Call, ledger: &Ledger) -> Result<Receipt, Problem> {
        let make = |currency| {
            let cash = self.cash(currency)?;
            let openings = vec![AccountRequest::new(cash.clone(), AccountType::Asset, currency)];
            Ok(WrittenWithOpenings { request: self.request(cash), openings })
        };
        Ok(told(ledger.submit_written_in_currency_of(&self.account, make, call.options()?))?.receipt)
    }
}

/// All that a transfer says but its accounts, of which the first stands in for both.
fn read_transfer(call: &Call, mut fields: Fields, account: &AccountName) -> Result<TransferRequest<Written>, Problem> {
    for name in ["from", "to", "debit", "credit"] {
        if fields.has(name) {
            return Err(Problem::invalid(format!(
                "the field {name:?} means nothing here; give account, amount and cash"
            )));
        }
    }
    for side in ["from", "to"] {
        fields.add(side, Json::Text(account.to_string()));
    }
    match call.reader().read_item(Json::Object(fields))? {
        Request::Operation(Operation::Transfer(request)) => Ok(request),
        _ => Err(InputError::request("give account, amount and cash").into()),
    }
}
