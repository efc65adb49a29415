//! The `help` command: the long help of any command, and the topics about exit codes and settings.

use clap::Args;

use crate::cli::context::{Context, Ending};
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::help::with_examples_first;

const SETTINGS: &str = "\
A setting is taken from the first of these that has it:

  1. the option of the command line
  2. the environment
  3. the nearest .env file, in the working directory or a folder above
  4. the nearest teller.toml, likewise
  5. the default

  option          environment and .env      teller.toml
  --database-url  DATABASE_URL              database_url       the book; by default sqlite://teller.db in the working directory
  --verbose       TELLER_LOG                log                what is logged on stderr: info, or teller::store=debug
  --time-zone     TELLER_TIME_ZONE          time_zone          the zone of days and of times without an offset; by default UTC
                  TELLER_SLOW_STATEMENT_MS  slow_statement_ms  from when on a statement is slow, in milliseconds
                  TELLER_RETRY_TIME_MAX     retry_time_max     how long a transaction is tried again: 30s
                  TELLER_ATTEMPTS_MAX       attempts_max       how often
                  TELLER_CONNECTIONS_MAX    connections_max    how many connections a command opens at most

teller.toml can have profiles, such as [profiles.live]: TELLER_PROFILE=live, in the environment or .env, takes the settings
below that line before those of no profile.

A relative path in a file starts at that file's folder. --no-dotenv passes over .env. account open, import and migrate run
make the file of a book where it is not there; any other command refuses, unless --create is given.

`teller config show --origin` shows every setting that counts, and where it is from.
";

#[derive(Args)]
pub(in crate::cli) struct HelpArgs {
    /// A command, or one of the topics exit-codes and settings
    #[arg(value_name = "COMMAND|TOPIC")]
    words: Vec<String>,
}

pub(in crate::cli) fn run(context: &Context, HelpArgs { words }: &HelpArgs) -> Result<Ending, Failure> {
    let topic = match words.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["exit-codes"] => Some(format!("What the program ends with:\n\n{}\n", Exit::list())),
        ["settings"] => Some(SETTINGS.to_owned()),
        _ => None,
    };
    let text = match topic {
        Some(text) => text,
        None => help_of(context, words)?,
    };
    context.output.raw(text.as_bytes())?;
    Ok(Ending::Done)
}

fn help_of(context: &Context, words: &[String]) -> Result<String, Failure> {
    let mut teller = with_examples_first((context.program.arguments)());
    // How each command is called is known when all of them are.
    teller.build();
    let mut command = &mut teller;
    for word in words {
        command = command.find_subcommand_mut(word).ok_or_else(|| {
            Failure::usage(format!("there is no command or topic {word}; the topics are exit-codes and settings"))
        })?;
    }
    Ok(command.render_long_help().to_string())
}
