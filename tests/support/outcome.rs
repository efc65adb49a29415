//! What came of a request, in a line's words.

use serde_json::{Value, json};

use teller::rejection::Rejection;

use teller::ledger::Receipt;
use teller::requests::{AccountAction, Operation, Request};
use teller::{Error, InputError};

use super::script::{Expected, Line};

/// A code, and the fields that a line may speak of.
pub struct Outcome {
    pub(super) code: String,
    fields: Value,
}

impl Outcome {
    pub(super) fn done(code: &str) -> Self {
        Self { code: code.to_owned(), fields: Value::Null }
    }

    pub(super) fn refused(rejection: &Rejection) -> Self {
        Self { code: rejection.code().to_owned(), fields: serde_json::to_value(rejection).unwrap() }
    }

    pub(super) fn invalid(error: impl Into<InputError>) -> Self {
        Self::done(error.into().code())
    }

    pub(super) fn of<T>(line: &Line, answer: Result<T, Error>, done: impl FnOnce(T) -> &'static str) -> Self {
        match answer {
            Ok(answer) => Self::done(done(answer)),
            Err(Error::Rejected(rejection)) => Self::refused(&rejection),
            Err(Error::Input(error)) => Self::invalid(error),
            Err(fault) => line.fail(fault),
        }
    }

    /// The answer to a request: `amount` is that of the first transfer, `rows` how many there are.
    pub(super) fn of_receipt(request: &Request, answer: Result<&Receipt, &Rejection>) -> Self {
        let receipt = match answer {
            Ok(receipt) => receipt,
            Err(rejection) => return Self::refused(rejection),
        };
        let code = if receipt.replayed { "replayed" } else { word_for(request) };
        let first = receipt.transfers.first();
        let amount = first.map(|posted| teller::money::Money::new(posted.transfer.amount, posted.currency).number());
        Self { code: code.to_owned(), fields: json!({ "amount": amount, "rows": receipt.transfers.len() }) }
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
pub fn word_for(request: &Request) -> &'static str {
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
