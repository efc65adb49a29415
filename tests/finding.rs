//! How people find what there is: completion as a shell asks for it, help, and names that may have been meant.

use std::path::Path;
use std::process::Command;

use crate::support::{Help, Program, check, on_every_backend};

/// What bash runs: the function of the script, with what bash gives it.
const ASK: &str = r#"
source <(teller completions bash)
COMP_LINE="$1" COMP_POINT="${#1}" COMP_TYPE=9
shift
COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
_teller teller
printf '%s\n' "${COMPREPLY[@]}"
"#;

/// Divides a line as bash does: at blanks, and at colons and equals signs, which are words of their own.
fn words(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    for blank in line.split(' ') {
        let mut word = String::new();
        for character in blank.chars() {
            let is_break = |character: char| [':', '='].contains(&character);
            if word.chars().last().is_some_and(|last| is_break(last) != is_break(character)) {
                words.push(std::mem::take(&mut word));
            }
            word.push(character);
        }
        words.push(word);
    }
    words
}

/// What bash proposes at the end of a line.
fn complete(url: &str, line: &str) -> Vec<String> {
    let folder = Path::new(env!("CARGO_BIN_EXE_teller")).parent().unwrap().display();
    let path = format!("{folder}:{}", std::env::var("PATH").unwrap_or_default());
    let mut bash = Command::new("bash");
    bash.args(["-c", ASK, "bash", line]).args(words(line)).env("PATH", path).env("DATABASE_URL", url);
    let output = bash.current_dir(std::env::temp_dir()).output().expect("bash starts");
    assert_eq!(String::from_utf8_lossy(&output.stderr), "", "{line}");
    String::from_utf8(output.stdout).unwrap().lines().filter(|line| !line.is_empty()).map(str::to_owned).collect()
}

on_every_backend! {
    fn what_the_book_has_is_proposed_while_a_line_is_typed(book: &TestBook) {
        check(book, "
            account cash            asset     EUR
            account customers:alice liability EUR
            account customers:alina liability EUR
            deposit customers:alice 50 -> posted
        ");
        book.run("hold customers:alice cash 5 --key order-7").ends(0);
        book.run("hold customers:alice cash 5 --key order-8").ends(0);
        book.run("release order-8").ends(0);
        for (line, expected) in [
            ("teller bal", &["balance"][..]),
            ("teller balance ca", &["cash"]),
            ("teller balance customers:ali", &["alice", "alina"]),
            ("teller transfer customers:alice customers:alin", &["alina"]),
            ("teller account show customers:alic", &["alice"]),
            ("teller post --debit ca", &["cash"]),
            ("teller account open x --currency EU", &["EUR"]),
            ("teller account open x --type lia", &["liability"]),
            ("teller account list --format cs", &["csv"]),
            ("teller capture or", &["order-7"]),
            ("teller balance nobody", &[]),
        ] {
            assert_eq!(complete(&book.url, line), expected, "{line}");
        }
        let named = format!("teller --database-url {} balance customers:alin", book.url);
        if !named.contains('?') {
            assert_eq!(complete("sqlite:///nowhere/at/all.db", &named), ["alina"]);
        }
    }

    fn what_may_have_been_meant_is_proposed_for_currencies_holds_and_transfers(book: &TestBook) {
        check(book, "
            account cash  asset     EUR
            account alice liability EUR
            deposit alice 50 -> posted
        ");
        book.run("hold alice cash 5 --key order-7").ends(0);
        book.run("transfer alice alice2 1 --key rent-9").ends(3);
        book.run("deposit alice 1 --cash cash --key invoice-17").ends(0);
        book.run("account open till --currency EUT").ends(3).says("hint: did you mean EUR? if not, see `teller currency list`");
        book.run("capture oder-7").ends(3).says("hint: did you mean order-7?");
        book.run("reverse invoice-71").ends(3).says("hint: did you mean invoice-17?");
        let answer = book.run("release nothing-like-it").ends(3);
        assert!(!answer.stderr.contains("did you mean"), "{}", answer.stderr);
        let answer = book.run("reverse invoce-17 --format json").ends(3);
        let error: serde_json::Value = serde_json::from_str(&answer.stderr).unwrap();
        assert_eq!(error["error"]["did_you_mean"], serde_json::json!(["invoice-17"]));
    }
}

#[test]
fn nothing_is_proposed_and_nothing_made_where_there_is_no_book() {
    let folder = tempfile::TempDir::new().unwrap();
    let file = folder.path().join("none.db");
    for url in [&format!("sqlite://{}", file.display()), "postgres://127.0.0.1:1/bank", "mysql://x"] {
        assert_eq!(complete(url, "teller balance a"), [""; 0], "{url}");
        assert_eq!(complete(url, "teller verif"), ["verify"], "{url}");
    }
    assert!(!file.exists());
}

#[test]
fn every_shell_has_a_script_that_asks_the_program() {
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        Program::new(&["completions", shell]).run().ends(0).shows("COMPLETE").shows("teller");
    }
}

#[test]
fn help_shows_examples_before_options() {
    let all = Help::of_all();
    let mut examples = 0;
    for Help { words, text } in &all {
        let place = |word: &str| text.lines().position(|line| line.starts_with(word));
        let Some(example) = place("Example") else { continue };
        let behind = [place("Arguments:"), place("Options"), place("Commands:")];
        assert!(place("Usage:").unwrap() < example, "{words:?}");
        assert!(behind.into_iter().flatten().all(|line| example < line), "{words:?}\n{text}");
        examples += 1;
    }
    assert!(examples > 50, "{examples} of {}", all.len());
}

#[test]
fn help_has_topics_and_every_command() {
    let help = |words: &[&str]| Program::new(&[&["help"], words].concat()).run();
    help(&["exit-codes"]).ends(0).shows("\n  75  try again\n").shows("\n   0  done\n");
    help(&["settings"]).ends(0).shows("DATABASE_URL");
    help(&[]).ends(0).shows("Usage: teller [OPTIONS] <COMMAND>").shows("teller help exit-codes");
    help(&["account", "open"]).ends(0).shows("Usage: teller account open").shows("Examples:");
    help(&["nothing"]).ends(2).says("there is no command or topic nothing; the topics are exit-codes and settings");
}
