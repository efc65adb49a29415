//! Writing a file under a temporary name, and renaming it when it is complete and on the disk.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Seek, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use crate::error::Error;
use crate::files::unfinished::{COMPANIONS, Unfinished, beside};
use crate::files::{folder_of, server_file};

/// How many bytes of a file's name its temporary file has, so that the whole stays below the 255 that file systems take.
const NAME_BYTES_MAX: usize = 200;

/// What becomes of a file that has the name already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Existing {
    /// It stays, and the new one is refused.
    Refuse,
    /// The new one takes its place.
    Replace,
    /// It stays, and the new one has the next free number behind its name: `refused-2.csv`.
    Number,
}

/// A file that is complete and has its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// Its name.
    pub path: PathBuf,
    /// How many bytes it has.
    pub bytes: u64,
}

/// A file that is written under another name beside its own, and gets its own when it is complete and on the disk. Until then, and where
/// the work fails, there is nothing of that name. Only the owner may read it.
#[derive(Debug)]
pub struct OutputFile {
    path: PathBuf,
    existing: Existing,
    // Before the file, so that nothing removes another one of that name.
    _unfinished: Unfinished,
    file: NamedTempFile,
}

impl OutputFile {
    /// Begins a file. Where its name cannot be taken this says so, before there is any work that could be in vain.
    ///
    /// # Errors
    /// [`Error::File`]: the name is taken and may not be replaced, is a link, a folder or a device, or belongs to the open `book`; the
    /// folder is not there or cannot be written to.
    pub fn create(path: &Path, existing: Existing, book: Option<&Path>) -> Result<Self, Error> {
        let begin = || {
            check_name(path)?;
            check_is_not_of(path, book)?;
            check_can_take(path, existing)?;
            tempfile::Builder::new().prefix(&prefix(path)).suffix(".part").tempfile_in(folder_of(path))
        };
        let file = begin().map_err(|source| failed(path, source))?;
        Ok(Self { path: path.to_owned(), existing, _unfinished: Unfinished::new(file.path()), file })
    }

    /// The name that it will have.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The name that it has until it is finished, for what writes to files by their names.
    #[must_use]
    pub fn path_meanwhile(&self) -> &Path {
        self.file.path()
    }

    /// Lets everybody read it, as a page of the manual must be.
    ///
    /// # Errors
    /// What the system says.
    pub fn let_all_read(&mut self) -> io::Result<()> {
        #[cfg(unix)]
        self.file.as_file().set_permissions(std::os::unix::fs::PermissionsExt::from_mode(0o644))?;
        Ok(())
    }

    /// Takes back all that was written.
    ///
    /// # Errors
    /// What the system says.
    pub fn restart(&mut self) -> io::Result<()> {
        self.file.as_file().set_len(0)?;
        self.file.rewind()
    }

    /// Waits for the disk, and gives the file its name.
    ///
    /// # Errors
    /// [`Error::File`], with kind `AlreadyExists` where the name was taken meanwhile.
    pub fn finish(self) -> Result<Written, Error> {
        let Self { path, existing, file, .. } = self;
        let put = || {
            file.as_file().sync_all()?;
            let bytes = file.as_file().metadata()?.len();
            let path = put(file, &path, existing)?;
            sync_folder(folder_of(&path))?;
            Ok(Written { path, bytes })
        };
        put().map_err(|source| failed(&path, source))
    }
}

impl Write for OutputFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

/// Makes an empty file that only its owner may read, where there is none yet.
///
/// # Errors
/// What the system says.
pub fn create_private(path: &Path) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(path) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
        other => other.map(drop),
    }
}

fn put(mut file: NamedTempFile, path: &Path, existing: Existing) -> io::Result<PathBuf> {
    match existing {
        Existing::Refuse => drop(file.persist_noclobber(path)?),
        Existing::Replace => drop(file.persist(path)?),
        Existing::Number => {
            for number in 1_u64.. {
                let path = numbered(path, number);
                match file.persist_noclobber(&path) {
                    Ok(_) => return Ok(path),
                    Err(taken) if taken.error.kind() == ErrorKind::AlreadyExists => file = taken.file,
                    Err(failed) => return Err(failed.error),
                }
            }
        }
    }
    Ok(path.to_owned())
}

fn numbered(path: &Path, number: u64) -> PathBuf {
    if number == 1 {
        return path.to_owned();
    }
    let mut name = path.file_stem().unwrap_or_default().to_owned();
    name.push(format!("-{number}"));
    if let Some(extension) = path.extension() {
        name.push(".");
        name.push(extension);
    }
    path.with_file_name(name)
}

