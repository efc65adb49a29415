//! Which commands make a book where there is none: those that books begin with, and no others.

use std::fs;
use std::path::Path;

use diesel::Connection;
use diesel::connection::SimpleConnection;
use diesel::sqlite::SqliteConnection;
use tempfile::TempDir;

use teller::Ledger;
use teller::store::{Pool, StoreError, StoreOptions};

use crate::support::{Answer, Program};

/// Every command that a missing book could be read or written by, but for those that books begin with.
const COMMANDS: [&str; 45] = [
    "account list",
    "account show a",
    "account limit a --per-day 5",
    "account freeze a",
    "account unfreeze a",
    "account close a --yes",
    "account history a",
    "account open a --currency EUR --dry-run",
    "balance a",
    "balance :",
    "backup copy.db",
    "batch IN",
    "book list",
    "capture h",
    "currency list",
    "currency add ABC --exponent 2 --name abc",
    "deposit a 5",
    "doctor",
    "exchange a b 5 --rate 1",
    "export",
    "export --out out.ndjson",
    "export --to csv",
    "hold a b 5",
    "hold list",
    "hold show h",
    "hold expire",
    "import accounts IN --dry-run",
    "import transfers MOVES --dry-run",
    "import book IN --dry-run",
    "journal post IN",
    "metadata show --account a",
    "migrate run --dry-run",
    "migrate status",
    "migrate revert",
    "migrate roles",
    "period list",
    "period close 2020",
    "post --debit a --credit b 5",
    "release h",
    "reverse h",
    "schedule list",
    "schedule run",
    "seal",
    "statement a",
    "verify",
];

const ACCOUNTS: &str = "name,currency\na,EUR\n";
const MOVES: &str = "from,to,amount\na,b,five\n";

/// A folder with a file of accounts, one of transfers, and nothing else.
struct Place(TempDir);

impl Place {
    fn new() -> Self {
        let folder = TempDir::new().unwrap();
        fs::write(folder.path().join("IN"), ACCOUNTS).unwrap();
        fs::write(folder.path().join("MOVES"), MOVES).unwrap();
        Self(folder)
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn run(&self, command: &str) -> Answer {
        run_in(self.path(), command)
    }

    fn files(&self) -> Vec<String> {
        let mut names: Vec<_> =
            fs::read_dir(self.path()).unwrap().map(|file| file.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }
}

fn run_in(folder: &Path, command: &str) -> Answer {
    let arguments: Vec<_> = command.split(' ').collect();
    let program = Program::new(&arguments).command(|command| {
        command.current_dir(folder);
    });
    program.run()
}

fn write_foreign_database(file: &Path) -> Vec<u8> {
    let mut connection = SqliteConnection::establish(file.to_str().unwrap()).unwrap();
    connection.batch_execute("create table diary (day text); insert into diary values ('rain')").unwrap();
    drop(connection);
    fs::read(file).unwrap()
}

#[test]
fn a_command_that_no_book_begins_with_makes_none() {
    let place = Place::new();
    for command in COMMANDS {
        place.run(command).ends(78).says("there is no such book: sqlite://teller.db").says("nothing was made");
        assert_eq!(place.files(), ["IN", "MOVES"], "{command}");
    }
    let answer = place.run("verify --format json").ends(78);
    let error: serde_json::Value = serde_json::from_str(&answer.stderr).unwrap();
    assert_eq!(error["error"]["code"], "book_unknown");
}

#[test]
fn an_empty_file_is_no_book_and_stays_empty() {
    let place = Place::new();
    fs::write(place.path().join("teller.db"), "").unwrap();
    for command in COMMANDS {
        place.run(command).ends(78).says("sqlite://teller.db is not a Teller book");
        assert_eq!(place.files(), ["IN", "MOVES", "teller.db"], "{command}");
        assert_eq!(fs::read(place.path().join("teller.db")).unwrap(), b"", "{command}");
    }
    // It is the beginning of one to the commands that make books.
    place.run("account open a --currency EUR").ends(0);
    place.run("verify").ends(0).says("0 transfers and 1 account");
}

#[test]
fn the_commands_that_books_begin_with_make_one_and_say_so() {
    let begin = [
        ("account open a --currency EUR", 0),
        ("import accounts IN", 0),
        ("migrate run", 0),
        ("import transfers MOVES", 3),
        ("deposit a 5 --create", 3),
        ("currency list --create", 0),
        ("verify --create", 0),
    ];
    for (command, code) in begin {
        let place = Place::new();
        place.run(command).ends(code).says("Made a new book: sqlite://teller.db");
        place.run("verify").ends(0).says("the book is whole");
    }
}

#[test]
fn the_database_of_another_program_is_not_changed_in_one_byte() {
    let place = Place::new();
    let file = place.path().join("teller.db");
    let before = write_foreign_database(&file);
    for command in COMMANDS.into_iter().chain(["account open a --currency EUR", "migrate run", "deposit a 5 --create"])
    {
        let answer = place.run(command);
        // These three tell the state of any database.
        if !matches!(command, "book list" | "doctor" | "migrate status") {
            answer.ends(78).says("is not a Teller book");
        }
        assert!(fs::read(&file).unwrap() == before, "{command}");
        assert_eq!(place.files(), ["IN", "MOVES", "teller.db"], "{command}");
    }
}

#[test]
fn a_path_in_a_dotenv_file_starts_at_the_folder_of_that_file() {
    let place = Place::new();
    let below = place.path().join("far").join("below");
    fs::create_dir_all(&below).unwrap();
    fs::write(place.path().join(".env"), "DATABASE_URL=sqlite://books/bank.db\n").unwrap();
    fs::create_dir(place.path().join("books")).unwrap();
    run_in(&below, "account open a --currency EUR").ends(0);
    assert!(place.path().join("books").join("bank.db").exists());
    assert_eq!(fs::read_dir(&below).unwrap().count(), 0);
    place.run("account show a").ends(0);
    let shown = run_in(&below, "config show --origin --wide").ends(0);
    let file = place.path().canonicalize().unwrap().join(".env");
    shown.shows(&format!("DATABASE_URL in {}", file.display())).shows("books/bank.db");
    place.run("config show --origin").ends(0).shows("DATABASE_URL in .env\n").shows("sqlite://books/bank.db");

    // A path from the root, and a nearer file.
    let absolute = place.path().join("other.db");
    fs::write(below.join(".env"), format!("DATABASE_URL=sqlite://{}\n", absolute.display())).unwrap();
    run_in(&below, "migrate run").ends(0);
    assert!(absolute.exists());
}

#[test]
fn the_library_makes_a_book_only_where_it_is_told_to() {
    let folder = TempDir::new().unwrap();
    // What has a meaning in a URI is a part of a name here.
    let file = folder.path().join("a%20b#c.db");
    let url: teller::store::DatabaseUrl = format!("sqlite://{}", file.display()).parse().unwrap();
    let missing = |error| matches!(error, teller::Error::Store(StoreError::Missing { .. }));
    assert!(missing(Ledger::open(url.clone(), StoreOptions::default()).unwrap_err()));
    assert!(missing(Ledger::open_incomplete(url.clone(), StoreOptions::default()).unwrap_err()));
    assert!(missing(Pool::connect(url.clone(), StoreOptions::default()).unwrap_err().into()));
    assert!(!file.exists());
    Ledger::open_or_create(url.clone(), StoreOptions::default()).unwrap();
    Ledger::open(url, StoreOptions::default()).unwrap();
    assert!(file.exists());
}
