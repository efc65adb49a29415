//! The status of every refusal and fault: the one mapping, which docs/api.md shows as a table.

use axum::http::StatusCode;
use strum::{IntoStaticStr, VariantArray};

use crate::error::{Error, InputError};
use crate::rejection::Rejection;
use crate::store::StoreError;

/// What only a server can meet.
#[derive(Clone, Copy, Debug, IntoStaticStr, PartialEq, Eq, VariantArray)]
#[strum(serialize_all = "snake_case")]
pub(super) enum ServerCode {
    /// The target or the headers cannot be read.
    RequestInvalid,
    /// A write has neither the header `Idempotency-Key` nor an id or a key in its body.
    KeyMissing,
    /// There is no key, or it is unknown, revoked or expired.
    Unauthorized,
    /// The key may not do this.
    Forbidden,
    /// There is no such path.
    NotFound,
    /// The path has no such method.
    MethodNotAllowed,
    /// The body did not come in time.
    BodyTimeout,
    /// The body is larger than this endpoint takes.
    BodyTooLarge,
    /// The body is not in a form that this endpoint takes.
    MediaTypeUnsupported,
    /// There is no such key, or none that is valid.
    KeyUnknown,
    /// There is a valid key of that name already.
    KeyExists,
    /// There is a webhook for that URL already.
    WebhookExists,
    /// There is no such job of this key.
    JobUnknown,
    /// The batch was to be kept as a whole or not at all.
    BatchRefused,
    /// The key asks too often.
    RateExceeded,
    /// The server has no room for another request; nothing was posted.
    ServerBusy,
    /// The answer did not come by the deadline; nothing was written.
    DeadlinePassed,
    /// The answer did not come by the deadline. The request may be posted or not; the same key finds out.
    OutcomeUnknown,
    /// A fault of Teller.
    Panic,
}

impl ServerCode {
    pub(super) fn as_str(self) -> &'static str {
        self.into()
    }

    pub(super) const fn status(self) -> StatusCode {
        match self {
            Self::RequestInvalid | Self::KeyMissing => StatusCode::BAD_REQUEST,
            Self::Unauthorized => StatusCode::UNAUTHORIZED,
            Self::Forbidden => StatusCode::FORBIDDEN,
            Self::NotFound | Self::KeyUnknown | Self::JobUnknown => StatusCode::NOT_FOUND,
            Self::KeyExists | Self::WebhookExists => StatusCode::CONFLICT,
            Self::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Self::BodyTimeout => StatusCode::REQUEST_TIMEOUT,
            Self::BodyTooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::MediaTypeUnsupported => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::BatchRefused => StatusCode::UNPROCESSABLE_ENTITY,
            Self::RateExceeded => StatusCode::TOO_MANY_REQUESTS,
            Self::ServerBusy | Self::DeadlinePassed => StatusCode::SERVICE_UNAVAILABLE,
            Self::OutcomeUnknown => StatusCode::GATEWAY_TIMEOUT,
            Self::Panic => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }
}

/// The refusals that are a conflict with what is there already, and those of a condition. All others are 422, or 404 where they are about what
/// the path names. A list of codes: the core's rejections can become more, and this must then still compile.
const REJECTIONS: [(&str, StatusCode); 6] = [
    ("account_exists", StatusCode::CONFLICT),
    ("currency_exists", StatusCode::CONFLICT),
    ("schedule_exists", StatusCode::CONFLICT),
    ("already_reversed", StatusCode::CONFLICT),
    ("precondition_failed", StatusCode::PRECONDITION_FAILED),
    ("book_incomplete", StatusCode::SERVICE_UNAVAILABLE),
];

/// The end of the codes of what does not exist.
const UNKNOWN: &str = "_unknown";

pub(super) fn of_rejection_code(code: &str) -> StatusCode {
    let found = REJECTIONS.iter().find(|(listed, _)| *listed == code);
    found.map_or(StatusCode::UNPROCESSABLE_ENTITY, |(_, status)| *status)
}

/// What a code says does not exist, which is 404 where the path names it.
pub(super) fn unknown_in(code: &str) -> Option<&str> {
    code.strip_suffix(UNKNOWN)
}

pub(super) fn of_rejection(rejection: &Rejection) -> StatusCode {
    of_rejection_code(rejection.code())
}