fn check_name(path: &Path) -> io::Result<()> {
    match path.file_name() {
        Some(_) => Ok(()),
        None => Err(io::Error::new(ErrorKind::InvalidInput, "it names no file")),
    }
}

/// A book that is overwritten is lost, and so is what SQLite has beside it.
fn check_is_not_of(path: &Path, book: Option<&Path>) -> io::Result<()> {
    let Some(book) = book else { return Ok(()) };
    let names = [Some(book.to_owned()), book.canonicalize().ok()].into_iter().flatten();
    let files = names.flat_map(|name| [server_file(&name), name]);
    let is_of = |file: PathBuf| {
        is_same(path, &file) || COMPANIONS.iter().any(|companion| is_same(path, &beside(&file, companion)))
    };
    if files.into_iter().any(is_of) {
        return Err(io::Error::new(ErrorKind::InvalidInput, "it is the open book or a part of it; name another"));
    }
    Ok(())
}

/// Whether both names are one file, or would be.
fn is_same(one: &Path, other: &Path) -> bool {
    if let (Ok(one), Ok(other)) = (fs::metadata(one), fs::metadata(other)) {
        return is_same_file(&one, &other);
    }
    let place = |path: &Path| Some((folder_of(path).canonicalize().ok()?, path.file_name()?.to_owned()));
    place(one).is_some_and(|one| place(other).is_some_and(|other| one == other))
}

#[cfg(unix)]
fn is_same_file(one: &fs::Metadata, other: &fs::Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;
    (one.dev(), one.ino()) == (other.dev(), other.ino())
}

/// Nothing tells files apart here; both are taken for one where they may be.
#[cfg(not(unix))]
fn is_same_file(one: &fs::Metadata, other: &fs::Metadata) -> bool {
    one.len() == other.len() && one.modified().ok() == other.modified().ok()
}

fn check_can_take(path: &Path, existing: Existing) -> io::Result<()> {
    let taken = match path.symlink_metadata() {
        Ok(taken) => taken,
        // The folder is tried out when the temporary file is made in it.
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error),
    };
    let kind = taken.file_type();
    if existing == Existing::Number {
        return Ok(());
    }
    let refuse = |problem| Err(io::Error::new(ErrorKind::InvalidInput, problem));
    if kind.is_symlink() {
        return refuse("it is a link, and nothing is written through links; name another file");
    }
    if kind.is_dir() {
        return refuse("it is a folder; name a file in it");
    }
    if !kind.is_file() {
        return refuse("it is a device or a pipe; name a file");
    }
    match existing {
        Existing::Refuse => Err(io::Error::new(ErrorKind::AlreadyExists, "the file exists; name another")),
        Existing::Replace | Existing::Number => Ok(()),
    }
}

/// What a temporary file's name begins with, so that one that is left by a killed program tells whose it is.
fn prefix(path: &Path) -> String {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    format!(".{}.", &name[..name.floor_char_boundary(NAME_BYTES_MAX)])
}

/// The name in the folder is on the disk when this is done. Elsewhere than on Unix a folder cannot be opened, and need not be.
fn sync_folder(folder: &Path) -> io::Result<()> {
    if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
}

fn failed(path: &Path, source: io::Error) -> Error {
    Error::File { doing: format!("write {}", path.display()), source }
}

#[cfg(test)]
mod tests {
    use tempfile::TempDir;

    use super::*;

    #[test]
    fn a_number_is_put_behind_names_that_are_taken() {
        let folder = TempDir::new().unwrap();
        let path = folder.path().join("a.rejects.csv");
        for name in ["a.rejects.csv", "a.rejects-2.csv", "a.rejects-3.csv"] {
            let written = OutputFile::create(&path, Existing::Number, None).unwrap().finish().unwrap();
            assert_eq!(written.path.file_name().unwrap(), name);
        }
        assert_eq!(numbered(Path::new("b/plain"), 2), Path::new("b/plain-2"));
    }

