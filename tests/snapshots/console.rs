//! Commands as they are typed, and all that comes of them.

use std::fmt::Write as _;
use std::fs;

use tempfile::TempDir;

use crate::support::{Answer, COLUMNS, Program};

use super::line::{Line, Place};
use super::redaction::Redaction;

/// A place to run commands in.
pub struct Console {
    book: String,
    other_book: String,
    folder: TempDir,
    format: &'static str,
    redaction: Redaction,
}

impl Console {
    /// On two books, by their URLs, in a folder with these files.
    pub fn new(format: &'static str, books: [&str; 2], redaction: Redaction, files: &[(&str, &str)]) -> Self {
        let folder = TempDir::new().unwrap();
        for (name, content) in files {
            fs::write(folder.path().join(name), content).unwrap();
        }
        let [book, other_book] = books.map(str::to_owned);
        Self { book, other_book, folder, format, redaction }
    }

    /// Runs the lines one after the other, and tells what was typed, what came to stdout, what came to stderr, and the exit code.
    pub fn run(&self, lines: &str) -> String {
        let lines = Line::all(lines).filter(|line| self.format == "json" || !line.is_record_only);
        lines.map(|line| self.tell(&line)).collect::<Vec<_>>().join("\n")
    }

    fn tell(&self, line: &Line) -> String {
        let answer = self.answer(line);
        let mut told = format!("$ {}\n", line.text);
        if self.format == "table" && !line.is_document() {
            assert_fits(line.text, &answer.stdout);
        }
        for text in answer.stdout.lines().take(line.lines_max) {
            writeln!(told, "{text}").unwrap();
        }
        for text in answer.stderr.lines().take(line.lines_max) {
            writeln!(told, "{}", format!("stderr: {text}").trim_end()).unwrap();
        }
        match answer.code {
            Some(0) => {}
            Some(code) => writeln!(told, "exit code: {code}").unwrap(),
            None => panic!("{}: ended by a signal", line.text),
        }
        if line.is_measured { self.redaction.apply_to_measures(&told) } else { self.redaction.apply(&told) }
    }

    fn answer(&self, line: &Line) -> Answer {
        let book = match line.place {
            Place::Book => Some(&self.book),
            Place::OtherBook => Some(&self.other_book),
            Place::Nowhere => None,
        };
        let mut arguments = line.words();
        if let Some(book) = book {
            arguments.extend(["--database-url".to_owned(), book.clone()]);
        }
        // The default is the login name, which is another one elsewhere.
        if !line.command.contains("--actor") {
            arguments.extend(["--actor".to_owned(), "ops".to_owned()]);
        }
        if !line.command.contains("--format") {
            arguments.extend(["--format".to_owned(), self.format.to_owned()]);
        }
        let program = Program::new(&arguments.iter().map(String::as_str).collect::<Vec<_>>());
        let program = program.command(|command| {
            command.current_dir(self.folder.path()).env("COLUMNS", COLUMNS);
        });
        program.run()
    }
}

/// Every line of a table has room on a screen of usual width.
fn assert_fits(command: &str, stdout: &str) {
    let width_max = COLUMNS.parse().unwrap();
    for line in stdout.lines() {
        let width = line.chars().count();
        assert!(width <= width_max, "{command}: a line is {width} wide:\n{line}");
    }
}
