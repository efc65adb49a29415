//! The shapes of requests and answers, as the document of the API tells of them: those of records from their own declarations.

use serde_json::{Map, Value, json};

use crate::wire::{
    AccountRecord, BalanceAsOfRecord, BalanceRecord, ClosedPeriodRecord, CurrencyRecord, DueRecord, EntryRecord,
    EventRecord, ExpiredRecord, FindingRecord, HoldHistoryRecord, HoldRecord, ItemRecord, JournalRecord,
    MetadataChangeRecord, MetadataRecord, OpenedRecord, PathBalanceAsOfRecord, PathBalanceRecord, PeriodChangeRecord,
    PeriodEventRecord, ReceiptRecord, Record, ScheduleRecord, ScheduleRunRecord, SheetRecord, SpanStatementHead,
    TransferDetailsRecord, TransferRecord, TrialBalanceRecord, VerifyRecord,
};

/// What a body looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// One of the components.
    One(&'static str),
    /// One or the other.
    Either(&'static str, &'static str),
    /// A page of a list.
    Page(&'static str),
    /// A page of a list of one or of the other.
    PageOfEither(&'static str, &'static str),
    /// The fields of the first, and a list of the last under that name.
    Within(&'static str, &'static str, &'static str),
    /// A statement, whose head depends on what was asked for.
    Statement,
    /// Lines of JSON, whose form docs/files.md tells.
    Lines,
}

impl Shape {
    pub(super) fn schema(self) -> Value {
        match self {
            Self::One(name) => reference(name),
            Self::Either(one, other) => json!({"anyOf": [reference(one), reference(other)]}),
            Self::Page(name) => page(&json!({"type": "object"}), "items", &reference(name)),
            Self::PageOfEither(one, other) => {
                page(&json!({"type": "object"}), "items", &Self::Either(one, other).schema())
            }
            Self::Within(head, list, name) => page(&reference(head), list, &reference(name)),
            Self::Statement => page(&json!({"type": "object"}), "entries", &reference("EntryRecord")),
            Self::Lines => json!({"type": "string"}),
        }
    }
}

fn reference(name: &str) -> Value {
    json!({"$ref": format!("#/components/schemas/{name}")})
}

fn page(head: &Value, list: &str, item: &Value) -> Value {
    let cursor =
        json!({"type": ["string", "null"], "description": "The cursor of the next page; null on the last one"});
    let own = json!({
        "type": "object",
        "properties": {list: {"type": "array", "items": item}, "next_cursor": cursor},
        "required": [list],
    });
    json!({"allOf": [head, own]})
}

/// All components, by their names.
pub(super) fn components() -> Map<String, Value> {
    let mut components = Map::new();
    for (name, schema) in [
        record::<TransferRecord>(),
        record::<TransferDetailsRecord>(),
        record::<ReceiptRecord>(),
        record::<ItemRecord>(),
        record::<HoldRecord>(),
        record::<HoldHistoryRecord>(),
        record::<ExpiredRecord>(),
        record::<JournalRecord>(),
        record::<AccountRecord>(),
        record::<OpenedRecord>(),
        record::<EventRecord>(),
        record::<BalanceRecord>(),
        record::<BalanceAsOfRecord>(),
        record::<PathBalanceRecord>(),
        record::<PathBalanceAsOfRecord>(),
        record::<EntryRecord>(),
        record::<SpanStatementHead>(),
        record::<MetadataRecord>(),
        record::<MetadataChangeRecord>(),
        record::<ScheduleRecord>(),
        record::<DueRecord>(),
        record::<ScheduleRunRecord>(),
        record::<ClosedPeriodRecord>(),
        record::<PeriodChangeRecord>(),
        record::<PeriodEventRecord>(),
        record::<CurrencyRecord>(),
        record::<VerifyRecord>(),
        record::<FindingRecord>(),
        record::<TrialBalanceRecord>(),
        record::<SheetRecord>(),
    ] {
        components.insert(name.to_owned(), schema);
    }
    components.extend(written());
    components
}

fn record<R: Record>() -> (&'static str, Value) {
    let types = R::types();
    let properties: Map<String, Value> =
        types.iter().map(|(field, rust)| ((*field).to_owned(), of_type(rust))).collect();
    let required: Vec<_> = types.iter().map(|(field, _)| *field).collect();
    (R::name(), json!({"type": "object", "properties": properties, "required": required}))
}

/// What a field of this type in Rust is in JSON.
fn of_type(rust: &str) -> Value {
    let rust = rust.replace(' ', "");
    let inside = |outside: &str| rust.strip_prefix(outside)?.strip_suffix('>').map(str::to_owned);
    if let Some(inner) = inside("Option<") {
        return or_null(of_type(&inner));
    }
    if let Some(inner) = inside("Vec<") {
        return json!({"type": "array", "items": of_type(&inner)});
    }
    match rust.as_str() {
        "bool" => json!({"type": "boolean"}),
        "i64" | "u64" | "u32" | "u8" | "usize" | "Sequence" => json!({"type": "integer"}),
        "Instant" => json!({"type": "string", "format": "date-time"}),
        "Money" => json!({"type": "string", "description": "An amount, as a decimal number in its currency"}),
        "Metadata" => json!({"type": "object", "additionalProperties": {"type": "string"}}),
        "Rejection" => json!({"type": "object"}),
        name if name.ends_with("Record") => reference(name),
        // Words, names, ids and hashes.
        _ => json!({"type": "string"}),
    }
}

fn or_null(mut schema: Value) -> Value {
    match schema.get("type").and_then(Value::as_str).map(str::to_owned) {
        Some(one) => {
            schema["type"] = json!([one, "null"]);
            schema
        }
        None => json!({"anyOf": [schema, {"type": "null"}]}),
    }
}

/// The shapes that are no records: what clients write, and what only the API answers.
fn written() -> Map<String, Value> {
    let text = json!({"type": "string"});
    let amount = json!({"type": "string", "description": "A decimal number, in quotes"});
    let quantity = json!({"anyOf": [amount, {"type": "object", "properties": {"up_to": amount}, "required": ["up_to"]}],
        "description": "An amount, `all`, or the most that may be moved"});
    let metadata = json!({"type": "object", "additionalProperties": {"type": "string"}});
    let moment = json!({"type": "string", "format": "date-time"});
    let notes = json!({"id": text, "key": text, "description": text, "metadata": metadata});
    let parties = json!({"from": text, "to": text, "debit": text, "credit": text, "amount": quantity, "effective_at": moment,
        "if": {"type": "array", "items": {"type": "object"}}});
    let limits = json!({"min_balance": text, "max_balance": text});
    let reason = json!({"reason": text});
    let object = |parts: &[&Value], required: &[&str]| {
        let mut properties = Map::new();
        for part in parts {
            properties.extend(part.as_object().cloned().unwrap_or_default());
        }
        let mut schema = json!({"type": "object", "properties": properties, "additionalProperties": false});
        if !required.is_empty() {
            schema["required"] = json!(required);
        }
        schema
    };
    let recurrence = json!({"every": {"enum": ["day", "week", "month", "year"]}, "once": moment,
        "interval": {"type": "integer", "minimum": 1, "maximum": 9_999}, "day": text, "at": text,
        "start": {"type": "string", "format": "date"}, "until": moment, "count": {"type": "integer", "minimum": 1},
        "on_refusal": {"enum": ["retry", "skip"]}});
    let schemas = json!({
        "TransferRequest": object(&[&notes, &parties], &["amount"]),
        "CashRequest": object(&[&notes, &json!({"account": text, "cash": text, "amount": quantity, "effective_at": moment,
            "if": {"type": "array", "items": {"type": "object"}}})], &["account", "amount"]),
        "HoldRequest": object(&[&notes, &parties, &json!({"expires_at": moment, "expires_in": text})], &["amount"]),
        "CaptureRequest": object(&[&notes, &json!({"amount": quantity, "final": {"type": "boolean"}, "effective_at": moment})], &[]),
        "NotesRequest": object(&[&notes], &[]),
        "ReversalRequest": object(&[&notes, &json!({"amount": quantity, "at": {"enum": ["now", "original"]}})], &[]),
        "JournalRequest": object(&[&notes, &json!({"legs": {"type": "array", "items": {"type": "object"}}})], &["legs"]),
        "JournalReversalRequest": object(&[&notes, &json!({"at": {"enum": ["now", "original"]}})], &[]),
        "ExchangeRequest": object(&[&notes, &json!({"from": text, "to": text, "amount": amount, "rate": text,
            "rounding": text, "fee": amount, "effective_at": moment})], &["from", "to", "amount", "rate"]),
        "OpeningRequest": object(&[&limits, &json!({"account": text, "currency": text, "description": text, "metadata": metadata,
            "type": {"enum": ["asset", "liability", "equity", "revenue", "expense"]}})], &["account", "currency"]),
        "LimitRequest": object(&[&limits, &reason, &json!({"per_transfer": text, "per_day": text, "per_month": text})], &[]),
        "FreezeRequest": object(&[&reason, &json!({"sides": {"enum": ["debits", "credits", "both"]}})], &[]),
        "ReasonRequest": object(&[&reason], &[]),
        "MetadataRequest": object(&[&reason, &json!({"set": metadata, "remove": {"type": "array", "items": text}})], &[]),
        "BalancesRequest": object(&[&json!({"accounts": {"type": "array", "items": text, "maxItems": 1_000}})], &["accounts"]),
        "ScheduleRequest": object(&[&notes, &recurrence, &json!({"from": text, "to": text, "debit": text, "credit": text,
            "amount": amount})], &["amount"]),
        "CurrencyRequest": object(&[&reason, &json!({"currency": text, "name": text,
            "exponent": {"type": "integer", "minimum": 0, "maximum": 18}})], &["currency", "exponent", "name"]),
        "WhoamiRecord": {"type": "object", "required": ["name", "id", "scopes", "prefix"], "properties": {"name": text, "id": text,
            "scopes": {"type": "array", "items": text}, "prefix": {"type": ["string", "null"]}}},
        "ReportHead": {"type": "object", "required": ["report"], "properties": {"report": text,
            "balanced": {"type": ["boolean", "null"]}}},
        "Problem": {"type": "object", "required": ["type", "title", "status", "code", "detail", "retry", "request_id"],
            "properties": {"type": text, "title": text, "status": {"type": "integer"}, "code": text, "detail": text,
            "retry": {"enum": ["never", "same_key"]}, "request_id": text}},
    });
    schemas.as_object().cloned().unwrap_or_default()
}
