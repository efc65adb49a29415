//! Books that were made by each version, as people have them: later versions must open, migrate, prove and export them.
//!
//! `tests/fixtures/README.md` says how they are made. The folder of a version is never made anew once the version is released.

mod rows;

use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::support::{Answer, Program, TestBook};

/// The SQLite file, and the same book as a file of `teller export`.
const FILES: [&str; 2] = ["book.db", "book.ndjson"];

/// More would be too much to keep for every version. Most of it is a page of 4,096 bytes for each index.
const BYTES_MAX: u64 = 350_000;

fn folder_of(version: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(version)
}

/// The versions that have a folder.
fn versions() -> Vec<String> {
    let entries = fs::read_dir(folder_of("")).unwrap().map(|entry| entry.unwrap());
    let folders = entries.filter(|entry| entry.file_type().unwrap().is_dir());
    folders.map(|folder| folder.file_name().into_string().unwrap()).collect()
}

/// A copy of a version's SQLite file, which may be written to.
struct Copy {
    folder: TempDir,
    url: String,
}

impl Copy {
    fn of(version: &str) -> Self {
        let folder = TempDir::new().unwrap();
        let file = folder.path().join(FILES[0]);
        fs::copy(folder_of(version).join(FILES[0]), &file).unwrap();
        Self { url: format!("sqlite://{}", file.display()), folder }
    }

    fn run(&self, arguments: &[&str]) -> Answer {
        Program::new(&[&["--database-url", &self.url], arguments].concat()).run()
    }

    fn export(&self) -> String {
        let file = self.folder.path().join("exported");
        self.run(&["export", "--out", file.to_str().unwrap()]).ends(0);
        fs::read_to_string(file).unwrap()
    }
}

/// Makes the fixture of this version where the chore asks for it, and there is none.
fn make(folder: &Path) {
    let book = TestBook::on_sqlite();
    rows::fill(&book);
    fs::create_dir(folder)
        .expect("the fixture of a version is made once: remove its folder first if nothing is released yet");
    let path = |name: &str| folder.join(name).to_str().unwrap().to_owned();
    Program::on(&book, &["backup", &path(FILES[0])]).run().ends(0);
    Program::on(&book, &["export", "--out", &path(FILES[1])]).run().ends(0);
}

#[test]
fn this_version_has_a_book_with_every_kind_of_row_and_a_value_in_every_column() {
    let version = env!("CARGO_PKG_VERSION");
    if std::env::var_os("MAKE_FIXTURE").is_some() {
        make(&folder_of(version));
    }
    assert!(folder_of(version).is_dir(), "{version} has no book: `just fixture` makes it");
    rows::assert_complete(&Copy::of(version).url);
}

#[test]
fn every_fixture_is_small_and_has_its_files_only() {
    for version in versions() {
        let entries = fs::read_dir(folder_of(&version)).unwrap().map(|entry| entry.unwrap());
        let mut files: Vec<_> = entries.map(|entry| (entry.file_name(), entry.metadata().unwrap().len())).collect();
        files.sort();
        let names: Vec<_> = files.iter().map(|(name, _)| name.to_str().unwrap()).collect();
        assert_eq!(names, FILES, "{version}");
        let bytes: u64 = files.iter().map(|(_, bytes)| bytes).sum();
        assert!(bytes <= BYTES_MAX, "{version} has {bytes} bytes");
    }
}

#[test]
fn the_file_of_every_version_opens_migrates_verifies_and_is_exported_as_it_was() {
    for version in versions() {
        let copy = Copy::of(&version);
        // A version that is not released yet may have got a migration since its book was made.
        copy.run(&["migrate", "run"]).ends(0);
        copy.run(&["verify"]).ends(0).says("the book is whole");
        let exported = fs::read_to_string(folder_of(&version).join(FILES[1])).unwrap();
        assert_eq!(copy.export(), exported, "{version}");
        // It is no museum piece: it goes on.
        copy.run(&["deposit", "alice", "1.00"]).ends(0);
        copy.run(&["verify"]).ends(0).says("the book is whole");
    }
}

#[test]
fn the_book_file_of_every_version_is_imported_by_both_backends_and_verifies() {
    for version in versions() {
        let file = folder_of(&version).join(FILES[1]);
        let folder = TempDir::new().unwrap();
        for (book, name) in [(TestBook::on_sqlite(), "sqlite"), (TestBook::on_postgres(), "postgres")] {
            Program::on(&book, &["import", "book", file.to_str().unwrap()]).run().ends(0);
            Program::on(&book, &["verify"]).run().ends(0).says("the book is whole");
            let exported = folder.path().join(name);
            Program::on(&book, &["export", "--out", exported.to_str().unwrap()]).run().ends(0);
            assert_eq!(fs::read(exported).unwrap(), fs::read(&file).unwrap(), "{version} on {name}");
        }
    }
}
