//! The first thing a newcomer runs: a book that is gone when it ends, worked on by the commands that anyone would type.

use clap::Args;

use crate::cli::context::{Context, Ending};
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::talk::say;
use crate::error::Error;
use crate::ledger::Ledger;
use crate::store::{DatabaseUrl, MissingBook, StoreOptions};

const STEPS: &[(&str, &[&str])] = &[
    (
        "Two customers open accounts.",
        &["account open customers:alice --currency EUR", "account open customers:bob --currency EUR"],
    ),
    (
        "Alice brings 100 euros to the bank: her account and the bank's cash both rise.",
        &["deposit customers:alice 100.00"],
    ),
    (
        "She pays Bob. The key makes it the same payment, however often it is sent.",
        &[
            "transfer customers:alice customers:bob 30.00 --idempotency-key invoice-1",
            "transfer customers:alice customers:bob 30.00 --idempotency-key invoice-1",
        ],
    ),
    ("Bob tries to spend more than he has. Nothing moves.", &["transfer customers:bob customers:alice 30.01"]),
    (
        "She reserves 20 euros for an order, and Bob takes 15 of them. The rest is free again.",
        &[
            "hold customers:alice customers:bob 20.00 --key order-7 --expires-in 7d",
            "capture order-7 15.00 --final --key parcel-7",
        ],
    ),
    ("The parcel comes back: that payment is undone, once.", &["reverse parcel-7"]),
    (
        "What everyone has, and how Alice's balance came about.",
        &["balance customers:alice customers:bob cash:eur", "statement customers:alice"],
    ),
    ("Every transfer is chained to the one before it. The whole book can be proven.", &["verify"]),
];

#[derive(Args)]
#[command(after_help = "Example:\n  teller demo")]
pub(in crate::cli) struct DemoArgs {}

pub(in crate::cli) fn run(context: &Context, _arguments: &DemoArgs) -> Result<Ending, Failure> {
    let folder = tempfile::tempdir()
        .map_err(|source| Error::File { doing: "make a folder for the throwaway book".into(), source })?;
    let file = folder.path().join("demo.db");
    // Made here, so that no command tells of it.
    drop(Ledger::open_or_create(DatabaseUrl::of_file(&file), StoreOptions::default())?);
    let url = format!("sqlite://{}", file.display());
    for (words, commands) in STEPS {
        say(format_args!("\n{words}"));
        for command in *commands {
            say(format_args!("$ teller {command}"));
            step(context, &url, command)?;
            context.output.finish()?;
        }
    }
    say("\nThat was a throwaway book. To keep one, run the same commands: the book is then the file teller.db here.");
    Ok(Ending::Done)
}

/// Runs one command as if it had been typed. A refusal is part of the show; anything else ends it.
fn step(context: &Context, url: &str, command: &str) -> Result<(), Failure> {
    let context = Context {
        database_url: Some(url.to_owned()),
        dotenv: context.dotenv,
        book: None,
        write: context.write.clone(),
        missing: MissingBook::Refuse,
        verbose: context.verbose,
        deadline: context.deadline.clone(),
        output: context.output.again(),
        program: context.program,
    };
    match (context.program.run)(&context, command) {
        Ok(_) => context.output.finish(),
        Err(failure) if failure.exit == Exit::Refused => {
            context.output.failure(&failure);
            Ok(())
        }
        Err(failure) => Err(failure),
    }
}
