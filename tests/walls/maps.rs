//! What ARCHITECTURE.md names is there: the paths, and the names in the code.

use std::collections::HashSet;
use std::fs;
use std::path::Path;

use super::assert_none;
use super::source::{SOURCES, repository};

/// Where a path of the page may begin.
const ROOTS: [&str; 3] = ["", "src/", "core/src/"];

#[test]
fn what_the_architecture_names_is_there() {
    let page = fs::read_to_string(repository().join("ARCHITECTURE.md")).unwrap();
    let words = ["migrations", "tests"].iter().flat_map(|folder| files(&repository().join(folder)));
    let sources = SOURCES.iter().map(|source| source.code.clone() + &source.texts);
    let known: String = sources.chain(words).collect::<Vec<_>>().join("\n");
    assert_none(missing(&page, repository(), &known));
}

/// The quoted paths that lead nowhere under any of the roots, the quoted names that the code does not have, and the links to no file.
fn missing(page: &str, repository: &Path, code: &str) -> Vec<String> {
    let is_there = |path: &str| ROOTS.iter().any(|root| repository.join(root).join(path).exists());
    let known: HashSet<_> = code.split(|c: char| !is_of_name(c)).collect();
    let mut findings = Vec::new();
    for (index, line) in page.lines().enumerate() {
        let links = line.split("](").skip(1).filter_map(|rest| rest.split(')').next());
        let quoted: Vec<_> = line.split('`').skip(1).step_by(2).collect();
        let (paths, names): (Vec<_>, Vec<_>) = quoted.into_iter().partition(|text| is_path(text));
        let paths = links.chain(paths).filter(|path| !is_there(path));
        let names = names.into_iter().filter(|text| text.chars().all(|c| is_of_name(c) || c == ':'));
        let unknown = names.filter(|text| !text.split("::").all(|name| known.contains(name)));
        let missing = paths.chain(unknown);
        findings.extend(missing.map(|text| format!("ARCHITECTURE.md:{}: there is no {text}", index + 1)));
    }
    findings
}

fn is_path(text: &str) -> bool {
    let is_of_path = |c: char| is_of_name(c) || ['/', '.', '-'].contains(&c);
    let is_file = [".rs", ".md", ".sql", ".toml", ".txt"].iter().any(|end| text.ends_with(end));
    text.chars().all(is_of_path) && (text.contains('/') || is_file)
}

fn is_of_name(character: char) -> bool {
    character.is_alphanumeric() || character == '_'
}

/// The texts of all files in a folder.
fn files(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries
        .flat_map(|path| if path.is_dir() { files(&path) } else { fs::read_to_string(path).into_iter().collect() })
        .collect()
}

#[test]
fn what_is_not_there_is_found() {
    let code = "pub struct Ledger; impl Ledger { fn post() {} }";
    for (text, is_known) in [
        ("`ledger/mod.rs`", true),
        ("`ledger/`", true),
        ("`core/src/lib.rs`", true),
        ("`money/`", true),
        ("`tests/walls.rs`", true),
        ("`Cargo.toml`", true),
        ("[the page](docs/proof.md)", true),
        ("`Ledger::post` and `Ledger`", true),
        ("`teller transfer a:b 1/2`", true),
        ("service/mod.rs", true),
        ("`service/mod.rs`", false),
        ("`service/`", false),
        ("`verify.rs`", false),
        ("[the page](docs/gone.md)", false),
        ("`Ledger` and `Ledger::gone`", false),
        ("`Gone`", false),
    ] {
        assert_eq!(missing(text, repository(), code).is_empty(), is_known, "{text}");
    }
    assert_eq!(missing("\n`Gone`", repository(), code), ["ARCHITECTURE.md:2: there is no Gone"]);
}
