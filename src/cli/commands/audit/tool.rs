//! The programs: how they are asked, and what they answer.

use std::io;
use std::path::Path;
use std::process::{Command, Output};

use clap::ValueEnum;

use crate::cli::commands::audit::compare::{Balances, of_hledger, of_ledger};
use crate::cli::failure::Failure;
use crate::interchange::JournalFormat;

/// A program that checks a journal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Tool {
    /// hledger, with its strict checks
    Hledger,
    /// ledger, strict and pedantic
    Ledger,
    /// beancount's bean-check
    BeanCheck,
}

/// What a program says of a journal.
pub(super) struct Verdict {
    pub(super) passes: bool,
    pub(super) said: String,
}

/// The programs that are asked for, or all that are installed where none is, with their versions.
pub(super) fn installed(asked: &[Tool]) -> Result<Vec<(Tool, String)>, Failure> {
    let mut tools = Vec::new();
    let wanted = if asked.is_empty() { Tool::value_variants() } else { asked };
    for tool in wanted {
        match tool.version()? {
            Some(version) => tools.push((*tool, version)),
            None if asked.is_empty() => {}
            None => return Err(Failure::of_missing_auditors(&[tool.program()])),
        }
    }
    if tools.is_empty() {
        let programs: Vec<_> = Tool::value_variants().iter().map(|tool| tool.program()).collect();
        return Err(Failure::of_missing_auditors(&programs));
    }
    Ok(tools)
}

impl Tool {
    pub(super) const fn program(self) -> &'static str {
        match self {
            Self::Hledger => "hledger",
            Self::Ledger => "ledger",
            Self::BeanCheck => "bean-check",
        }
    }

    pub(super) const fn format(self) -> JournalFormat {
        match self {
            Self::Hledger => JournalFormat::Hledger,
            Self::Ledger => JournalFormat::Ledger,
            Self::BeanCheck => JournalFormat::Beancount,
        }
    }

    pub(super) const fn file_name(self) -> &'static str {
        match self {
            Self::Hledger => "book.journal",
            Self::Ledger => "book.ledger",
            Self::BeanCheck => "book.beancount",
        }
    }

    /// `None` where it is not installed.
    fn version(self) -> Result<Option<String>, Failure> {
        match self.command().arg("--version").output() {
            Ok(output) => Ok(Some(version_in(&text_of(&output)))),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(self.failed(&error)),
        }
    }

    /// Lets it read the journal, and compare what that states with what it comes to by itself.
    pub(super) fn check(self, journal: &Path) -> Result<Verdict, Failure> {
        let mut command = self.command();
        match self {
            Self::Hledger => command.arg("-f").arg(journal).args(["check", "-s"]),
            Self::Ledger => command.args(["--args-only", "--strict", "--pedantic", "-f"]).arg(journal).arg("balance"),
            Self::BeanCheck => command.arg("--no-cache").arg(journal),
        };
        let output = command.output().map_err(|error| self.failed(&error))?;
        // What ledger writes to stdout is a report, which nobody asked for.
        let said =
            if self == Self::Ledger { String::from_utf8_lossy(&output.stderr).into_owned() } else { text_of(&output) };
        Ok(Verdict { passes: output.status.success(), said })
    }

    /// What it says that each account has. `None` for bean-check, which tells no balances: it compared those of the book by itself.
    pub(super) fn balances(self, journal: &Path) -> Result<Option<Balances>, Failure> {
        let mut command = self.command();
        match self {
            Self::Hledger => command.arg("-f").arg(journal).args(["balance", "--flat", "-E", "-N", "-O", "csv"]),
            Self::Ledger => command.args(["--args-only", "-f"]).arg(journal).args([
                "balance",
                "--flat",
                "--no-total",
                "--empty",
                "--balance-format",
                "%(account)\\t%(amount)\\n",
            ]),
            Self::BeanCheck => return Ok(None),
        };
        let output = command.output().map_err(|error| self.failed(&error))?;
        let text = String::from_utf8_lossy(&output.stdout);
        Ok(Some(if self == Self::Hledger { of_hledger(&text) } else { of_ledger(&text) }))
    }

    /// hledger reads what its locale says, and the journal is in UTF-8.
    fn command(self) -> Command {
        let mut command = Command::new(self.program());
        command.env("LC_ALL", "C.UTF-8").env_remove("LEDGER_FILE");
        command
    }

    fn failed(self, error: &io::Error) -> Failure {
        Failure::of_auditor(self.program(), error)
    }
}

fn text_of(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

/// The first word that begins with a digit.
fn version_in(text: &str) -> String {
    let word = text.split_whitespace().find(|word| word.starts_with(|c: char| c.is_ascii_digit()));
    word.unwrap_or("unknown").trim_end_matches(',').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_the_first_number_that_is_said() {
        assert_eq!(version_in("hledger 1.25, linux-x86_64\n"), "1.25");
        assert_eq!(version_in("Ledger 3.3.0-20230208, the command-line accounting tool"), "3.3.0-20230208");
        assert_eq!(version_in("Beancount 2.3.5\n"), "2.3.5");
        assert_eq!(version_in(""), "unknown");
    }
}
