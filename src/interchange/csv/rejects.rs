//! The CSV file of lines that an import refused, each with its number and the reason, ready to be mended and imported.

use std::io::{self, BufWriter, Write};
use std::path::PathBuf;

use crate::error::Error;
use crate::files::OutputFile;
use crate::interchange::csv::columns::{Lines, REJECT_ID, REJECT_PREFIX};
use crate::interchange::csv::encoding::TextEncoding;
use crate::ledger::Refused;

/// A CSV file with the lines that were not imported, byte for byte as they stood, each behind its number and what is wrong with it.
///
/// Mended, it can be imported as it is: the columns that say what was wrong are passed over, and lines without a key carry the id to import
/// them under, so that each is posted once. The file has its name when it is finished, and only if there is a line in it.
pub struct RejectsFile {
    file: BufWriter<OutputFile>,
    /// The encoding, the delimiter, and how lines end, as in the imported file.
    encoding: TextEncoding,
    delimiter: u8,
    line_end: &'static str,
    /// The names of the imported file's own columns.
    columns: Vec<String>,
    has_lines: bool,
}

impl RejectsFile {
    /// For the lines of a file.
    #[must_use]
    pub fn new<R: io::Read, T>(file: OutputFile, lines: &Lines<R, T>) -> Self {
        let columns = lines.header().iter().filter(|name| !name.starts_with(REJECT_PREFIX)).cloned().collect();
        let (delimiter, line_end) = (lines.delimiter().byte(), lines.line_end());
        let encoding = lines.encoding();
        Self { file: BufWriter::new(file), encoding, delimiter, line_end, columns, has_lines: false }
    }

    /// Adds a line, with a message that says what is wrong with it.
    ///
    /// # Errors
    /// Any fault of writing the file.
    pub fn write(&mut self, refused: &Refused, message: &str) -> io::Result<()> {
        if !self.has_lines {
            self.has_lines = true;
            let names = ["line", "column", "code", "message"].map(|name| format!("{REJECT_PREFIX}{name}"));
            let own = std::mem::take(&mut self.columns);
            let names = names.iter().map(String::as_str).chain([REJECT_ID]).chain(own.iter().map(String::as_str));
            let header: Vec<_> = names.map(|name| self.field(name)).collect();
            self.file.write_all(self.encoding.mark())?;
            self.write_line(&header)?;
        }
        let fault = &refused.fault;
        let (number, id) = (refused.number.to_string(), refused.id.map(|id| id.to_string()).unwrap_or_default());
        let reasons = [&number, &fault.column, fault.code, message, &id].map(|reason| self.field(reason));
        self.write_line(&reasons.into_iter().chain([refused.raw.clone()]).collect::<Vec<_>>())
    }

    /// Gives the file its name, and returns it. `None` where every line was imported, and there is no file.
    ///
    /// # Errors
    /// [`Error::File`].
    pub fn finish(self) -> Result<Option<PathBuf>, Error> {
        if !self.has_lines {
            return Ok(None);
        }
        let path = self.file.get_ref().path().to_owned();
        let failed = |source| Error::File { doing: format!("write {}", path.display()), source };
        let file = self.file.into_inner().map_err(|error| failed(error.into_error()))?;
        Ok(Some(file.finish()?.path))
    }

    fn write_line(&mut self, fields: &[Vec<u8>]) -> io::Result<()> {
        let line = [&fields.join(&self.delimiter), self.line_end.as_bytes()].concat();
        self.file.write_all(&self.encoding.bytes_of(&line))
    }

    /// In quotes where it would not be read as one field without.
    fn field(&self, text: &str) -> Vec<u8> {
        let needs_quotes = |byte: u8| byte == self.delimiter || matches!(byte, b'"' | b'\n' | b'\r');
        if text.bytes().any(needs_quotes) { format!("\"{}\"", text.replace('"', "\"\"")).into() } else { text.into() }
    }
}
