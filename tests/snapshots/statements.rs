//! The statements that are written by hand, in the folder `sql`. The tests of the library compare their texts; here is seen that none is
//! missing, and that each file belongs to one of them.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Texts that are no `QueryFragment`.
const TEXTS: [&str; 13] = [
    "begin_read",
    "begin_write",
    "begin_write_with_settings",
    "index_by_all_keys",
    "index_by_each_text",
    "index_by_first_key",
    "index_scanned",
    "metadata_changed",
    "metadata_counted",
    "metadata_down_from",
    "metadata_of_accounts",
    "metadata_up_from",
    "session",
];

/// Parts of statements that Diesel makes.
const PARTS: [&str; 1] = ["fixed_sql"];

/// The folders whose statements are for one backend only; those of the others are for both.
const BACKENDS: [(&str, &str); 2] = [("src/store/postgres", "postgres"), ("src/store/sqlite", "sqlite")];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The sources below a folder.
fn sources(folder: &Path) -> Vec<PathBuf> {
    let paths = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let below = paths.flat_map(|path| if path.is_dir() { sources(&path) } else { vec![path] });
    below.filter(|path| path.extension().is_some_and(|extension| extension == "rs")).collect()
}

/// `AccountHistory` as `account_history`.
fn snake_case(name: &str) -> String {
    let mut snake = String::new();
    for character in name.chars() {
        if character.is_uppercase() && !snake.is_empty() {
            snake.push('_');
        }
        snake.extend(character.to_lowercase());
    }
    snake
}

/// What is made by hand: the beginnings of the names of its snapshots.
fn statements() -> BTreeSet<String> {
    let mut statements = BTreeSet::new();
    for path in sources(&root().join("src")) {
        let text = fs::read_to_string(&path).unwrap();
        let implemented = text.lines().filter(|line| line.starts_with("impl"));
        let targets = implemented.filter_map(|line| line.split_once("QueryFragment<")?.1.split_once(" for "));
        for (_, target) in targets {
            let name = snake_case(target.split(['<', ' ']).next().unwrap());
            if PARTS.contains(&name.as_str()) {
                continue;
            }
            let backend = BACKENDS.iter().find(|(folder, _)| path.starts_with(root().join(folder)));
            let backends = backend.map_or_else(|| vec!["postgres", "sqlite"], |(_, backend)| vec![*backend]);
            statements.extend(backends.iter().map(|backend| format!("{backend}_{name}")));
        }
    }
    statements
}

#[test]
fn every_statement_that_is_written_by_hand_has_its_text_among_the_snapshots() {
    let files = fs::read_dir(root().join("tests/snapshots/sql")).unwrap();
    let files: BTreeSet<_> = files.map(|file| file.unwrap().file_name().into_string().unwrap()).collect();
    let statements = statements();
    assert!(statements.len() > 20, "{statements:?}");
    let belongs = |file: &str, statement: &str| {
        let rest = file.strip_suffix(".snap").and_then(|name| name.strip_prefix(statement));
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with("_of_") || rest.starts_with("_by_"))
    };
    for statement in &statements {
        assert!(files.iter().any(|file| belongs(file, statement)), "{statement} has no snapshot");
    }
    let texts = TEXTS.iter().flat_map(|text| ["postgres", "sqlite"].map(|backend| format!("{backend}_{text}.snap")));
    let texts: BTreeSet<_> = texts.collect();
    let is_known = |file: &String| texts.contains(file) || statements.iter().any(|statement| belongs(file, statement));
    let strays: Vec<_> = files.iter().filter(|file| !is_known(file)).collect();
    assert_eq!(strays, [""; 0]);
}
