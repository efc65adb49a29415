//! A record as its fields, and a field as a cell.

use std::io;

use serde::Serialize;
use serde_json::{Map, Value};

use crate::cli::failure::Failure;

/// The fields of a record, in their order.
pub(super) fn fields_of(record: &impl Serialize) -> Result<Map<String, Value>, Failure> {
    match serde_json::to_value(record).map_err(io::Error::from)? {
        Value::Object(fields) => Ok(fields),
        other => Ok(Map::from_iter([("value".to_owned(), other)])),
    }
}

/// A value as one cell of a table or of CSV.
pub(super) fn cell(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Object(entries) if entries.is_empty() => String::new(),
        other => other.to_string(),
    }
}
