use std::time::Duration;

use clap::{Args, Subcommand};

use crate::cli::context::{Context, Ending};
use crate::cli::failure::Failure;
use crate::cli::log;
use crate::config;
use crate::store::StoreOptions;
use crate::wire::{Record as _, SettingRecord};

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
    settings.push(log::setting(context.verbose)?);
    let look = context.output.look;
    let (value, named_by) = (look.zone.to_string(), look.zone_origin.to_owned());
    settings.push(config::Setting { name: "time_zone".to_owned(), value, origin: named_by });
    let record = |setting: &config::Setting| SettingRecord::new(&setting.name, &setting.value, &setting.origin);
    let records: Vec<_> = settings.iter().map(record).collect();
    let columns = if *origin { SettingRecord::with_origin() } else { SettingRecord::table() };
    context.output.many_with(&records, &columns)?;
    Ok(Ending::Done)
}

/// What commands take of the database and how long they wait for it.
fn bounds(context: &Context) -> Result<Vec<config::Setting>, Failure> {
    let usual = StoreOptions { connections_max: 1, ..StoreOptions::default() };
    let used = context.options()?;
    let of_deadline = |is_changed: bool| if is_changed { "--deadline" } else { DEFAULT }.to_owned();
    let time = |name: &str, of: fn(&StoreOptions) -> Duration| config::Setting {
        name: name.to_owned(),
        value: humantime::format_duration(of(&used)).to_string(),
        origin: of_deadline(of(&used) != of(&usual)),
    };
    let number = |name: &str, of: fn(&StoreOptions) -> u32| config::Setting {
        name: name.to_owned(),
        value: of(&used).to_string(),
        origin: of_deadline(of(&used) != of(&usual)),
    };
    let slow =
        if config::slow_statement_min()?.is_some() { "TELLER_SLOW_STATEMENT_MS in the environment" } else { DEFAULT };
    Ok(vec![
        context.deadline.setting(),
        time("connect_time_max", |options| options.connect_time_max),
        number("connections_max", |options| options.connections_max),
        time("connection_wait_max", |options| options.connection_wait_max),
        time("statement_time_max", |options| options.statement_time_max),
        time("lock_wait_max", |options| options.lock_wait_max),
        number("attempts_max", |options| options.attempts_max),
        time("retry_time_max", |options| options.retry_time_max),
        config::Setting { origin: slow.to_owned(), ..time("slow_statement_min", |options| options.slow_statement_min) },
    ])
}
