//! What programs need of a fault besides its code, as JSON.

use serde_json::{Map, Value, json};

use crate::error::InputError;

/// The fields of bad input that has more than words.
pub(crate) fn fields_of_input(input: &InputError) -> Map<String, Value> {
    let fields = match input {
        InputError::ConsumerUnknown { consumer } => json!({"consumer": consumer}),
        InputError::ConsumerHeld { consumer, holder, until } => {
            json!({"consumer": consumer, "holder": holder, "until": until})
        }
        InputError::LeaseLost { consumer, epoch } => json!({"consumer": consumer, "epoch": epoch}),
        InputError::CursorBehind { consumer, acknowledged, .. } => {
            json!({"consumer": consumer, "acknowledged": acknowledged})
        }
        InputError::WebhookUnknown(webhook) => json!({"webhook": webhook}),
        // Where it stands, as the message says it too.
        InputError::At { place, fault } => {
            let mut fields = fields_of_input(fault);
            fields.insert("place".to_owned(), place.as_str().into());
            return fields;
        }
        InputError::MonitorUnknown(monitor) | InputError::MonitorExists(monitor) => json!({"monitor": monitor}),
        _ => Value::Null,
    };
    match fields {
        Value::Object(fields) => fields,
        _ => Map::new(),
    }
}
