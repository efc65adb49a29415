//! A record as its fields.

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
