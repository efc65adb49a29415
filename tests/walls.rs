//! The walls between the modules, kept by reading the source. Each finding names the file, the line and the rule.

mod circles;
mod direction;
mod maps;
mod modules;
mod names;
mod package;
mod purity;
mod rules;
mod source;
mod words;

use self::source::{SOURCES, Source};
use self::words::is_whole_word;

const FILE_LINES_MAX: usize = 400;
/// One list, which is read from top to bottom: what can be refused, in the order in which it is.
const LISTS: [&str; 1] = ["core/src/rejection/mod.rs"];
/// Nobody reads it.
const GENERATED: &str = "src/schema.rs";

#[test]
fn files_stay_short() {
    assert_none(breaches_of_length(&SOURCES));
}

#[test]
fn every_module_says_what_it_is_for() {
    assert_none(SOURCES.iter().filter_map(breach_of_docs));
}

#[test]
fn every_command_that_commits_takes_note_of_what() {
    assert_none(SOURCES.iter().filter_map(breach_of_commits));
}

fn assert_none(findings: impl IntoIterator<Item = String>) {
    let findings: Vec<_> = findings.into_iter().collect();
    assert!(findings.is_empty(), "\n{}", findings.join("\n"));
}

fn breaches_of_length(sources: &[Source]) -> Vec<String> {
    let is_long = |source: &&Source| source.line_count > FILE_LINES_MAX && source.path != GENERATED;
    let (lists, long): (Vec<_>, Vec<_>) =
        sources.iter().filter(is_long).partition(|source| LISTS.contains(&source.path.as_str()));
    let short = LISTS.iter().filter(|list| !lists.iter().any(|source| source.path == **list));
    long.iter()
        .map(|source| format!("{}:{}: files have at most {FILE_LINES_MAX} lines", source.path, source.line_count))
        .chain(short.map(|list| format!("{list} is short: take it off the list")))
        .collect()
}

fn breach_of_docs(source: &Source) -> Option<String> {
    let is_left_out = source.path == GENERATED || source.path.ends_with("/tests.rs");
    (!source.has_doc && !is_left_out).then(|| format!("{}: a module begins with //! and what it is for", source.path))
}

/// A command that can commit has a mode, and tells the output what it committed, by itself or by what all requests have in common.
fn breach_of_commits(source: &Source) -> Option<String> {
    let code = &source.code_without_tests;
    let has = |word: &str| code.match_indices(word).any(|(offset, _)| is_whole_word(code, word, offset));
    let is_told = has("committed(") || has("submit(") || has("show(");
    (source.path.starts_with("src/cli/commands/") && has("mode()") && !is_told)
        .then(|| format!("{}: a command that commits calls Context::committed", source.path))
}

#[test]
fn a_long_file_is_found() {
    let lines = |path: &str, count: usize| Source::new(path, &"\n".repeat(count));
    let list = || lines(LISTS[0], FILE_LINES_MAX + 1);
    assert_eq!(breaches_of_length(&[list(), lines("src/a.rs", FILE_LINES_MAX)]), [""; 0]);
    assert_eq!(breaches_of_length(&[list(), lines("src/a.rs", FILE_LINES_MAX + 1)]).len(), 1);
    assert_eq!(breaches_of_length(&[list(), lines("core/src/a.rs", FILE_LINES_MAX + 1)]).len(), 1);
    assert_eq!(breaches_of_length(&[lines(LISTS[0], FILE_LINES_MAX)]).len(), 1);
}

#[test]
fn a_module_without_a_doc_is_found() {
    let breach = |path: &str, text: &str| breach_of_docs(&Source::new(path, text));
    assert!(
        breach("src/a.rs", "use std::fmt;\n").is_some() && breach("core/src/a.rs", "/// A type.\nstruct A;").is_some()
    );
    assert!(breach("src/a.rs", "//! An example.\n").is_none() && breach("src/a/tests.rs", "use super::*;").is_none());
}

#[test]
fn a_command_that_commits_in_silence_is_found() {
    let breach = |text: &str| breach_of_commits(&Source::new("src/cli/commands/a/mod.rs", text));
    assert!(breach("ledger.post(&request, arguments.mode.mode())?;").is_some());
    for text in
        ["context.ledger()?", "let mode = arguments.mode(); context.committed(mode, words);", "submit(context, mode())"]
    {
        assert!(breach(text).is_none(), "{text}");
    }
}
