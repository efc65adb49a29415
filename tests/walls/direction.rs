//! Whom each module may name. Dependencies point down.

use std::collections::BTreeSet;

use super::assert_none;
use super::package::{File, Package};
use super::source::{SOURCES, Source};

/// What one module may name, other than itself.
type Row = (&'static str, &'static [&'static str]);

struct Table {
    root: &'static str,
    /// From below to above: each row names rows before it.
    rows: &'static [Row],
    /// The rows that name one behind them.
    upward: &'static [(&'static str, &'static str)],
    /// The modules that may name any other.
    top: &'static [&'static str],
}

const CORE: Table = Table {
    root: "core/src/",
    rows: &[
        ("maps", &[]),
        ("words", &[]),
        ("money", &[]),
        ("facts", &["money"]),
        ("rejection", &["facts", "money"]),
        ("requests", &["facts", "maps", "money", "rejection"]),
        ("proof", &["facts", "requests"]),
        ("judging", &["facts", "maps", "money", "proof", "rejection", "requests"]),
    ],
    upward: &[],
    top: &["lib"],
};

/// The modules of the core have their rows in `CORE`. Each is below all of these.
const TELLER: Table = Table {
    root: "src/",
    rows: &[
        ("clock", &["facts"]),
        // Stricter: without `store`, which names `error` too.
        ("error", &["facts", "money", "proof", "rejection", "requests", "store"]),
        ("files", &["error"]),
        // Generated: it names the column types, as diesel.toml says.
        ("schema", &["models"]),
        // Stricter: without `judging`, of which it names `ChangedAccount` alone.
        ("models", &["facts", "judging", "money", "schema"]),
        // Stricter: without `judging`, as models, and without `error`, whose row names this one.
        ("store", &["clock", "error", "facts", "files", "judging", "models", "schema"]),
        (
            "ledger",
            &[
                "clock",
                "error",
                "facts",
                "files",
                "judging",
                "maps",
                "models",
                "money",
                "proof",
                "rejection",
                "requests",
                "store",
                "words",
            ],
        ),
        ("config", &["store"]),
        // It measures the ledger beside bare writes of the store.
        ("bench", &["clock", "error", "facts", "files", "ledger", "money", "rejection", "requests", "store"]),
        // Stricter: without `bench`, `files` and `store`; of `ledger` only what it answers.
        ("wire", &["bench", "error", "facts", "files", "ledger", "money", "proof", "rejection", "requests", "store"]),
        // Stricter: without `files`; of `ledger` only what it answers.
        ("interchange", &["error", "facts", "files", "ledger", "money", "requests", "wire"]),
        // Stricter: without `store`, of which it names the keys and the faults alone.
        (
            "server",
            &[
                "bench",
                "error",
                "facts",
                "interchange",
                "ledger",
                "maps",
                "money",
                "rejection",
                "requests",
                "store",
                "wire",
            ],
        ),
    ],
    upward: &[("error", "store"), ("schema", "models")],
    top: &["cli", "lib", "main", "prelude"],
};

#[test]
fn modules_name_only_those_below_them() {
    for table in [&CORE, &TELLER] {
        assert_none(table.breaches(&SOURCES));
    }
}

impl Table {
    fn breaches(&self, sources: &[Source]) -> Vec<String> {
        let package = Package::new(sources, self.root);
        let mut findings = self.upward_rows();
        let mut used = BTreeSet::new();
        for file in &package.files {
            used.insert((file.top_module(), None));
            findings.extend(self.breaches_in(file, &mut used));
        }
        let unused_top = self.top.iter().filter(|&&module| !used.contains(&(module, None)));
        findings.extend(unused_top.map(|module| format!("{module} is on the list of the top, and is no module")));
        for (module, allowed) in self.rows {
            let entries = allowed.iter().map(|&name| Some(name)).chain([None]);
            let stale = entries.filter(|&entry| !used.contains(&(*module, entry)));
            findings.extend(stale.map(|entry| format!("{module} has a row that nothing uses: {entry:?}")));
        }
        findings
    }

    /// Takes note of the rows and of the entries of rows that the file needs.
    fn breaches_in<'a>(&self, file: &File<'a>, used: &mut BTreeSet<(&'a str, Option<&'static str>)>) -> Vec<String> {
        let module = file.top_module();
        if self.top.contains(&module) {
            return Vec::new();
        }
        let Some((_, allowed)) = self.rows.iter().find(|(name, _)| *name == module) else {
            return vec![format!("{}: module {module} has no row", file.source.path)];
        };
        let mut findings = Vec::new();
        for name in &file.names {
            let [package, named, ..] = &name.path[..] else { continue };
            if !["crate", "teller_ledger_core"].contains(&package.as_str()) || named == module {
                continue;
            }
            match allowed.iter().find(|allowed| *allowed == named) {
                Some(entry) => drop(used.insert((module, Some(*entry)))),
                None => findings.push(format!("{}: {module} must not name {named}", file.source.place(name.offset))),
            }
        }
        findings
    }

    fn upward_rows(&self) -> Vec<String> {
        let place = |name: &str| self.rows.iter().position(|(module, _)| *module == name);
        let rows = self.rows.iter().flat_map(|(module, allowed)| allowed.iter().map(|name| (*module, *name)));
        let upward: Vec<_> = rows.filter(|(module, name)| place(name) >= place(module)).collect();
        let new = upward.iter().filter(|row| !self.upward.contains(row));
        let gone = self.upward.iter().filter(|row| !upward.contains(row));
        new.map(|(module, name)| format!("{module} is below {name} and names it"))
            .chain(gone.map(|row| format!("{row:?} points down now: take it off the list")))
            .collect()
    }
}

