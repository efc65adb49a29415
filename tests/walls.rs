//! The walls between the modules, kept by reading the source. Each finding names the file, the line and the rule.

mod source;

use self::source::{Source, sources};

const FILE_LINES_MAX: usize = 400;
/// One list, which is read from top to bottom: what can be refused, in the order in which it is.
const LISTS: [&str; 1] = ["rules/rejection/mod.rs"];

/// Whom each module under `src` may name, other than itself. Dependencies point down.
const DEPENDENCIES: &[(&str, &[&str])] = &[
    ("money", &[]),
    ("rules", &["money"]),
    ("clock", &["rules"]),
    // Generated: it names the column types, as `diesel.toml` says.
    ("schema", &["models"]),
    ("models", &["money", "rules", "schema"]),
    ("error", &["money", "rules", "store"]),
    ("files", &["error"]),
    ("store", &["clock", "error", "files", "models", "money", "rules", "schema"]),
    ("service", &["clock", "error", "files", "models", "money", "rules", "store"]),
    ("config", &["error", "store"]),
    ("formats", &["error", "files", "money", "rules", "service", "store"]),
    ("reports", &["error", "money", "rules", "service", "store"]),
];

/// The modules that may name any other: the program, and the crate's front page.
const TOP: &[&str] = &["cli", "lib", "main", "prelude"];

/// Words that may stand in some places only.
struct Wall {
    rule: &'static str,
    words: &'static [&'static str],
    /// Whether they may stand there, by the path under `src`.
    allows: fn(&str) -> bool,
    /// Whether test modules inside the files keep to it too.
    holds_in_tests: bool,
}

const NO_DIESEL_BELOW_MODELS: Wall = Wall {
    rule: "rules and money name no Diesel",
    words: &["diesel"],
    allows: |path| !is_under(path, &["rules/", "money/"]),
    holds_in_tests: true,
};

const BACKENDS_IN_STORE: Wall = Wall {
    rule: "only store tells the backends apart",
    words: &["PgConnection", "SqliteConnection", "DatabaseUrl::Postgres", "DatabaseUrl::Sqlite"],
    // The twin that posts inside an application's PostgreSQL transaction, and the migration of a new SQLite file on first use.
    allows: |path| is_under(path, &["store/"]) || ["service/transfers.rs", "service/mod.rs"].contains(&path),
    holds_in_tests: true,
};

const WRITES_IN_SERVICE: Wall = Wall {
    rule: "only service writes, by way of store",
    words: &["Access::Write", "insert_into", "diesel::update", "diesel::delete", "sql_query"],
    allows: |path| is_under(path, &["service/", "store/"]),
    holds_in_tests: true,
};

const PRINTS_IN_CLI: Wall = Wall {
    rule: "only cli prints",
    words: &["println!", "eprintln!", "print!", "eprint!", "dbg!", "io::stdout", "io::stderr"],
    allows: |path| is_under(path, &["cli/"]) || path == "main.rs",
    holds_in_tests: true,
};

const TALK_IN_ONE_PLACE: Wall = Wall {
    rule: "only cli/talk.rs writes to stderr, where writing cannot fail a command",
    words: &["eprintln!", "eprint!", "dbg!", "io::stderr", "anstream"],
    allows: |path| path == "cli/talk.rs",
    holds_in_tests: true,
};

const RESULTS_IN_ONE_PLACE: Wall = Wall {
    rule: "only cli/output.rs writes to stdout, which tells what was committed where a result is lost",
    words: &["println!", "print!", "io::stdout"],
    allows: |path| path == "cli/output.rs",
    holds_in_tests: true,
};

const BOOKS_ARE_MADE_IN_ONE_PLACE: Wall = Wall {
    rule: "only the commands that books begin with make one",
    words: &[
        "MissingBook::Make",
        "making_missing",
        "open_or_create",
        "ledger_to_begin",
        "ledger_to_import",
        "pool_to_begin",
    ],
    allows: |path| {
        let begin =
            ["cli/mod.rs", "cli/account.rs", "cli/import.rs", "cli/import_book.rs", "cli/migrate.rs", "cli/demo.rs"];
        is_under(path, &["store/"]) || begin.contains(&path) || MAKERS_OF_THEIR_OWN.contains(&path)
    },
    holds_in_tests: true,
};

/// The library's own way to make a book, and books that nobody keeps.
const MAKERS_OF_THEIR_OWN: [&str; 3] = ["service/mod.rs", "service/bench/book.rs", "service/book/throwaway.rs"];

