//! What the program ends with: every exit code, and what it means to a script.

use std::process::ExitCode;

use crate::error::InputError;
use crate::store::StoreError;

/// How the program ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Exit {
    Done,
    Found,
    Usage,
    Refused,
    BadInput,
    Unreachable,
    Fault,
    /// What was to be done is done.
    Output,
    TryAgain,
    NotAllowed,
    Configuration,
    /// Died of an interrupt, as shells count it.
    Interrupted,
}

impl Exit {
    /// Those that a script has to tell apart, in the order of their codes.
    const TOLD: [Self; 11] = [
        Self::Done,
        Self::Found,
        Self::Usage,
        Self::Refused,
        Self::BadInput,
        Self::Unreachable,
        Self::Fault,
        Self::Output,
        Self::TryAgain,
        Self::NotAllowed,
        Self::Configuration,
    ];

    pub(super) const fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Found => 1,
            Self::Usage => 2,
            Self::Refused => 3,
            Self::BadInput => 65,
            Self::Unreachable => 69,
            Self::Fault => 70,
            Self::Output => 74,
            Self::TryAgain => 75,
            Self::NotAllowed => 77,
            Self::Configuration => 78,
            Self::Interrupted => 130,
        }
    }

    const fn meaning(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Found => "a check found something",
            Self::Usage => "usage",
            Self::Refused => "refused by a rule",
            Self::BadInput => "bad input",
            Self::Unreachable => "database unreachable",
            Self::Fault => "a fault of Teller",
            Self::Output => "the result could not be written; what was committed is told on stderr",
            Self::TryAgain => "try again",
            Self::NotAllowed => "not allowed",
            Self::Configuration => "configuration",
            Self::Interrupted => "interrupted",
        }
    }

    /// The list of them, for the help.
    pub(super) fn list() -> String {
        let lines = Self::TOLD.map(|exit| format!("  {:>2}  {}", exit.code(), exit.meaning()));
        lines.join("\n")
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        exit.code().into()
    }
}

/// What input that was not taken means to a script.
impl From<&InputError> for Exit {
    fn from(input: &InputError) -> Self {
        match input {
            // Another reader was in the way, and will not be for ever.
            InputError::ConsumerHeld { .. } | InputError::LeaseLost { .. } => Self::TryAgain,
            _ => Self::BadInput,
        }
    }
}

/// What a fault of the database means to a script.
impl From<&StoreError> for Exit {
    fn from(fault: &StoreError) -> Self {
        match fault {
            StoreError::Url(_)
            | StoreError::Options { .. }
            | StoreError::NotABook { .. }
            | StoreError::Missing { .. }
            | StoreError::BookUnknown
            | StoreError::NotOffered(_)
            | StoreError::NotMigrated { .. }
            | StoreError::Newer { .. }
            | StoreError::ServerForeign { .. }
            | StoreError::NotUtf8 { .. } => Self::Configuration,
            StoreError::Unreachable { .. } | StoreError::Replaced { .. } => Self::Unreachable,
            StoreError::Denied { .. } | StoreError::ReadOnly { .. } => Self::NotAllowed,
            StoreError::Standby { .. }
            | StoreError::Busy { .. }
            | StoreError::Conflict { .. }
            | StoreError::Lost { .. }
            | StoreError::OutcomeUnknown { .. }
            | StoreError::Full { .. } => Self::TryAgain,
            StoreError::Disk { .. }
            | StoreError::Statement { .. }
            | StoreError::Corrupt(_)
            | StoreError::Migration { .. } => Self::Fault,
        }
    }
}
