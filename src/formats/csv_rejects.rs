use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use csv::{Writer, WriterBuilder};

use super::columns::REJECT_PREFIX;
use crate::service::Refused;

/// The column with a transfer's id.
const ID: &str = "id";

/// A CSV file with the lines that were not imported, as they stood, each with its number and what is wrong with it.
///
/// Mended, it can be imported as it is: the columns that say what was wrong are passed over, and lines without a key carry the id that
/// they would have had. The file is not there until the first line is.
pub struct RejectsFile {
    path: PathBuf,
    columns: Vec<Column>,
    writer: Option<Writer<File>>,
}

/// Where a column of the rejects file comes from.
enum Column {
    /// The field of the imported file at this place.
    Original { name: String, index: usize },
    /// The id that the line has or would have had, which may stand in the imported file at this place.
    Id { index: Option<usize> },
}

impl RejectsFile {
    /// A file for lines of accounts under a header.
    #[must_use]
    pub fn for_accounts(path: PathBuf, header: &[String]) -> Self {
        let original = |(index, name): (usize, &String)| Column::Original { name: name.clone(), index };
        let columns = header.iter().enumerate().filter(|(_, name)| !name.starts_with(REJECT_PREFIX)).map(original);
        Self { path, columns: columns.collect(), writer: None }
    }

    /// A file for lines of transfers under a header.
    #[must_use]
    pub fn for_transfers(path: PathBuf, header: &[String]) -> Self {
        let mut file = Self::for_accounts(path, header);
        file.columns.retain(|column| !matches!(column, Column::Original { name, .. } if name == ID));
        file.columns.insert(0, Column::Id { index: header.iter().position(|name| name == ID) });
        file
    }

    /// The file, if any line was written to it.
    #[must_use]
    pub fn written(&self) -> Option<&PathBuf> {
        self.writer.as_ref().map(|_| &self.path)
    }

    /// Adds a line.
    ///
    /// # Errors
    /// Any fault of creating or writing the file.
    pub fn write(&mut self, refused: &Refused) -> io::Result<()> {
        let header_len = header_len(&self.columns);
        let writer = match &mut self.writer {
            Some(writer) => writer,
            None => self.writer.insert(create(&self.path, &self.columns)?),
        };
        let fault = &refused.fault;
        let reasons = [&*refused.number.to_string(), &fault.column, fault.code, &fault.message].map(str::to_owned);
        // Fields that the line lacks stay lacking: filled up with blanks it would pass as a whole line.
        let field = |index: usize| refused.fields.get(index).cloned();
        let fields = self.columns.iter().filter_map(|column| match column {
            Column::Original { index, .. } => field(*index),
            Column::Id { index } => {
                let id = refused.id.map(|id| id.to_string());
                Some(id.or_else(|| index.and_then(field)).unwrap_or_default())
            }
        });
        // Fields beyond the header go behind the others, so that nothing of the line is lost.
        let surplus = refused.fields.iter().skip(header_len).cloned();
        writer.write_record(reasons.into_iter().chain(fields).chain(surplus))?;
        writer.flush()
    }
}

fn header_len(columns: &[Column]) -> usize {
    let place = |column: &Column| match column {
        Column::Original { index, .. } => Some(*index),
        Column::Id { index } => *index,
    };
    columns.iter().filter_map(place).max().map_or(0, |last| last + 1)
}

fn create(path: &Path, columns: &[Column]) -> io::Result<Writer<File>> {
    let mut writer = WriterBuilder::new().flexible(true).from_path(path)?;
    let reasons = ["line", "column", "code", "message"].map(|name| format!("{REJECT_PREFIX}{name}"));
    let names = columns.iter().map(|column| match column {
        Column::Original { name, .. } => name.clone(),
        Column::Id { .. } => ID.to_owned(),
    });
    writer.write_record(reasons.into_iter().chain(names))?;
    Ok(writer)
}
