use clap::Args;

use crate::cli::advice;
use crate::cli::args::count;
use crate::cli::context::{Context, Ending};
use crate::cli::cut::{single_line, wrap};
use crate::cli::failure::Failure;
use crate::cli::format::Format;
use crate::cli::output::Output;
use crate::cli::talk::say;
use crate::clock::Clock;
use crate::facts::Instant;
use crate::ledger::{ClockStatus, Ledger};
use crate::store::{DatabaseUrl, Measure, Pool, SchemaState, StoreOptions};
use crate::wire::{FactRecord, Kind};

/// What NTP keeps to with ease.
const SKEW_MICROS_MAX: i64 = 1_000_000;

#[derive(Args)]
#[command(after_help = "Examples:\n  teller doctor --database-url postgres://localhost/bank\n  \
    teller doctor --ignore archiving,data_checksums --quiet\n\n\
    Exit code 1 means that there are warnings, but for those that are ignored; 69 that the database cannot be reached. A \
    warning is ignored by the name of its fact, as for a probe that is to tell of what is new.")]
pub(in crate::cli) struct DoctorArgs {
    /// Leave the warning of this fact out of account; can be given again
    #[arg(long, value_name = "FACT", value_delimiter = ',')]
    ignore: Vec<String>,
}

pub(in crate::cli) fn run(context: &Context, arguments: &DoctorArgs) -> Result<Ending, Failure> {
    let (url, origin) = context.url()?;
    let options = StoreOptions::default();
    let pool = Pool::connect(url.clone(), options)?;
    let diagnosis = pool.diagnose()?;
    let clock = clock_skew(&pool, &Clock::system())?;
    let entries = late_entries(url, options, &diagnosis.schema)?;
    let (schema, schema_warning) = describe_schema(&diagnosis.schema);
    let bounds =
        format!("{} connections at most, {:?} to wait for one", options.connections_max, options.connection_wait_max);
    let latency = i64::try_from(diagnosis.latency.as_micros()).unwrap_or(i64::MAX);
    let mut records = vec![
        FactRecord::new("book", format!("{}, from {origin}", diagnosis.address), None),
        FactRecord::new("schema_state", schema, schema_warning.map(str::to_owned)),
        FactRecord::new("latency", format!("{latency} us"), None).with_measure(Measure { number: latency, unit: "us" }),
        FactRecord::new("pool", bounds, None)
            .with_measure(Measure { number: options.connections_max.into(), unit: "connections" }),
    ];
    records.extend(clock);
    records.extend(entries);
    records.extend(diagnosis.facts.iter().map(|fact| FactRecord::from(fact).with_next_step(advice::of_fact(fact))));
    let records: Vec<_> = records.into_iter().map(|record| record.ignored_by(&arguments.ignore)).collect();
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

/// Whether a wrong clock has made entries of the book, as far as it can be read.
fn late_entries(url: DatabaseUrl, options: StoreOptions, schema: &SchemaState) -> Result<Option<FactRecord>, Failure> {
    if *schema != SchemaState::Current {
        return Ok(None);
    }
    let status = Ledger::open_incomplete(url, options)?.clock_status()?;
    let Some(latest) = status.latest else { return Ok(None) };
    let warning = status.too_late().map(|_| late_entries_warning(&status));
    Ok(Some(FactRecord::new("latest_entry", format!("{latest}, it is {}", status.now), warning)))
}

/// How far the database's clock is from ours, where it has one. The book goes by the database's.
fn clock_skew(pool: &Pool, clock: &Clock) -> Result<Option<FactRecord>, Failure> {
    let before = clock.now();
    let Some(there) = pool.server_time()? else { return Ok(None) };
    Ok(Some(describe_skew(before, there, clock.now())))
}

/// The other clock was read between the two readings of ours, so only what lies outside of them is certain.
fn describe_skew(before: Instant, there: Instant, after: Instant) -> FactRecord {
    let ahead = there.micros() - after.micros();
    let behind = before.micros() - there.micros();
    let (value, skew) = match (ahead > 0, behind > 0) {
        (true, _) => (format!("the server's is {ahead} us ahead of ours"), ahead),
        (_, true) => (format!("the server's is {behind} us behind ours"), behind),
        _ => (format!("the same within {} us", after.micros() - before.micros()), 0),
    };
    let warning = "the book goes by the server's clock; one of the two is wrong, set both by NTP";
    FactRecord::new("clock", value, (skew > SKEW_MICROS_MAX).then(|| warning.to_owned()))
        .with_measure(Measure { number: skew, unit: "us" })
}

/// Whose entries are later than the clock.
pub(in crate::cli) fn late_accounts(status: &ClockStatus) -> String {
    match status.accounts_later {
        // Only transfers are counted by account.
        0 => "changes of accounts or of the book".to_owned(),
        accounts => count(accounts, "account"),
    }
}

/// What to do about entries that are later than the clock.
pub(in crate::cli) fn late_entries_warning(status: &ClockStatus) -> String {
    let (accounts, now) = (late_accounts(status), status.now);
    let latest = status.latest.unwrap_or(now);
    let advice = if status.refuses() {
        "set the clock right, or if it is, accept them: teller clock accept"
    } else {
        "the owner has accepted that: teller clock show"
    };
    format!("a clock was wrong: {accounts} have entries up to {latest}, and it is only {now}; {advice}")
}

pub(in crate::cli) fn describe_schema(state: &SchemaState) -> (String, Option<&'static str>) {
    match state {
        SchemaState::Current => ("up to date".to_owned(), None),
        SchemaState::Empty => ("nothing is there yet".to_owned(), Some("run: teller migrate run")),
        SchemaState::Behind { pending } => (format!("lacks {}", pending.join(", ")), Some("run: teller migrate run")),
        SchemaState::Newer { unknown } => {
            (format!("has unknown migrations {}", unknown.join(", ")), Some("use a newer version of Teller"))
        }
        SchemaState::Foreign => ("not a Teller book".to_owned(), Some("name another database")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clocks_that_differ_by_more_than_a_second_are_warned_of() {
        let at = |micros| Instant::from_micros(micros).unwrap();
        for (there, is_worrying) in
            [(50, false), (1_000_100, false), (1_000_101, true), (-1_000_000, false), (-1_000_001, true)]
        {
            assert_eq!(describe_skew(at(0), at(there), at(100)).is_worrying(), is_worrying, "{there}");
        }
    }
}
