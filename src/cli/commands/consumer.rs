//! Adding, listing, moving and removing named consumers of the event feed from the command line.

use clap::{Args, Subcommand};

use crate::cli::advice;
use crate::cli::committed::Committed;
use crate::cli::context::{Context, Ending};
use crate::cli::failure::Failure;
use crate::cli::talk::say;
use crate::ledger::Ledger;
use crate::server::{Consumers, EventStart};
use crate::wire::ConsumerRecord;

#[derive(Subcommand)]
pub(in crate::cli) enum ConsumerCommand {
    /// Add a consumer, where it is to begin elsewhere than with the first event
    #[command(after_help = "Examples:\n  teller consumer add audit\n  teller consumer add kafka --after latest\n\n\
        Reading as a consumer adds it too, before the first event. docs/events.md tells of consumers.")]
    Add(AddArgs),
    /// List the consumers: how far each has come, and who reads as it now
    #[command(after_help = "Example:\n  teller consumer list")]
    List,
    /// Show a consumer
    #[command(after_help = "Example:\n  teller consumer show audit --format json")]
    Show(NameArgs),
    /// Forget a consumer and how far it has come
    #[command(after_help = "Example:\n  teller consumer remove audit")]
    Remove(NameArgs),
    /// Put a consumer elsewhere, forward or back, which ends the lease of its reader
    #[command(
        after_help = "Examples:\n  teller consumer move audit --to first\n  teller consumer move audit --to latest\n  \
        teller consumer move audit --to 17-0a1b2c3d4e5f6071"
    )]
    Move(MoveArgs),
}

#[derive(Args)]
pub(in crate::cli) struct AddArgs {
    /// The consumer's name
    consumer: String,
    /// Where to begin: behind an event, `latest` for what happens from now on, or `first` for all events
    #[arg(long, value_name = "CURSOR", default_value = "first")]
    after: String,
}

#[derive(Args)]
pub(in crate::cli) struct NameArgs {
    /// The consumer's name
    consumer: String,
}

#[derive(Args)]
pub(in crate::cli) struct MoveArgs {
    /// The consumer's name
    consumer: String,
    /// Where to go on: behind an event, `latest` for what happens from now on, or `first` for all events
    #[arg(long, value_name = "CURSOR")]
    to: String,
}

pub(in crate::cli) fn run(context: &Context, command: &ConsumerCommand) -> Result<Ending, Failure> {
    // Opens the book first, so that nothing is made beside a file that is no book.
    let ledger = context.ledger()?;
    let (url, _) = context.url()?;
    let consumers = Consumers::of_book(&url, context.options()?);
    match command {
        ConsumerCommand::Add(arguments) => add(context, &consumers, &ledger, arguments),
        ConsumerCommand::List => list(context, &consumers, &ledger),
        ConsumerCommand::Show(arguments) => show(context, &consumers.get(&arguments.consumer, &ledger)?),
        ConsumerCommand::Remove(arguments) => {
            changed(context, "removed", &consumers.remove(&arguments.consumer, &ledger)?)
        }
        ConsumerCommand::Move(arguments) => {
            let start = read_start(&arguments.to)?;
            changed(context, "moved", &consumers.move_to(&arguments.consumer, start, &ledger)?)
        }
    }
}

fn read_start(text: &str) -> Result<EventStart, Failure> {
    text.parse().map_err(Failure::usage)
}

fn add(context: &Context, consumers: &Consumers, ledger: &Ledger, arguments: &AddArgs) -> Result<Ending, Failure> {
    let name = &arguments.consumer;
    let is_new = consumers.add(name, read_start(&arguments.after)?, ledger)?;
    if !is_new {
        say(format_args!("There is a consumer {name} already; it stays where it is."));
    }
    changed(context, "there", &consumers.get(name, ledger)?)
}

fn list(context: &Context, consumers: &Consumers, ledger: &Ledger) -> Result<Ending, Failure> {
    let records = consumers.list(ledger)?;
    context.output.many(&records)?;
    if records.is_empty() {
        say("There are no consumers.");
    }
    records.iter().for_each(say_if_foreign);
    Ok(Ending::Done)
}

/// A consumer that stands behind no event of this book cannot go on.
fn say_if_foreign(consumer: &ConsumerRecord) {
    if consumer.state == ConsumerRecord::FOREIGN {
        let name = &consumer.name;
        say(format_args!(
            "The cursor of the consumer {name} is behind no event of this book: it is of another book, or the book was restored to an \
             earlier state; {}",
            advice::move_consumer(name)
        ));
    }
}

fn show(context: &Context, consumer: &ConsumerRecord) -> Result<Ending, Failure> {
    context.output.one(consumer)?;
    say_if_foreign(consumer);
    Ok(Ending::Done)
}

fn changed(context: &Context, done: &str, consumer: &ConsumerRecord) -> Result<Ending, Failure> {
    context.output.committed(Committed::new(format!("the consumer {} is {done}", consumer.name)));
    show(context, consumer)
}
