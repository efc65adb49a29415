//! The book as a whole: its currencies; and who asks.

use axum::http::Method;
use serde_json::json;

use crate::error::InputError;
use crate::facts::Signature;
use crate::ledger::{Ledger, NamedCurrency};
use crate::money::Currency;
use crate::server::answer::Answer;
use crate::server::call::Call;
use crate::server::endpoint::{Action, Body, Endpoint, Reach};
use crate::server::keys::scope::Scope;
use crate::server::problem::Problem;
use crate::server::schemas::Shape;
use crate::wire::{CurrencyRecord, Json};

pub(super) fn endpoints() -> Vec<Endpoint> {
    let currency = Shape::One("CurrencyRecord");
    vec![
        Endpoint::get(
            "/v1/currencies",
            "List all currencies",
            Scope::BookRead,
            Action::Read(currencies),
            Shape::Page("CurrencyRecord"),
        ),
        Endpoint::post(
            "/v1/currencies",
            "Register a currency that is not in ISO 4217",
            Scope::BookWrite,
            Action::Write(register),
            currency,
        )
        .taking(Body::Json(Shape::One("CurrencyRequest"))),
        Endpoint {
            judge: None,
            judges_version: false,
            method: Method::GET,
            path: "/v1/whoami",
            summary: "Show what the key is, and what it may do",
            scope: None,
            reach: Reach::Accounts,
            query: &[],
            body: Body::None,
            answer: Shape::One("WhoamiRecord"),
            action: Action::Inline(whoami),
        },
    ]
}

fn currencies(_: &Call, ledger: &Ledger) -> Result<Answer, Problem> {
    Answer::list(&ledger.list_currencies()?.iter().map(CurrencyRecord::from).collect::<Vec<_>>())
}

fn register(call: &Call, ledger: &Ledger) -> Result<Answer, Problem> {
    let mut fields = call.fields()?;
    let code = fields.require_parsed("currency")?;
    let exponent = match fields.require("exponent")? {
        Json::Number(number) => u8::try_from(number).ok(),
        _ => None,
    };
    let exponent = exponent.ok_or_else(|| InputError::request("it is a whole number, 0 to 18").at("field exponent"))?;
    let name = fields.require_parsed("name")?;
    let signature = Signature { actor: call.actor().clone(), reason: fields.take_parsed("reason")? };
    fields.finish("currency, exponent, name and reason")?;
    let currency = Currency::new(code, exponent).map_err(InputError::from)?;
    let registered = ledger.add_currency(&NamedCurrency { currency, name }, &signature, call.mode()?)?;
    Answer::one(&CurrencyRecord::from(&registered))
}

fn whoami(call: &Call) -> Result<Answer, Problem> {
    let principal = &call.principal;
    let prefix = Some(&principal.prefix).filter(|prefix| !prefix.is_empty());
    Answer::one(&json!({
        "name": principal.name,
        "id": principal.id,
        "scopes": principal.scopes().collect::<Vec<_>>(),
        "prefix": prefix,
    }))
}
