//! Reading a file or standard input, with a bound on its size where the whole text is read.

use std::fs::File;
use std::io::{self, ErrorKind, Read};
use std::path::Path;

use crate::error::Error;
use crate::files::encoding::{foreign_encoding, without_bom};

/// A file to read, or standard input where its path is `-`.
pub struct Input {
    reader: Box<dyn Read + Send>,
    /// Its size in bytes; 0 if the size is unknown.
    pub bytes: u64,
}

impl Input {
    /// Opens the file.
    ///
    /// # Errors
    /// [`Error::File`], also for a folder.
    pub fn open(path: &Path) -> Result<Self, Error> {
        if path == Path::new("-") {
            return Ok(Self { reader: Box::new(io::stdin()), bytes: 0 });
        }
        let open = || {
            let file = File::open(path)?;
            let metadata = file.metadata()?;
            if metadata.is_dir() {
                return Err(io::Error::new(ErrorKind::IsADirectory, "it is a folder; name a file"));
            }
            Ok(Self { reader: Box::new(file), bytes: metadata.len() })
        };
        open().map_err(|source| Error::File { doing: format!("read {}", path.display()), source })
    }
}

impl Read for Input {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.reader.read(buffer)
    }
}

/// All of a file, or of standard input where the path is `-`, without the mark that may stand before UTF-8.
///
/// # Errors
/// [`Error::File`], also where it is longer than `bytes_max` or not UTF-8. No more than that is read, so that a file without end is
/// refused too.
pub fn read_text(path: &Path, bytes_max: u64) -> Result<String, Error> {
    let mut bytes = Vec::new();
    let input = Input::open(path)?;
    let read = input.take(bytes_max.saturating_add(1)).read_to_end(&mut bytes);
    let text = read.and_then(|_| text_of(bytes, bytes_max));
    text.map_err(|source| Error::File { doing: format!("read {}", path.display()), source })
}

fn text_of(bytes: Vec<u8>, bytes_max: u64) -> io::Result<String> {
    if bytes.len() as u64 > bytes_max {
        let problem = format!("it has more than {bytes_max} bytes, which is the most that such a file may have");
        return Err(io::Error::new(ErrorKind::FileTooLarge, problem));
    }
    let invalid = |problem: String| io::Error::new(ErrorKind::InvalidData, problem);
    if let Some(problem) = foreign_encoding(&bytes) {
        return Err(invalid(problem.to_owned()));
    }
    let text = String::from_utf8(bytes).map_err(|error| {
        let place = error.utf8_error().valid_up_to();
        invalid(format!("it is not UTF-8: byte {} is 0x{:02X}", place + 1, error.as_bytes()[place]))
    })?;
    Ok(match without_bom(&text) {
        same if same.len() == text.len() => text,
        rest => rest.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_more_is_read_than_a_file_may_have() {
        assert_eq!(text_of(b"12345".to_vec(), 5).unwrap(), "12345");
        assert_eq!(text_of(b"123456".to_vec(), 5).unwrap_err().kind(), ErrorKind::FileTooLarge);
        #[cfg(unix)]
        {
            let error = read_text(Path::new("/dev/zero"), 1_000).unwrap_err();
            assert!(matches!(error, Error::File { source, .. } if source.to_string().contains("more than 1000 bytes")));
        }
    }

    #[test]
    fn the_mark_before_utf_8_is_no_part_of_the_text() {
        assert_eq!(text_of(b"\xef\xbb\xbf{}".to_vec(), 10).unwrap(), "{}");
        let error = text_of(b"caf\xe9".to_vec(), 10).unwrap_err();
        assert_eq!(error.to_string(), "it is not UTF-8: byte 4 is 0xE9");
    }
}
