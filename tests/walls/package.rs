//! The files of a package, and which of them defines what a path names.

use std::collections::HashMap;

use super::names::{Names, Role};
use super::source::Source;

/// Re-exports that lead to re-exports end after so many.
const HOPS_MAX: usize = 20;

pub struct Package<'a> {
    pub files: Vec<File<'a>>,
    by_module: HashMap<Vec<String>, usize>,
}

pub struct File<'a> {
    pub source: &'a Source,
    pub module: Vec<&'a str>,
    /// What the file names outside of its test modules.
    pub names: Vec<Resolved<'a>>,
    /// The modules that it declares, those of tests included.
    pub declared: Vec<&'a str>,
    reexports: HashMap<&'a str, Vec<String>>,
}

/// A path from the top: `["crate", "store", "Pool"]`, or `["std", "fs"]`.
pub struct Resolved<'a> {
    pub offset: usize,
    pub path: Vec<String>,
    pub role: Role<'a>,
}

impl<'a> Package<'a> {
    /// Those of the files that are under the root.
    pub fn new(sources: &'a [Source], root: &str) -> Self {
        let files: Vec<_> = sources.iter().filter(|source| source.root() == root).map(File::read).collect();
        let key = |file: &File| file.module.iter().map(|&segment| segment.to_owned()).collect();
        let by_module = files.iter().enumerate().map(|(index, file)| (key(file), index)).collect();
        Self { files, by_module }
    }

    /// The file that defines what the path names, through re-exports. Nothing for what another package defines.
    pub fn definer(&self, path: &[String]) -> Option<usize> {
        let mut path = path.to_vec();
        for _ in 0..HOPS_MAX {
            let below = path.strip_prefix(&["crate".to_owned()])?;
            let depth = (0..=below.len()).rev().find(|&depth| self.by_module.contains_key(&below[..depth]))?;
            let index = self.by_module[&below[..depth]];
            let Some((name, rest)) = below[depth..].split_first() else { return Some(index) };
            let Some(target) = self.files[index].reexports.get(name.as_str()) else { return Some(index) };
            path = [target, rest].concat();
        }
        None
    }
}

impl<'a> File<'a> {
    pub fn read(source: &'a Source) -> Self {
        let module = source.module();
        let read = Names::read(&source.code_without_tests);
        let imports: HashMap<_, _> = read
            .paths
            .iter()
            .filter_map(|name| match name.role {
                Role::Import(known_as) | Role::Reexport(known_as) => Some((known_as, name.segments.as_slice())),
                Role::Inline | Role::Visibility => None,
            })
            .collect();
        let scope = Scope { module: &module, declared: &read.declared, imports: &imports };
        let mut names: Vec<_> = read
            .paths
            .iter()
            .map(|name| Resolved { offset: name.offset, path: scope.resolve(&name.segments), role: name.role })
            .collect();
        let reexport = |name: &Resolved<'a>| match name.role {
            // One name alone is a macro of the file itself, or a whole package.
            Role::Reexport(known_as) if name.path.len() > 1 => Some((known_as, name.path.clone())),
            _ => None,
        };
        let reexports: HashMap<_, _> = names.iter().filter_map(reexport).collect();
        // What a file hands on and needs itself is not only handed on.
        let needed = |(known_as, path): (&&str, &Vec<String>)| {
            let offset = *read.single.get(known_as)?;
            Some(Resolved { offset, path: path.clone(), role: Role::Inline })
        };
        names.extend(reexports.iter().filter_map(needed).collect::<Vec<_>>());
        let declared = Names::read(&source.code).declared;
        Self { source, module, names, declared, reexports }
    }

    /// The module under the root that the file is in, or `lib` for the front page.
    pub fn top_module(&self) -> &'a str {
        self.module.first().copied().unwrap_or("lib")
    }
}

/// What the first name of a path can mean in a file.
struct Scope<'s, 'a> {
    module: &'s [&'a str],
    declared: &'s [&'a str],
    imports: &'s HashMap<&'a str, &'s [&'a str]>,
}

