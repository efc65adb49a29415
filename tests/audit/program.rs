//! What the program says: `export --to` and `audit`.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use tempfile::TempDir;

use super::auditor::Auditor;
use super::{journal, small_book};
use crate::support::{Answer, Program, TestBook, on_every_backend};

/// A folder with programs that do what their scripts say.
fn programs(scripts: &[(&str, &str)]) -> TempDir {
    let folder = TempDir::new().unwrap();
    for (name, script) in scripts {
        let path = folder.path().join(name);
        fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    }
    folder
}

fn audit_with(book: &TestBook, folder: &TempDir, arguments: &[&str]) -> Answer {
    let arguments = [&["audit"], arguments].concat();
    Program::on(book, &arguments).command(|command| _ = command.env("PATH", folder.path())).run()
}

on_every_backend! {
    fn the_program_writes_the_journals_of_the_library(book: &TestBook) {
        small_book(book);
        for auditor in Auditor::ALL {
            let name = format!("{:?}", auditor.format()).to_lowercase();
            let answer = Program::on(book, &["export", "--to", &name]).run();
            assert_eq!(answer.code, Some(0), "{answer:?}");
            assert_eq!(answer.stdout, journal(&book.ledger(), auditor.format()));
            assert!(answer.stderr.contains("Exported 5 accounts and 4 transfers."), "{answer:?}");
        }
        let answer = Program::on(book, &["export", "--to", "hledger", "--until", "2026-02-27"]).run();
        assert!(answer.stdout.contains("\n2026-02-26 * ") && !answer.stdout.contains("\n2026-02-27 * "), "{answer:?}");
        let answer = Program::on(book, &["export", "--to", "ledger", "--what", "entries"]).run();
        assert_eq!(answer.code, Some(2), "{answer:?}");
    }

    fn those_that_are_installed_agree_with_the_book(book: &TestBook) {
        small_book(book);
        let installed = Auditor::installed();
        if installed.is_empty() {
            return;
        }
        let answer = Program::on(book, &["audit", "--format", "json"]).run();
        assert_eq!(answer.code, Some(0), "{answer:?}");
        assert_eq!(answer.stdout.matches("\"verdict\": \"agrees\"").count(), installed.len(), "{answer:?}");
        for auditor in installed {
            assert!(answer.stdout.contains(&format!("\"program\": \"{}\"", auditor.program())), "{answer:?}");
            assert!(answer.stderr.contains(&format!("{} agrees with the book: 5 accounts, 4 transfers.", auditor.program())));
        }
    }

    fn a_program_that_disagrees_is_told_with_what_it_says(book: &TestBook) {
        small_book(book);
        let folder = programs(&[
            ("hledger", "case \"$*\" in --version) echo hledger 9.9;; *) echo 'balance assertion failed'; exit 1;; esac"),
            (
                "ledger",
                "case \"$*\" in --version) echo Ledger 8.8;; *--balance-format*) printf 'Assets:Cash\\t105.01 EUR\\n';; esac",
            ),
        ]);
        let answer = audit_with(book, &folder, &[]);
        assert_eq!(answer.code, Some(1), "{answer:?}");
        assert!(answer.stdout.contains("hledger") && answer.stdout.contains("9.9") && answer.stdout.contains("disagrees"));
        assert!(answer.stderr.contains("balance assertion failed"), "{answer:?}");
        assert!(answer.stderr.contains("Assets:Cash has 105.00 EUR in the book, and it says 105.01 EUR"), "{answer:?}");
        assert!(!answer.stdout.contains("bean-check"), "it is not installed: {answer:?}");
    }

    fn a_program_that_is_not_there_is_a_matter_of_configuration(book: &TestBook) {
        let none = programs(&[]);
        let answer = audit_with(book, &none, &["--with", "ledger"]);
        assert_eq!(answer.code, Some(78), "{answer:?}");
        assert!(answer.stderr.contains("ledger is not installed") && answer.stderr.contains("apt install"), "{answer:?}");
        let answer = audit_with(book, &none, &[]);
        assert_eq!(answer.code, Some(78), "{answer:?}");
        assert!(answer.stderr.contains("neither hledger nor ledger nor bean-check is installed"), "{answer:?}");
    }
}
