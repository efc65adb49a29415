//! The shapes of requests and answers, as the document of the API tells of them: those of records from their own declarations.

use serde_json::{Map, Value, json};

use crate::server::answer::{ITEMS, SEARCHED_TO};
use crate::wire::{
    AccountEventRecord, AccountOpenedRecord, AccountRecord, BalanceRecord, BookEventRecord, ClosedPeriodRecord,
    ConsumerRecord, CrossingRecord, CurrencyRecord, DeliveryRecord, DueEventRecord, DueRecord, EntryRecord,
    EventRecord, ExpiredRecord, FactRecord, FindingRecord, HoldHistoryRecord, HoldRecord, ImportRecord, ItemRecord,
    JournalRecord, KeyMadeRecord, KeyRecord, MetadataChangeRecord, MetadataRecord, MonitorEventRecord, MonitorRecord,
    OpenedRecord, PeriodChangeRecord, PeriodEventRecord, ReceiptRecord, Record, RefusedLineRecord, ScheduleRecord,
    ScheduleRunRecord, SheetRecord, StatementHead, TransferDetailsRecord, TransferEventRecord, TransferRecord,
    TransferWithBalancesRecord, TrialBalanceRecord, VerifyRecord, WebhookMadeRecord, WebhookRecord, WebhookTestRecord,
};

