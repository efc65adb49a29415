//! What came of a request, in a line's words.

use std::borrow::Borrow;

use serde_json::{Value, json};

use teller::money::{AmountError, Currency, Money};
use teller::rejection::Rejection;
use teller::requests::{AccountAction, Operation, Request};

use super::book::Receipt;
use super::script::{Expected, Line};

/// A code, and the fields that a line may speak of.
pub struct Outcome {
    pub(super) code: String,
    fields: Value,
    pub(super) rejection: Option<Box<Rejection>>,
}

impl Outcome {
    pub(super) fn done(code: &str) -> Self {
        Self { code: code.to_owned(), fields: Value::Null, rejection: None }
    }

    pub(super) fn refused(rejection: &Rejection) -> Self {
        let fields = serde_json::to_value(rejection).unwrap();
        Self { code: rejection.code().to_owned(), fields, rejection: Some(Box::new(rejection.clone())) }
    }

    /// An amount that is none, by what is wrong with it.
    pub(super) fn invalid(error: impl Borrow<AmountError>) -> Self {
        Self::done(match error.borrow() {
            AmountError::TooPrecise { .. } => "amount_too_precise",
            AmountError::TooLarge { .. } => "amount_too_large",
            _ => "amount_malformed",
        })
    }

    /// The answer to a request: `amount` is that of the first transfer, `rows` how many there are.
    pub(super) fn of_answer(
        request: &Request,
        answer: Result<&Receipt, &Rejection>,
        currency: impl FnOnce(&Receipt) -> Option<Currency>,
    ) -> Self {
        let receipt = match answer {
            Ok(receipt) => receipt,
            Err(rejection) => return Self::refused(rejection),
        };
        let code = if receipt.replayed { "replayed" } else { word_for(request) };
        let first = receipt.transfers.first().zip(currency(receipt));
        let amount = first.map(|(transfer, currency)| Money::new(transfer.amount, currency).number());
        let fields = json!({ "amount": amount, "rows": receipt.transfers.len() });
        Self { code: code.to_owned(), fields, rejection: None }
    }

    pub(super) fn check(&self, line: &Line, expected: &Expected) {
        if self.code != expected.code {
            line.fail(format_args!("the answer is {} {}", self.code, self.fields));
        }
        for (name, value) in &expected.fields {
            let found = match &self.fields[name] {
                Value::String(text) => text.clone(),
                other => other.to_string(),
            };
            line.check_equal(name, &found.replace(' ', "_").as_str(), value);
        }
    }
}

/// What a request is called once it is done.
fn word_for(request: &Request) -> &'static str {
    match request {
        Request::Journal(_) | Request::Due(_) | Request::Operation(Operation::Transfer(_)) => "posted",
        Request::JournalReversal(_) | Request::Operation(Operation::Reverse(_)) => "reversed",
        Request::Operation(Operation::Hold(_)) => "held",
        Request::Operation(Operation::Capture(_)) => "captured",
        Request::Operation(Operation::Release(_)) => "released",
        Request::Operation(Operation::Annotate(_)) => "annotated",
        Request::Operation(Operation::Change(change)) => match change.action {
            AccountAction::Limit(_) => "changed",
            AccountAction::Freeze(_) => "frozen",
            AccountAction::Unfreeze(_) => "unfrozen",
            AccountAction::Close => "closed",
        },
    }
}