/// What was handed in is not what it should be: 400, whatever is wrong with it. Only its size, and where a reader stands, are told apart.
pub(super) fn of_input(input: &InputError) -> StatusCode {
    match input {
        InputError::At { fault, .. } => of_input(fault),
        InputError::BatchTooLarge { .. } => StatusCode::PAYLOAD_TOO_LARGE,
        InputError::CursorForeign { .. }
        | InputError::ConsumerHeld { .. }
        | InputError::LeaseLost { .. }
        | InputError::CursorBehind { .. }
        | InputError::MonitorExists(_) => StatusCode::CONFLICT,
        InputError::ConsumerUnknown { .. } | InputError::MonitorUnknown(_) | InputError::WebhookUnknown(_) => {
            StatusCode::UNPROCESSABLE_ENTITY
        }
        _ => StatusCode::BAD_REQUEST,
    }
}

pub(super) const fn of_store(fault: &StoreError) -> StatusCode {
    match fault {
        StoreError::OutcomeUnknown { .. } => StatusCode::GATEWAY_TIMEOUT,
        StoreError::Full { .. } => StatusCode::INSUFFICIENT_STORAGE,
        StoreError::NotOffered(_) => StatusCode::NOT_IMPLEMENTED,
        StoreError::Url(_)
        | StoreError::Unreachable { .. }
        | StoreError::Denied { .. }
        | StoreError::NotABook { .. }
        | StoreError::Missing { .. }
        | StoreError::BookUnknown
        | StoreError::NotMigrated { .. }
        | StoreError::Newer { .. }
        | StoreError::ReadOnly { .. }
        | StoreError::Standby { .. }
        | StoreError::Busy { .. }
        | StoreError::Conflict { .. }
        | StoreError::Lost { .. }
        | StoreError::Replaced { .. }
        | StoreError::ServerForeign { .. }
        | StoreError::NotUtf8 { .. }
        | StoreError::Options { .. } => StatusCode::SERVICE_UNAVAILABLE,
        StoreError::Disk { .. }
        | StoreError::Corrupt(_)
        | StoreError::Statement { .. }
        | StoreError::Migration { .. } => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

pub(super) fn of_error(error: &Error) -> StatusCode {
    match error {
        Error::Rejected(rejection) => of_rejection(rejection),
        Error::Input(input) => of_input(input),
        Error::Store(fault) => of_store(fault),
        Error::File { .. } => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use strum::VariantNames;

    use super::*;
    use crate::rejection::ScheduleRejection;

    fn documented() -> BTreeMap<&'static str, u16> {
        let page = include_str!("../../docs/api.md");
        let rows = page.lines().filter_map(|line| line.strip_prefix("| `")?.split_once("` | "));
        rows.filter_map(|(code, rest)| Some((code, rest.split([' ', ',']).next()?.parse().ok()?))).collect()
    }

    #[test]
    fn every_code_has_its_status_in_the_documentation() {
        let documented = documented();
        let is_code = |code: &&str| !["schedule", "in_leg"].contains(code);
        let rejections = Rejection::VARIANTS.iter().chain(ScheduleRejection::VARIANTS).copied().filter(is_code);
        let of_server = ServerCode::VARIANTS.iter().map(|code| (code.as_str(), code.status()));
        for (code, status) in rejections.map(|code| (code, of_rejection_code(code))).chain(of_server) {
            assert_eq!(documented.get(code), Some(&status.as_u16()), "{code}");
        }
        for code in REJECTIONS.map(|(code, _)| code) {
            assert!(Rejection::VARIANTS.contains(&code) || ScheduleRejection::VARIANTS.contains(&code), "{code}");
        }
    }

    #[test]
    fn every_fault_has_its_status_in_the_documentation() {
        let documented = documented();
        let reason = || "it".to_owned();
        for fault in [
            StoreError::Busy { reason: reason() },
            StoreError::Conflict { reason: reason() },
            StoreError::Lost { reason: reason() },
            StoreError::OutcomeUnknown { reason: reason() },
            StoreError::Full { reason: reason() },
            StoreError::Disk { reason: reason() },
            StoreError::Statement { reason: reason() },
            StoreError::Migration { reason: reason() },
            StoreError::ReadOnly { reason: reason() },
            StoreError::Standby { reason: reason() },
            StoreError::BookUnknown,
            StoreError::Denied { address: reason(), reason: reason() },
            StoreError::Replaced { file: reason() },
        ] {
            assert_eq!(documented.get(fault.code()), Some(&of_store(&fault).as_u16()), "{}", fault.code());
        }
        let codes = InputError::VARIANTS.iter().filter(|code| **code != "at");
        for code in codes.chain(StoreError::VARIANTS) {
            assert!(documented.contains_key(code), "{code} is not in docs/api.md");
        }
    }
}