const TIME_IN_CLOCK: Wall = Wall {
    rule: "only clock.rs reads the wall clock",
    words: &["Utc::now", "Local::now", "SystemTime::now", "now_v7", "duration_since(UNIX_EPOCH)"],
    allows: |path| path == "clock.rs",
    holds_in_tests: true,
};

const CLOCK_OF_THE_POOL: Wall = Wall {
    rule: "a book's clock is its pool's, and the server's is asked for in two statements",
    words: &["Clock::system", "clock_timestamp"],
    allows: |path| {
        let of_the_machine =
            ["clock.rs", "cli/doctor.rs", "cli/log.rs", "service/bench/book.rs", "service/transfers.rs"];
        let of_the_book = ["store/pool.rs", "store/postgres/operations.rs", "store/postgres/statements.rs"];
        of_the_machine.contains(&path) || of_the_book.contains(&path)
    },
    holds_in_tests: false,
};

const ENVIRONMENT_IN_CONFIG: Wall = Wall {
    rule: "only config.rs reads the environment",
    words: &["env::var", "env::vars", "env::set_var", "env::remove_var", "env::{", "std::env"],
    allows: |path| path == "config.rs",
    holds_in_tests: true,
};

const DRIVER_ERRORS_IN_DRIVER: Wall = Wall {
    rule: "only store/driver makes text of a driver's error, where passwords are taken out of it",
    words: &["ConnectionError", "DieselError", "DatabaseErrorInformation", "diesel::result", "BadConnection"],
    // They hand Diesel's errors on as they are.
    allows: |path| is_under(path, &["store/driver/"]) || path == "error.rs",
    holds_in_tests: false,
};

const FILES_IN_FILES: Wall = Wall {
    rule: "only files opens, makes and renames files",
    words: &[
        "File::create",
        "File::open",
        "OpenOptions",
        "fs::write",
        "fs::rename",
        "fs::copy",
        "NamedTempFile",
        "persist",
        "fs::read(",
    ],
    allows: |path| is_under(path, &["files/"]),
    holds_in_tests: false,
};

const NO_FLOATS: Wall =
    Wall { rule: "no floats, anywhere", words: &["f32", "f64"], allows: |_| false, holds_in_tests: true };

const NO_PANICS: Wall = Wall {
    rule: "unwrap and expect stand in tests only",
    words: &[".unwrap()", ".expect(", ".unwrap_err()", ".expect_err("],
    allows: |_| false,
    holds_in_tests: false,
};

#[test]
fn modules_name_only_those_below_them() {
    assert_none(sources().iter().flat_map(breaches_of_direction));
}

#[test]
fn rules_and_money_name_no_diesel() {
    assert_kept(&NO_DIESEL_BELOW_MODELS);
}

#[test]
fn only_store_tells_the_backends_apart() {
    assert_kept(&BACKENDS_IN_STORE);
}

#[test]
fn only_service_writes() {
    assert_kept(&WRITES_IN_SERVICE);
}

#[test]
fn nothing_below_cli_prints() {
    assert_kept(&PRINTS_IN_CLI);
}

#[test]
fn stderr_is_written_in_one_place() {
    assert_kept(&TALK_IN_ONE_PLACE);
}

#[test]
fn stdout_is_written_in_one_place() {
    assert_kept(&RESULTS_IN_ONE_PLACE);
}

#[test]
fn books_are_made_in_one_place() {
    assert_kept(&BOOKS_ARE_MADE_IN_ONE_PLACE);
}

#[test]
fn every_command_that_commits_takes_note_of_what() {
    assert_none(sources().iter().filter_map(breach_of_commits));
}

#[test]
fn the_wall_clock_is_read_in_one_place() {
    assert_kept(&TIME_IN_CLOCK);
}

#[test]
fn a_books_clock_is_told_in_one_place() {
    assert_kept(&CLOCK_OF_THE_POOL);
}

#[test]
fn the_environment_is_read_in_one_place() {
    assert_kept(&ENVIRONMENT_IN_CONFIG);
}

#[test]
fn drivers_errors_become_text_in_one_place() {
    assert_kept(&DRIVER_ERRORS_IN_DRIVER);
}

#[test]
fn files_are_opened_and_made_in_one_place() {
    assert_kept(&FILES_IN_FILES);
}

#[test]
fn there_are_no_floats() {
    assert_kept(&NO_FLOATS);
}

#[test]
fn nothing_unwraps_outside_tests() {
    assert_kept(&NO_PANICS);
}

