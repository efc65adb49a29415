//! Reads the declarations of records, and the structs beside them that are written as they are.

use std::fmt::Display;
use std::fs;
use std::path::Path;

use teller::facts::{
    AccountState, AccountType, DueState, HoldState, NormalSide, OnRefusal, PeriodAction, RecurrencePeriod,
    ScheduleState, TransferKind,
};
use teller::ledger::{FindingCode, LineOutcome};

pub struct Declaration {
    pub name: String,
    pub meaning: String,
    /// The record whose fields stand before its own.
    pub inner: Option<String>,
    pub fields: Vec<Field>,
}

pub struct Field {
    pub name: String,
    pub rust_type: String,
    pub meaning: String,
}

impl Declaration {
    /// All of them, except those of the tests of records.
    pub fn all() -> Vec<Self> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/wire/records");
        let mut files: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        files.sort();
        let files = files.iter().filter(|file| !file.ends_with("record.rs"));
        let all: Vec<_> = files.flat_map(|file| Self::read(&fs::read_to_string(file).unwrap())).collect();
        assert!(all.len() > 40, "only {} records were found", all.len());
        all
    }

    /// Those of one file: `record!`s, and structs that derive `Serialize`.
    pub fn read(text: &str) -> Vec<Self> {
        let (mut all, mut comment) = (Vec::new(), String::new());
        let (mut open, mut is_serialized): (Option<Self>, bool) = (None, false);
        for line in text.lines().map(str::trim) {
            if let Some(text) = line.strip_prefix("///") {
                let separator = if comment.is_empty() { "" } else { " " };
                comment = comment + separator + text.trim();
                continue;
            }
            match &mut open {
                Some(_) if line == "}" => all.extend(open.take()),
                Some(declaration) if !line.starts_with("//") && !line.starts_with('#') => {
                    declaration.add(line, &comment);
                }
                Some(_) => continue,
                None if line == "record! {" || line.starts_with("#[derive(") && line.contains("Serialize") => {
                    is_serialized = true;
                    if line.starts_with("#[") {
                        continue;
                    }
                }
                None if is_serialized && line.contains("struct ") && line.ends_with('{') => {
                    let (_, name) = line.split_once("struct ").unwrap();
                    let name = name.split(['<', ' ']).next().unwrap().to_owned();
                    open = Some(Self { name, meaning: comment.clone(), inner: None, fields: Vec::new() });
                    is_serialized = false;
                }
                None => {}
            }
            comment.clear();
        }
        all
    }

    fn add(&mut self, line: &str, meaning: &str) {
        let Some((name, rust_type)) = line.trim_end_matches(',').split_once(": ") else { return };
        if name.starts_with("..") {
            self.inner = Some(rust_type.to_owned());
            return;
        }
        let name = name.rsplit(' ').next().unwrap().trim_start_matches("r#");
        self.fields.push(Field { name: name.to_owned(), rust_type: rust_type.to_owned(), meaning: meaning.to_owned() });
    }
}

/// The sets of words that fields have.
pub fn words() -> Vec<(&'static str, Vec<String>)> {
    vec![
        ("AccountState", shown(AccountState::ALL)),
        ("AccountType", shown(AccountType::ALL)),
        ("DueState", shown(DueState::ALL)),
        ("FindingCode", shown(FindingCode::ALL)),
        ("HoldState", shown(HoldState::ALL)),
        ("LineOutcome", shown(LineOutcome::ALL)),
        ("NormalSide", shown(NormalSide::ALL)),
        ("OnRefusal", shown(OnRefusal::ALL)),
        ("PeriodAction", shown(PeriodAction::ALL)),
        ("RecurrencePeriod", shown(RecurrencePeriod::ALL)),
        ("ScheduleState", shown(ScheduleState::ALL)),
        ("TransferKind", shown(TransferKind::ALL)),
    ]
}

fn shown(all: &[impl Display]) -> Vec<String> {
    all.iter().map(|word| format!("`{word}`")).collect()
}
