//! What a person and a script are told when a command fails. The only place where faults become exit codes and advice.

use std::fmt::Write as _;
use std::io;
use std::panic::PanicHookInfo;
use std::process::ExitCode;
use std::time::Duration;

use serde_json::{Map, Value, json};

use crate::cli::committed::Committed;
use crate::cli::talk;
use crate::config::ConfigError;
use crate::error::{Error, InputError};
use crate::facts::{AccountName, TransferId};
use crate::rejection::Rejection;
use crate::store::{StoreError, UrlError};
use crate::wire::{SealFileError, visible};

const EXIT_DONE: u8 = 0;
pub(super) const EXIT_USAGE: u8 = 2;
pub(super) const EXIT_REFUSED: u8 = 3;
pub(super) const EXIT_BAD_INPUT: u8 = 65;
const EXIT_UNREACHABLE: u8 = 69;
pub(super) const EXIT_FAULT: u8 = 70;
/// What was to be done is done, and its result could not be written.
const EXIT_OUTPUT: u8 = 74;
pub(super) const EXIT_TRY_AGAIN: u8 = 75;
const EXIT_NOT_ALLOWED: u8 = 77;
const EXIT_CONFIGURATION: u8 = 78;

const OUTCOME_UNKNOWN: &str = "outcome_unknown";

/// The codes of what only a program can meet.
const USAGE: &str = "usage";
const DEADLINE_PASSED: &str = "deadline_passed";
const OUTPUT_FAILED: &str = "output_failed";
const PANIC: &str = "panic";

/// Why a command failed, ready to be shown.
pub(super) struct Failure {
    pub(super) exit_code: u8,
    code: &'static str,
    message: String,
    hint: Option<String>,
    /// The rejection's own fields.
    fields: Vec<(String, Value)>,
    /// The account that was named and is not there.
    pub(super) unknown_account: Option<AccountName>,
    is_silent: bool,
}

impl Failure {
    fn new(exit_code: u8, code: &'static str, message: String, hint: Option<&str>) -> Self {
        let hint = hint.map(str::to_owned);
        Self { exit_code, code, message, hint, fields: Vec::new(), unknown_account: None, is_silent: false }
    }

    /// Arguments that do not go together, which the parser of arguments cannot see.
    pub(super) fn usage(message: impl Into<String>) -> Self {
        Self::new(EXIT_USAGE, USAGE, message.into(), None)
    }

    /// A panic, which is always a fault of this program.
    pub(super) fn of_panic(panic: &PanicHookInfo<'_>) -> Self {
        let payload = panic.payload();
        let words =
            payload.downcast_ref::<&str>().copied().or_else(|| payload.downcast_ref::<String>().map(String::as_str));
        let place = panic.location().map(|location| format!(" at {location}")).unwrap_or_default();
        let message = format!("a fault of Teller{place}: {}", words.unwrap_or("no words"));
        Self::new(
            EXIT_FAULT,
            PANIC,
            message,
            Some("report it; the same command with the same key or id can be run again"),
        )
    }

    /// Nobody reads the result of what was committed.
    pub(super) fn of_lost_result(committed: Committed) -> Self {
        Self::from(io::Error::other("nobody reads it any more")).after(Some(committed))
    }

    /// Adds what was committed before the result could not be written, so that nobody takes that for a failure of the work.
    pub(super) fn after(mut self, committed: Option<Committed>) -> Self {
        if self.code == OUTPUT_FAILED
            && let Some(Committed { words, fields }) = committed
        {
            self.message = format!("{words}, but {}", self.message);
            self.fields = [("committed".to_owned(), json!(true))].into_iter().chain(fields).collect();
            self.hint = Some("what was committed need not be done again".to_owned());
            self.is_silent = false;
            self.exit_code = EXIT_OUTPUT;
        }
        self
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

    /// Says what to do next.
    pub(super) fn with_hint(mut self, hint: String) -> Self {
        self.hint = Some(hint);
        self
    }

    /// A file that results go to cannot be begun.
    pub(super) fn of_output(error: Error, hint_where_taken: Option<&str>) -> Self {
        let is_taken = matches!(&error, Error::File { source, .. } if source.kind() == io::ErrorKind::AlreadyExists);
        let mut failure = Self::from(error);
        failure.hint = hint_where_taken.filter(|_| is_taken).map(str::to_owned).or(failure.hint);
        failure
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
            None => Self::new(EXIT_TRY_AGAIN, DEADLINE_PASSED, silent, Some(UNKNOWN_HINT)),
        }
    }