#[cfg(test)]
const SMALL: Table = Table { root: "src/", rows: &[("a", &["facts"]), ("b", &["a"])], upward: &[], top: &["lib"] };

#[test]
fn a_name_that_points_up_is_found() {
    for (path, text) in [
        ("src/a.rs", "use crate::b::B;"),
        ("src/a.rs", "use crate::{\n    facts::{Account, Hold},\n    b::{B},\n};"),
        ("src/a.rs", "use super::b::B;"),
        ("src/a/c.rs", "use super::super::b::B;"),
        ("src/a/mod.rs", "use super::b;"),
        ("src/a.rs", "fn a() { crate::b::b() }"),
        ("src/a.rs", "pub use crate::b::B;"),
        ("src/a.rs", "pub(in crate::b) fn a() {}"),
        ("src/a.rs", "use teller_ledger_core::money::Amount;"),
        // A name that the front page hands on hides which module it comes from.
        ("src/a.rs", "use crate::B;"),
        ("src/novel/mod.rs", "use crate::a::A;"),
    ] {
        let findings = with(&[(path, text)]);
        assert!(findings.len() == 1 && findings[0].starts_with(path), "{path}: {text}: {findings:?}");
    }
    for (path, text) in [
        ("src/a.rs", "use crate::{facts::{Account, Hold}, a::A};\nuse super::facts::Instant;"),
        ("src/a/b/c.rs", "use super::super::b::B;"),
        ("src/a.rs", "#[cfg(test)]\nmod tests {\n    use crate::b::B;\n}"),
        ("src/lib.rs", "pub use crate::b::B;"),
    ] {
        assert_eq!(with(&[(path, text)]), [""; 0], "{path}: {text}");
    }
}

#[test]
fn a_table_that_says_more_than_is_so_is_found() {
    assert_eq!(
        SMALL.breaches(&tree(&[("src/a.rs", ""), ("src/b.rs", "use crate::a::A;"), ("src/lib.rs", "")])),
        ["a has a row that nothing uses: Some(\"facts\")"]
    );
    assert_eq!(
        SMALL.breaches(&tree(&[("src/a.rs", "use crate::facts::Account;")])),
        [
            "lib is on the list of the top, and is no module",
            "b has a row that nothing uses: Some(\"a\")",
            "b has a row that nothing uses: None",
        ]
    );
    let upward = |rows, upward| Table { rows, upward, ..SMALL }.upward_rows();
    assert_eq!(upward(&[("b", &["a"]), ("a", &[])], &[]), ["b is below a and names it"]);
    assert_eq!(upward(&[("b", &["a"]), ("a", &[])], &[("b", "a")]), [""; 0]);
    assert_eq!(upward(SMALL.rows, &[("b", "a")]), ["(\"b\", \"a\") points down now: take it off the list"]);
}

/// What is found in the files, which stand among those that use all of the small table.
fn with(files: &[(&str, &str)]) -> Vec<String> {
    let used = [("src/a/used.rs", "use crate::facts::Account;"), ("src/b.rs", "use crate::a::A;"), ("src/lib.rs", "")];
    SMALL.breaches(&tree(&[&used, files].concat()))
}

fn tree(files: &[(&str, &str)]) -> Vec<Source> {
    files.iter().map(|(path, text)| Source::new(path, text)).collect()
}
