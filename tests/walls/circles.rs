//! No file depends on itself by way of others. What is in a circle can only be read, tested and moved as one.
//!
//! An arrow goes to the file that defines what is named. A `pub use` is none by itself, and neither are
//! test modules.

use std::collections::{BTreeMap, BTreeSet};

use super::assert_none;
use super::names::Role;
use super::package::{File, Package, Resolved};
use super::source::{ROOTS, SOURCES, Source};

/// The circles that are left, by their first file and how many files they have. The list may only become shorter.
const LEFT: &[(&str, usize)] = &[];

#[test]
fn no_file_depends_on_itself_by_way_of_others() {
    let packages = ROOTS.map(|root| Package::new(&SOURCES, root));
    let circles: Vec<_> = packages.iter().flat_map(circles).collect();
    assert_none(findings(&circles, LEFT));
    assert_none(packages.iter().flat_map(|package| &package.files).flat_map(globs));
}

/// Files that all depend on each other.
struct Circle {
    first_file: String,
    file_count: usize,
    /// Each with its place and what it names.
    arrows: Vec<String>,
}

/// Where a file names what another one defines first.
type Arrows<'p, 'a> = BTreeMap<usize, &'p Resolved<'a>>;

fn findings(circles: &[Circle], left: &[(&str, usize)]) -> Vec<String> {
    let is = |circle: &Circle, (file, count): (&str, usize)| circle.first_file == file && circle.file_count == count;
    let new = circles.iter().filter(|circle| !left.iter().any(|&entry| is(circle, entry))).map(|circle| {
        let entry = format!("(\"{}\", {})", circle.first_file, circle.file_count);
        format!("{entry}: these files form a circle:\n    {}", circle.arrows.join("\n    "))
    });
    let gone = left.iter().filter(|&&entry| !circles.iter().any(|circle| is(circle, entry)));
    new.chain(gone.map(|entry| format!("{entry:?} is no circle any more: take it off the list"))).collect()
}

fn circles(package: &Package) -> Vec<Circle> {
    let arrows: Vec<_> = (0..package.files.len()).map(|index| arrows(package, index)).collect();
    let reached: Vec<_> = (0..arrows.len()).map(|index| reached(&arrows, index)).collect();
    let mut circles = Vec::new();
    for index in 0..arrows.len() {
        let circle: Vec<_> = reached[index].iter().copied().filter(|other| reached[*other].contains(&index)).collect();
        if circle.first() == Some(&index) && circle.len() > 1 {
            circles.push(Circle::new(package, &circle, &arrows));
        }
    }
    circles
}

impl Circle {
    fn new(package: &Package, circle: &[usize], arrows: &[Arrows]) -> Self {
        let path = |index: usize| package.files[index].source.path.clone();
        let words = |from: usize| {
            arrows[from].iter().filter(|(to, _)| circle.contains(to)).map(move |(&to, name)| {
                let place = package.files[from].source.place(name.offset);
                format!("{place} -> {} ({})", path(to), name.path.join("::"))
            })
        };
        let arrows = circle.iter().flat_map(|&from| words(from)).collect();
        Self { first_file: path(circle[0]), file_count: circle.len(), arrows }
    }
}

/// The other files whose items a file names.
fn arrows<'p, 'a>(package: &'p Package<'a>, index: usize) -> Arrows<'p, 'a> {
    let mut arrows = BTreeMap::new();
    for name in &package.files[index].names {
        if matches!(name.role, Role::Inline | Role::Import(_))
            && let Some(definer) = package.definer(&name.path)
            && definer != index
        {
            arrows.entry(definer).or_insert(name);
        }
    }
    arrows
}

/// All files to which arrows lead from one, over others or not.
fn reached(arrows: &[Arrows], index: usize) -> BTreeSet<usize> {
    let mut reached = BTreeSet::new();
    let mut next = vec![index];
    while let Some(from) = next.pop() {
        next.extend(arrows[from].keys().copied().filter(|&to| reached.insert(to)));
    }
    reached
}

/// A glob that is handed on would hide from this check who defines what.
fn globs(file: &File) -> Vec<String> {
    let globs = file.names.iter().filter(|name| name.role == Role::Reexport("*"));
    globs.map(|name| format!("{}: a re-export names each item", file.source.place(name.offset))).collect()
}