/// What a body looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// One of the components.
    One(&'static str),
    /// A page of a list.
    Page(&'static str),
    /// The same of a search, which can end before it has found enough.
    Search(&'static str),
    /// The fields of the first, and a list of the last under that name.
    Within(&'static str, &'static str, &'static str),
    /// Lines of JSON, whose form docs/files.md tells.
    Lines,
}

impl Shape {
    pub(super) fn schema(self) -> Value {
        match self {
            Self::One(name) => reference(name),
            Self::Page(name) => page(&json!({"type": "object"}), ITEMS, &reference(name)),
            Self::Search(name) => page(&searched(), ITEMS, &reference(name)),
            Self::Within(head, list, name) => page(&reference(head), list, &reference(name)),
            Self::Lines => json!({"type": "string"}),
        }
    }
}

fn searched() -> Value {
    let description =
        "How far the search came, where it ended before it had found enough; it goes on behind `next_cursor`";
    let moment = json!({"type": "string", "format": "date-time", "description": description});
    json!({"type": "object", "properties": {SEARCHED_TO: moment}})
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

/// The fields of a component, in their order.
pub(super) fn columns(component: &str) -> Vec<String> {
    let components = components();
    let fields = components.get(component).and_then(|schema| schema["properties"].as_object());
    fields.into_iter().flat_map(|fields| fields.keys().cloned()).collect()
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
        record::<AccountEventRecord>(),
        record::<EventRecord>(),
        record::<TransferEventRecord>(),
        record::<AccountOpenedRecord>(),
        record::<DueEventRecord>(),
        record::<BookEventRecord>(),
        record::<TransferWithBalancesRecord>(),
        record::<BalanceRecord>(),
        record::<EntryRecord>(),
        record::<StatementHead>(),
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
        record::<FactRecord>(),
        record::<ImportRecord>(),
        record::<RefusedLineRecord>(),
        record::<ConsumerRecord>(),
        record::<MonitorRecord>(),
        record::<MonitorEventRecord>(),
        record::<CrossingRecord>(),
        record::<KeyRecord>(),
        record::<KeyMadeRecord>(),
        record::<WebhookRecord>(),
        record::<WebhookMadeRecord>(),
        record::<DeliveryRecord>(),
        record::<WebhookTestRecord>(),
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
        "Rejection" | "EventData" => json!({"type": "object"}),
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
    let mut schemas = Map::new();
    for part in [of_postings(), of_accounts(), of_the_rest(), answers()] {
        schemas.extend(part.as_object().cloned().unwrap_or_default());
    }
    schemas
}

/// An object of these fields and no others.
fn object(parts: &[&Value], required: &[&str]) -> Value {
    let mut properties = Map::new();
    for part in parts {
        properties.extend(part.as_object().cloned().unwrap_or_default());
    }
    let mut schema = json!({"type": "object", "properties": properties, "additionalProperties": false});
    if !required.is_empty() {
        schema["required"] = json!(required);
    }
    schema
}

fn text() -> Value {
    json!({"type": "string"})
}

fn amount() -> Value {
    json!({"type": "string", "description": "A decimal number, in quotes"})
}

fn moment() -> Value {
    json!({"type": "string", "format": "date-time"})
}

fn metadata() -> Value {
    json!({"type": "object", "additionalProperties": {"type": "string"}})
}

fn quantity() -> Value {
    let up_to = json!({"type": "object", "properties": {"up_to": amount()}, "required": ["up_to"]});
    json!({"anyOf": [amount(), up_to], "description": "An amount, `all`, or the most that may be moved"})
}

fn conditions() -> Value {
    json!({"type": "array", "items": {"type": "object"}, "description": "Versions or balances that accounts must have"})
}

/// What every request that posts can say.
fn notes() -> Value {
    json!({"id": text(), "key": text(), "description": text(), "metadata": metadata()})
}

fn of_postings() -> Value {
    let notes = notes();
    let parties = json!({"from": text(), "to": text(), "debit": text(), "credit": text(), "amount": quantity(),
        "effective_at": moment(), "if": conditions()});
    let cash =
        json!({"account": text(), "cash": text(), "amount": quantity(), "effective_at": moment(), "if": conditions()});
    let expiry = json!({"expires_at": moment(), "expires_in": text()});
    let capture = json!({"amount": quantity(), "final": {"type": "boolean"}, "effective_at": moment()});
    let time = json!({"at": {"enum": ["now", "original"]}});
    let exchange = json!({"from": text(), "to": text(), "amount": amount(), "rate": text(), "rounding": text(),
        "fee": amount(), "effective_at": moment()});
    json!({
        "TransferRequest": object(&[&notes, &parties], &["amount"]),
        "CashRequest": object(&[&notes, &cash], &["account", "amount"]),
        "HoldRequest": object(&[&notes, &parties, &expiry], &["amount"]),
        "CaptureRequest": object(&[&notes, &capture], &[]),
        "NotesRequest": object(&[&notes], &[]),
        "ReversalRequest": object(&[&notes, &time, &json!({"amount": quantity()})], &[]),
        "JournalRequest": object(&[&notes, &json!({"legs": {"type": "array", "items": {"type": "object"}}})], &["legs"]),
        "JournalReversalRequest": object(&[&notes, &time], &[]),
        "ExchangeRequest": object(&[&notes, &exchange], &["from", "to", "amount", "rate"]),
    })
}

fn of_accounts() -> Value {
    let limits = json!({"min_balance": text(), "max_balance": text()});
    let reason = json!({"reason": text()});
    let opening = json!({"account": text(), "currency": text(), "description": text(), "metadata": metadata(),
        "type": {"enum": ["asset", "liability", "equity", "revenue", "expense"]}});
    let velocity = json!({"per_transfer": text(), "per_day": text(), "per_month": text()});
    let names = json!({"type": "array", "items": text(), "maxItems": 1_000});
    let change = json!({"set": metadata(), "remove": {"type": "array", "items": text()}});
    json!({
        "OpeningRequest": object(&[&limits, &opening], &["account", "currency"]),
        "LimitRequest": object(&[&limits, &reason, &velocity], &[]),
        "FreezeRequest": object(&[&reason, &json!({"sides": {"enum": ["debits", "credits", "both"]}})], &[]),
        "ReasonRequest": object(&[&reason], &[]),
        "MetadataRequest": object(&[&reason, &change], &[]),
        "BalancesRequest": object(&[&json!({"accounts": names})], &["accounts"]),
    })
}

fn of_the_rest() -> Value {
    let recurrence = json!({"every": {"enum": ["day", "week", "month", "year"]}, "once": moment(),
        "interval": {"type": "integer", "minimum": 1, "maximum": 9_999}, "day": text(), "at": text(),
        "start": {"type": "string", "format": "date"}, "until": moment(), "count": {"type": "integer", "minimum": 1},
        "on_refusal": {"enum": ["retry", "skip"]}});
    let parties = json!({"from": text(), "to": text(), "debit": text(), "credit": text(), "amount": amount()});
    let currency = json!({"currency": text(), "name": text(), "reason": text(),
        "exponent": {"type": "integer", "minimum": 0, "maximum": 18}});
    let key = json!({"name": text(), "scopes": {"type": "array", "items": text(), "minItems": 1}, "prefix": text(),
        "expires_in": {"type": "string", "description": "A length of time, such as `90d`"}});
    let old = json!({"old_valid_for": {"type": "string", "description": "A length of time, such as `1h`"}});
    let truth = json!({"type": "boolean"});
    let webhook = json!({"url": text(), "types": {"type": "array", "items": text()}, "accounts": text(),
        "unordered": &truth, "allow_private": &truth,
        "after": {"type": "string", "description": "A cursor, `latest` or `first`"}});
    let replay = json!({"event": text(), "after": text(), "dead": truth});
    let consumer = json!({"cursor": text(), "epoch": {"type": "integer"},
        "lease": {"type": "string", "description": "A length of time, such as `30s`"}});
    let elsewhere = json!({"to": {"type": "string", "description": "A cursor, `latest` or `first`"}});
    let monitor = json!({"name": text(), "account": text(), "prefix": text(), "currency": text(), "schedule": text(),
        "when": {"type": "string", "description": "Such as `available < 100.00`, `posted` and `held` too; `hold expires in 24h`; `due refused`"}});
    let proof = json!({"seal": {"type": "object"}, "public_key": text(), "account": text()});
    json!({
        "KeyRequest": object(&[&key], &["name", "scopes"]),
        "WebhookRequest": object(&[&webhook], &["url"]),
        "ConsumerRequest": object(&[&consumer], &[]),
        "ConsumerMoveRequest": object(&[&elsewhere], &["to"]),
        "MonitorRequest": object(&[&monitor], &["name", "when"]),
        "ReplayRequest": object(&[&replay], &[]),
        "RotationRequest": object(&[&old], &[]),
        "VerificationRequest": object(&[&proof], &[]),
        "ScheduleRequest": object(&[&notes(), &recurrence, &parties], &["amount"]),
        "CurrencyRequest": object(&[&currency], &["currency", "exponent", "name"]),
    })
}

fn answers() -> Value {
    let scopes = json!({"type": "array", "items": text()});
    let seal = json!({"format": text(), "book": text(), "sealed_at": moment(), "sequence": {"type": "integer"},
        "account": {"type": "integer"}, "transfers": {"type": "integer"}, "accounts": {"type": "integer"}, "root": text(),
        "signature": {"type": ["string", "null"]}});
    let job = json!({"id": text(), "request": text(), "state": {"enum": ["running", "done", "failed"]},
        "created_at": moment(), "ended_at": {"type": ["string", "null"], "format": "date-time"},
        "status": {"type": ["integer", "null"], "description": "The status that the answer has; null as long as it is running"}});
    let answer =
        json!({"answer": {"description": "The answer that the request would have had; null as long as it is running"}});
    let job_fields = ["id", "request", "state", "created_at", "ended_at", "status"];
    json!({
        "Seal": {"type": "object", "properties": seal, "required": ["format", "book", "sealed_at", "root"]},
        "JobSummary": {"type": "object", "properties": job, "required": job_fields},
        "JobRecord": {"allOf": [reference("JobSummary"), {"type": "object", "properties": answer}]},
        "WhoamiRecord": {"type": "object", "required": ["name", "id", "scopes", "prefix"],
            "properties": {"name": text(), "id": text(), "scopes": scopes, "prefix": {"type": ["string", "null"]}}},
        "ReportHead": {"type": "object", "required": ["report"],
            "properties": {"report": text(), "balanced": {"type": ["boolean", "null"]}}},
        "TotalsRecord": {"type": "object"},
        "Problem": {"type": "object", "required": ["type", "title", "status", "code", "detail", "retry", "request_id"],
            "properties": {"type": text(), "title": text(), "status": {"type": "integer"}, "code": text(),
            "detail": text(), "retry": {"enum": ["never", "same_key"]}, "request_id": text()}},
    })
}
