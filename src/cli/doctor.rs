use super::args::say;
use super::failure::Failure;
use super::output::Columns;
use super::{Context, Ending};
use crate::config::Origin;
use crate::formats::FactRecord;
use crate::store::{Pool, SchemaState, StoreOptions};

const COLUMNS: Columns = &["fact", "value", "warning"];

pub(super) fn run(context: &Context) -> Result<Ending, Failure> {
    let (url, origin) = context.url()?;
    let options = StoreOptions::default();
    let diagnosis = Pool::connect(url, options)?.diagnose()?;
    let origin = match origin {
        Origin::Flag => "--database-url".to_owned(),
        Origin::Environment => "DATABASE_URL in the environment".to_owned(),
        Origin::DotEnv => "DATABASE_URL in .env".to_owned(),
        Origin::Default => "the default".to_owned(),
    };
    let (schema, schema_warning) = describe_schema(&diagnosis.schema);
    let pool =
        format!("{} connections at most, {:?} to wait for one", options.connections_max, options.connection_wait_max);
    let mut records = vec![
        FactRecord::new("book", format!("{}, from {origin}", diagnosis.address), None),
        FactRecord::new("schema_state", schema, schema_warning.map(str::to_owned)),
        FactRecord::new("latency", format!("{} us", diagnosis.latency.as_micros()), None),
        FactRecord::new("pool", pool, None),
    ];
    records.extend(diagnosis.facts.iter().map(FactRecord::from));
    context.output.many(&records, COLUMNS)?;
    let is_well = schema_warning.is_none() && diagnosis.facts.iter().all(|fact| fact.warning.is_none());
    if is_well {
        return Ok(Ending::Done);
    }
    say("There are warnings; the last column says what to do.");
    Ok(Ending::Found)
}

pub(super) fn describe_schema(state: &SchemaState) -> (String, Option<&'static str>) {
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
