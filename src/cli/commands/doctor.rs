//! Examining the database and its settings, and printing each warning with its remedy.

use clap::Args;

use crate::cli::advice;
use crate::cli::context::{Context, Ending};
use crate::cli::cut::{single_line, wrap};
use crate::cli::failure::Failure;
use crate::cli::format::Format;
use crate::cli::output::Output;
use crate::cli::talk::say;
use crate::ledger::{ClockStatus, Examination, examine};
use crate::store::{Depth, Fact, Pool, SchemaState, StoreOptions};
use crate::wire::{FactRecord, Kind};

#[derive(Args)]
#[command(after_help = "Examples:\n  teller doctor --database-url postgres://localhost/bank\n  \
    teller doctor --quick --ignore archiving,data_checksums --quiet\n\n\
    Exit code 1 means that there are warnings, but for those that are ignored; 69 that the database cannot be reached. A \
    warning is ignored by the name of its fact, as for a probe that is to tell of what is new.")]
pub(in crate::cli) struct DoctorArgs {
    /// Leave out what reads the whole book: the file's structure and the indexes
    #[arg(long)]
    quick: bool,
    /// Leave the warning of this fact out of account; can be given again
    #[arg(long, value_name = "FACT", value_delimiter = ',')]
    ignore: Vec<String>,
}

pub(in crate::cli) fn run(context: &Context, arguments: &DoctorArgs) -> Result<Ending, Failure> {
    let (url, origin) = context.url()?;
    let depth = if arguments.quick { Depth::Quick } else { Depth::Whole };
    let examined = examine(&Pool::connect(url, StoreOptions::default())?, depth)?;
    let record = |fact: &Fact| match fact.name {
        "book" => FactRecord::new(fact.name, format!("{}, from {origin}", fact.value), None),
        _ => FactRecord::from(fact).with_next_step(next_step(fact, &examined)),
    };
    let records: Vec<_> = examined.facts.iter().map(|fact| record(fact).ignored_by(&arguments.ignore)).collect();
    match context.output.format {
        Format::Table => show(&context.output, &records)?,
        Format::Json | Format::Ndjson | Format::Csv | Format::Html => context.output.many(&records)?,
    }
    let is_known = |name: &&String| records.iter().any(|record| record.name() == name.as_str());
    for name in arguments.ignore.iter().filter(|name| !is_known(name)) {
        say(format_args!("--ignore {name}: this database has no such fact."));
    }
    if !records.iter().any(FactRecord::is_worrying) {
        return Ok(Ending::Done);
    }
    say("There are warnings, which say what to do.");
    Ok(Ending::Found)
}

/// What to run about a fact.
fn next_step(fact: &Fact, examined: &Examination) -> Option<&'static str> {
    match fact.name {
        "schema_state" => schema_advice(&examined.schema),
        "latest_entry" => examined.clock.as_ref().map(late_entries_advice),
        _ => advice::of_fact(fact),
    }
}

/// How far what is said of a fact stands to the right.
const INDENT: &str = "  ";

/// Shows what is known, and behind it each warning and each piece of advice in a block of its own.
fn show(output: &Output, records: &[FactRecord]) -> Result<(), Failure> {
    let screen = output.screen();
    let wrapped = |text: &str, indent: usize| match screen.width {
        Some(width) => wrap(&single_line(text), width.saturating_sub(indent)),
        None => vec![single_line(text)],
    };
    let indent = records.iter().map(|record| record.name().len()).max().unwrap_or_default() + 2;
    for record in records {
        for (index, line) in wrapped(record.value(), indent).iter().enumerate() {
            let name = if index == 0 { record.name() } else { "" };
            output.text_line(&format!("{name:<indent$}{line}"))?;
        }
    }
    for record in records {
        for (kind, text) in record.findings() {
            output.text_line(&format!("\n{} {}", screen.painted(Kind::State, kind), record.name()))?;
            for line in wrapped(text, INDENT.len()) {
                output.text_line(&format!("{INDENT}{line}"))?;
            }
        }
    }
    Ok(())
}

/// What to do about entries that are later than the clock.
fn late_entries_advice(status: &ClockStatus) -> &'static str {
    if status.refuses() {
        "set the clock right, or if it is, accept them: teller clock accept"
    } else {
        "the owner has accepted that: teller clock show"
    }
}

/// The same behind what happened.
pub(in crate::cli) fn late_entries_warning(status: &ClockStatus) -> String {
    format!("{}; {}", status.describe(), late_entries_advice(status))
}

const fn schema_advice(state: &SchemaState) -> Option<&'static str> {
    match state {
        SchemaState::Current => None,
        SchemaState::Empty | SchemaState::Behind { .. } => Some("run: teller migrate run"),
        SchemaState::Newer { .. } => Some("use a newer version of Teller"),
        SchemaState::Foreign => Some("name another database"),
    }
}