    /// Adds which accounts may have been meant. How to open one comes second, or a slip would become an account.
    pub(super) fn or_meant(mut self, similar: &[AccountName]) -> Self {
        let (Some(account), false) = (&self.unknown_account, similar.is_empty()) else { return self };
        let names: Vec<_> = similar.iter().map(AccountName::as_str).collect();
        self.hint = Some(format!("did you mean {}? if not, {}", names.join(" or "), open_hint(account)));
        self.fields.push(("did_you_mean".to_owned(), json!(names)));
        self
    }

    /// Tells of it, and gives the code that the program ends with.
    pub(super) fn tell(&self) -> ExitCode {
        if !self.is_silent() {
            talk::say_failure(self);
        }
        ExitCode::from(self.exit_code)
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
        let mut text = format!("error: {}", visible(&self.message));
        if let Some(hint) = &self.hint {
            let _ = write!(text, "\n  hint: {}", visible(hint));
        }
        text
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        let code = error.code();
        match error {
            Error::Rejected(rejection) => (*rejection).into(),
            Error::Input(input) => input.into(),
            Error::Store(fault) => fault.into(),
            Error::File { source, .. } if source.kind() == io::ErrorKind::BrokenPipe => source.into(),
            Error::File { ref source, .. } if is_full(source) => {
                let message = format!("{error}: {source}");
                Self::new(EXIT_TRY_AGAIN, "disk_full", message, Some("no file was left; make room and try again"))
            }
            Error::File { ref source, .. } => {
                let message = format!("{error}: {source}");
                Self::new(EXIT_BAD_INPUT, code, message, None)
            }
        }
    }
}

fn open_hint(account: &AccountName) -> String {
    format!("open it with: teller account open {:?} --currency CODE", account.as_str())
}

fn is_full(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded)
}

