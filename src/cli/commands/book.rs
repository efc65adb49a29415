//! Creating and listing the books of one database.

use clap::{Args, Subcommand};

use crate::cli::args::{ModeArgs, parse};
use crate::cli::committed::Committed;
use crate::cli::context::{Context, Ending};
use crate::cli::failure::Failure;
use crate::cli::talk::say;
use crate::ledger::Mode;
use crate::store::PlainName;
use crate::wire::{BookMadeRecord, BookRecord};

#[derive(Subcommand)]
pub(in crate::cli) enum BookCommand {
    /// Make a book in the database, beside those that are there
    #[command(after_help = "Example:\n  teller book create alice\n  teller account list --book alice\n\n\
        A book is a schema of the PostgreSQL database. One that is there already is brought up to date. An SQLite file is \
        one book: name another file with --database-url.")]
    Create(CreateArgs),
    /// List the books that can be read from here
    #[command(after_help = "Example:\n  teller book list --format json")]
    List,
}

#[derive(Args)]
pub(in crate::cli) struct CreateArgs {
    /// Its name: lower-case letters, digits and underscores
    name: String,
    #[command(flatten)]
    mode: ModeArgs,
}

pub(in crate::cli) fn run(context: &Context, command: &BookCommand) -> Result<Ending, Failure> {
    match command {
        BookCommand::Create(arguments) => create(context, arguments),
        BookCommand::List => list(context),
    }
}

fn create(context: &Context, arguments: &CreateArgs) -> Result<Ending, Failure> {
    let name: PlainName = parse(&arguments.name)?;
    let pool = context.pool()?;
    let mode = arguments.mode.mode();
    let (migrations, is_there) = match mode {
        Mode::Commit => {
            let migrations = pool.create_book(&name)?;
            context.committed(mode, Committed::new(format!("book {name} is ready")));
            let is_there = migrations.is_empty();
            (migrations, is_there)
        }
        Mode::DryRun => {
            // What SQLite does not have is refused here too.
            pool.url().in_book(&name)?;
            (Vec::new(), pool.list_books()?.iter().any(|book| book.name == name.as_str()))
        }
    };
    say(match (mode, is_there) {
        (Mode::DryRun, true) => format!("The book {name} is there already."),
        (Mode::DryRun, false) => format!("Would make the book {name}."),
        (Mode::Commit, true) => format!("The book {name} was there already; nothing changed."),
        (Mode::Commit, false) => format!("The book {name} is ready: --book {name}"),
    });
    context.output.one(&BookMadeRecord::new(name.as_str(), is_there, migrations, mode))?;
    Ok(Ending::Done)
}

fn list(context: &Context) -> Result<Ending, Failure> {
    let books = context.pool()?.list_books()?;
    let records: Vec<_> = books.iter().map(|book| BookRecord::new(&book.name, book.schema.to_string())).collect();
    context.output.many(&records)?;
    if records.is_empty() {
        say("No books.");
    }
    Ok(Ending::Done)
}
