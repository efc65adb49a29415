//! What people and programs read: the help, records as JSON, and tables, each as a file in the folder `snapshots`. A change of any of it is
//! a difference of such a file, to be accepted on purpose: see ARCHITECTURE.md.
//!
//! The same scenario is told by each database, and both must tell it alike.

mod console;
mod later;
mod line;
mod redaction;
mod scenario;
mod statements;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::thread;

use crate::support::cluster::{self, Cluster};
use crate::support::{Help, TestBook, check};

use self::console::Console;
use self::later::LATER;
use self::line::Line;
use self::redaction::Redaction;
use self::scenario::{BEGIN, CHAPTERS, FILES, NOT_TOLD, ON_POSTGRES, ON_SQLITE};

/// In which the scenario is told.
const FORMATS: [&str; 2] = ["json", "table"];

/// All chapters, in the order in which they are told.
fn chapters() -> impl Iterator<Item = &'static (&'static str, &'static str)> {
    CHAPTERS.iter().chain(LATER)
}

/// The text must be the one in the file of that name.
#[track_caller]
fn assert_accepted(name: &str, text: &str) {
    insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
        insta::assert_snapshot!(name, text);
    });
}

#[test]
fn the_help_of_every_command_is_as_it_was_accepted() {
    let all = Help::of_all();
    assert!(all.len() > 60, "only {} commands were found", all.len());
    // They are told once, with the program's own help, and wherever they are not the same.
    let global_options = all[0].global_options();
    assert!(
        global_options.contains("--database-url <URL>") && global_options.contains("--verbose"),
        "{global_options}"
    );
    let told = |help: &Help| {
        let words: String = help.words.iter().flat_map(|word| [" ", word]).collect();
        let text = if help.words.is_empty() {
            help.text.clone()
        } else {
            help.text.replace(&global_options, "[options of every command]")
        };
        let lines = text.lines().map(|line| format!("{}\n", line.trim_end()));
        format!("$ teller{words} --help\n{}", lines.collect::<String>())
    };
    assert_accepted("help", &all.iter().map(told).collect::<Vec<_>>().join("\n"));
}

#[test]
fn records_are_as_they_were_accepted_and_the_same_on_both_databases() {
    tell_on_both("json");
}

#[test]
fn tables_are_as_they_were_accepted_and_the_same_on_both_databases() {
    tell_on_both("table");
}

fn tell_on_both(format: &'static str) {
    let [ours, theirs] = thread::scope(|scope| {
        let tell = |make: fn() -> TestBook| scope.spawn(move || tell(format, &make()));
        [tell(TestBook::on_sqlite), tell(TestBook::on_postgres)].map(|told| told.join().expect("the scenario was told"))
    });
    for (((chapter, _), sqlite), postgres) in chapters().zip(&ours).zip(&theirs) {
        let differing = sqlite.lines().zip(postgres.lines()).find(|(sqlite, postgres)| sqlite != postgres);
        assert_eq!(differing, None, "{chapter} differs between SQLite and PostgreSQL");
        assert_eq!(sqlite, postgres, "{chapter}");
    }
    for ((chapter, _), told) in chapters().zip(&ours) {
        assert_accepted(&format!("{format}_{chapter}"), told);
    }
}

/// What a book tells in each chapter.
fn tell(format: &'static str, book: &TestBook) -> Vec<String> {
    check(book, BEGIN);
    let id = book.owner_ledger().seal().unwrap().book_id.to_string();
    let redaction = Redaction::new(&[(&id, "book")], format == "table");
    let other = book.another();
    let console = Console::new(format, [&book.owner_url, &other.owner_url], redaction, FILES);
    chapters().map(|(_, lines)| console.run(lines)).collect()
}

#[test]
fn what_only_one_of_the_databases_has_is_told_as_it_was_accepted() {
    let sqlite_version = TestBook::on_sqlite().query_text("select sqlite_version()");
    let server = Cluster::primary(&[]);
    let address = format!("127.0.0.1:{}", server.port);
    let known = [(sqlite_version.as_str(), "version"), (address.as_str(), "address")];
    for format in FORMATS {
        let redaction = || Redaction::new(&known, format == "table");
        let console = Console::new(format, ["sqlite://book.db", "sqlite://restored.db"], redaction(), &[]);
        assert_accepted(&format!("{format}_sqlite"), &console.run(ON_SQLITE));

        // A database that nothing was done in yet.
        server.run(&format!("create database of_{format}"));
        let url = format!("postgres://{}@{address}/of_{format}", cluster::ROLE);
        let console = Console::new(format, [&url, &url], redaction(), &[]);
        assert_accepted(&format!("{format}_postgres"), &console.run(ON_POSTGRES));
    }
}

#[test]
fn every_command_that_shows_records_is_told_of() {
    let texts = chapters().map(|(_, lines)| *lines).chain([ON_SQLITE, ON_POSTGRES]);
    let told: Vec<_> = texts.flat_map(Line::all).map(|line| line.words()).collect();
    let is_told = |command: &[String]| told.iter().any(|words| words.starts_with(command));
    for help in Help::of_all().iter().filter(|help| !help.is_group()) {
        let command = help.words.join(" ");
        assert!(is_told(&help.words) != NOT_TOLD.contains(&command.as_str()), "teller {command}");
    }
}

#[test]
fn every_snapshot_belongs_to_a_test() {
    let chapters = chapters().map(|(chapter, _)| *chapter).chain(["sqlite", "postgres"]);
    let names = chapters.flat_map(|chapter| FORMATS.map(|format| format!("{format}_{chapter}.snap")));
    let names: BTreeSet<_> = names.chain(["help.snap".to_owned()]).collect();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/snapshots");
    let files = fs::read_dir(folder).unwrap().map(|file| file.unwrap().file_name().into_string().unwrap());
    // The folder of the statements has a test of its own.
    let is_other = |file: &str| file.strip_suffix(".rs").is_some() || file == "sql";
    let strays: Vec<_> = files.filter(|file| !is_other(file) && !names.contains(file)).collect();
    assert_eq!(strays, [""; 0]);
}
