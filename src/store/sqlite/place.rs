//! Where a book's file is, and whether it is still the file that was opened.
//!
//! A file that was removed or replaced goes on existing for those who have it open. What they write to it is gone when they end. So the
//! file at the path, and the write-ahead log beside it, are compared with those that were opened, at each transaction. Only their status
//! is read: to open and close the file here would give SQLite's locks on it up.

use std::fs;
use std::path::{Path, PathBuf};

use crate::store::StoreError;
use crate::store::causes::NotOffered;

/// What tells a file from every other one, whatever its name is. `None` where there is no file, or the system does not tell.
type FileId = Option<(u64, u64)>;

#[cfg(unix)]
fn id_of(file: &Path) -> FileId {
    use std::os::unix::fs::MetadataExt;

    fs::metadata(file).ok().map(|status| (status.dev(), status.ino()))
}

#[cfg(not(unix))]
fn id_of(_file: &Path) -> FileId {
    None
}

/// The file of a pool of connections, all of which have that one open.
pub(crate) struct OpenedFile {
    /// As it was named, from the root on: the working directory may change.
    file: PathBuf,
    id: FileId,
    log: PathBuf,
}

/// The write-ahead log that one connection has open.
pub(crate) struct OpenedLog(FileId);

impl OpenedFile {
    /// The place of a file that was opened just now, and before that was this one.
    pub(super) fn of_opened(path: &Path, before: &BeforeOpening) -> Result<Self, StoreError> {
        let file = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        let id = id_of(&file);
        // SQLite keeps the log beside the file itself, where the name is a link.
        let mut log = fs::canonicalize(&file).unwrap_or_else(|_| file.clone()).into_os_string();
        log.push("-wal");
        let place = Self { file, id, log: log.into() };
        if before.0.is_some() && before.0 != id { Err(place.replaced(&place.file)) } else { Ok(place) }
    }

    /// Refuses to open another file than the first one, or to make a new one.
    pub(super) fn check_file(&self) -> Result<(), StoreError> {
        if id_of(&self.file) == self.id { Ok(()) } else { Err(self.replaced(&self.file)) }
    }

    /// The log of a connection that has read in write-ahead mode, which opens it.
    pub(super) fn opened_log(&self) -> OpenedLog {
        OpenedLog(id_of(&self.log))
    }

    /// Refuses where the file or the log is not the one that was opened.
    pub(super) fn check(&self, log: &OpenedLog) -> Result<(), StoreError> {
        self.check_file()?;
        if log.0.is_none() || id_of(&self.log) == log.0 { Ok(()) } else { Err(self.replaced(&self.log)) }
    }

    #[allow(clippy::unused_self, reason = "only a place can find that")]
    fn replaced(&self, file: &Path) -> StoreError {
        StoreError::Replaced { file: file.display().to_string() }
    }
}

/// The file at a path before it is opened.
pub(super) struct BeforeOpening(FileId);

impl BeforeOpening {
    pub(super) fn of(path: &Path) -> Self {
        Self(id_of(path))
    }
}

/// The path as SQLite takes it for a path: not for a URI, not for memory.
pub(super) fn file_name(path: &Path) -> Result<String, StoreError> {
    let name = path.to_str().ok_or(NotOffered::FileNameNotUtf8)?;
    Ok(if path.is_absolute() { name.to_owned() } else { format!("./{name}") })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_a_path() {
        for (path, expected) in [
            ("bank.db", "./bank.db"),
            ("file:bank.db", "./file:bank.db"),
            ("file::memory:", "./file::memory:"),
            (":memory:", "./:memory:"),
            ("sqlite://a", "./sqlite://a"),
            ("/var/a%20b.db", "/var/a%20b.db"),
        ] {
            assert_eq!(file_name(Path::new(path)).unwrap(), expected);
        }
    }

    #[test]
    fn another_file_and_none_are_not_the_one_that_was_opened() {
        let folder = tempfile::tempdir().unwrap();
        let (file, other) = (folder.path().join("a"), folder.path().join("b"));
        fs::write(&file, "a").unwrap();
        fs::write(&other, "b").unwrap();
        let before = BeforeOpening::of(&file);
        let place = OpenedFile::of_opened(&file, &before).unwrap();
        let no_log = place.opened_log();
        assert!(place.check(&no_log).is_ok());

        let log = folder.path().join("a-wal");
        fs::write(&log, "").unwrap();
        let log_id = place.opened_log();
        assert!(place.check(&log_id).is_ok());
        fs::remove_file(&log).unwrap();
        assert!(place.check(&log_id).is_err() && place.check(&no_log).is_ok());

        fs::rename(&other, &file).unwrap();
        assert!(place.check(&no_log).is_err() && OpenedFile::of_opened(&file, &before).is_err());
        fs::remove_file(&file).unwrap();
        assert!(place.check(&no_log).is_err());
    }
}
