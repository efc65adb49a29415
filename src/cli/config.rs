use clap::{Args, Subcommand};

use super::failure::Failure;
use super::output::Columns;
use super::{Context, Ending};
use crate::config;
use crate::formats::SettingRecord;

const COLUMNS: Columns = &["setting", "value"];
const COLUMNS_WITH_ORIGIN: Columns = &["setting", "value", "origin"];

#[derive(Subcommand)]
pub(super) enum ConfigCommand {
    /// Show every setting of the connection, without passwords
    #[command(after_help = "Example:\n  teller config show --origin\n\n\
        Nothing is connected to. What a service file, a password file or libpq's own variables add is read by libpq alone.")]
    Show(ShowArgs),
}

#[derive(Args)]
pub(super) struct ShowArgs {
    /// Show where each value is from
    #[arg(long)]
    origin: bool,
}

pub(super) fn run(context: &Context, command: &ConfigCommand) -> Result<Ending, Failure> {
    let ConfigCommand::Show(ShowArgs { origin }) = command;
    let settings = config::settings(context.database_url.as_deref(), &context.url()?.0)?;
    let record =
        |setting: config::Setting| SettingRecord::new(&setting.name, &setting.value, origin.then_some(setting.origin));
    let records: Vec<_> = settings.into_iter().map(record).collect();
    context.output.many(&records, if *origin { COLUMNS_WITH_ORIGIN } else { COLUMNS })?;
    Ok(Ending::Done)
}