impl From<Rejection> for Failure {
    fn from(rejection: Rejection) -> Self {
        let mut failure = Self::new(EXIT_REFUSED, rejection.code(), rejection.to_string(), None);
        if let Rejection::JournalNamed { journal, .. } = &rejection {
            failure.hint = Some(format!(
                "its transfers and their sequences: teller journal show {journal}; to undo it as a whole: teller reverse --journal {journal}"
            ));
        }
        if let Rejection::AccountUnknown { account } = &rejection {
            failure.hint = Some(open_hint(account));
            failure.unknown_account = Some(account.clone());
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
        let (exit_code, hint) = meaning(&fault);
        Self::new(exit_code, fault.code(), fault.to_string(), hint)
    }
}

/// What a fault of the database means to a script, and what a person can do.
fn meaning(fault: &StoreError) -> (u8, Option<&str>) {
    match fault {
        StoreError::Url(_) | StoreError::Options { .. } => (EXIT_CONFIGURATION, None),
        StoreError::Unreachable { hint, .. } => (EXIT_UNREACHABLE, Some(hint)),
        StoreError::Denied { .. } => {
            (EXIT_NOT_ALLOWED, Some("check the user and password in the URL, and what that user may do"))
        }
        StoreError::NotABook { .. } => {
            (EXIT_CONFIGURATION, Some("name another database; Teller leaves this one alone"))
        }
        StoreError::Missing { .. } => {
            let hint = "nothing was made; name the book's file with --database-url, or make a new book by opening its first account, by \
                teller migrate run, or with --create";
            (EXIT_CONFIGURATION, Some(hint))
        }
        StoreError::BookUnknown => {
            let hint = "see which there are with: teller book list; make it with: teller book create NAME";
            (EXIT_CONFIGURATION, Some(hint))
        }
        StoreError::NotOffered { hint, .. } => (EXIT_CONFIGURATION, Some(hint)),
        StoreError::NotMigrated { .. } => {
            (EXIT_CONFIGURATION, Some("bring the schema up to date with: teller migrate run"))
        }
        StoreError::Newer { .. } => (EXIT_CONFIGURATION, Some("use the newer version of Teller that made them")),
        StoreError::NotUtf8 { .. } => {
            let hint = "make another database: createdb --encoding=UTF8 --locale=C --template=template0 NAME";
            (EXIT_CONFIGURATION, Some(hint))
        }
        StoreError::ReadOnly { .. } => {
            let hint =
                "nothing was written; check the permissions of the file and its folder, or name the primary server";
            (EXIT_NOT_ALLOWED, Some(hint))
        }
        StoreError::Standby { .. } => {
            let hint = "nothing was written; name all servers in the URL, as in postgres://USER@ONE,TWO/DATABASE, \
                or the one that takes writes";
            (EXIT_TRY_AGAIN, Some(hint))
        }
        StoreError::Busy { .. } | StoreError::Conflict { .. } | StoreError::Lost { .. } => {
            (EXIT_TRY_AGAIN, Some("try again"))
        }
        StoreError::OutcomeUnknown { .. } => (EXIT_TRY_AGAIN, Some(UNKNOWN_HINT)),
        StoreError::Replaced { .. } => {
            let hint = "stop every program that uses the book and put its file and its -wal file back; \
                then send the last requests again: docs/disaster-recovery.md";
            (EXIT_UNREACHABLE, Some(hint))
        }
        StoreError::Full { .. } => (EXIT_TRY_AGAIN, Some("nothing was written; make room and try again")),
        StoreError::Disk { .. } => {
            let hint = "nothing was written; look at the disk, its quota and the system's log; if the file is damaged, \
                restore a backup elsewhere and verify it";
            (EXIT_FAULT, Some(hint))
        }
        StoreError::Statement { .. } => (EXIT_FAULT, Some(REPORT_HINT)),
        StoreError::Corrupt(_) | StoreError::Migration { .. } => (EXIT_FAULT, None),
    }
}

const UNKNOWN_HINT: &str = "run the same command again: it is safe, and finds out what became of the first";

const REPORT_HINT: &str = "nothing was written; if the database was not changed by hand, this is a fault of Teller";

impl From<UrlError> for Failure {
    fn from(error: UrlError) -> Self {
        StoreError::from(error).into()
    }
}

impl From<ConfigError> for Failure {
    fn from(error: ConfigError) -> Self {
        let hint = match error {
            ConfigError::DotEnv { .. } => {
                Some("write lines like DATABASE_URL='sqlite://teller.db', with '' around the value")
            }
            ConfigError::Url { .. }
            | ConfigError::DotEnvFile { .. }
            | ConfigError::NotText { .. }
            | ConfigError::Invalid { .. } => None,
        };
        Self::new(EXIT_CONFIGURATION, error.code(), error.to_string(), hint)
    }
}

/// Writing results. A reader that has gone away, such as `head`, has had enough, and there is nobody to tell.
impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        let is_silent = error.kind() == io::ErrorKind::BrokenPipe;
        let exit_code = if is_silent { EXIT_DONE } else { EXIT_OUTPUT };
        Self {
            is_silent,
            ..Self::new(exit_code, OUTPUT_FAILED, format!("the result cannot be written: {error}"), None)
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use strum::VariantNames;

    use super::*;

    /// What a line of an imported file can have in its rejects file besides the codes of bad input.
    const OF_LINES: [&str; 6] =
        ["accounts_ambiguous", "column_missing", "field_count", "id_invalid", "not_utf8", "type_invalid"];

    #[test]
    fn every_code_of_a_fault_is_documented_and_every_documented_one_is_given() {
        let documentation = include_str!("../../docs/errors.md");
        let documented: BTreeSet<_> = documentation
            .lines()
            .filter_map(|line| line.strip_prefix("| `"))
            .filter_map(|line| line.split_once("` |"))
            .map(|(code, _)| code)
            .collect();
        let own = [USAGE, DEADLINE_PASSED, OUTPUT_FAILED, PANIC];
        let lists =
            [StoreError::VARIANTS, InputError::VARIANTS, ConfigError::VARIANTS, Error::VARIANTS, &own, &OF_LINES];
        // These three hand the code of another error on.
        let is_code = |code: &&str| !["rejected", "input", "store", "at"].contains(code);
        let given: BTreeSet<_> = lists.into_iter().flatten().copied().filter(is_code).collect();
        assert_eq!(documented, given);
    }
}
