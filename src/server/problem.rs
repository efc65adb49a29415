//! What a client is told when it does not get what it asked for: `application/problem+json`, with the code that programs go by.

use axum::http::StatusCode;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::error::{Error, InputError};
use crate::facts::{Key, ScheduleId, TextError, without_spelling};
use crate::rejection::Rejection;
use crate::server::status::{self, ServerCode};
use crate::store::StoreError;
use crate::wire::{SealFileError, fields_of_input};

/// The field of a transfer, hold or journal that was named by its place.
const SEQUENCE: &str = "sequence";

/// What names the field of a body that is refused.
pub(super) const FIELD: &str = "field";

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

    /// The same of a field of the body that is refused, unless what explains it names one.
    pub(super) fn of_field(self, name: &str) -> Self {
        if !self.status.is_client_error() || self.fields.contains_key(FIELD) {
            return self;
        }
        self.with(FIELD, name)
    }

    /// The same as 404, where it says that something does not exist which the path names. What only the query or the body names stays as it was.
    pub(super) fn of_path(mut self, path: &[(String, String)]) -> Self {
        let is_missing = |(kind, name): &(String, String)| {
            let Some(what) = status::unknown_in(self.code) else { return false };
            let Some(value) = self.fields.get(what) else { return false };
            what == kind && is_name(value, name) || what == SEQUENCE && is_sequence(value, name)
        };
        if self.status == StatusCode::UNPROCESSABLE_ENTITY && path.iter().any(is_missing) {
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

/// The problem of a field of the body.
pub(super) fn of_field<E: Into<Problem>>(name: &'static str) -> impl Fn(E) -> Problem {
    move |error| error.into().of_field(name)
}

/// Whether a field says what the path says, in whichever spelling: composed or not, an id with or without its hyphens, a schedule's key for its
/// id.
fn is_name(value: &Value, name: &str) -> bool {
    let Value::String(text) = value else { return false };
    let is_same_id = || Uuid::try_parse(text).is_ok_and(|id| Uuid::try_parse(name) == Ok(id));
    let is_id_of_key = || name.parse::<Key>().is_ok_and(|key| ScheduleId::from(key.id()).to_string() == *text);
    without_spelling(name) == *text || is_same_id() || is_id_of_key()
}

/// A sequence is a number in the field, and has its mark in the path.
fn is_sequence(value: &Value, name: &str) -> bool {
    let number = name.strip_prefix('@').and_then(|digits| digits.parse::<i64>().ok());
    number.is_some() && value.as_i64() == number
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        let (status, code) = (status::of_error(&error), error.code());
        let retry = if error.is_retryable() { Retry::SameKey } else { Retry::Never };
        let (fields, detail) = match &error {
            Error::Rejected(rejection) => (fields_of(rejection), rejection.to_string()),
            Error::File { source, .. } => (Map::new(), format!("{error}: {source}")),
            Error::Input(InputError::WebhookPrivate { .. }) => {
                (Map::new(), format!("{error}; if it is meant, an admin allows it with allow_private"))
            }
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
