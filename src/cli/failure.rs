//! What a person and a script are told when a command fails. The only place where faults become exit codes and advice.

use std::error::Error as _;
use std::fmt::Write as _;
use std::io;
use std::time::Duration;

use serde_json::{Map, Value, json};

use crate::config::ConfigError;
use crate::error::{Error, InputError};
use crate::formats::SealFileError;
use crate::rules::{Rejection, TransferId};
use crate::store::{StoreError, UrlError};

const EXIT_USAGE: u8 = 2;
pub(super) const EXIT_REFUSED: u8 = 3;
pub(super) const EXIT_BAD_INPUT: u8 = 65;
const EXIT_UNREACHABLE: u8 = 69;
const EXIT_FAULT: u8 = 70;
pub(super) const EXIT_TRY_AGAIN: u8 = 75;
const EXIT_NOT_ALLOWED: u8 = 77;
const EXIT_CONFIGURATION: u8 = 78;

const OUTCOME_UNKNOWN: &str = "outcome_unknown";

/// Why a command failed, ready to be shown.
pub(super) struct Failure {
    pub(super) exit_code: u8,
    code: &'static str,
    message: String,
    hint: Option<String>,
    /// The rejection's own fields.
    fields: Vec<(String, Value)>,
    is_silent: bool,
}

impl Failure {
    fn new(exit_code: u8, code: &'static str, message: String, hint: Option<&str>) -> Self {
        let hint = hint.map(str::to_owned);
        Self { exit_code, code, message, hint, fields: Vec::new(), is_silent: false }
    }

    /// Arguments that do not go together, which the parser of arguments cannot see.
    pub(super) fn usage(message: impl Into<String>) -> Self {
        Self::new(EXIT_USAGE, "usage", message.into(), None)
    }

    /// Adds that the request can be sent again under its id, where that is the thing to do.
    pub(super) fn with_retry_id(mut self, id: TransferId) -> Self {
        if self.exit_code == EXIT_TRY_AGAIN {
            let known =
                if self.code == OUTCOME_UNKNOWN { "it may or may not have been posted" } else { "nothing was posted" };
            self.hint = Some(format!("{known}; run the same command again with --id {id}: it is safe"));
            self.fields.push(("id".into(), json!(id)));
        }
        self
    }

    /// A dry run wrote nothing, whatever it ended with.
    pub(super) fn of_dry_run(error: Error) -> Self {
        match error {
            Error::Store(StoreError::OutcomeUnknown { reason }) => StoreError::Lost { reason }.into(),
            Error::Input(input @ InputError::BookFile { .. }) => {
                let hint = "the file is not as it was exported; nothing was imported";
                Self::new(EXIT_BAD_INPUT, input.code(), input.to_string(), Some(hint))
            }
            error => error.into(),
        }
    }

    /// The deadline passed while the database was silent. It may be frozen in the middle of a commit.
    pub(super) fn of_deadline(time: Duration, request: Option<TransferId>) -> Self {
        let silent = format!("the database was silent when the deadline of {time:?} passed");
        match request {
            Some(id) => {
                let message = format!("the outcome is unknown: {silent}");
                Self::new(EXIT_TRY_AGAIN, OUTCOME_UNKNOWN, message, None).with_retry_id(id)
            }
            None => Self::new(EXIT_TRY_AGAIN, "deadline_passed", silent, Some(UNKNOWN_HINT)),
        }
    }

    /// Whether there is nobody left to tell.
    pub(super) const fn is_silent(&self) -> bool {
        self.is_silent
    }

    pub(super) fn to_json(&self) -> Value {
        let mut error = Map::new();
        error.insert("code".into(), json!(self.code));
        error.insert("message".into(), json!(self.message));
        error.extend(self.fields.clone());
        if let Some(hint) = &self.hint {
            error.insert("hint".into(), json!(hint));
        }
        json!({ "error": error })
    }

    pub(super) fn to_text(&self) -> String {
        let mut text = format!("error: {}", self.message);
        if let Some(hint) = &self.hint {
            let _ = write!(text, "\n  hint: {hint}");
        }
        text
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        match error {
            Error::Rejected(rejection) => (*rejection).into(),
            Error::Input(input) => input.into(),
            Error::Store(fault) => fault.into(),
            Error::File { source, .. } if source.kind() == io::ErrorKind::BrokenPipe => source.into(),
            Error::File { ref source, .. } => {
                let message = format!("{error}: {source}");
                Self::new(EXIT_BAD_INPUT, "file_unusable", message, None)
            }
        }
    }
}

impl From<Rejection> for Failure {
    fn from(rejection: Rejection) -> Self {
        let mut failure = Self::new(EXIT_REFUSED, rejection.code(), rejection.to_string(), None);
        if let Rejection::JournalNamed { journal, .. } = &rejection {
            failure.hint = Some(format!("undo it as a whole with: teller reverse --journal {journal}"));
        }
        if let Ok(Value::Object(mut fields)) = serde_json::to_value(&rejection) {
            fields.shift_remove("code");
            failure.fields = fields.into_iter().collect();
        }
        failure
    }
}

impl From<InputError> for Failure {
    fn from(input: InputError) -> Self {
        let hint = match &input {
            InputError::BookFile { .. } => Some(BOOK_FILE_HINT),
            _ => None,
        };
        Self::new(EXIT_BAD_INPUT, input.code(), input.to_string(), hint)
    }
}