#[test]
fn files_stay_short() {
    assert_none(sources().iter().filter(|source| source.path != "schema.rs").filter_map(breach_of_length));
}

/// Every check sees the breach that it is for, and nothing in what is allowed.
#[test]
fn every_wall_can_fail() {
    let seen = |wall: &Wall, path: &str, text: &str| !breaches(wall, &Source::new(path, text)).is_empty();
    for (wall, path, text) in [
        (&NO_DIESEL_BELOW_MODELS, "rules/account.rs", "use diesel::prelude::*;"),
        (&BACKENDS_IN_STORE, "service/verify.rs", "DatabaseUrl::Sqlite(path) => path,"),
        (&WRITES_IN_SERVICE, "cli/post.rs", "pool.transaction(Access::Write, work)"),
        (&PRINTS_IN_CLI, "service/import.rs", "eprintln!(\"done\");"),
        (&TALK_IN_ONE_PLACE, "cli/import.rs", "anstream::eprintln!(\"done\");"),
        (&RESULTS_IN_ONE_PLACE, "cli/export.rs", "let out = io::stdout();"),
        (&BOOKS_ARE_MADE_IN_ONE_PLACE, "cli/verify.rs", "let ledger = context.ledger_to_begin(Mode::Commit)?;"),
        (&TIME_IN_CLOCK, "service/import.rs", "let now = Utc::now();"),
        (&CLOCK_OF_THE_POOL, "service/import.rs", "let now = Clock::system().now();"),
        (&ENVIRONMENT_IN_CONFIG, "store/url.rs", "let url = std::env::var(\"URL\");"),
        (&DRIVER_ERRORS_IN_DRIVER, "store/pool.rs", "use diesel::result::ConnectionError;"),
        (&FILES_IN_FILES, "cli/export.rs", "let file = fs::File::create(path)?;"),
        (&NO_FLOATS, "money/decimal.rs", "value.to_f64()"),
        (&NO_PANICS, "money/decimal.rs", "let digit = digits.next().unwrap();"),
    ] {
        assert!(seen(wall, path, text), "{}: {text}", wall.rule);
        assert!(!seen(wall, path, &format!("// {text}\n/* {text} */ let text = r#\"{text}\"#;")), "{}", wall.rule);
        let tests = format!("#[cfg(test)]\nmod tests {{\n    {text}\n}}");
        assert_eq!(seen(wall, path, &tests), wall.holds_in_tests, "{}", wall.rule);
        assert!(seen(wall, path, &format!("{tests}\n{text}")), "{} holds behind a test module", wall.rule);
    }
    assert!(!seen(&NO_FLOATS, "money/decimal.rs", "let id = 0xaf64_1f32;"), "hexadecimal digits are no floats");

    for (path, text) in [
        ("money/amount.rs", "use crate::facts::Instant;"),
        ("rules/account.rs", "use crate::{\n    money::{Amount, Money},\n    store::Pool,\n};"),
        ("rules/account.rs", "use super::super::store::Pool;"),
        ("rules/mod.rs", "use super::service;"),
        ("store/postgres/mod.rs", "use super::super::service::Ledger;"),
        ("store/mod.rs", "pub(in crate::service) fn f() {}"),
        // A name that the front page hands on hides which module it comes from.
        ("rules/account.rs", "use crate::Ledger;"),
        ("novel/mod.rs", "use crate::money::Amount;"),
    ] {
        assert!(!breaches_of_direction(&Source::new(path, text)).is_empty(), "{path}: {text}");
    }
    for (path, text) in [
        ("rules/account.rs", "use crate::{money::{Amount, Money}, rules::Instant};\nuse super::store::Pool;"),
        ("store/postgres/connection.rs", "use super::super::pool::Access;"),
        ("cli/mod.rs", "use crate::{Ledger, store::Pool};"),
    ] {
        assert_eq!(breaches_of_direction(&Source::new(path, text)), [""; 0], "{path}: {text}");
    }

    assert!(breach_of_commits(&Source::new("cli/a.rs", "ledger.post(&request, arguments.mode.mode())?;")).is_some());
    for text in
        ["context.ledger()?", "let mode = arguments.mode(); context.committed(mode, words);", "submit(context, mode())"]
    {
        assert!(breach_of_commits(&Source::new("cli/a.rs", text)).is_none(), "{text}");
    }

    let long = "\n".repeat(FILE_LINES_MAX + 1);
    assert!(breach_of_length(&Source::new("a.rs", &long)).is_some());
    assert!(breach_of_length(&Source::new("a.rs", &long[1..])).is_none());
}

