//! What README.md and the pages of docs/ show is what happens: every block of commands is run from the top of its page to its end, in an
//! empty folder, and prints what stands there.
//!
//! - A line `$ COMMAND` is run by `sh`; lines that begin with `> ` go on with it, and those behind it are what it prints.
//! - `…` stands for any text, with the blanks behind it, and a line that is only `…` for any number of lines.
//! - A command that fails shows an error, or is followed by `$ echo $?`.
//! - A block `console` is run on SQLite and on PostgreSQL; `console sqlite` and `console postgresql` are for one of them.
//! - What a test cannot run is another block, `sh`, and the page says why.

mod page;
mod pattern;
mod session;

use std::fs;
use std::path::Path;
use std::thread;

use self::page::Page;
use self::session::{Backend, Session};

/// The pages with commands that are not run, and in how many blocks. They install programs, or stop and replace a server.
const NOT_RUN: [(&str, usize); 2] = [("README.md", 2), ("docs/disaster-recovery.md", 1)];

#[test]
fn every_page_prints_what_it_shows_on_sqlite() {
    run_all(Backend::Sqlite);
}

#[test]
fn every_page_prints_what_it_shows_on_postgresql() {
    run_all(Backend::Postgres);
}

#[test]
fn every_command_is_run_on_one_database_at_least() {
    let mut commands = 0;
    for (name, text) in texts() {
        let page = Page::read(&name, &text).unwrap();
        let blocks = page.blocks.iter().filter(|block| {
            Backend::ALL.iter().any(|backend| page.blocks_on(*backend).any(|other| other.line == block.line))
        });
        let run: usize = blocks.map(|block| block.steps.len()).sum();
        assert_eq!(run, text.lines().filter(|line| line.trim_start().starts_with("$ ")).count(), "{name}");
        commands += run;
    }
    assert!(commands > 100, "the pages are there");
}

#[test]
fn commands_that_are_not_run_are_few_and_known() {
    for (name, text) in texts() {
        let blocks = Page::read(&name, &text).unwrap().blocks;
        let count = blocks.iter().filter(|block| block.fence == "sh").count();
        let known = NOT_RUN.iter().find(|(page, _)| *page == name).map_or(0, |(_, count)| *count);
        assert_eq!(count, known, "{name}");
    }
}

#[test]
fn a_page_that_shows_something_else_fails() {
    for (text, fault) in [
        ("$ echo a\nb", "shows\na\nbut the page has\nb"),
        ("$ echo a", "shows\na\nbut the page has\n"),
        ("$ echo a\na\nb", "shows\na\n"),
        ("$ printf 'a\\nb\\n'\na", "shows\na\nb\n"),
        ("$ echo '2026-01-01 a'\n a", "shows\n2026-01-01 a\n"),
        ("$ echo '2026-01-01 a'\n… b", "shows\n2026-01-01 a\n"),
        ("$ printf 'a\\nb\\nc\\n'\na\n…\nb", "shows\na\nb\nc\n"),
        ("$ false", "ends with 1, and the page does not show it"),
        ("$ echo a; false\n…", "ends with 1, and the page does not show it"),
        ("$ false; echo a\na", "shows\n\nbut"),
        ("$ echo a >&2\nb", "shows\na\n"),
        ("$ false\n$ echo $?\n0", "shows\n1\n"),
        ("$ cat <<END\n> a\n> END\nb", "shows\na\n"),
    ] {
        let faults = run_text(text);
        assert!(faults.len() == 1 && faults[0].contains(fault), "{text}: {faults:?}");
    }
}