const BOOK_FILE_HINT: &str = "the file is not as it was exported, and the book is not complete, so it cannot be used; \
    import an unchanged copy of the file, into a new, empty book where lines of the changed one are in this one";

impl From<SealFileError> for Failure {
    fn from(error: SealFileError) -> Self {
        Self::new(EXIT_BAD_INPUT, "seal_invalid", error.to_string(), None)
    }
}

impl From<StoreError> for Failure {
    fn from(fault: StoreError) -> Self {
        let message = fault.to_string();
        match fault {
            StoreError::Url(error) => error.into(),
            StoreError::Unreachable { hint, .. } => {
                Self::new(EXIT_UNREACHABLE, "database_unreachable", message, Some(hint))
            }
            StoreError::Denied { .. } => {
                let hint = "check the user and password in the URL, and what that user may do";
                Self::new(EXIT_NOT_ALLOWED, "not_allowed", message, Some(hint))
            }
            StoreError::NotABook { .. } => {
                let hint = "name another database; Teller leaves this one alone";
                Self::new(EXIT_CONFIGURATION, "not_a_book", message, Some(hint))
            }
            StoreError::BookUnknown => {
                let hint = "see which there are with: teller book list; make it with: teller book create NAME";
                Self::new(EXIT_CONFIGURATION, "book_unknown", message, Some(hint))
            }
            StoreError::NotOffered { hint, .. } => Self::new(EXIT_CONFIGURATION, "not_offered", message, Some(&hint)),
            StoreError::NotMigrated { .. } => {
                let hint = "bring the schema up to date with: teller migrate run";
                Self::new(EXIT_CONFIGURATION, "not_migrated", message, Some(hint))
            }
            StoreError::Newer { .. } => {
                let hint = "use the newer version of Teller that made them";
                Self::new(EXIT_CONFIGURATION, "newer_schema", message, Some(hint))
            }
            StoreError::ReadOnly { .. } => {
                let hint =
                    "nothing was written; check the permissions of the file and its folder, or name the primary server";
                Self::new(EXIT_NOT_ALLOWED, "read_only", message, Some(hint))
            }
            StoreError::Standby { .. } => {
                let hint = "nothing was written; name all servers in the URL, as in postgres://USER@ONE,TWO/DATABASE, \
                    or the one that takes writes";
                Self::new(EXIT_TRY_AGAIN, "standby", message, Some(hint))
            }
            StoreError::Busy { .. } => Self::new(EXIT_TRY_AGAIN, "busy", message, Some("try again")),
            StoreError::Conflict { .. } => Self::new(EXIT_TRY_AGAIN, "conflict", message, Some("try again")),
            StoreError::Lost { .. } => Self::new(EXIT_TRY_AGAIN, "connection_lost", message, Some("try again")),
            StoreError::OutcomeUnknown { .. } => {
                Self::new(EXIT_TRY_AGAIN, OUTCOME_UNKNOWN, message, Some(UNKNOWN_HINT))
            }
            StoreError::Full { .. } => {
                let hint = "nothing was written; make room and try again";
                Self::new(EXIT_TRY_AGAIN, "disk_full", message, Some(hint))
            }
            StoreError::Disk { .. } => {
                let hint = "nothing was written; look at the disk, its quota and the system's log; if the file is damaged, \
                    restore a backup elsewhere and verify it";
                Self::new(EXIT_FAULT, "disk_failed", message, Some(hint))
            }
            StoreError::Corrupt(_) => Self::new(EXIT_FAULT, "corrupt_row", message, None),
            StoreError::Statement(source) => {
                Self::new(EXIT_FAULT, "statement_refused", format!("{message}: {source}"), Some(REPORT_HINT))
            }
            StoreError::Migration { .. } => Self::new(EXIT_FAULT, "migration_failed", message, None),
        }
    }
}

const UNKNOWN_HINT: &str = "run the same command again: it is safe, and finds out what became of the first";

const REPORT_HINT: &str = "nothing was written; if the database was not changed by hand, this is a fault of Teller";

impl From<UrlError> for Failure {
    fn from(error: UrlError) -> Self {
        Self::new(EXIT_CONFIGURATION, "url_invalid", error.to_string(), None)
    }
}

impl From<ConfigError> for Failure {
    fn from(error: ConfigError) -> Self {
        let source = error.source().map(|source| format!(": {source}")).unwrap_or_default();
        match error {
            ConfigError::Url { .. } => Self::new(EXIT_CONFIGURATION, "url_invalid", error.to_string(), None),
            ConfigError::DotEnv(_) => {
                let hint = "write lines like DATABASE_URL=sqlite://teller.db, with quotes around values with blanks";
                Self::new(EXIT_CONFIGURATION, "dotenv_invalid", format!("{error}{source}"), Some(hint))
            }
            ConfigError::NotText { .. } | ConfigError::Invalid { .. } => {
                Self::new(EXIT_CONFIGURATION, "environment_invalid", error.to_string(), None)
            }
        }
    }
}

/// Writing results. A reader that has gone away, such as `head`, has had enough, and there is nobody to tell.
impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        let mut failure = Self::new(EXIT_FAULT, "output_failed", format!("cannot write the results: {error}"), None);
        failure.is_silent = error.kind() == io::ErrorKind::BrokenPipe;
        failure
    }
}
