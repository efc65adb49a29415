//! The programs that audit journals, as they are installed.

use std::env;
use std::io::Write;
use std::process::{Command, Output};

use tempfile::NamedTempFile;

use teller::interchange::JournalFormat;

/// A program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Auditor {
    Hledger,
    Ledger,
    BeanCheck,
}

impl Auditor {
    pub const ALL: [Self; 3] = [Self::Hledger, Self::Ledger, Self::BeanCheck];

    /// Those that are there. Tells of those that are not.
    ///
    /// # Panics
    /// Where one is missing and `AUDITORS_REQUIRED` is set.
    pub fn installed() -> Vec<Self> {
        let is_there = |auditor: &Self| {
            let is_there = Command::new(auditor.program()).arg("--version").output().is_ok();
            if !is_there {
                assert!(env::var_os("AUDITORS_REQUIRED").is_none(), "{} is not installed", auditor.program());
                eprintln!("LEFT OUT: {} is not installed", auditor.program());
            }
            is_there
        };
        Self::ALL.into_iter().filter(is_there).collect()
    }

    pub const fn program(self) -> &'static str {
        match self {
            Self::Hledger => "hledger",
            Self::Ledger => "ledger",
            Self::BeanCheck => "bean-check",
        }
    }

    pub const fn format(self) -> JournalFormat {
        match self {
            Self::Hledger => JournalFormat::Hledger,
            Self::Ledger => JournalFormat::Ledger,
            Self::BeanCheck => JournalFormat::Beancount,
        }
    }

    /// Whether it finds nothing wrong, and what it says.
    pub fn check(self, journal: &str) -> (bool, String) {
        let file = write(journal);
        let path = file.path().to_str().unwrap();
        let arguments = match self {
            Self::Hledger => vec!["-f", path, "check", "-s"],
            Self::Ledger => vec!["--args-only", "-f", path, "--strict", "--pedantic", "balance"],
            Self::BeanCheck => vec!["--no-cache", path],
        };
        let output = run(self.program(), &arguments);
        let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        (output.status.success(), said)
    }

    pub fn assert_passes(self, journal: &str) {
        let (passes, said) = self.check(journal);
        assert!(passes, "{self:?} finds something: {said}\nin\n{journal}");
        assert!(self == Self::Ledger || said.is_empty(), "{self:?} warns: {said}");
    }
}

/// A journal in a file.
pub fn write(journal: &str) -> NamedTempFile {
    let mut file = NamedTempFile::new().unwrap();
    file.write_all(journal.as_bytes()).unwrap();
    file
}

/// Runs a program where texts are UTF-8.
pub fn run(program: &str, arguments: &[&str]) -> Output {
    let mut command = Command::new(program);
    command.args(arguments).env("LC_ALL", "C.UTF-8").env_remove("LEDGER_FILE");
    command.output().unwrap_or_else(|error| panic!("{program}: {error}"))
}