impl Scope<'_, '_> {
    fn resolve(&self, segments: &[&str]) -> Vec<String> {
        let mut path = segments.to_vec();
        for _ in 0..HOPS_MAX {
            match self.imports.get(path[0]) {
                // `use serde;`, and an import of a child's name.
                Some(import) if import[0] == path[0] => break,
                Some(import) => path = [import, &path[1..]].concat(),
                None => break,
            }
        }
        let supers = path.iter().take_while(|&&segment| segment == "super").count();
        let inside = &self.module[..self.module.len().saturating_sub(supers)];
        let path = match path[0] {
            "super" => [&["crate"], inside, &path[supers..]].concat(),
            "self" => [&["crate"], inside, &path[1..]].concat(),
            child if self.declared.contains(&child) => [&["crate"], inside, &path[..]].concat(),
            _ => path,
        };
        path.into_iter().map(str::to_owned).collect()
    }
}

#[test]
fn paths_lead_to_the_file_that_defines_what_they_name() {
    let sources = [
        ("src/lib.rs", "pub mod a;\npub mod b;\npub use crate::a::Inner as Outer;\npub use other::facts;"),
        ("src/a/mod.rs", "mod inner;\nmod second;\npub use self::inner::Inner;\npub use second::{Second, third};"),
        ("src/a/inner.rs", "pub struct Inner;"),
        ("src/a/second.rs", "pub struct Second;\nmacro_rules! third { () => {} }\npub(crate) use third;"),
        ("src/b.rs", ""),
    ]
    .map(|(path, text)| Source::new(path, text));
    let package = Package::new(&sources, "src/");
    let defined_in = |path: &str| {
        let path: Vec<_> = path.split("::").map(str::to_owned).collect();
        package.definer(&path).map(|index| package.files[index].source.path.as_str())
    };
    for (path, file) in [
        ("crate::Outer", Some("src/a/inner.rs")),
        ("crate::Outer::new", Some("src/a/inner.rs")),
        ("crate::a::Inner", Some("src/a/inner.rs")),
        ("crate::a::Second", Some("src/a/second.rs")),
        ("crate::a::third", Some("src/a/second.rs")),
        ("crate::a::second::Second", Some("src/a/second.rs")),
        ("crate::a::Own", Some("src/a/mod.rs")),
        ("crate::a", Some("src/a/mod.rs")),
        ("crate::b::B", Some("src/b.rs")),
        ("crate::Own", Some("src/lib.rs")),
        ("crate::facts::Account", None),
        ("std::fs", None),
    ] {
        assert_eq!(defined_in(path), file, "{path}");
    }
}

#[test]
fn paths_are_read_from_the_top() {
    for (path, text, expected) in [
        ("src/a/b.rs", "use crate::c::D;", "crate::c::D"),
        ("src/a/b.rs", "use super::c::D;", "crate::a::c::D"),
        ("src/a/mod.rs", "use super::c::D;", "crate::c::D"),
        ("src/a/b/c.rs", "use super::super::D;", "crate::a::D"),
        ("src/a/b.rs", "use self::c::D;", "crate::a::b::c::D"),
        ("src/a/mod.rs", "mod b;\nuse b::C;", "crate::a::b::C"),
        ("src/a/mod.rs", "mod b;\nfn c() { b::d() }", "crate::a::b::d"),
        ("src/lib.rs", "mod b;\nuse b::C;", "crate::b::C"),
        ("src/a.rs", "use crate::b;\nfn c() { b::d() }", "crate::b::d"),
        ("src/a.rs", "use std::{fs as files, io};\nfn c() { files::read() }", "std::fs::read"),
        ("src/a.rs", "use crate::b::C;\nuse C::{D, E};", "crate::b::C::E"),
    ] {
        let source = Source::new(path, text);
        let found = File::read(&source).names.last().map(|name| name.path.join("::"));
        assert_eq!(found.as_deref(), Some(expected), "{path}: {text}");
    }
}
