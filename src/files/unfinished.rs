//! The files and folders that are gone when the program has ended, also where it ends at once.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

/// What SQLite keeps beside a file that it has open.
pub(super) const COMPANIONS: [&str; 3] = ["-wal", "-shm", "-journal"];

static UNFINISHED: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());

/// Keeps a file or folder on the list of what [`remove_unfinished`] removes, until this is dropped.
#[derive(Debug)]
pub struct Unfinished(PathBuf);

impl Unfinished {
    /// Adds a file or folder.
    #[must_use]
    pub fn new(path: &Path) -> Self {
        with_list(|paths| paths.push(path.to_owned()));
        Self(path.to_owned())
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        with_list(|paths| paths.retain(|path| *path != self.0));
    }
}

/// Removes all files and folders that are not finished. For a program that ends at once, as dropping does it else.
pub fn remove_unfinished() {
    with_list(|paths| paths.drain(..).for_each(|path| remove(&path)));
}

/// What cannot be removed stays: there is nothing else to be done, and nobody to tell.
fn remove(path: &Path) {
    if path.is_dir() {
        let _ = fs::remove_dir_all(path);
        return;
    }
    let _ = fs::remove_file(path);
    for companion in COMPANIONS {
        let _ = fs::remove_file(beside(path, companion));
    }
}

/// A path with something behind its name.
pub(super) fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

fn with_list(change: impl FnOnce(&mut Vec<PathBuf>)) {
    change(&mut UNFINISHED.lock().unwrap_or_else(PoisonError::into_inner));
}
