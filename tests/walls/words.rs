//! Words that may stand in some places only.

use super::source::Source;

pub struct Wall {
    /// The name of the test.
    pub rule: &'static str,
    /// Where one ends with `…`, a small letter goes on behind it.
    pub words: &'static [&'static str],
    /// The files and folders that the wall is about.
    pub within: &'static [&'static str],
    /// The files and folders there in which the words may stand. In each of them one does.
    pub allowed: &'static [&'static str],
    /// Breaches that are left, by the file and how many there are. The list may only become shorter.
    pub left: &'static [(&'static str, usize)],
    pub view: View,
}

#[derive(Clone, Copy, PartialEq)]
pub enum View {
    /// Code, test modules included.
    All,
    /// Code without test modules.
    Code,
    /// The texts in it, without those of test modules.
    Texts,
}

impl Wall {
    pub const fn new(rule: &'static str) -> Self {
        Self { rule, words: &[], within: &["core/src/", "src/"], allowed: &[], left: &[], view: View::All }
    }

    pub fn findings(&self, sources: &[Source]) -> Vec<String> {
        let mut findings = Vec::new();
        for source in sources {
            let breaches = self.breaches(source);
            let left = self.left.iter().find(|(path, _)| *path == source.path).map_or(0, |(_, count)| *count);
            if breaches.len() != left {
                let count = format!("{}: {} breaches, and {left} are known", source.path, breaches.len());
                findings.extend(breaches);
                findings.extend((left > 0).then_some(count));
            }
        }
        let is_there = |path: &str| sources.iter().any(|source| source.path == path);
        let gone = self.left.iter().filter(|(path, _)| !is_there(path));
        findings.extend(gone.map(|(path, _)| format!("{path}: is on the list of what is left, and is no file")));
        let has_words = |folder: &str| {
            sources.iter().any(|source| source.path.starts_with(folder) && !self.offsets(source).is_empty())
        };
        let stale = self.allowed.iter().filter(|folder| !has_words(folder));
        findings.extend(
            stale.map(|folder| format!("{folder}: is allowed what it does not do: {}", self.rule.replace('_', " "))),
        );
        findings
    }

    pub fn breaches(&self, source: &Source) -> Vec<String> {
        let is_in = |folders: &[&str]| folders.iter().any(|folder| source.path.starts_with(folder));
        if !is_in(self.within) || is_in(self.allowed) {
            return Vec::new();
        }
        let text = self.text(source);
        let line = |offset: usize| text[offset..].lines().next().unwrap_or_default();
        let breach =
            |offset: usize| format!("{}: {} ({})", source.place(offset), self.rule.replace('_', " "), line(offset));
        self.offsets(source).into_iter().map(breach).collect()
    }

    fn text<'a>(&self, source: &'a Source) -> &'a str {
        match self.view {
            View::All => &source.code,
            View::Code => &source.code_without_tests,
            View::Texts => &source.texts,
        }
    }

    fn offsets(&self, source: &Source) -> Vec<usize> {
        let text = self.text(source);
        let of_word = |word: &'static str| {
            let begin = word.trim_end_matches('…');
            let goes_on = move |offset: usize| text[offset..].starts_with(|c: char| c.is_ascii_lowercase());
            text.match_indices(begin).map(|(offset, _)| offset).filter(move |&offset| {
                is_whole_word(text, begin, offset) && (begin == word || goes_on(offset + begin.len()))
            })
        };
        let mut offsets: Vec<_> = self.words.iter().flat_map(|word| of_word(word)).collect();
        offsets.sort_unstable();
        offsets
    }
}

/// Not the middle of a longer name. A part of one, as in `to_f64`, counts; hexadecimal digits, as in `0xaf64`, do not.
pub fn is_whole_word(code: &str, word: &str, offset: usize) -> bool {
    let (before, behind) = (&code[..offset], &code[offset + word.len()..]);
    let begins_inside = word.starts_with(char::is_alphanumeric) && before.ends_with(char::is_alphanumeric);
    let ends_inside = word.ends_with(char::is_alphanumeric) && behind.starts_with(char::is_alphanumeric);
    !begins_inside && !ends_inside
}

#[test]
fn a_wall_whose_lists_are_not_true_is_found() {
    const WALL: Wall = Wall { words: &["word"], allowed: &["src/b/"], left: &[("src/a.rs", 1)], ..Wall::new("rule") };
    let findings = |wall: &Wall, files: &[(&str, &str)]| {
        wall.findings(&files.iter().map(|(path, text)| Source::new(path, text)).collect::<Vec<_>>())
    };
    let (a, b) = (("src/a.rs", "word()"), ("src/b/mod.rs", "\nword()"));
    assert_eq!(findings(&WALL, &[a, b]), [""; 0]);
    assert_eq!(findings(&Wall { left: &[], ..WALL }, &[a, b]), ["src/a.rs:1: rule (word())"]);
    assert_eq!(findings(&Wall { allowed: &[], ..WALL }, &[a, b]), ["src/b/mod.rs:2: rule (word())"]);
    assert_eq!(findings(&WALL, &[("src/a.rs", ""), b]), ["src/a.rs: 0 breaches, and 1 are known"]);
    assert_eq!(findings(&WALL, &[("src/a.rs", "word() + word()"), b]).len(), 3);
    assert_eq!(findings(&WALL, &[b]), ["src/a.rs: is on the list of what is left, and is no file"]);
    assert_eq!(findings(&WALL, &[a]), ["src/b/: is allowed what it does not do: rule"]);
}
