//! A row as a line of CSV.

use std::borrow::Cow;
use std::io;

use crate::interchange::flat::columns::Value;
use crate::interchange::flat::texts::TextCells;

/// Adds the line of the names of columns.
pub(super) fn append_header(line: &mut Vec<u8>, columns: &[&str]) -> io::Result<()> {
    append(line, columns.iter().map(|column| Cow::Borrowed(*column)))
}

/// Adds the line of a row.
pub(super) fn append_row(line: &mut Vec<u8>, values: &[Value<'_>], texts: TextCells) -> io::Result<()> {
    append(line, values.iter().map(|value| cell(value, texts)))
}

fn append<'a>(line: &mut Vec<u8>, cells: impl Iterator<Item = Cow<'a, str>>) -> io::Result<()> {
    let mut writer = csv::WriterBuilder::new().buffer_capacity(1 << 10).from_writer(line);
    for cell in cells {
        writer.write_field(cell.as_bytes()).map_err(io::Error::other)?;
    }
    writer.write_record(None::<&[u8]>).map_err(io::Error::other)?;
    writer.flush()
}

fn cell<'a>(value: &'a Value<'_>, texts: TextCells) -> Cow<'a, str> {
    match value {
        Value::Null => Cow::Borrowed(""),
        Value::Number(number) => Cow::Owned(number.to_string()),
        Value::Minor(amount) => Cow::Owned(amount.minor().to_string()),
        Value::Decimal(money) => Cow::Owned(money.number()),
        Value::Word(word) => Cow::Borrowed(word),
        Value::Text(text) => texts.cell(text),
        Value::Time(time) => Cow::Owned(time.to_string()),
        Value::Texts(metadata) if metadata.is_empty() => Cow::Borrowed(""),
        // An object begins with a brace, which no spreadsheet computes.
        Value::Texts(metadata) => Cow::Owned(serde_json::json!(metadata).to_string()),
    }
}