fn assert_kept(wall: &Wall) {
    assert_none(sources().iter().flat_map(|source| breaches(wall, source)));
}

fn assert_none(findings: impl Iterator<Item = String>) {
    let findings: Vec<_> = findings.collect();
    assert!(findings.is_empty(), "{}", findings.join("\n"));
}

fn is_under(path: &str, folders: &[&str]) -> bool {
    folders.iter().any(|folder| path.starts_with(folder))
}

fn breach_of_length(source: &Source) -> Option<String> {
    let lines = source.line_count;
    (lines > FILE_LINES_MAX && !LISTS.contains(&source.path.as_str()))
        .then(|| format!("src/{}:{lines}: files have at most {FILE_LINES_MAX} lines", source.path))
}

/// A command that can commit has a mode, and tells the output what it committed, by itself or by what all requests have in common.
fn breach_of_commits(source: &Source) -> Option<String> {
    let code = &source.code_without_tests;
    let has = |word: &str| code.match_indices(word).any(|(offset, _)| is_whole_word(code, word, offset));
    let is_told = has("committed(") || has("submit(") || has("show(");
    let is_command = is_under(&source.path, &["cli/"]) && source.path != "cli/args.rs";
    (is_command && has("mode()") && !is_told)
        .then(|| format!("src/{}: a command that commits calls Context::committed", source.path))
}

fn breaches(wall: &Wall, source: &Source) -> Vec<String> {
    if (wall.allows)(&source.path) {
        return Vec::new();
    }
    let code = if wall.holds_in_tests { &source.code } else { &source.code_without_tests };
    let of_word = |word: &'static str| {
        let offsets = code.match_indices(word).map(|(offset, _)| offset);
        offsets.filter(move |&offset| is_whole_word(code, word, offset))
    };
    let offsets = wall.words.iter().flat_map(|word| of_word(word));
    offsets
        .map(|offset| source.breach(offset, &format!("{} ({})", wall.rule, code[offset..].lines().next().unwrap())))
        .collect()
}

/// Not the middle of a longer name. A part of one, as in `to_f64`, counts; hexadecimal digits, as in `0xaf64`, do not.
fn is_whole_word(code: &str, word: &str, offset: usize) -> bool {
    let (before, behind) = (&code[..offset], &code[offset + word.len()..]);
    let begins_inside = word.starts_with(char::is_alphanumeric) && before.ends_with(char::is_alphanumeric);
    let ends_inside = word.ends_with(char::is_alphanumeric) && behind.starts_with(char::is_alphanumeric);
    !begins_inside && !ends_inside
}

fn breaches_of_direction(source: &Source) -> Vec<String> {
    let modules = source.modules();
    let module = modules[0];
    if TOP.contains(&module) {
        return Vec::new();
    }
    let Some((_, allowed)) = DEPENDENCIES.iter().find(|(name, _)| *name == module) else {
        return vec![source.breach(0, &format!("module {module} has no row in DEPENDENCIES"))];
    };
    let code = &source.code_without_tests;
    let up = "super::".repeat(modules.len());
    let mut findings = Vec::new();
    for root in ["crate::", up.as_str()] {
        for (offset, _) in code.match_indices(root) {
            // One `super` fewer or more is another module.
            let is_other = code[..offset].ends_with("::") || code[offset + root.len()..].starts_with("super::");
            if is_other || code[..offset].ends_with(|c: char| c.is_alphanumeric() || c == '_') {
                continue;
            }
            for name in first_names(&code[offset + root.len()..]) {
                if name != module && !allowed.contains(&name) {
                    findings.push(source.breach(offset, &format!("{module} must not depend on {name}")));
                }
            }
        }
    }
    findings
}

/// The first name behind `crate::`, or the first of each path in braces there.
fn first_names(code: &str) -> Vec<&str> {
    let Some(group) = code.strip_prefix('{') else { return vec![leading_name(code)] };
    let mut names = vec![leading_name(group)];
    let mut depth = 1;
    for (offset, character) in group.char_indices() {
        match character {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 1 => names.push(leading_name(&group[offset + 1..])),
            _ => {}
        }
        if depth == 0 {
            break;
        }
    }
    names.retain(|name| !name.is_empty());
    names
}

fn leading_name(code: &str) -> &str {
    let code = code.trim_start();
    let end = code.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(code.len());
    &code[..end]
}