#[test]
fn circles_are_found() {
    for (expected, files) in [
        ("a b", vec![("a.rs", "use crate::b::B;"), ("b.rs", "use crate::a::A;")]),
        ("a b", vec![("a.rs", "use super::b::B;"), ("b.rs", "fn b() { crate::a::a() }")]),
        (
            "a b",
            vec![("a.rs", "use crate::{c::{C}, b::{self as other}};"), ("b.rs", "use crate::a::A as C;"), ("c.rs", "")],
        ),
        ("a b c", vec![("a.rs", "use crate::b::B;"), ("b.rs", "use crate::c::C;"), ("c.rs", "use crate::a::A;")]),
        // A folder and a file in it.
        ("a/b a/mod", vec![("a/mod.rs", "mod b;\nuse self::b::B;"), ("a/b.rs", "use super::A;")]),
        ("a/b a/mod", vec![("a/mod.rs", "mod b;\nfn a() { b::b() }"), ("a/b.rs", "use crate::a::A;")]),
        // Through re-exports, of the folder and of the front page.
        (
            "a/b a/c",
            vec![
                ("a/mod.rs", "mod b;\nmod c;\npub use self::b::B;\npub use c::C;"),
                ("a/b.rs", "use super::C;"),
                ("a/c.rs", "use crate::a::B;"),
            ],
        ),
        (
            "a b",
            vec![
                ("a.rs", "use crate::Other;"),
                ("b.rs", "use crate::a::A;"),
                ("lib.rs", "pub use crate::b::B as Other;"),
            ],
        ),
        // What is handed on and needed as well.
        ("a/b a/mod", vec![("a/mod.rs", "mod b;\npub use self::b::B;\nfn a(b: &B) {}"), ("a/b.rs", "use super::A;")]),
        // By way of a module that is imported.
        (
            "a/b c",
            vec![("a/mod.rs", ""), ("a/b.rs", "use crate::c::C;"), ("c.rs", "use crate::a;\nfn c() { a::b::d() }")],
        ),
    ] {
        assert_eq!(circles_of(&files), [expected], "{files:?}");
    }
}

#[test]
fn what_is_no_circle_is_not_found() {
    for files in [
        vec![("a.rs", "use crate::b::B;\nuse crate::a::A;"), ("b.rs", "")],
        vec![("a/mod.rs", "mod b;\nmod c;\npub use self::b::B;"), ("a/b.rs", "use crate::a::c::C;"), ("a/c.rs", "")],
        vec![
            ("a.rs", "use crate::b::B;"),
            ("b.rs", "// crate::a::A\n#[cfg(test)]\nmod tests {\n    use crate::a::A;\n}"),
        ],
        vec![
            ("a.rs", "use crate::b::B;"),
            ("b/mod.rs", "#[cfg(test)]\nmod tests;"),
            ("b/tests.rs", "use crate::a::A;"),
        ],
        vec![("a.rs", "use crate::b::B;"), ("b.rs", "pub(in crate::a) fn b() {}")],
        vec![("a.rs", "use crate::b::B;"), ("b.rs", "use other::a::A;")],
    ] {
        assert_eq!(circles_of(&files), [""; 0], "{files:?}");
    }
}

#[test]
fn a_list_of_circles_that_is_not_true_is_found() {
    let sources = tree(&[("a.rs", "\nuse crate::b::B;"), ("b.rs", "use crate::a::A;")]);
    let circles = circles(&Package::new(&sources, "src/"));
    assert_eq!(findings(&circles, &[("src/a.rs", 2)]), [""; 0]);
    assert_eq!(
        findings(&circles, &[]),
        ["(\"src/a.rs\", 2): these files form a circle:\n    src/a.rs:2 -> src/b.rs (crate::b::B)\n    \
          src/b.rs:1 -> src/a.rs (crate::a::A)"]
    );
    assert_eq!(findings(&circles, &[("src/a.rs", 3)]).len(), 2);
    assert_eq!(findings(&[], &[("src/a.rs", 2)]), ["(\"src/a.rs\", 2) is no circle any more: take it off the list"]);
}

#[test]
fn a_glob_that_is_handed_on_is_found() {
    for (text, count) in [("pub use crate::b::*;", 1), ("use crate::b::*;", 0), ("pub use crate::b::B;", 0)] {
        assert_eq!(globs(&File::read(&Source::new("src/a.rs", text))).len(), count, "{text}");
    }
}

fn tree(files: &[(&str, &str)]) -> Vec<Source> {
    files.iter().map(|(path, text)| Source::new(&format!("src/{path}"), text)).collect()
}

/// The files of each circle.
fn circles_of(files: &[(&str, &str)]) -> Vec<String> {
    let sources = tree(files);
    let is_in = |circle: &Circle, source: &Source| {
        circle.arrows.iter().any(|arrow| arrow.starts_with(&format!("{}:", source.path)))
    };
    let name = |source: &Source| source.path[4..].trim_end_matches(".rs").to_owned();
    let files = |circle: Circle| {
        let names: Vec<_> = sources.iter().filter(|source| is_in(&circle, source)).map(name).collect();
        assert_eq!(names.len(), circle.file_count);
        let mut names = names;
        names.sort();
        names.join(" ")
    };
    circles(&Package::new(&sources, "src/")).into_iter().map(files).collect()
}
