//! What a client is told when it does not get what it asked for: `application/problem+json`, with the code that programs go by.

use axum::http::StatusCode;
use serde_json::{Map, Value, json};

use crate::error::{Error, InputError};
use crate::facts::TextError;
use crate::rejection::Rejection;
use crate::server::status::{self, ServerCode};
use crate::store::StoreError;
use crate::wire::{SealFileError, fields_of_input};

/// Whether the same request can succeed when it is sent again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Retry {
    Never,
    /// With the same key, or the same request where it only reads.
    SameKey,
}

/// Why a request was not answered with what it asked for.
#[derive(Clone, Debug)]
pub(super) struct Problem {
    pub(super) status: StatusCode,
    pub(super) code: &'static str,
    pub(super) detail: String,
    /// What explains it, such as the fields of a rejection.
    pub(super) fields: Map<String, Value>,
    pub(super) retry: Retry,
}

impl Problem {
    pub(super) fn new(code: ServerCode, detail: impl Into<String>) -> Self {
        let retry = match code {
            ServerCode::ServerBusy
            | ServerCode::RateExceeded
            | ServerCode::DeadlinePassed
            | ServerCode::OutcomeUnknown
            | ServerCode::BodyTimeout
            | ServerCode::Panic => Retry::SameKey,
            ServerCode::RequestInvalid
            | ServerCode::KeyMissing
            | ServerCode::Unauthorized
            | ServerCode::Forbidden
            | ServerCode::NotFound
            | ServerCode::MethodNotAllowed
            | ServerCode::BodyTooLarge
            | ServerCode::MediaTypeUnsupported
            | ServerCode::KeyUnknown
            | ServerCode::KeyExists
            | ServerCode::WebhookUnknown
            | ServerCode::WebhookExists
            | ServerCode::JobUnknown
            | ServerCode::BatchRefused => Retry::Never,
        };
        Self { status: code.status(), code: code.as_str(), detail: detail.into(), fields: Map::new(), retry }
    }

    /// A query, a header or a path that cannot be read.
    pub(super) fn invalid(detail: impl Into<String>) -> Self {
        Self::new(ServerCode::RequestInvalid, detail)
    }

    pub(super) fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.fields.insert(name.to_owned(), value.into());
        self
    }

    /// The same as 404, where it says that something does not exist which the path names in these words.
    pub(super) fn of_path<'t>(mut self, names: impl IntoIterator<Item = &'t str>) -> Self {
        if status::is_of_unknown(self.code)
            && self.status == StatusCode::UNPROCESSABLE_ENTITY
            && names.into_iter().any(|name| self.fields.values().any(|value| is_name(value, name)))
        {
            self.status = StatusCode::NOT_FOUND;
        }
        self
    }

    /// As it is sent.
    pub(super) fn to_json(&self, request_id: &str) -> Value {
        let mut problem = Map::new();
        problem.insert("type".to_owned(), json!("about:blank"));
        problem.insert("title".to_owned(), json!(self.status.canonical_reason()));
        problem.insert("status".to_owned(), json!(self.status.as_u16()));
        problem.insert("code".to_owned(), json!(self.code));
        problem.insert("detail".to_owned(), json!(self.detail));
        problem.insert("retry".to_owned(), json!(if self.retry == Retry::Never { "never" } else { "same_key" }));
        problem.insert("request_id".to_owned(), json!(request_id));
        problem.extend(self.fields.clone());
        Value::Object(problem)
    }
}

/// A sequence is a number in the field and has its mark in the path.
fn is_name(value: &Value, name: &str) -> bool {
    match value {
        Value::String(text) => text == name,
        Value::Number(number) => name.strip_prefix('@') == Some(&number.to_string()),
        _ => false,
    }
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        let (status, code) = (status::of_error(&error), error.code());
        let retry = if error.is_retryable() { Retry::SameKey } else { Retry::Never };
        let (fields, detail) = match &error {
            Error::Rejected(rejection) => (fields_of(rejection), rejection.to_string()),
            Error::File { source, .. } => (Map::new(), format!("{error}: {source}")),
            Error::Input(input) => (fields_of_input(input), error.to_string()),
            Error::Store(_) => (Map::new(), error.to_string()),
        };
        Self { status, code, detail, fields, retry }
    }
}

fn fields_of(rejection: &Rejection) -> Map<String, Value> {
    let Ok(Value::Object(mut fields)) = serde_json::to_value(rejection) else { return Map::new() };
    fields.shift_remove("code");
    fields
}

impl From<InputError> for Problem {
    fn from(input: InputError) -> Self {
        Error::from(input).into()
    }
}

impl From<TextError> for Problem {
    fn from(error: TextError) -> Self {
        Error::from(error).into()
    }
}

impl From<SealFileError> for Problem {
    fn from(fault: SealFileError) -> Self {
        let (status, retry) = (StatusCode::BAD_REQUEST, Retry::Never);
        Self { status, code: fault.code(), detail: fault.to_string(), fields: Map::new(), retry }
    }
}

impl From<StoreError> for Problem {
    fn from(fault: StoreError) -> Self {
        Error::from(fault).into()
    }
}
