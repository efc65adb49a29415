//! The paths that a file names, and the modules that it declares.

use std::collections::HashMap;

/// A path as it stands in the code.
#[derive(Debug, PartialEq)]
pub struct Name<'a> {
    pub offset: usize,
    /// `crate` is `$crate` in a macro. A glob ends with `*`.
    pub segments: Vec<&'a str>,
    pub role: Role<'a>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Role<'a> {
    /// `crate::store::connect()`.
    Inline,
    /// `use`, and by which name the file knows it from then on.
    Import(&'a str),
    /// `pub use`, and the name that the file hands on.
    Reexport(&'a str),
    /// `pub(in crate::store)`.
    Visibility,
}

impl<'a> Role<'a> {
    fn with_name(self, name: &'a str) -> Self {
        match self {
            Self::Import(_) => Self::Import(name),
            Self::Reexport(_) => Self::Reexport(name),
            Self::Inline | Self::Visibility => self,
        }
    }
}

/// What a file names, in its order, and the modules that have files of their own.
#[derive(Default)]
pub struct Names<'a> {
    pub paths: Vec<Name<'a>>,
    pub declared: Vec<&'a str>,
    /// Names that stand outside of any path, and where each does first.
    pub single: HashMap<&'a str, usize>,
}

impl<'a> Names<'a> {
    /// The code has neither comments nor texts.
    pub fn read(code: &'a str) -> Self {
        let tokens = tokens(code);
        let mut names = Self::default();
        let mut index = 0;
        while index < tokens.len() {
            index = names.read_next(&tokens, index);
        }
        names
    }

    /// Reads what begins with one token, and tells where the next begins.
    fn read_next(&mut self, tokens: &[Token<'a>], index: usize) -> usize {
        let text = |at: usize| tokens.get(at).map_or("", |token| token.text);
        let before = |count: usize| index.checked_sub(count).map_or("", text);
        match text(index) {
            "use" if text(index + 1) != "<" => {
                let role = if before(1) == "pub" || before(1) == ")" { Role::Reexport("") } else { Role::Import("") };
                let begin = if text(index + 1) == "::" { index + 2 } else { index + 1 };
                self.read_tree(tokens, begin, &[], role)
            }
            "mod" if text(index + 2) == ";" => {
                self.declared.push(text(index + 1));
                index + 3
            }
            first if is_name(first) && text(index + 1) == "::" && is_name(text(index + 2)) && before(1) != "::" => {
                let role = if before(1) == "in" && before(2) == "(" { Role::Visibility } else { Role::Inline };
                let mut segments = vec![first];
                let mut end = index + 1;
                while text(end) == "::" && is_name(text(end + 1)) {
                    segments.push(text(end + 1));
                    end += 2;
                }
                self.paths.push(Name { offset: tokens[index].offset, segments, role });
                end
            }
            single => {
                if is_name(single) && ![".", "::"].contains(&before(1)) {
                    self.single.entry(single).or_insert(tokens[index].offset);
                }
                index + 1
            }
        }
    }

    /// Reads `a::{b, c as d}`, and tells what stands behind it.
    fn read_tree(&mut self, tokens: &[Token<'a>], begin: usize, parents: &[&'a str], role: Role<'a>) -> usize {
        let text = |at: usize| tokens.get(at).map_or("", |token| token.text);
        let mut segments = parents.to_vec();
        let mut index = begin;
        while is_name(text(index)) || text(index) == "*" {
            segments.push(text(index));
            index += 1;
            if text(index) != "::" {
                break;
            }
            index += 1;
        }
        if text(index) == "{" {
            index += 1;
            while index < tokens.len() && text(index) != "}" {
                index = self.read_tree(tokens, index, &segments, role).max(index + 1);
                index += usize::from(text(index) == ",");
            }
            return index + 1;
        }
        if segments.len() > 1 {
            segments.pop_if(|last| *last == "self");
        }
        let mut name = segments.last().copied().unwrap_or_default();
        if text(index) == "as" {
            name = text(index + 1);
            index += 2;
        }
        let offset = tokens.get(begin).map_or(0, |token| token.offset);
        self.paths.push(Name { offset, segments, role: role.with_name(name) });
        index
    }
}

struct Token<'a> {
    offset: usize,
    /// A name, `::`, or one character.
    text: &'a str,
}

fn tokens(code: &str) -> Vec<Token<'_>> {
    let mut tokens = Vec::new();
    let mut offset = 0;
    while let Some(first) = code[offset..].chars().next() {
        let rest = &code[offset..];
        let length = if is_of_name(first) {
            rest.find(|c| !is_of_name(c)).unwrap_or(rest.len())
        } else if rest.starts_with("::") {
            2
        } else {
            first.len_utf8()
        };
        if !first.is_whitespace() {
            tokens.push(Token { offset, text: &rest[..length] });
        }
        offset += length;
    }
    tokens
}

fn is_of_name(character: char) -> bool {
    character.is_alphanumeric() || character == '_'
}

fn is_name(text: &str) -> bool {
    text.starts_with(is_of_name)
}

#[test]
fn all_paths_are_read() {
    let read = |code| {
        let name = |name: Name| format!("{:?} {}", name.role, name.segments.join("::"));
        Names::read(code).paths.into_iter().map(name).collect::<Vec<_>>()
    };
    for (code, names) in [
        ("use a::b;", vec!["Import(\"b\") a::b"]),
        ("use ::a::b as c;", vec!["Import(\"c\") a::b"]),
        ("pub use self::a::B;", vec!["Reexport(\"B\") self::a::B"]),
        ("pub(crate) use super::a::*;", vec!["Reexport(\"*\") super::a::*"]),
        (
            "use a::{self, b::{C, D as E}, f};",
            vec!["Import(\"a\") a", "Import(\"C\") a::b::C", "Import(\"E\") a::b::D", "Import(\"f\") a::f"],
        ),
        ("use a::{\n    b,\n    c,\n};\nuse d;", vec!["Import(\"b\") a::b", "Import(\"c\") a::c", "Import(\"d\") d"]),
        ("let a = crate::b::c::<D>(super::e());", vec!["Inline crate::b::c", "Inline super::e"]),
        ("$crate::a::b!(c)", vec!["Inline crate::a::b"]),
        ("pub(in crate::a) fn b(c: &dyn d::E) {}", vec!["Visibility crate::a", "Inline d::E"]),
        ("fn a() -> impl B + use<'_> { c.collect::<Vec<d::E>>() }", vec!["Inline d::E"]),
    ] {
        assert_eq!(read(code), names, "{code}");
    }
    let single =
        |code| Names::read(code).single.into_iter().filter(|(name, _)| name.starts_with('A')).collect::<Vec<_>>();
    assert_eq!(single("fn a(b: A) -> A { c::A + d.A }"), [("A", 8)]);
    assert_eq!(single("use b::A; pub use A; type C = A::B;"), []);
    assert_eq!(Names::read("mod a;\npub(crate) mod b;\nmod c { mod d; }").declared, ["a", "b", "d"]);
}
