//! The pager: results that are longer than the screen go through it, on a terminal and nowhere else. `script`, of util-linux, is the terminal.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use tempfile::TempDir;

use crate::support::{TestBook, check};

/// As many lines as the terminal of these tests has.
const LINES: usize = 10;
const ACCOUNTS: usize = 40;

/// What a person at a terminal sees.
struct Seen {
    code: Option<i32>,
    screen: String,
}

/// A book with a list that is longer than the screen, and a folder for what a pager writes.
fn book() -> (TestBook, TempDir) {
    let book = TestBook::on_sqlite();
    let accounts: Vec<_> = (0..ACCOUNTS).map(|number| format!("account a{number:02} asset EUR")).collect();
    check(&book, &accounts.join("\n"));
    (book, tempfile::tempdir().unwrap())
}

/// Runs the program on a terminal of its own. Its exit code is written to a file, because that of `script` is another in some versions.
fn at_terminal(book: &TestBook, folder: &TempDir, pager: Option<&str>, arguments: &str) -> Seen {
    let code = folder.path().join("code");
    let line = format!("stty rows {LINES} cols 80; \"$TELLER\" {arguments}; echo $? >\"$CODE\"");
    let mut command = Command::new("script");
    command.args(["-q", "-e", "-c", &line, "/dev/null"]).env("SHELL", "/bin/sh").env("TERM", "xterm");
    command.env("TELLER", env!("CARGO_BIN_EXE_teller")).env("CODE", &code).env("DATABASE_URL", &book.url);
    command.env_remove("COLUMNS").env_remove("LESS").env_remove("NO_COLOR").env_remove("PAGER");
    if let Some(pager) = pager {
        command.env("PAGER", pager);
    }
    let output = command.current_dir(folder.path()).stdin(Stdio::null()).output().expect("script is installed");
    let code = fs::read_to_string(code).ok().and_then(|text| text.trim().parse().ok());
    Seen { code, screen: String::from_utf8_lossy(&output.stdout).replace('\r', "") }
}

/// What went through the pager, if it was started.
fn paged(path: &Path) -> Option<String> {
    fs::read_to_string(path).ok()
}

#[test]
fn what_is_longer_than_the_screen_goes_through_the_pager() {
    let (book, folder) = book();
    let file = folder.path().join("paged");
    let seen = at_terminal(&book, &folder, Some("tee paged"), "account list");
    let shown = paged(&file).expect("the pager is started");
    assert_eq!((seen.code, shown.lines().count()), (Some(0), ACCOUNTS + 1), "{}", seen.screen);
    assert!(shown.starts_with("ACCOUNT") && shown.contains("a39"), "{shown}");
    assert!(seen.screen.contains("a39"), "the pager writes to the terminal: {}", seen.screen);
    assert_eq!(seen.screen.matches("a39").count(), 1, "nothing is written past it: {}", seen.screen);
}

#[test]
fn what_fits_on_the_screen_does_not() {
    let (book, folder) = book();
    let seen = at_terminal(&book, &folder, Some("tee paged"), "account list --limit 3");
    assert_eq!(paged(&folder.path().join("paged")), None);
    assert!(seen.screen.contains("a02") && seen.code == Some(0), "{}", seen.screen);
}

#[test]
fn who_wants_no_pager_has_none() {
    let (book, folder) = book();
    let file = folder.path().join("paged");
    let seen = at_terminal(&book, &folder, Some("tee paged"), "account list --no-pager");
    assert!(paged(&file).is_none() && seen.screen.contains("a39"), "{}", seen.screen);
    for pager in ["", "cat"] {
        let seen = at_terminal(&book, &folder, Some(pager), "account list");
        assert!(seen.screen.contains("a39") && seen.code == Some(0), "{}", seen.screen);
    }
    // One that is not there is none.
    let seen = at_terminal(&book, &folder, Some("no-such-pager"), "account list");
    assert!(seen.screen.contains("a39") && seen.code == Some(0), "{}", seen.screen);
}

#[test]
fn a_pipe_has_no_pager() {
    let (book, folder) = book();
    let seen = at_terminal(&book, &folder, Some("tee paged"), "account list | cat");
    assert!(paged(&folder.path().join("paged")).is_none() && seen.screen.contains("a39"), "{}", seen.screen);
}

#[test]
fn who_leaves_the_pager_early_has_seen_enough() {
    let (book, folder) = book();
    let seen = at_terminal(&book, &folder, Some("head -n 3"), "account list");
    assert_eq!(seen.code, Some(0), "{}", seen.screen);
    assert!(seen.screen.contains("a01") && !seen.screen.contains("a39"), "{}", seen.screen);
}

#[test]
fn what_is_said_waits_until_the_pager_is_left() {
    let (book, folder) = book();
    let seen = at_terminal(&book, &folder, Some("tee paged"), "account list --limit 20");
    let shown = paged(&folder.path().join("paged")).expect("the pager is started");
    assert!(!shown.contains("There are more"), "{shown}");
    let [last_row, note] = ["a19", "There are more"].map(|text| seen.screen.find(text).expect(text));
    assert!(last_row < note, "{}", seen.screen);
}
