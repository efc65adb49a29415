//! `docs/session.svg`: the picture of a terminal that README.md shows. It is made from what the program prints, by `just picture`.

use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;
use std::{env, fs};

use tempfile::TempDir;

/// What is done before the picture begins.
const BEFORE: &[&str] = &[
    "teller account open customers:alice --currency EUR",
    "teller account open customers:bob --currency EUR",
    "teller deposit customers:alice 100.00",
];

/// The commands of the picture. What they print has no times and ids in it, so that it is the same each time.
const SHOWN: &[&str] = &[
    "teller transfer customers:alice customers:bob 30.00 --key invoice-1 >receipt.txt",
    "teller transfer customers:bob customers:alice 30.01",
    "teller balance customers:alice customers:bob",
    "teller balance customers:alcie",
    "teller verify",
];

const FONT_SIZE: usize = 14;
const LINE_HEIGHT: usize = 20;
/// A bit more than three fifths of the font's size, as most fonts of terminals have.
const CHARACTER_WIDTH: usize = 9;
const MARGIN: usize = 16;
const BAR: usize = 28;
/// Where a line goes on below.
const COLUMNS: usize = 84;

#[test]
fn the_picture_of_a_session_is_what_the_program_prints() {
    let picture = picture(&session());
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/session.svg");
    if env::var_os("MAKE_PICTURE").is_some() {
        fs::write(&file, &picture).unwrap();
    }
    let kept = fs::read_to_string(file).unwrap_or_default();
    let differing = picture.lines().zip(kept.lines()).find(|(made, kept)| made != kept);
    assert!(picture == kept, "docs/session.svg shows something else; `just picture` makes it anew: {differing:?}");
}

/// The lines of the session: commands with a `$` before them, and what they print.
fn session() -> Vec<String> {
    let folder = TempDir::new().unwrap();
    let run = |line: &str| {
        let program = Path::new(env!("CARGO_BIN_EXE_teller")).parent().unwrap();
        let path = format!("{}:{}", program.display(), env::var("PATH").unwrap_or_default());
        let mut shell = Command::new("sh");
        shell.args(["-c", &format!("exec 2>&1; {line}")]).current_dir(folder.path()).env("PATH", path);
        shell.env_remove("DATABASE_URL").env_remove("TELLER_LOG").env("TELLER_SLOW_STATEMENT_MS", "3600000");
        String::from_utf8(shell.output().expect("the shell starts").stdout).unwrap()
    };
    for line in BEFORE {
        run(line);
    }
    let mut lines = Vec::new();
    for line in SHOWN {
        lines.push(format!("$ {line}"));
        lines.extend(run(line).lines().flat_map(wrapped));
    }
    lines
}

/// A line in pieces that fit, the later ones behind a blank margin.
fn wrapped(line: &str) -> Vec<String> {
    let mut pieces = vec![String::new()];
    for word in line.split_inclusive(' ') {
        let last = pieces.last_mut().unwrap();
        if last.len() + word.trim_end().len() > COLUMNS {
            pieces.push(format!("    {word}"));
        } else {
            last.push_str(word);
        }
    }
    pieces
}

fn picture(lines: &[String]) -> String {
    let (width, height) = (COLUMNS * CHARACTER_WIDTH + 2 * MARGIN, BAR + lines.len() * LINE_HEIGHT + 2 * MARGIN);
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" font-family=\"ui-monospace, Menlo, Consolas, \
         'DejaVu Sans Mono', monospace\" font-size=\"{FONT_SIZE}\">\n<title>A session with teller</title>\n\
         <rect width=\"{width}\" height=\"{height}\" rx=\"8\" fill=\"#1c1f26\"/>\n"
    );
    for (index, color) in ["#ff5f57", "#febc2e", "#28c840"].iter().enumerate() {
        writeln!(svg, "<circle cx=\"{}\" cy=\"18\" r=\"6\" fill=\"{color}\"/>", MARGIN + 6 + 20 * index).unwrap();
    }
    for (index, line) in lines.iter().enumerate() {
        let color = match line.split(' ').next() {
            Some("$") => "#ffffff",
            Some("error:") => "#ff7b72",
            _ => "#a9b1bd",
        };
        let y = BAR + MARGIN + index * LINE_HEIGHT + FONT_SIZE;
        let text = line.trim_end().replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
        writeln!(svg, "<text x=\"{MARGIN}\" y=\"{y}\" fill=\"{color}\" xml:space=\"preserve\">{text}</text>").unwrap();
    }
    svg + "</svg>\n"
}

#[test]
fn long_lines_go_on_below() {
    let long = ["word"; 30].join(" ");
    let pieces = wrapped(&long);
    assert_eq!(pieces.len(), 2);
    assert!(pieces.iter().all(|piece| piece.len() <= COLUMNS + 4) && pieces[1].starts_with("    word"));
    assert_eq!(pieces.concat().split_whitespace().count(), 30);
    assert_eq!(wrapped("short"), ["short"]);
}
