//! Creating, listing, revoking and rotating keys of the API from the command line.

use std::time::Duration;

use clap::{Args, Subcommand};

use crate::cli::args::parse;
use crate::cli::committed::Committed;
use crate::cli::context::{Context, Ending};
use crate::cli::failure::Failure;
use crate::cli::format::Format;
use crate::cli::talk::say;
use crate::error::Error;
use crate::facts::{Instant, NamePrefix};
use crate::server::{Keys, MadeKey, NewKey, Scope};
use crate::wire::{KeyMadeRecord, KeyRecord, read_duration, read_lifetime};

#[derive(Subcommand)]
pub(in crate::cli) enum KeyCommand {
    /// Make a key; it is shown once
    #[command(after_help = CREATE_HELP)]
    Create(CreateArgs),
    /// List the keys, without what makes them secret
    #[command(after_help = "Example:\n  teller key list")]
    List,
    /// End a key now
    #[command(after_help = "Example:\n  teller key revoke payments\n\nA server notices within a second.")]
    Revoke(RevokeArgs),
    /// Make a new key in the place of one, which ends after a time
    #[command(after_help = "Examples:\n  teller key rotate payments\n  teller key rotate payments --old-valid-for 7d")]
    Rotate(RotateArgs),
}

const CREATE_HELP: &str = "\
Examples:
  teller key create payments --scope transfers:write --scope accounts:read
  teller key create auditor --scope accounts:read --scope transfers:read --scope book:read --expires-in 30d
  teller key create shop --scope transfers:write --prefix shops:corner:

What a key does is recorded in its name. The scopes are accounts:read, accounts:write, transfers:read, transfers:write, \
schedules:read, schedules:write, book:read, book:write, book:export, events:read, webhooks:read, webhooks:write, monitors:read, monitors:write, metrics, and admin for all of them. Keys are kept beside \
the book and are no part of it: no export has them.";

#[derive(Args)]
pub(in crate::cli) struct CreateArgs {
    /// The actor of everything that it does
    name: String,
    /// What it may do; can be given again
    #[arg(long = "scope", value_name = "SCOPE", required = true)]
    scopes: Vec<String>,
    /// Only accounts whose names begin with this
    #[arg(long, value_name = "TEXT", default_value = "", hide_default_value = true)]
    prefix: NamePrefix,
    /// When it ends by itself: 90d, 12h
    #[arg(long, value_name = "DURATION")]
    expires_in: Option<String>,
}

#[derive(Args)]
pub(in crate::cli) struct RevokeArgs {
    /// The key's name or id
    key: String,
}

#[derive(Args)]
pub(in crate::cli) struct RotateArgs {
    /// The key's name or id
    key: String,
    /// How long the old one still works
    #[arg(long, value_name = "DURATION", default_value = "1h")]
    old_valid_for: String,
}

pub(in crate::cli) fn run(context: &Context, command: &KeyCommand) -> Result<Ending, Failure> {
    // Opens the book first, so that no keys are made beside a file that is no book. The time is the book's.
    let now = context.ledger()?.clock().now();
    let (url, _) = context.url()?;
    let keys = Keys::of_book(&url, context.options()?);
    match command {
        KeyCommand::Create(arguments) => create(context, &keys, arguments, now),
        KeyCommand::List => list(context, &keys, now),
        KeyCommand::Revoke(arguments) => revoke(context, &keys, arguments, now),
        KeyCommand::Rotate(arguments) => rotate(context, &keys, arguments, now),
    }
}

fn create(context: &Context, keys: &Keys, arguments: &CreateArgs, now: Instant) -> Result<Ending, Failure> {
    let scopes = arguments.scopes.iter().map(|scope| parse::<Scope>(scope)).collect::<Result<Vec<_>, _>>()?;
    let expires_in = arguments.expires_in.as_deref().map(read_lifetime).transpose().map_err(Error::from)?;
    let new = NewKey {
        prefix: arguments.prefix.clone(),
        expires_at: expires_in.map(|time| now.after(time)),
        ..NewKey::new(parse(&arguments.name)?, scopes)
    };
    show_made(context, &keys.create(new, now)?)
}

fn duration(text: &str) -> Result<Duration, Error> {
    Ok(read_duration(text)?)
}

fn show_made(context: &Context, made: &MadeKey) -> Result<Ending, Failure> {
    context.output.committed(Committed::new(format!("key {} of {} is made", made.key.id, made.key.name)));
    // Alone on its line, so that it can be copied, or kept by a shell.
    match context.output.format {
        Format::Table => context.output.text_line(&made.text)?,
        _ => context.output.one(&KeyMadeRecord::new(&made.text, made.key.shown()))?,
    }
    say("The key is shown this once; it is kept nowhere.");
    Ok(Ending::Done)
}

fn list(context: &Context, keys: &Keys, now: Instant) -> Result<Ending, Failure> {
    let keys = keys.list()?;
    let records: Vec<_> = keys.iter().map(|key| KeyRecord::new(key.shown(), key.is_valid(now))).collect();
    context.output.many(&records)?;
    if records.is_empty() {
        say("There are no keys.");
    }
    Ok(Ending::Done)
}

fn revoke(context: &Context, keys: &Keys, arguments: &RevokeArgs, now: Instant) -> Result<Ending, Failure> {
    let revoked = keys.revoke(&arguments.key, now)?;
    context.output.committed(Committed::new(format!("the keys of {} are revoked", arguments.key)));
    context.output.many(&revoked.iter().map(|key| KeyRecord::new(key.shown(), false)).collect::<Vec<_>>())?;
    Ok(Ending::Done)
}

fn rotate(context: &Context, keys: &Keys, arguments: &RotateArgs, now: Instant) -> Result<Ending, Failure> {
    show_made(context, &keys.rotate(&arguments.key, duration(&arguments.old_valid_for)?, now)?)
}
