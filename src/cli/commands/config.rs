//! Listing every setting that is in effect and, on request, the source of each value.

use std::time::Duration;

use clap::{Args, Subcommand};

use crate::cli::context::{Context, Ending};
use crate::cli::failure::Failure;
use crate::cli::log;
use crate::config;
use crate::store::StoreOptions;
use crate::wire::{Record as _, SettingRecord, Zone};

/// As the settings of the connection name it.
const DEFAULT: &str = "Teller's default";

#[derive(Subcommand)]
pub(in crate::cli) enum ConfigCommand {
    /// Show every setting, without passwords
    #[command(after_help = "Example:\n  teller config show --origin\n\n\
        Nothing is connected to. What a service file, a password file or libpq's own variables add is read by libpq alone.")]
    Show(ShowArgs),
}

#[derive(Args)]
pub(in crate::cli) struct ShowArgs {
    /// Show where each value is from
    #[arg(long)]
    origin: bool,
}

pub(in crate::cli) fn run(context: &Context, command: &ConfigCommand) -> Result<Ending, Failure> {
    let ConfigCommand::Show(ShowArgs { origin }) = command;
    let mut settings = config::settings(context.database_url_flag(), context.dotenv, &context.url()?.0, "--book")?;
    settings.extend(bounds(context)?);
    settings.push(log::setting(context.verbose, context.dotenv)?);
    settings.push(time_zone(context)?);
    let record = |setting: &config::Setting| SettingRecord::new(&setting.name, &setting.value, &setting.origin);
    let records: Vec<_> = settings.iter().map(record).collect();
    let columns = if *origin { SettingRecord::with_origin() } else { SettingRecord::table() };
    context.output.many_with(&records, &columns)?;
    Ok(Ending::Done)
}

/// In which zone times are read and shown.
fn time_zone(context: &Context) -> Result<config::Setting, Failure> {
    let look = context.output.look;
    let origin = match look.zone_flag {
        Some(flag) => flag.to_owned(),
        None => config::time_zone::<Zone>(context.dotenv)?
            .map_or_else(|| DEFAULT.to_owned(), |said| said.origin.to_string()),
    };
    Ok(config::Setting { name: "time_zone".to_owned(), value: look.zone.to_string(), origin })
}

/// What commands take of the database and how long they wait for it.
fn bounds(context: &Context) -> Result<Vec<config::Setting>, Failure> {
    let (said, used) = (context.options_without_deadline()?, context.options()?);
    let config::Bounds { connections_max, attempts_max, retry_time_max, slow_statement_min } =
        config::bounds(context.dotenv)?;
    let of = |said: Option<config::Origin>| said.map_or_else(|| DEFAULT.to_owned(), |origin| origin.to_string());
    let bound = |name: &str, shown: fn(&StoreOptions) -> String, origin: Option<config::Origin>| config::Setting {
        name: name.to_owned(),
        value: shown(&used),
        origin: if shown(&used) == shown(&said) { of(origin) } else { "--deadline".to_owned() },
    };
    Ok(vec![
        context.deadline.setting(),
        bound("connect_time_max", |options| shown(options.connect_time_max), None),
        bound(
            "connections_max",
            |options| options.connections_max.to_string(),
            connections_max.map(|said| said.origin),
        ),
        bound("connection_wait_max", |options| shown(options.connection_wait_max), None),
        bound("statement_time_max", |options| shown(options.statement_time_max), None),
        bound("lock_wait_max", |options| shown(options.lock_wait_max), None),
        bound("attempts_max", |options| options.attempts_max.to_string(), attempts_max.map(|said| said.origin)),
        bound("retry_time_max", |options| shown(options.retry_time_max), retry_time_max.map(|said| said.origin)),
        bound(
            "slow_statement_min",
            |options| shown(options.slow_statement_min),
            slow_statement_min.map(|said| said.origin),
        ),
    ])
}

fn shown(time: Duration) -> String {
    humantime::format_duration(time).to_string()
}
