//! The source files as the walls see them: the code alone, and the texts alone, each with and without test modules.

use std::fs;
use std::iter;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

/// Where each package has its source.
pub const ROOTS: [&str; 2] = ["core/src/", "src/"];

/// All files of both packages, by path.
pub static SOURCES: LazyLock<Vec<Source>> = LazyLock::new(|| {
    let mut paths = Vec::new();
    for root in ROOTS {
        collect(&repository().join(root), &mut paths);
    }
    paths.sort();
    assert!(paths.len() > 200, "the sources are there to be read");
    let read = |path: &PathBuf| Source::new(&relative(path), &fs::read_to_string(path).unwrap());
    paths.iter().map(read).collect()
});

/// A file of Rust.
pub struct Source {
    /// From the top of the repository, with slashes.
    pub path: String,
    pub line_count: usize,
    /// Whether it begins by saying what it is for.
    pub has_doc: bool,
    /// The text with comments and the insides of strings blanked out. Every view keeps all offsets and line breaks.
    pub code: String,
    /// As `code`, with test modules blanked out too.
    pub code_without_tests: String,
    /// The insides of strings and nothing else, test modules left out.
    pub texts: String,
}

impl Source {
    pub fn new(path: &str, text: &str) -> Self {
        let (code, mut texts) = split_texts(text);
        let mut code_without_tests = code.clone();
        for range in test_modules(path, &code) {
            for view in [&mut code_without_tests, &mut texts] {
                let blanks = blank(&view[range.clone()]);
                view.replace_range(range.clone(), &blanks);
            }
        }
        let has_doc = text.starts_with("//! ");
        Self { path: path.to_owned(), line_count: text.lines().count(), has_doc, code, code_without_tests, texts }
    }

    /// The folder of the source of the file's package.
    pub fn root(&self) -> &'static str {
        ROOTS.into_iter().find(|root| self.path.starts_with(root)).expect("the file belongs to a package")
    }

    /// The modules that the file stands for, `["store", "postgres"]` for src/store/postgres/mod.rs. The front page has none.
    pub fn module(&self) -> Vec<&str> {
        let path = self.path.trim_start_matches(self.root()).trim_end_matches(".rs");
        if path == "lib" { Vec::new() } else { path.strip_suffix("/mod").unwrap_or(path).split('/').collect() }
    }

    pub fn place(&self, offset: usize) -> String {
        format!("{}:{}", self.path, self.code[..offset].matches('\n').count() + 1)
    }
}

pub fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn relative(path: &Path) -> String {
    path.strip_prefix(repository()).unwrap().to_str().unwrap().replace('\\', "/")
}

fn collect(folder: &Path, paths: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, paths);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            paths.push(path);
        }
    }
}

/// The code and the texts, each with blanks where the other one is. Comments are blank in both.
fn split_texts(text: &str) -> (String, String) {
    let (mut code, mut texts) = (String::with_capacity(text.len()), String::with_capacity(text.len()));
    let mut rest = text;
    while !rest.is_empty() {
        let length = word_length(rest, code.ends_with(|c: char| c.is_alphanumeric() || c == '_'));
        let (first, behind) = rest.split_at(length.max(rest.chars().next().map_or(0, char::len_utf8)));
        let is_text = length > 0 && first.starts_with(['"', 'r']);
        code.push_str(&if length > 0 { blank(first) } else { first.to_owned() });
        texts.push_str(&if is_text { first.to_owned() } else { blank(first) });
        rest = behind;
    }
    (code, texts)
}

/// The length of the comment, string or character that the text begins with, or 0.
fn word_length(text: &str, is_in_name: bool) -> usize {
    let through = |end: &str, from: usize| text[from..].find(end).map_or(text.len(), |index| from + index + end.len());
    if text.starts_with("//") {
        return text.find('\n').unwrap_or(text.len());
    }
    if text.starts_with("/*") {
        return through("*/", 2);
    }
    let hashes = text.strip_prefix('r').map_or(0, |raw| raw.len() - raw.trim_start_matches('#').len());
    if !is_in_name && text.starts_with('r') && text[1 + hashes..].starts_with('"') {
        return through(&format!("\"{}", "#".repeat(hashes)), hashes + 2);
    }
    if text.starts_with("'\\") {
        return through("'", 3);
    }
    if let Some(rest) = text.strip_prefix('\'') {
        // A character, or a lifetime, which has no second quote.
        let character = rest.chars().next().map_or(0, char::len_utf8);
        return if rest[character..].starts_with('\'') { character + 2 } else { 0 };
    }
    if let Some(rest) = text.strip_prefix('"') {
        let mut is_escaped = false;
        let end = rest.find(|c| {
            let is_end = c == '"' && !is_escaped;
            is_escaped = c == '\\' && !is_escaped;
            is_end
        });
        return end.map_or(text.len(), |index| index + 2);
    }
    0
}

/// How the paths of files end that are compiled for tests only.
const TEST_FILES: [&str; 3] = ["/tests.rs", "/snapshots.rs", "/models/statement_text.rs"];

fn test_modules(path: &str, code: &str) -> Vec<Range<usize>> {
    // A module of tests that has a file of its own is nothing but tests.
    if TEST_FILES.iter().any(|file| path.ends_with(file)) {
        return iter::once(0..code.len()).collect();
    }
    let mut ranges = Vec::new();
    let mut from = 0;
    while let Some(begin) = code[from..].find("#[cfg(test)]").map(|index| from + index) {
        from = begin + item_length(&code[begin..]);
        ranges.push(begin..from);
    }
    ranges
}

/// The length of the item at the beginning: to its first semicolon, or to the end of its braces.
fn item_length(code: &str) -> usize {
    let mut depth = 0;
    for (offset, character) in code.char_indices() {
        match character {
            ';' if depth == 0 => return offset + 1,
            '{' => depth += 1,
            '}' if depth == 1 => return offset + 1,
            '}' => depth -= 1,
            _ => {}
        }
    }
    code.len()
}

/// As many blanks as the text has bytes.
fn blank(text: &str) -> String {
    text.bytes().map(|byte| if byte == b'\n' { '\n' } else { ' ' }).collect()
}

#[test]
fn code_and_texts_are_told_apart() {
    let text = "let a = \"b\"; // c\n/* d */ let e = r#\"f\"#;\n#[cfg(test)]\nmod tests { let g = \"h\"; }\nlet i = '\"'; let j = \"k\";";
    let source = Source::new("src/a.rs", text);
    let words = |view: &str| view.split_whitespace().collect::<Vec<_>>().join(" ");
    assert_eq!(words(&source.code_without_tests), "let a = ; let e = ; let i = ; let j = ;");
    assert_eq!(words(&source.code), "let a = ; let e = ; #[cfg(test)] mod tests { let g = ; } let i = ; let j = ;");
    assert_eq!(words(&source.texts), "\"b\" r#\"f\"# \"k\"");
    for view in [&source.code, &source.code_without_tests, &source.texts] {
        assert_eq!(view.len(), text.len());
    }
    assert_eq!(words(&Source::new("src/a/tests.rs", text).code_without_tests), "");
    assert_eq!(source.place(text.find("let i").unwrap()), "src/a.rs:5");
}
