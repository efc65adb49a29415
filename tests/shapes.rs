//! `docs/shapes.md`: every record that programs read, with its fields. Made from the declarations of the records, whose comments are what
//! the page says; `just shapes` makes it anew.

mod declaration;

use std::fmt::Write as _;
use std::path::Path;
use std::{env, fs};

use self::declaration::{Declaration, Field};

/// What stands before the records.
const INTRODUCTION: &str = "\
# Shapes

What the program writes to stdout with `--format json`, `ndjson` and `csv`, field by field. `json` writes one object, and a list as
`{\"items\": […], \"next_cursor\": …}`; `ndjson` writes one object a line, `csv` one row an object with these names as its header. What failed is on stderr, in the one shape that
[errors.md](errors.md) shows; [rejections.md](rejections.md) lists the codes. The library makes the same records in `teller::wire`.

**What is promised.** From the first release on, a field keeps its name, its type, its meaning and its place before the others, in every
version with the same first number. New fields come behind those that are there, and new words may come into a set of words, so a program
must ignore fields that it does not know and refuse words that it does not know. A field is removed or changed by a new first number only, and
the changelog names it.

| type | how it is written |
|---|---|
| amount | a text with all decimals of the currency, such as `\"12.30\"`, so that no reader rounds it |
| time | a text, RFC 3339 in UTC with microseconds: `\"2026-11-29T12:00:00.000000Z\"` |
| hash | 64 hexadecimal digits in a text |
| id | a UUID in a text |
| number | a whole number |
| word | one text of a fixed set; those of each set are listed [at the end](#words) |
| texts | an object that has texts only |
| or null | the field is always there, and null where there is nothing to say |
";

/// The records in the order of the page, and the commands that write them.
const RECORDS: &[(&str, &str)] = &[
    (
        "ReceiptRecord",
        "`journal post`, `journal show`, `exchange` and `reverse` of a journal, in `json`; the other formats write its transfers",
    ),
    (
        "TransferRecord",
        "`transfer`, `deposit`, `withdraw`, `post`, `hold`, `capture`, `release`, `reverse`, and inside of other records",
    ),
    ("ItemRecord", "`batch`"),
    ("AuditRecord", "`audit`"),
    ("BalanceRecord", "`balance`, of accounts and paths, now and as of a moment"),
    ("TransferWithBalancesRecord", "`transfer show` in `csv`, and inside of it"),
    ("TransferDetailsRecord", "`transfer show`"),
    ("JournalRecord", "`journal list`"),
    ("TrialBalanceRecord", "`report trial-balance`, in the list `items`"),
    ("ReportHead", "`report`, before the lines"),
    ("ReportTail", "`report`, behind the lines"),
    ("SheetRecord", "`report balance-sheet` and `report income-statement`, in the list `items`"),
    (
        "AccountRecord",
        "`account list`, `account show`, `account limit`, `account freeze`, `account unfreeze`, `account close`",
    ),
    ("OpenedRecord", "`account open`"),
    ("AccountEventRecord", "`account history`, and `data` of events about accounts and metadata"),
    ("EventRecord", "`events`"),
    ("TransferEventRecord", "`data` of events about transfers and holds"),
    ("AccountOpenedRecord", "`data` of `teller.account.opened`"),
    ("DueEventRecord", "`data` of `teller.due.refused` and `teller.due.skipped`"),
    ("BookEventRecord", "`data` of other events about the book as a whole"),
    ("CrossingRecord", "what webhooks send of monitors"),
    ("EntryRecord", "`statement`, in the list `items` of the object whose other fields follow"),
    ("StatementHead", "`statement`, before the entries"),
    ("Next", "every list, behind the items"),
    ("HoldRecord", "`hold list`"),
    ("HoldHistoryRecord", "`hold show`"),
    ("ExpiredRecord", "`hold expire`"),
    ("ScheduleRecord", "`schedule add`, `schedule list`, `schedule cancel`"),
    ("ScheduleHistoryRecord", "`schedule show`"),
    ("ScheduleRunRecord", "`schedule run`"),
    ("DueRecord", "inside of other records"),
    ("MetadataRecord", "`metadata set`, `metadata show`"),
    ("MetadataChangeRecord", "`metadata history`"),
    ("MetadataIndexRecord", "`metadata index list`"),
    ("MetadataIndexChangeRecord", "`metadata index add`, `metadata index remove`"),
    ("PeriodChangeRecord", "`period close`, `period reopen`"),
    ("ClosedPeriodRecord", "`period list`"),
    ("PeriodEventRecord", "`period history`"),
    ("ClockRecord", "`clock show`"),
    ("ClockAcceptanceRecord", "`clock accept`"),
    ("CurrencyRecord", "`currency add`, `currency list`"),
    ("ImportRecord", "`import accounts`, `import transfers`"),
    (
        "ImportLineRecord",
        "`import transfers --rules --dry-run`, in the list `items` of the object whose other fields are those of `ImportRecord`",
    ),
    (
        "RefusedLineRecord",
        "the API: `POST /v1/imports/…`, in the list `items` of the object whose other fields are those of `ImportRecord`",
    ),
    ("BookImportRecord", "`import book`"),
    ("ExportRecord", "`export --out`"),
    ("FlatExportRecord", "`export --to csv --out` and the other formats of one table"),
    ("VerifyRecord", "`verify`, `restore`"),
    ("FindingRecord", "inside of a verification, and `verify` as CSV"),
    ("TotalsRecord", "inside of a verification"),
    ("SealRecord", "`seal`"),
    ("FactRecord", "`doctor`"),
    ("SettingRecord", "`config show`"),
    ("KeyMadeRecord", "`key create`, `key rotate`"),
    ("KeyRecord", "`key list`, `key revoke`"),
    ("ConsumerRecord", "`consumer list` and the other verbs of `consumer`"),
    ("MonitorRecord", "`monitor list` and the other verbs of `monitor`"),
    ("MonitorEventRecord", "`monitor events`"),
    ("WebhookMadeRecord", "`webhook add`, `webhook rotate`"),
    ("WebhookRecord", "`webhook list` and the other verbs of `webhook`"),
    ("DeliveryRecord", "`webhook deliveries`"),
    ("WebhookTestRecord", "`webhook test`"),
    ("MigrationRecord", "`migrate run`, `migrate revert`, `migrate status`"),
    ("RoleRecord", "`migrate roles`"),
    ("BookMadeRecord", "`book create`"),
    ("BookRecord", "`book list`"),
    ("BackupRecord", "`backup`"),
    ("BenchRecord", "`bench`"),
    ("PageRecord", "`man --out`"),
];

#[test]
fn the_page_of_shapes_tells_every_field_of_every_record() {
    let declarations = Declaration::all();
    let written = page(&declarations);
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/shapes.md");
    if env::var_os("MAKE_SHAPES").is_some() {
        fs::write(&file, &written).unwrap();
    }
    let kept = fs::read_to_string(file).unwrap_or_default();
    let differing = written.lines().zip(kept.lines()).find(|(written, kept)| written != kept);
    assert!(written == kept, "docs/shapes.md is not what the records say; `just shapes` makes it anew: {differing:?}");
}

#[test]
fn every_record_has_its_place_on_the_page_of_shapes() {
    let declared: Vec<_> = Declaration::all().into_iter().map(|declaration| declaration.name).collect();
    for name in &declared {
        assert!(RECORDS.iter().any(|(record, _)| record == name), "{name} has no commands in RECORDS");
    }
    for (record, _) in RECORDS {
        assert_eq!(declared.iter().filter(|name| name == record).count(), 1, "{record} is declared once");
    }
}

#[test]
fn a_field_without_a_meaning_is_noticed() {
    let text = "record! {\n    /// A record.\n    pub struct AnyRecord {\n        /// Has one.\n        a: bool,\n        b: u64,\n    }\n}\n";
    let declarations = Declaration::read(text);
    assert_eq!(declarations.len(), 1);
    let undocumented: Vec<_> = declarations[0].fields.iter().filter(|field| field.meaning.is_empty()).collect();
    assert_eq!(undocumented.len(), 1);
    assert_eq!(undocumented[0].name, "b");
}

fn page(declarations: &[Declaration]) -> String {
    let mut page = INTRODUCTION.to_owned();
    for (record, commands) in RECORDS {
        let declaration = declarations.iter().find(|declaration| declaration.name == *record).unwrap();
        let meaning = declaration.meaning.trim_end_matches('.');
        assert!(!meaning.is_empty(), "{record} has no meaning");
        write!(page, "\n## {meaning}\n\n`{record}`: {commands}.\n\n| field | type | meaning |\n|---|---|---|\n")
            .unwrap();
        for field in all_fields(declaration, declarations) {
            assert!(!field.meaning.is_empty(), "{record}.{} has no meaning", field.name);
            writeln!(page, "| `{}` | {} | {} |", field.name, shown_type(&field.rust_type), field.meaning).unwrap();
        }
    }
    page.push_str("\n## Words\n\n| set | words |\n|---|---|\n");
    for (set, words) in declaration::words() {
        writeln!(page, "| {set} | {} |", words.join(", ")).unwrap();
    }
    page
}

/// The fields, those of a record inside of it first.
fn all_fields<'a>(declaration: &'a Declaration, all: &'a [Declaration]) -> Vec<&'a Field> {
    let inner = declaration.inner.iter().map(|name| all.iter().find(|other| other.name == *name).unwrap());
    inner.flat_map(|inner| all_fields(inner, all)).chain(&declaration.fields).collect()
}

/// How a type of Rust is written, for those who read it from another language.
fn shown_type(rust_type: &str) -> String {
    let inside = |outer: &str| rust_type.strip_prefix(outer)?.strip_suffix('>');
    if let Some(inner) = inside("Option<") {
        return format!("{} or null", shown_type(inner));
    }
    if let Some(inner) = inside("Vec<") {
        return format!("list of {}", shown_type(inner));
    }
    match rust_type {
        "Money" => "amount".to_owned(),
        "Instant" => "time".to_owned(),
        "Hash" => "hash".to_owned(),
        "TransferId" | "ScheduleId" => "id".to_owned(),
        "Metadata" => "texts".to_owned(),
        "bool" => "true or false".to_owned(),
        "Rejection" | "EventData" => "object".to_owned(),
        "EventCursor" => "text".to_owned(),
        "Sequence" | "i64" | "u8" | "u32" | "u64" | "u128" | "usize" => "number".to_owned(),
        "String" | "&'static str" | "AccountName" | "&'a AccountName" | "CurrencyCode" | "Key" | "Actor" | "Period" => {
            "text".to_owned()
        }
        record if RECORDS.iter().any(|(name, _)| *name == record) => format!("`{record}`"),
        words => {
            assert!(declaration::words().iter().any(|(set, _)| *set == words), "{words} has no type on the page");
            format!("word of {words}")
        }
    }
}
