//! The source files as the walls see them: code, without comments, the insides of strings, and test modules.

use std::fs;
use std::path::{Path, PathBuf};

/// A file under `src`.
pub struct Source {
    pub path: String,
    pub line_count: usize,
    /// The text with comments and the insides of strings blanked out, line breaks kept.
    pub code: String,
    /// As `code`, with test modules blanked out too.
    pub code_without_tests: String,
}

impl Source {
    pub fn new(path: &str, text: &str) -> Self {
        let code = blank_words(text);
        // A module of tests that has a file of its own is nothing but tests.
        let code_without_tests = if path.ends_with("/tests.rs") { String::new() } else { blank_tests(&code) };
        Self { path: path.to_owned(), line_count: text.lines().count(), code, code_without_tests }
    }

    pub fn breach(&self, offset: usize, rule: &str) -> String {
        let line = self.code[..offset].matches('\n').count() + 1;
        format!("src/{}:{line}: {rule}", self.path)
    }

    /// The modules that the file stands for, `["store", "postgres"]` for store/postgres/mod.rs.
    pub fn modules(&self) -> Vec<&str> {
        let path = self.path.trim_end_matches(".rs");
        path.strip_suffix("/mod").unwrap_or(path).split('/').collect()
    }
}

/// All files under `src`, by path.
pub fn sources() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut paths = Vec::new();
    collect(&root, &mut paths);
    paths.sort();
    assert!(paths.len() > 20, "the sources are there to be read");
    let read = |path: &PathBuf| {
        let relative = path.strip_prefix(&root).unwrap().to_str().unwrap().replace('\\', "/");
        Source::new(&relative, &fs::read_to_string(path).unwrap())
    };
    paths.iter().map(read).collect()
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

/// Blanks out what the compiler does not read as code. Every character that goes becomes as many blanks as it had bytes.
fn blank_words(text: &str) -> String {
    let mut code = String::with_capacity(text.len());
    let mut rest = text;
    while !rest.is_empty() {
        let length = word_length(rest, code.ends_with(|c: char| c.is_alphanumeric() || c == '_'));
        if length > 0 {
            blank(&rest[..length], &mut code);
            rest = &rest[length..];
        } else {
            let first = rest.chars().next().unwrap();
            code.push(first);
            rest = &rest[first.len_utf8()..];
        }
    }
    code
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

fn blank_tests(code: &str) -> String {
    let mut kept = String::with_capacity(code.len());
    let mut rest = code;
    while let Some(begin) = rest.find("#[cfg(test)]") {
        kept.push_str(&rest[..begin]);
        let end = begin + item_length(&rest[begin..]);
        blank(&rest[begin..end], &mut kept);
        rest = &rest[end..];
    }
    kept + rest
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

fn blank(text: &str, code: &mut String) {
    code.extend(text.bytes().map(|byte| if byte == b'\n' { '\n' } else { ' ' }));
}
