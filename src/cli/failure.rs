//! What a person and a script are told when a command fails: the fault's own code and sentence, with its exit code and its advice.

use std::fmt::Write as _;
use std::io;
use std::panic::PanicHookInfo;
use std::process::ExitCode;
use std::time::Duration;

use serde_json::{Map, Value, json};

use crate::cli::advice::{self, Advice};
use crate::cli::color::Meaning;
use crate::cli::committed::Committed;
use crate::cli::exit::Exit;
use crate::cli::meant::Unknown;
use crate::cli::talk;
use crate::config::ConfigError;
use crate::error::{Error, InputError};
use crate::facts::{LengthOfTime, RequestId};
use crate::rejection::Rejection;
use crate::store::{StoreError, UrlError};
use crate::wire::{SealFileError, fields_of_input, visible};

const OUTCOME_UNKNOWN: &str = "outcome_unknown";

/// The codes of what only a program can meet.
const USAGE: &str = "usage";
const DEADLINE_PASSED: &str = "deadline_passed";
const OUTPUT_FAILED: &str = "output_failed";
const NOT_CONFIRMED: &str = "not_confirmed";
const PANIC: &str = "panic";
const AUDITOR_MISSING: &str = "auditor_missing";
const AUDITOR_FAILED: &str = "auditor_failed";

/// Why a command failed, ready to be shown.
pub(super) struct Failure {
    pub(super) exit: Exit,
    code: &'static str,
    message: String,
    hint: Option<Advice>,
    /// The rejection's own fields.
    fields: Vec<(String, Value)>,
    /// What was named and is not there.
    pub(super) unknown: Option<Box<Unknown>>,
    /// There is nobody left to tell.
    is_silent: bool,
}

impl Failure {
    fn new(exit: Exit, code: &'static str, message: String) -> Self {
        Self { exit, code, message, hint: None, fields: Vec::new(), unknown: None, is_silent: false }
    }

    /// Says what to do next.
    pub(super) fn with_hint(self, hint: impl Into<Advice>) -> Self {
        Self { hint: Some(hint.into()), ..self }
    }

    /// Whether a reader of events stands behind an event that the book does not have.
    #[cfg(feature = "server")]
    pub(super) fn is_of_foreign_cursor(&self) -> bool {
        self.code == "cursor_foreign"
    }

    /// Arguments that do not go together, which the parser of arguments cannot see.
    pub(super) fn usage(message: impl Into<String>) -> Self {
        Self::new(Exit::Usage, USAGE, message.into())
    }

    /// Programs that should check the book are not installed.
    pub(super) fn of_missing_auditors(programs: &[&str]) -> Self {
        let (last, others) = programs.split_last().unwrap_or((&"", &[]));
        let message = match others {
            [] => format!("{last} is not installed"),
            others => format!("neither {} nor {last} is installed", others.join(" nor ")),
        };
        Self::new(Exit::Configuration, AUDITOR_MISSING, message).with_hint(advice::INSTALL_AUDITORS)
    }

    /// A program that should check the book cannot be run.
    pub(super) fn of_auditor(program: &str, error: &io::Error) -> Self {
        Self::new(Exit::Configuration, AUDITOR_FAILED, format!("{program} cannot be run: {error}"))
            .with_hint(advice::INSTALL_AUDITORS)
    }

    /// What nothing can undo was not confirmed.
    pub(super) fn not_confirmed(message: String) -> Self {
        Self::new(Exit::Usage, NOT_CONFIRMED, message)
    }

