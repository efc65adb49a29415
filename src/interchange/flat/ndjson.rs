//! A row as a line of JSON. Amounts are texts, in minor units too, so that no reader rounds them.

use std::io;

use serde::Serialize;

use crate::interchange::flat::columns::Value;

/// Adds the line of a row.
pub(super) fn append_row(line: &mut Vec<u8>, columns: &[&str], values: &[Value<'_>]) -> io::Result<()> {
    for (index, (column, value)) in columns.iter().zip(values).enumerate() {
        line.extend_from_slice(if index == 0 { b"{\"" } else { b",\"" });
        line.extend_from_slice(column.as_bytes());
        line.extend_from_slice(b"\":");
        append_value(line, value)?;
    }
    line.extend_from_slice(b"}\n");
    Ok(())
}

fn append_value(line: &mut Vec<u8>, value: &Value<'_>) -> io::Result<()> {
    match value {
        Value::Null => append(line, &()),
        Value::Number(number) => append(line, number),
        Value::Minor(amount) => append(line, &amount.minor().to_string()),
        Value::Decimal(money) => append(line, &money.number()),
        Value::Word(word) => append(line, word),
        Value::Text(text) => append(line, text),
        Value::Time(time) => append(line, time),
        Value::Texts(metadata) => append(line, metadata),
    }
}

fn append(line: &mut Vec<u8>, value: &impl Serialize) -> io::Result<()> {
    Ok(serde_json::to_writer(line, value)?)
}
