//! No file is dead: each is declared, and others use what is in it.

use std::collections::HashSet;

use super::assert_none;
use super::package::{File, Package};
use super::source::{ROOTS, SOURCES, Source};

#[test]
fn every_file_is_reached_from_the_front_page_or_the_program() {
    assert_none(ROOTS.iter().flat_map(|root| unreached(&Package::new(&SOURCES, root))));
}

#[test]
fn every_module_is_used() {
    assert_none(ROOTS.iter().flat_map(|root| unused(&Package::new(&SOURCES, root))));
}

fn unreached(package: &Package) -> Vec<String> {
    let mut reached: Vec<_> = package.files.iter().filter(|file| is_top(file)).collect();
    let mut next = 0;
    while let Some(parent) = reached.get(next).copied() {
        let is_child = |file: &&File| {
            let above: &[&str] = if is_top(parent) { &[] } else { &parent.module };
            let last = file.module.split_last();
            last.is_some_and(|(name, folder)| folder == above && parent.declared.contains(name))
        };
        reached.extend(package.files.iter().filter(is_child));
        next += 1;
    }
    let is_reached = |file: &File| reached.iter().any(|other| other.source.path == file.source.path);
    let dead = package.files.iter().filter(|file| !is_reached(file));
    dead.map(|file| format!("{}: no module declares the file", file.source.path)).collect()
}

/// The compiler warns of private items that nobody uses. It says nothing of public ones, as somebody outside might.
fn unused(package: &Package) -> Vec<String> {
    let named: HashSet<_> = (0..package.files.len()).flat_map(|index| named(package, index)).collect();
    let is_used = |index: usize| {
        let file = &package.files[index];
        let mut others = package.files.iter().filter(|other| other.source.path != file.source.path);
        let is_at_hand = is_top(file) || is_tests(file) || !file.declared.is_empty() || adds_to_another_type(file);
        is_at_hand
            || named.contains(&index)
            || others.any(|other| {
                let calls = |name: &str| other.source.code.contains(&format!("{name}!"));
                shows_as_public(other, file) || macros(file).any(calls)
            })
    };
    let dead = (0..package.files.len()).filter(|&index| !is_used(index));
    dead.map(|index| format!("{}: nobody uses the module", package.files[index].source.path)).collect()
}

/// The other files that define what a file names or hands on.
fn named(package: &Package, index: usize) -> impl Iterator<Item = usize> {
    let definers = package.files[index].names.iter().filter_map(|name| package.definer(&name.path));
    definers.filter(move |definer| *definer != index)
}

/// The front page, and the program.
fn is_top(file: &File) -> bool {
    matches!(file.module[..], [] | ["main"])
}

fn is_tests(file: &File) -> bool {
    file.source.code_without_tests.trim().is_empty()
}

fn shows_as_public(front: &File, file: &File) -> bool {
    front.module.is_empty()
        && file.module.len() == 1
        && front.source.code.contains(&format!("pub mod {};", file.module[0]))
}

/// Methods reach their callers without the name of their module.
fn adds_to_another_type(file: &File) -> bool {
    let code = &file.source.code_without_tests;
    let is_own = |name: &str| ["struct", "enum"].iter().any(|kind| code.contains(&format!("{kind} {name}")));
    let headers = code.split('\n').filter_map(|line| line.strip_prefix("impl"));
    headers.filter_map(type_name).any(|name| !is_own(name))
}

/// `Ledger` of ` Ledger {`, `<'a> Ledger<'a> {` and ` Display for Ledger {`.
fn type_name(header: &str) -> Option<&str> {
    let own = header.rsplit(" for ").next().unwrap_or(header);
    let mut names = own.split(|c: char| !c.is_alphanumeric() && c != '_' && c != '\'');
    let is_type = |name: &&str| name.len() > 1 && name.starts_with(char::is_uppercase);
    names.find(is_type)
}

fn macros<'a>(file: &File<'a>) -> impl Iterator<Item = &'a str> + use<'a> {
    let behind = file.source.code_without_tests.split("macro_rules! ").skip(1);
    behind.filter_map(|text| text.split(|c: char| !c.is_alphanumeric() && c != '_').next())
}

#[test]
fn a_file_that_nobody_declares_is_found() {
    for (files, dead) in [
        (vec![("lib.rs", "mod a;"), ("a.rs", ""), ("main.rs", "mod b;"), ("b.rs", "")], vec![]),
        (
            vec![
                ("lib.rs", "mod a;"),
                ("a/mod.rs", "#[cfg(test)]\nmod tests;\nmod b;"),
                ("a/tests.rs", ""),
                ("a/b.rs", ""),
            ],
            vec![],
        ),
        (
            vec![("lib.rs", "// mod a;\nlet text = \"mod a;\";\nmod b {}"), ("a.rs", ""), ("b.rs", "")],
            vec!["a.rs", "b.rs"],
        ),
        // Declared by another one than its parent, and by one that is dead itself.
        (
            vec![("lib.rs", "mod a;\nmod b;"), ("a/mod.rs", ""), ("a/b.rs", "mod c;"), ("a/b/c.rs", ""), ("b.rs", "")],
            vec!["a/b.rs", "a/b/c.rs"],
        ),
    ] {
        let dead: Vec<_> = dead.iter().map(|path| format!("src/{path}: no module declares the file")).collect();
        assert_eq!(unreached(&Package::new(&tree(&files), "src/")), dead, "{files:?}");
    }
}

#[test]
fn a_module_that_nobody_uses_is_found() {
    let own = "pub struct A;\nimpl A {}\nimpl Display for A {}\npub fn a() { A::b() }";
    for (front, text, is_used) in [
        ("mod a;", own, false),
        ("mod a;", "", true),
        ("mod a;\n// crate::a::A", own, false),
        ("mod a;\n#[cfg(test)]\nmod tests {\n    use crate::a::A;\n}", own, false),
        ("mod a;", "pub fn b() { crate::a::b() }", false),
        ("mod a;", "macro_rules! b { () => {} }", false),
        ("pub mod a;", own, true),
        ("mod a;\npub use crate::a::A;", own, true),
        ("mod a;\nfn b() { a::a() }", own, true),
        ("#[macro_use]\nmod a;\nb!();", "macro_rules! b { () => {} }", true),
        ("mod a;", "use other::Ledger;\nimpl Ledger {}", true),
        ("mod a;", "use other::Ledger;\nimpl<'a> Ledger<'a> {}", true),
        ("mod a;", "pub struct A;\nimpl Add<A> for Ledger {}", true),
    ] {
        let sources = tree(&[("lib.rs", front), ("a.rs", text)]);
        let findings = unused(&Package::new(&sources, "src/"));
        assert_eq!(findings.is_empty(), is_used, "{front}: {text}: {findings:?}");
    }
}

fn tree(files: &[(&str, &str)]) -> Vec<Source> {
    files.iter().map(|(path, text)| Source::new(&format!("src/{path}"), text)).collect()
}