    /// A panic, which is always a fault of this program.
    pub(super) fn of_panic(panic: &PanicHookInfo<'_>) -> Self {
        let payload = panic.payload();
        let words =
            payload.downcast_ref::<&str>().copied().or_else(|| payload.downcast_ref::<String>().map(String::as_str));
        let place = panic.location().map(|location| format!(" at {location}")).unwrap_or_default();
        let message = format!("a fault of Teller{place}: {}", words.unwrap_or("no words"));
        Self::new(Exit::Fault, PANIC, message).with_hint(advice::AFTER_PANIC)
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
            self.is_silent = false;
            self.exit = Exit::Output;
            return self.with_hint(advice::AFTER_LOST_RESULT);
        }
        self
    }

    /// Adds that the request can be sent again under its id, where that is the thing to do.
    pub(super) fn with_retry_id(mut self, id: &RequestId) -> Self {
        if self.exit != Exit::TryAgain {
            return self;
        }
        let known =
            if self.code == OUTCOME_UNKNOWN { "it may or may not have been posted" } else { "nothing was posted" };
        self.fields.push(("id".into(), json!(id.id())));
        self.with_hint(advice::retry(known, id))
    }

    /// A file that results go to cannot be begun.
    pub(super) fn of_output(error: Error, hint_where_taken: Option<&'static str>) -> Self {
        let is_taken = matches!(&error, Error::File { source, .. } if source.kind() == io::ErrorKind::AlreadyExists);
        let failure = Self::from(error);
        match hint_where_taken.filter(|_| is_taken) {
            Some(hint) => failure.with_hint(hint),
            None => failure,
        }
    }

    /// A dry run wrote nothing, whatever it ended with.
    pub(super) fn of_dry_run(error: Error) -> Self {
        match error {
            Error::Store(StoreError::OutcomeUnknown { reason }) => StoreError::Lost { reason }.into(),
            Error::Input(input @ InputError::BookFile { .. }) => Self::from(input).with_hint(advice::OTHER_BOOK_FILE),
            error => error.into(),
        }
    }

    /// The deadline passed while the database was silent. It may be frozen in the middle of a commit.
    pub(super) fn of_deadline(time: Duration, request: Option<&RequestId>) -> Self {
        let silent = format!("the database was silent when the deadline of {} passed", LengthOfTime(time));
        match request {
            Some(id) => {
                let message = format!("the outcome is unknown: {silent}");
                Self::new(Exit::TryAgain, OUTCOME_UNKNOWN, message).with_retry_id(id)
            }
            None => Self::new(Exit::TryAgain, DEADLINE_PASSED, silent).with_hint(advice::REPEAT),
        }
    }

    /// Adds what may have been meant.
    pub(super) fn or_meant(mut self, similar: &[String]) -> Self {
        if similar.is_empty() {
            return self;
        }
        self.hint = Some(advice::meant(similar, self.hint.as_deref()).into());
        self.fields.push(("did_you_mean".to_owned(), json!(similar)));
        self
    }

    /// Tells of it, and gives the code that the program ends with.
    pub(super) fn tell(&self) -> ExitCode {
        if !self.is_silent && talk::is_json() {
            talk::write_document(&self.to_json());
        } else if !self.is_silent {
            talk::write_text(&self.to_text());
        }
        self.exit.into()
    }

    fn to_json(&self) -> Value {
        let mut error = Map::new();
        error.insert("code".into(), json!(self.code));
        error.insert("message".into(), json!(self.message));
        error.extend(self.fields.clone());
        if let Some(hint) = &self.hint {
            error.insert("hint".into(), json!(hint));
        }
        json!({ "error": error })
    }

    fn to_text(&self) -> String {
        let mut text = format!("{} {}", talk::heading("error:", Meaning::Bad), visible(&self.message));
        if let Some(hint) = &self.hint {
            let _ = write!(text, "\n  {} {}", talk::heading("hint:", Meaning::Good), visible(hint));
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
                Self::new(Exit::TryAgain, "disk_full", format!("{error}: {source}")).with_hint(advice::MAKE_ROOM)
            }
            Error::File { ref source, .. } => Self::new(Exit::BadInput, code, format!("{error}: {source}")),
        }
    }
}

fn is_full(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded)
}

impl From<Rejection> for Failure {
    fn from(rejection: Rejection) -> Self {
        let mut failure = Self::new(Exit::Refused, rejection.code(), rejection.to_string());
        failure.hint = advice::of_rejection(&rejection);
        if let Ok(Value::Object(mut fields)) = serde_json::to_value(&rejection) {
            fields.shift_remove("code");
            failure.fields = fields.into_iter().collect();
        }
        failure.unknown = Unknown::of(&rejection).map(Box::new);
        failure
    }
}

impl From<InputError> for Failure {
    fn from(input: InputError) -> Self {
        let hint = advice::of_input(&input).map(Advice::Borrowed);
        Self {
            hint,
            fields: fields_of_input(&input).into_iter().collect(),
            ..Self::new((&input).into(), input.code(), input.to_string())
        }
    }
}

impl From<SealFileError> for Failure {
    fn from(error: SealFileError) -> Self {
        Self::new(Exit::BadInput, error.code(), error.to_string())
    }
}

impl From<StoreError> for Failure {
    fn from(fault: StoreError) -> Self {
        Self { hint: advice::of_store(&fault), ..Self::new((&fault).into(), fault.code(), fault.to_string()) }
    }
}

impl From<UrlError> for Failure {
    fn from(error: UrlError) -> Self {
        StoreError::from(error).into()
    }
}

impl From<ConfigError> for Failure {
    fn from(error: ConfigError) -> Self {
        let hint = advice::of_config(&error).map(Advice::Borrowed);
        Self { hint, ..Self::new(Exit::Configuration, error.code(), error.to_string()) }
    }
}

/// Writing results. A reader that has gone away, such as `head`, has had enough, and there is nobody to tell.
impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        let is_silent = error.kind() == io::ErrorKind::BrokenPipe;
        let exit = if is_silent { Exit::Done } else { Exit::Output };
        Self { is_silent, ..Self::new(exit, OUTPUT_FAILED, format!("the result cannot be written: {error}")) }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use strum::VariantNames;

    use super::*;

    /// What a line of an imported file can have in its rejects file besides the codes of bad input.
    const OF_LINES: [&str; 8] = [
        "account_unmatched",
        "accounts_ambiguous",
        "amount_ambiguous",
        "column_missing",
        "field_count",
        "id_invalid",
        "not_utf8",
        "type_invalid",
    ];

    #[test]
    fn every_code_of_a_fault_is_documented_and_every_documented_one_is_given() {
        let documentation = include_str!("../../docs/errors.md");
        let documented: BTreeSet<_> = documentation
            .lines()
            .filter_map(|line| line.strip_prefix("| `"))
            .filter_map(|line| line.split_once("` |"))
            .map(|(code, _)| code)
            .collect();
        let own = [USAGE, NOT_CONFIRMED, DEADLINE_PASSED, OUTPUT_FAILED, PANIC, AUDITOR_MISSING, AUDITOR_FAILED];
        let lists =
            [StoreError::VARIANTS, InputError::VARIANTS, ConfigError::VARIANTS, Error::VARIANTS, &own, &OF_LINES];
        // These three hand the code of another error on.
        let is_code = |code: &&str| !["rejected", "input", "store", "at"].contains(code);
        let given: BTreeSet<_> = lists.into_iter().flatten().copied().filter(is_code).collect();
        assert_eq!(documented, given);
    }
}
