//! A field of a record as one cell of a table or of CSV.

use serde_json::Value;

/// The text of a cell: nothing for null, texts without quotes, and JSON for what is a list or an object.
pub(crate) fn cell(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Object(entries) if entries.is_empty() => String::new(),
        other => other.to_string(),
    }
}
