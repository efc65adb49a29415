//! What is sent of an event.

use serde::Serialize;
use serde_json::{Value, json};

/// Receivers need not take more than this.
const BYTES_MAX: usize = 20_000;

/// The event as JSON. Where that is too large its data is left out, and said so by `dataomitted`; the receiver then reads it by its id.
pub(super) fn of(event: &impl Serialize) -> Result<String, serde_json::Error> {
    let whole = serde_json::to_string(event)?;
    if whole.len() < BYTES_MAX {
        return Ok(whole);
    }
    let mut envelope = serde_json::to_value(event)?;
    if let Value::Object(fields) = &mut envelope {
        fields.shift_remove("data");
        fields.insert("dataomitted".to_owned(), json!(true));
    }
    serde_json::to_string(&envelope)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn data_that_is_too_large_is_left_out_and_said_so() {
        let small = json!({"id": "1-0", "data": {"text": "x".repeat(19_000)}});
        assert_eq!(of(&small).unwrap(), small.to_string());
        let large = json!({"id": "1-0", "data": {"text": "x".repeat(20_000)}});
        assert_eq!(of(&large).unwrap(), r#"{"id":"1-0","dataomitted":true}"#);
    }
}
