//! All that goes to stderr: talk, failures and the log. The only place that writes there.
//!
//! Talk can never fail a command. Stderr may be a full disk or a pipe that nobody reads, so what cannot be written is dropped. With
//! `--format json` and `ndjson` every line is one JSON document: `{"note": …}`, `{"error": …}` or `{"log": …}`.

use std::fmt::Display;
use std::io::{self, IsTerminal as _, Write};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use serde_json::{Value, json};
use terminal_size::{Width, terminal_size_of};

use crate::cli::color::{Color, Meaning, paint};
use crate::cli::format::Format;
use crate::cli::screen::WIDTH_USUAL;
use crate::wire::{visible, write_json};

/// Whether programs read it. One for the whole program, as there is one stderr.
static IS_JSON: AtomicBool = AtomicBool::new(false);
static HAS_COLOR: AtomicBool = AtomicBool::new(false);
static IS_QUIET: AtomicBool = AtomicBool::new(false);

/// What is said while a pager has the screen.
static HELD: Mutex<Option<String>> = Mutex::new(None);

/// What becomes of what is neither a failure nor the log.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Notes {
    Told,
    Dropped,
}

/// Chooses how everything is said from now on.
pub(super) fn begin(format: Format, color: Color, notes: Notes) {
    IS_JSON.store(matches!(format, Format::Json | Format::Ndjson), Ordering::Relaxed);
    HAS_COLOR.store(color.is_on(io::stderr().is_terminal()), Ordering::Relaxed);
    IS_QUIET.store(notes == Notes::Dropped, Ordering::Relaxed);
}

/// How wide a line of progress may be.
pub(super) fn width() -> usize {
    terminal_size_of(io::stderr()).map_or(WIDTH_USUAL, |(Width(width), _)| width.into())
}

/// Whether notes and progress are left out.
pub(super) fn is_quiet() -> bool {
    IS_QUIET.load(Ordering::Relaxed)
}

/// A word that says what follows, in its colour where there are any.
pub(super) fn heading(word: &str, meaning: Meaning) -> String {
    if HAS_COLOR.load(Ordering::Relaxed) { paint(word, meaning) } else { word.to_owned() }
}

/// Whether every line is a JSON document.
pub(super) fn is_json() -> bool {
    IS_JSON.load(Ordering::Relaxed)
}

/// Says one thing. Line breaks at its beginning set it off from what stands before; any others are no part of it.
pub(super) fn say(text: impl Display) {
    if is_quiet() {
        return;
    }
    let text = text.to_string();
    let words = text.trim_start_matches('\n');
    if is_json() {
        write_document(&json!({ "note": words }));
    } else {
        write(&format!("{}{}\n", &text[..text.len() - words.len()], visible(words)));
    }
}

/// Writes text that is fit for people, and ends its last line.
pub(super) fn write_text(text: &str) {
    write(&format!("{text}\n"));
}

/// Writes lines whose every part is fit for people.
pub(super) fn write_lines(text: &str) {
    write(&text.lines().flat_map(|line| [visible(line), "\n".into()]).collect::<String>());
}

/// Writes one JSON document on a line of its own.
pub(super) fn write_document(document: &Value) {
    let mut line = Vec::new();
    // Nothing fails that is written into memory.
    let _ = write_json(&mut line, document);
    write(&format!("{}\n", String::from_utf8_lossy(&line)));
}

/// In one piece, so that lines of several threads do not mix.
fn write(text: &str) {
    match &mut *HELD.lock().unwrap_or_else(PoisonError::into_inner) {
        Some(held) => held.push_str(text),
        None => {
            let _ = io::stderr().lock().write_all(text.as_bytes());
        }
    }
}

/// Keeps back what is said from now on, as long as a pager has the screen.
pub(super) fn hold() {
    HELD.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert_with(String::new);
}

/// Says what was kept back.
pub(super) fn release() {
    let held = HELD.lock().unwrap_or_else(PoisonError::into_inner).take();
    write(&held.unwrap_or_default());
}

/// Where the log goes. Each event comes as one piece, and writing it never fails.
pub(super) struct LogLines;

impl Write for LogLines {
    fn write(&mut self, event: &[u8]) -> io::Result<usize> {
        let text = String::from_utf8_lossy(event);
        if is_json() {
            write(&text);
        } else {
            write_lines(&text);
        }
        Ok(event.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
