//! Commands as they are typed, and all that comes of them.

use std::fmt::Write as _;
use std::fs;

use tempfile::TempDir;

use crate::support::{Answer, COLUMNS, Program};

use super::redaction::Redaction;

/// What begins a line that is only run where records are told.
pub const JSON_ONLY: &str = "json> ";

/// A place to run commands in.
pub struct Console {
    /// The book that commands work on.
    book: String,
    /// The book of commands behind `other>`.
    other: String,
    folder: TempDir,
    format: &'static str,
    redaction: Redaction,
}

impl Console {
    /// In a folder with these files.
    pub fn new(format: &'static str, book: &str, other: &str, redaction: Redaction, files: &[(&str, &str)]) -> Self {
        let folder = TempDir::new().unwrap();
        for (name, content) in files {
            fs::write(folder.path().join(name), content).unwrap();
        }
        Self { book: book.to_owned(), other: other.to_owned(), folder, format, redaction }
    }

    /// Runs the lines one after the other, and tells what was typed, what came to stdout, what came to stderr, and the exit code.
    pub fn run(&self, lines: &str) -> String {
        let lines = lines.lines().map(str::trim).filter(|line| !line.is_empty());
        let lines = lines.filter(|line| self.format == "json" || !line.starts_with(JSON_ONLY));
        lines.map(|line| self.line(line.trim_start_matches(JSON_ONLY))).collect::<Vec<_>>().join("\n")
    }

    fn line(&self, line: &str) -> String {
        let (command, lines_max) = match line.split_once(" | head ") {
            Some((command, lines)) => (command, lines.parse().unwrap()),
            None => (line, usize::MAX),
        };
        let answer = self.answer(command);
        let mut told = format!("$ {line}\n");
        for text in answer.stdout.lines().take(lines_max) {
            writeln!(told, "{text}").unwrap();
        }
        for text in answer.stderr.lines().take(lines_max) {
            writeln!(told, "{}", format!("stderr: {text}").trim_end()).unwrap();
        }
        match answer.code {
            Some(0) => {}
            Some(code) => writeln!(told, "exit code: {code}").unwrap(),
            None => panic!("{line}: ended by a signal"),
        }
        self.redaction.apply(&told)
    }

    fn answer(&self, command: &str) -> Answer {
        let (book, command) = match command.split_once("> ") {
            Some(("other", command)) => (Some(&self.other), command),
            Some(("nowhere", command)) => (None, command),
            _ => (Some(&self.book), command),
        };
        let mut arguments = words(command);
        if let Some(book) = book {
            arguments.extend(["--database-url".to_owned(), book.clone()]);
        }
        if !command.contains("--format") {
            arguments.extend(["--format".to_owned(), self.format.to_owned()]);
        }
        let program = Program::new(&arguments.iter().map(String::as_str).collect::<Vec<_>>());
        let program = program.command(|command| {
            command.current_dir(self.folder.path()).env("COLUMNS", COLUMNS);
        });
        program.run()
    }
}

/// The words of a command, as a shell takes them apart that knows blanks and single quotes.
fn words(command: &str) -> Vec<String> {
    let (mut words, mut is_quoted) = (vec![String::new()], false);
    for letter in command.chars() {
        match letter {
            '\'' => is_quoted = !is_quoted,
            ' ' if !is_quoted => words.push(String::new()),
            letter => words.last_mut().unwrap().push(letter),
        }
    }
    words
}