#[test]
fn a_page_that_shows_what_happens_passes() {
    for text in [
        "$ true",
        "$ echo a; echo b >&2\na\nb",
        "$ echo '2026-01-01  a'\n…           a",
        "$ echo 'x 2026-01-01 a'\nx … a",
        "$ printf 'a\\nb\\nc\\n'\na\n…\nc",
        "$ printf 'a\\nb\\n'\n…",
        "$ cat <<END\n> a\n>  b\n> END\na\n b",
        "$ echo 'error: no' >&2; exit 3\nerror: no",
        "$ (exit 3)\n$ echo $?\n3",
        "$ export DATABASE_URL=a\n$ unset DATABASE_URL\n$ echo ${DATABASE_URL-none}\nnone",
        "$ export A=1\n$ export B=2\n$ echo $A$B\n12",
        "$ echo a >file\n$ cat file\na",
        "$ echo 'The index is being built: building index.' >&2; echo ready\nready",
    ] {
        assert_eq!(run_text(text), [""; 0], "{text}");
    }
}

#[test]
fn a_block_that_cannot_be_run_is_no_block() {
    for (text, fault) in [
        ("```console\n```", "page:1: the block runs nothing"),
        ("```console\n# a comment\n$ true\n```", "page:2: nothing was run yet"),
        ("```console\n$ true\n", "page:1: the block does not end"),
        ("```consol\n$ true\n```", "page:1: \"consol\" is no block that is known"),
        ("```console mysql\n$ true\n```", "page:1: \"console mysql\" is no block that is known"),
        ("a\n```\n$ true\n```", "page:2: \"\" is no block that is known"),
    ] {
        let outcome = Page::read("page", text).map(|page| page.blocks.len());
        assert!(outcome.as_ref().is_err_and(|error| error.starts_with(fault)), "{text}: {outcome:?}");
    }
}

#[test]
fn a_block_that_names_a_database_is_run_on_that_one_alone() {
    let block = |fence: &str, command: &str| format!("```{fence}\n$ echo {command}\n```\n");
    let text = [
        block("console", "both"),
        block("console sqlite", "one"),
        block("console postgresql", "other"),
        block("sh", "none"),
    ];
    let page = Page::read("page", &text.concat()).unwrap();
    let commands = |backend| page.blocks_on(backend).map(|block| block.steps[0].command.as_str()).collect::<Vec<_>>();
    assert_eq!(commands(Backend::Sqlite), ["echo both", "echo one"]);
    assert_eq!(commands(Backend::Postgres), ["echo both", "echo other"]);
    assert_eq!(run(&page, Backend::Sqlite).len(), 2, "both were run, and print more than the page shows");
}

/// What is wrong with the commands of one block, on SQLite.
fn run_text(text: &str) -> Vec<String> {
    run(
        &Page::read("page", &format!("- in a list\n\n  ```console\n  {}\n  ```", text.replace('\n', "\n  "))).unwrap(),
        Backend::Sqlite,
    )
}

fn run_all(backend: Backend) {
    let pages: Vec<_> = texts().iter().map(|(name, text)| Page::read(name, text).unwrap()).collect();
    let faults: Vec<_> = thread::scope(|scope| {
        let threads: Vec<_> = pages.iter().map(|page| scope.spawn(move || run(page, backend))).collect();
        threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    });
    assert!(faults.is_empty(), "{}", faults.join("\n\n"));
}

/// Runs a page's commands from top to bottom. All that are wrong are told, as the first need not be to blame for the others.
fn run(page: &Page, backend: Backend) -> Vec<String> {
    let steps: Vec<_> = page.blocks_on(backend).flat_map(|block| &block.steps).collect();
    if steps.is_empty() {
        return Vec::new();
    }
    let mut session = Session::new(page, backend);
    let run = |(index, step): (usize, &&page::Step)| {
        let fault = session.run(step, steps.get(index + 1).copied()).err()?;
        Some(format!("{}:{}: `{}` {fault}", page.name, step.line, step.command))
    };
    steps.iter().enumerate().filter_map(run).collect()
}

/// The name and the text of README.md and of every page in docs/.
fn texts() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut paths: Vec<_> = fs::read_dir(root.join("docs")).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "md"));
    paths.push(root.join("README.md"));
    paths.sort();
    let name = |path: &Path| path.strip_prefix(root).unwrap().display().to_string();
    paths.iter().map(|path| (name(path), fs::read_to_string(path).unwrap())).collect()
}
