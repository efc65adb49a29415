//! What some places must not name, by whatever path.

use super::assert_none;
use super::package::File;
use super::source::{SOURCES, Source};

struct Ban {
    within: &'static [&'static str],
    /// `std::fs` is all that begins with `std` and has `fs` behind it.
    names: &'static [&'static str],
    /// Files that still name some. The list may only become shorter.
    left: &'static [&'static str],
}

const CORE_IS_PURE: Ban = Ban {
    within: &["core/src/"],
    names: &[
        "diesel",
        "std::env",
        "std::fs",
        "std::io",
        "std::net",
        "std::process",
        "std::thread",
        // The clock. An `Instant` of the core is handed in.
        "std::Instant",
        "std::SystemTime",
        "chrono::now",
        "chrono::Local",
        "uuid::now_v7",
        "uuid::new_v4",
    ],
    left: &[],
};

const FORMATS_HOLD_NO_BOOK: Ban = Ban {
    within: &["src/wire/", "src/interchange/"],
    names: &["crate::Ledger", "crate::store::Pool", "crate::store::Store"],
    left: &[],
};

const FORMATS_DO_NO_IO: Ban = Ban {
    within: &["src/wire/", "src/interchange/"],
    names: &["std::env", "std::fs", "std::net", "std::process", "std::thread"],
    left: &[],
};

#[test]
fn core_is_pure() {
    assert_none(CORE_IS_PURE.findings(&SOURCES));
}

#[test]
fn wire_and_interchange_hold_no_book() {
    assert_none(FORMATS_HOLD_NO_BOOK.findings(&SOURCES));
}

#[test]
fn wire_and_interchange_open_nothing_and_start_nothing() {
    assert_none(FORMATS_DO_NO_IO.findings(&SOURCES));
}

impl Ban {
    fn findings(&self, sources: &[Source]) -> Vec<String> {
        let mut findings = Vec::new();
        let mut left: Vec<_> = self.left.to_vec();
        for source in sources.iter().filter(|source| self.within.iter().any(|folder| source.path.starts_with(folder))) {
            let breaches = self.breaches(source);
            let is_left = self.left.contains(&source.path.as_str());
            left.retain(|path| *path != source.path || breaches.is_empty());
            findings.extend(breaches.into_iter().filter(|_| !is_left));
        }
        findings.extend(left.iter().map(|path| format!("{path} names none of it any more: take it off the list")));
        findings
    }

    fn breaches(&self, source: &Source) -> Vec<String> {
        let file = File::read(source);
        let banned = file.names.iter().filter(|name| self.names.iter().any(|banned| is_of(&name.path, banned)));
        banned.map(|name| format!("{} must not name {}", source.place(name.offset), name.path.join("::"))).collect()
    }
}

fn is_of(path: &[String], banned: &str) -> bool {
    let (begin, last) = banned.rsplit_once("::").unwrap_or(("", banned));
    let mut segments = path.iter();
    begin.split("::").filter(|segment| !segment.is_empty()).all(|segment| segments.next().is_some_and(|s| s == segment))
        && segments.any(|segment| segment == last)
}

#[test]
fn what_is_banned_is_found() {
    for (ban, path, texts) in [
        (
            &CORE_IS_PURE,
            "core/src/facts/account.rs",
            vec![
                "use diesel::prelude::*;",
                "use std::fs;",
                "use std::{collections::BTreeMap, io::{self, Write}};",
                "fn f() { std::env::var(\"A\") }",
                "use ::std::net::TcpStream;",
                "use std as other;\nfn f() { other::process::exit(1) }",
                "use std::thread as other;",
                "use std::time::{Duration, SystemTime};",
                "use std::time::Instant as Moment;",
                "use chrono::Utc;\nfn f() { Utc::now() }",
                "use chrono::Local;",
                "use uuid::Uuid;\nfn f() { Uuid::now_v7() }",
                "fn f() { uuid::Uuid::new_v4() }",
            ],
        ),
        (
            &FORMATS_HOLD_NO_BOOK,
            "src/wire/json.rs",
            vec![
                "use crate::ledger::{Ledger, Posted};",
                "use crate::Ledger as Book;",
                "fn f(pool: &crate::store::pool::Pool) {}",
                "use crate::store;\nfn f(store: &dyn store::Store) {}",
            ],
        ),
        (&FORMATS_DO_NO_IO, "src/interchange/csv/mod.rs", vec!["use std::thread;", "fn f() { std::fs::read(path) }"]),
    ] {
        for text in texts {
            assert_ne!(ban.breaches(&Source::new(path, text)), [""; 0], "{text}");
        }
        let harmless = "// std::fs\n#[cfg(test)]\nmod tests {\n    use std::{fs, thread};\n    use crate::Ledger;\n}\n\
            use std::fmt;\nuse crate::facts::Instant;\nuse crate::Error::Store;\nuse chrono::{DateTime, Utc};";
        assert_eq!(ban.breaches(&Source::new(path, harmless)), [""; 0]);
        assert_eq!(
            ban.findings(&[Source::new("src/cli/mod.rs", "use std::fs;\nuse crate::Ledger;")]).len(),
            ban.left.len()
        );
    }
}

#[test]
fn a_list_of_files_that_is_not_true_is_found() {
    let ban = Ban { within: &["src/"], names: &["std::fs"], left: &["src/a.rs"] };
    let sources = |a: &str, b: &str| [Source::new("src/a.rs", a), Source::new("src/b.rs", b)];
    assert_eq!(ban.findings(&sources("use std::fs;", "")), [""; 0]);
    assert_eq!(ban.findings(&sources("use std::fs;", "use std::fs;")), ["src/b.rs:1 must not name std::fs"]);
    assert_eq!(ban.findings(&sources("", "")), ["src/a.rs names none of it any more: take it off the list"]);
}
