//! A scenario's text, taken apart. What the words mean stands in `scenario`.

use std::fmt::Display;
use std::iter::Peekable;
use std::str::{FromStr, SplitWhitespace};

/// One line that says something.
pub struct Line<'a> {
    number: usize,
    text: &'a str,
    indent: usize,
}

impl<'a> Line<'a> {
    /// The lines of a script without the empty ones and those that begin with `#`.
    pub fn all(script: &'a str) -> Vec<Self> {
        let line = |(index, text): (usize, &'a str)| {
            let indent = text.len() - text.trim_start().len();
            Self { number: index + 1, text: text.trim(), indent }
        };
        let says_something = |line: &Self| !line.text.is_empty() && !line.text.starts_with('#');
        script.lines().enumerate().map(line).filter(says_something).collect()
    }

    /// Whether this line is part of the block that `head` begins.
    fn is_inside(&self, head: &Self) -> bool {
        self.indent > head.indent
    }

    /// What the line asks for.
    pub fn words(&'a self) -> Words<'a> {
        let request = self.text.split_once("->").map_or(self.text, |(request, _)| request);
        Words { line: self, words: request.split_whitespace().peekable() }
    }

    /// What the line says will come of it: behind the arrow, a code and any fields of the answer, `name=value`.
    pub fn expected(&self) -> Option<Expected<'a>> {
        let (_, expected) = self.text.split_once("->")?;
        let mut words = expected.split_whitespace();
        let code = words.next().unwrap_or_else(|| self.fail("says nothing behind its arrow"));
        let field = |word: &'a str| word.split_once('=').unwrap_or_else(|| self.fail("has a field without a value"));
        Some(Expected { code, fields: words.map(field).collect() })
    }

    /// Ends the test at this line.
    pub fn fail(&self, problem: impl Display) -> ! {
        panic!("line {}, `{}`: {problem}", self.number, self.text)
    }

    /// Ends the test at this line unless both are the same.
    pub fn check_equal<T: PartialEq + Display>(&self, what: &str, found: &T, expected: &T) {
        if found != expected {
            self.fail(format_args!("{what} is {found}, not {expected}"));
        }
    }
}

/// The outermost lines, each with those inside it.
pub fn blocks<'l, 'a>(lines: &'l [Line<'a>]) -> Vec<(&'l Line<'a>, &'l [Line<'a>])> {
    let mut blocks = Vec::new();
    let mut rest = lines;
    while let Some((head, behind)) = rest.split_first() {
        let length = behind.iter().take_while(|line| line.is_inside(head)).count();
        let (block, behind) = behind.split_at(length);
        blocks.push((head, block));
        rest = behind;
    }
    blocks
}

/// What should come of a request.
pub struct Expected<'a> {
    /// `posted`, `replayed`, `opened`, … or the code of a refusal.
    pub code: &'a str,
    /// Fields of a refusal as JSON shows them.
    pub fields: Vec<(&'a str, &'a str)>,
}

/// The words of a request, from left to right.
pub struct Words<'a> {
    line: &'a Line<'a>,
    words: Peekable<SplitWhitespace<'a>>,
}

impl<'a> Words<'a> {
    /// The next word, which must be there.
    pub fn next(&mut self, what: &str) -> &'a str {
        self.words.next().unwrap_or_else(|| self.line.fail(format_args!("the {what} is missing")))
    }

    /// The next word, if there is one.
    pub fn next_if_any(&mut self) -> Option<&'a str> {
        self.words.next()
    }

    /// The next word, if there is one, which stays.
    pub fn peek(&mut self) -> Option<&'a str> {
        self.words.peek().copied()
    }

    /// The next word, if it is one of those.
    pub fn next_if(&mut self, is_meant: impl FnOnce(&str) -> bool) -> Option<&'a str> {
        self.words.next_if(|word| is_meant(word))
    }

    /// The next word, which must be there and be well-formed.
    pub fn parse<T: FromStr<Err: Display>>(&mut self, what: &str) -> T {
        let word = self.next(what);
        word.parse().unwrap_or_else(|error| self.line.fail(error))
    }

    /// Nothing may be left.
    pub fn end(mut self) {
        if let Some(word) = self.words.next() {
            self.line.fail(format_args!("the word {word} is unknown here"));
        }
    }
}
