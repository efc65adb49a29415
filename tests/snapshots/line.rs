//! One line of the scenario: a command, and how it is run and told.

/// What stands first before a command that is only told as a record, not as a table.
const RECORD_ONLY: &str = "json> ";
/// What stands behind that before a command whose numbers were measured.
const MEASURED: &str = "measured> ";
const OTHER: &str = "other> ";
const NOWHERE: &str = "nowhere> ";
/// What stands behind a command, before how many lines of its answer are kept.
const HEAD: &str = " | head ";

/// Where a command is run.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Place {
    Book,
    OtherBook,
    Nowhere,
}

/// A line, taken apart.
pub struct Line<'a> {
    /// What is told as typed.
    pub text: &'a str,
    pub command: &'a str,
    pub place: Place,
    pub is_record_only: bool,
    pub is_measured: bool,
    /// How many lines of each stream are told.
    pub lines_max: usize,
}

impl<'a> Line<'a> {
    /// All that are not empty.
    pub fn all(text: &'a str) -> impl Iterator<Item = Self> {
        text.lines().map(str::trim).filter(|line| !line.is_empty()).map(Self::read)
    }

    fn read(line: &'a str) -> Self {
        let (text, is_record_only) = without(RECORD_ONLY, line);
        let (text, is_measured) = without(MEASURED, text);
        let (command, lines_max) = match text.split_once(HEAD) {
            Some((command, lines)) => (command, lines.parse().expect("a number of lines")),
            None => (text, usize::MAX),
        };
        let (place, command) = match (command.strip_prefix(OTHER), command.strip_prefix(NOWHERE)) {
            (Some(command), _) => (Place::OtherBook, command),
            (None, Some(command)) => (Place::Nowhere, command),
            (None, None) => (Place::Book, command),
        };
        Self { text, command, place, is_record_only, is_measured, lines_max }
    }

    /// Whether it writes a document, which is as wide as it is, or says its format.
    pub fn is_document(&self) -> bool {
        let words = self.words();
        let has = |word: &str| words.iter().any(|other| other == word);
        let is_written = ["export", "seal"].contains(&words[0].as_str()) && !has("--out");
        is_written || (has("roles") && !has("--apply")) || has("--format")
    }

    /// The words of the command, as a shell takes them apart that knows blanks and single quotes.
    pub fn words(&self) -> Vec<String> {
        let (mut words, mut is_quoted) = (vec![String::new()], false);
        for letter in self.command.chars() {
            match letter {
                '\'' => is_quoted = !is_quoted,
                ' ' if !is_quoted => words.push(String::new()),
                letter => words.last_mut().expect("there is a first").push(letter),
            }
        }
        words
    }
}

/// The line behind the prefix, and whether it had it.
fn without<'a>(prefix: &str, line: &'a str) -> (&'a str, bool) {
    line.strip_prefix(prefix).map_or((line, false), |rest| (rest, true))
}