    fn names(folder: &TempDir) -> Vec<String> {
        let entries = fs::read_dir(folder.path()).unwrap();
        let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    fn problem(outcome: Result<OutputFile, Error>) -> String {
        let Err(Error::File { source, .. }) = outcome else { panic!("it is refused: {outcome:?}") };
        source.to_string()
    }

    #[test]
    fn a_file_has_its_name_when_it_is_complete_and_not_before() {
        let folder = TempDir::new().unwrap();
        let path = folder.path().join("out.csv");
        let mut file = OutputFile::create(&path, Existing::Refuse, None).unwrap();
        file.write_all(b"some").unwrap();
        let [temporary] = names(&folder).try_into().unwrap();
        let random = temporary.strip_prefix(".out.csv.").and_then(|rest| rest.strip_suffix(".part"));
        assert!(random.is_some(), "{temporary}");
        file.restart().unwrap();
        file.write_all(b"all").unwrap();
        assert_eq!(file.finish().unwrap(), Written { path: path.clone(), bytes: 3 });
        assert_eq!((names(&folder), fs::read(&path).unwrap()), (vec!["out.csv".into()], b"all".to_vec()));
        #[cfg(unix)]
        assert_eq!(std::os::unix::fs::PermissionsExt::mode(&fs::metadata(&path).unwrap().permissions()) & 0o777, 0o600);

        drop(OutputFile::create(&folder.path().join("other"), Existing::Refuse, None).unwrap());
        assert_eq!(names(&folder), ["out.csv"]);
    }

    #[test]
    fn a_file_that_is_there_is_replaced_only_where_that_is_asked_for() {
        let folder = TempDir::new().unwrap();
        let path = folder.path().join("out");
        fs::write(&path, "old").unwrap();
        assert_eq!(problem(OutputFile::create(&path, Existing::Refuse, None)), "the file exists; name another");
        let mut file = OutputFile::create(&path, Existing::Replace, None).unwrap();
        file.write_all(b"new").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"old");
        file.finish().unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"new");
        // One that comes meanwhile is not overwritten either.
        let late = folder.path().join("late");
        let file = OutputFile::create(&late, Existing::Refuse, None).unwrap();
        fs::write(&late, "mine").unwrap();
        assert!(matches!(file.finish(), Err(Error::File { source, .. }) if source.kind() == ErrorKind::AlreadyExists));
        assert_eq!((names(&folder).len(), fs::read(&late).unwrap()), (2, b"mine".to_vec()));
    }

    #[cfg(unix)]
    #[test]
    fn nothing_is_written_through_links_or_to_what_is_no_file() {
        let folder = TempDir::new().unwrap();
        let [link, dangling] = ["link", "dangling"].map(|name| folder.path().join(name));
        fs::write(folder.path().join("file"), "mine").unwrap();
        std::os::unix::fs::symlink("file", &link).unwrap();
        std::os::unix::fs::symlink("nothing", &dangling).unwrap();
        for existing in [Existing::Refuse, Existing::Replace] {
            for path in [&link, &dangling] {
                assert!(problem(OutputFile::create(path, existing, None)).contains("is a link"));
            }
            assert!(problem(OutputFile::create(folder.path(), existing, None)).contains("is a folder"));
            assert!(problem(OutputFile::create(Path::new("/dev/null"), existing, None)).contains("is a device"));
            assert!(problem(OutputFile::create(Path::new(".."), existing, None)).contains("names no file"));
            let lost = folder.path().join("lost/out");
            assert!(problem(OutputFile::create(&lost, existing, None)).contains("No such file"));
        }
    }

    #[cfg(unix)]
    #[test]
    fn the_open_book_is_never_overwritten() {
        let folder = TempDir::new().unwrap();
        let inside = |name: &str| folder.path().join(name);
        fs::write(inside("bank.db"), "book").unwrap();
        fs::hard_link(inside("bank.db"), inside("twin")).unwrap();
        fs::create_dir(inside("sub")).unwrap();
        std::os::unix::fs::symlink(inside("bank.db"), inside("alias.db")).unwrap();
        for book in ["bank.db", "alias.db"] {
            let book = inside(book);
            for name in [
                "bank.db",
                "sub/../bank.db",
                "twin",
                "bank.db-wal",
                "bank.db-shm",
                "./bank.db-journal",
                "bank.db-server",
                "bank.db-server-wal",
            ] {
                let outcome = OutputFile::create(&inside(name), Existing::Replace, Some(&book));
                assert!(problem(outcome).contains("is the open book"), "{name}");
            }
            assert!(OutputFile::create(&inside("bank.db.rejects"), Existing::Replace, Some(&book)).is_ok());
        }
    }

    #[test]
    fn a_long_name_is_taken_as_the_system_takes_it() {
        let folder = TempDir::new().unwrap();
        for name in ["x".repeat(251), "ü".repeat(127)] {
            OutputFile::create(&folder.path().join(&name), Existing::Refuse, None).unwrap().finish().unwrap();
        }
        let too_long = folder.path().join("x".repeat(256));
        assert!(OutputFile::create(&too_long, Existing::Refuse, None).is_err());
        assert_eq!(names(&folder).len(), 2);
    }
}
