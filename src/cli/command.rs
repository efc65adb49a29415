//! The arguments of the program, and its help.

use std::time::Duration;

use clap::{ArgAction, Args, Parser};

use crate::cli::commands::Command;
use crate::cli::deadline::{LONG_COMMANDS, parse_time};
use crate::cli::look::LookArgs;
use crate::cli::writing::WriteArgs;

/// A double-entry banking ledger over PostgreSQL or an SQLite file.
#[derive(Parser)]
#[command(name = "teller", disable_help_subcommand = true, version, propagate_version = true, after_help = EXAMPLES, max_term_width = 110)]
pub(super) struct Arguments {
    #[command(flatten)]
    pub(super) global: GlobalArgs,
    #[command(subcommand)]
    pub(super) command: Command,
}

const EXAMPLES: &str = "\
Examples:
  teller demo
  teller account open customers:alice --currency EUR
  teller deposit customers:alice 100.00
  teller transfer customers:alice customers:bob 12.34 --idempotency-key invoice-1
  teller hold customers:alice customers:bob 25.00 --idempotency-key order-7 --expires-in 7d
  teller capture order-7
  teller reverse invoice-1
  teller statement customers:alice
  teller verify

The book is the one of --database-url, or else of DATABASE_URL in the environment, or else of DATABASE_URL in a \
.env file, or else of database_url in teller.toml, or else the file teller.db in the working directory.

More: teller help settings, teller help exit-codes";

const DEADLINE_HELP: &str = "When to give up: 500ms, 30s, 5m, 1h";

const DEADLINE_BEHAVIOUR: &str = "\
Until then a server that is down is waited for, and whatever passes is tried again: lost connections, deadlocks, \
conflicts, a standby that is not promoted yet. Without it a server that is down is reported at once, and the rest is \
tried again for 30 seconds. Exit code 75 then says that the same command may be run again.";

fn deadline_long_help() -> String {
    format!("{DEADLINE_HELP} [default: 2m, but none for {}]\n\n{DEADLINE_BEHAVIOUR}", LONG_COMMANDS.join(", "))
}

#[derive(Args)]
#[command(next_help_heading = "Options of every command")]
pub(super) struct GlobalArgs {
    #[arg(
        long,
        global = true,
        value_name = "URL",
        help = "The book: sqlite://FILE or postgres://USER:PASSWORD@HOST/DATABASE"
    )]
    pub(super) database_url: Option<String>,
    /// Take nothing from a .env file
    #[arg(long, global = true)]
    pub(super) no_dotenv: bool,
    /// The book of that name in the database, where it holds several
    #[arg(long, global = true, value_name = "NAME")]
    pub(super) book: Option<String>,
    #[command(flatten)]
    pub(super) write: WriteArgs,
    /// Make the book's file where it is not there; without it only account open, import and migrate run do
    #[arg(long, global = true)]
    pub(super) create: bool,
    #[arg(long, global = true, value_name = "TIME", value_parser = parse_time, help = DEADLINE_HELP, long_help = deadline_long_help())]
    pub(super) deadline: Option<Duration>,
    #[command(flatten)]
    pub(super) look: LookArgs,
    /// Say more on stderr: -v what is done, -vv each statement and its time, -vvv each transaction
    #[arg(short, long, global = true, action = ArgAction::Count)]
    pub(super) verbose: u8,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn every_command_without_a_deadline_is_one() {
        for name in LONG_COMMANDS {
            let teller = Arguments::command();
            let found = name.split(' ').try_fold(&teller, |above, word| above.find_subcommand(word));
            assert!(found.is_some(), "{name}");
        }
    }
}
