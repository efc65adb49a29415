//! Adding, testing, pausing and removing webhooks from the command line, and sending failed events again.

use clap::{Args, Subcommand};

use crate::cli::advice;
use crate::cli::committed::Committed;
use crate::cli::context::{Context, Ending};
use crate::cli::failure::Failure;
use crate::cli::pages::{PageArgs, say_more};
use crate::cli::talk::say;
use crate::error::Error;
use crate::facts::{Instant, NamePrefix};
use crate::ledger::{EventCursor, Ledger};
use crate::server::{EventStart, NewWebhook, WebhookKind, Webhooks};
use crate::wire::{Columns, Record, WebhookMadeRecord, WebhookRecord, read_duration};

#[derive(Subcommand)]
pub(in crate::cli) enum WebhookCommand {
    /// Send events to a URL; the secret that signs them is shown once
    #[command(after_help = ADD_HELP)]
    Add(AddArgs),
    /// List the webhooks, without their secrets
    #[command(after_help = "Example:\n  teller webhook list")]
    List,
    /// Show a webhook
    #[command(after_help = "Example:\n  teller webhook show wh_0a1b2c3d4e5f --format json")]
    Show(NameArgs),
    /// Make a new secret; the old one signs too for a time
    #[command(after_help = "Example:\n  teller webhook rotate wh_0a1b2c3d4e5f --old-valid-for 2d")]
    Rotate(RotateArgs),
    /// Send an event once that is none of the book's, and tell what came of it
    #[command(after_help = "Example:\n  teller webhook test wh_0a1b2c3d4e5f\n\n\
        It is sent from here and not by the server. The exit code is 1 where the receiver does not take it.")]
    Test(NameArgs),
    /// Send nothing until it is resumed; what happens meanwhile is sent then
    #[command(after_help = "Example:\n  teller webhook pause wh_0a1b2c3d4e5f")]
    Pause(NameArgs),
    /// Send again, and at once what waits for its next attempt
    #[command(after_help = "Example:\n  teller webhook resume wh_0a1b2c3d4e5f")]
    Resume(NameArgs),
    /// Forget a webhook, and what was to be sent to it
    #[command(after_help = "Example:\n  teller webhook remove wh_0a1b2c3d4e5f")]
    Remove(NameArgs),
    /// List the events that did not arrive at their first attempt
    #[command(after_help = "Example:\n  teller webhook deliveries wh_0a1b2c3d4e5f\n\n\
        Those that arrived at a later attempt are kept for a week.")]
    Deliveries(DeliveriesArgs),
    /// Send events again
    #[command(after_help = "Examples:\n  teller webhook replay wh_0a1b2c3d4e5f --event 17-0a1b2c3d4e5f6071\n  \
        teller webhook replay wh_0a1b2c3d4e5f --dead\n  \
        teller webhook replay wh_0a1b2c3d4e5f --after 17-0a1b2c3d4e5f6071")]
    Replay(ReplayArgs),
}

const ADD_HELP: &str = "\
Examples:
  teller webhook add https://hooks.example/teller
  teller webhook add https://hooks.example/teller --types transfer.posted,hold.placed --accounts customers:
  teller webhook add https://hooks.example/alerts --types monitor.raised,monitor.cleared,due.refused
  teller webhook add http://127.0.0.1:9000/ --allow-private --after first

`teller serve` sends the events, and the crossings of monitors, signed by the rules of Standard Webhooks, at least once and in order. docs/webhooks.md has a \
receiver, and tells what happens when one does not answer.";

#[derive(Args)]
pub(in crate::cli) struct AddArgs {
    /// Where events are sent
    url: String,
    /// Only events of these types, with commas between them; monitor.raised and monitor.cleared for crossings of monitors
    #[arg(long, value_name = "TYPES", value_delimiter = ',')]
    types: Vec<WebhookKind>,
    /// Only events about accounts whose names begin with this, and monitors of such accounts
    #[arg(long, value_name = "PREFIX", default_value = "", hide_default_value = true)]
    accounts: NamePrefix,
    /// Go on with the next event where one does not arrive
    #[arg(long)]
    unordered: bool,
    /// Allow addresses of private networks and of this machine, and URLs without TLS
    #[arg(long)]
    allow_private: bool,
    /// Where to begin: behind an event, `latest` for what happens from now on, or `first` for all events
    #[arg(long, value_name = "CURSOR", default_value = "latest")]
    after: String,
}

#[derive(Args)]
pub(in crate::cli) struct NameArgs {
    /// The webhook's id or URL
    webhook: String,
}

#[derive(Args)]
pub(in crate::cli) struct RotateArgs {
    /// The webhook's id or URL
    webhook: String,
    /// How long the old secret still signs
    #[arg(long, value_name = "DURATION", default_value = "1d")]
    old_valid_for: String,
}

#[derive(Args)]
pub(in crate::cli) struct DeliveriesArgs {
    /// The webhook's id or URL
    webhook: String,
    #[command(flatten)]
    pages: PageArgs,
    /// Where to go on: the cursor that the page before told
    #[arg(long, value_name = "CURSOR")]
    cursor: Option<i64>,
}

#[derive(Args)]
pub(in crate::cli) struct ReplayArgs {
    /// The webhook's id or URL
    webhook: String,
    #[command(flatten)]
    what: ReplayedArgs,
}

#[derive(Args)]
#[group(required = true, multiple = false)]
pub(in crate::cli) struct ReplayedArgs {
    /// One event that is among the deliveries, by its id
    #[arg(long, value_name = "EVENT")]
    event: Option<String>,
    /// All events that failed for good
    #[arg(long)]
    dead: bool,
    /// All events behind this one, also those that have arrived; `first` for all events, `latest` for none
    #[arg(long, value_name = "CURSOR")]
    after: Option<String>,
}

pub(in crate::cli) fn run(context: &Context, command: &WebhookCommand) -> Result<Ending, Failure> {
    // Opens the book first, so that nothing is made beside a file that is no book. The time is the book's.
    let ledger = context.ledger()?;
    let now = ledger.clock().now();
    let (url, _) = context.url()?;
    let webhooks = Webhooks::of_book(&url, context.options()?);
    match command {
        WebhookCommand::Add(arguments) => add(context, (&webhooks, &ledger), arguments, now),
        WebhookCommand::List => list(context, &webhooks),
        WebhookCommand::Show(arguments) => show(context, &webhooks.get(&arguments.webhook)?),
        WebhookCommand::Rotate(arguments) => rotate(context, &webhooks, arguments, now),
        WebhookCommand::Test(arguments) => test(context, (&webhooks, &ledger), arguments, now),
        WebhookCommand::Pause(arguments) => changed(context, "paused", &webhooks.pause(&arguments.webhook)?),
        WebhookCommand::Resume(arguments) => resume(context, &webhooks, &ledger, &arguments.webhook),
        WebhookCommand::Remove(arguments) => changed(context, "removed", &webhooks.remove(&arguments.webhook)?),
        WebhookCommand::Deliveries(arguments) => deliveries(context, &webhooks, arguments),
        WebhookCommand::Replay(arguments) => replay(context, &webhooks, &ledger, arguments),
    }
}

fn add(
    context: &Context,
    (webhooks, ledger): (&Webhooks, &Ledger),
    arguments: &AddArgs,
    now: Instant,
) -> Result<Ending, Failure> {
    let new = NewWebhook {
        url: arguments.url.clone(),
        kinds: arguments.types.clone(),
        accounts: arguments.accounts.clone(),
        ordered: !arguments.unordered,
        allow_private: arguments.allow_private,
        after: read_after(&arguments.after, ledger)?,
    };
    show_made(context, &webhooks.add(new, now)?)
}

/// The event behind which it begins.
fn read_after(text: &str, ledger: &Ledger) -> Result<Option<EventCursor>, Failure> {
    Ok(text.parse::<EventStart>().map_err(Failure::usage)?.find(ledger)?)
}

fn show_made(context: &Context, made: &WebhookMadeRecord) -> Result<Ending, Failure> {
    context.output.committed(Committed::new(format!("the secret of webhook {} is made", made.id)));
    context.output.one(made)?;
    say("The secret is shown this once.");
    Ok(Ending::Done)
}

fn list(context: &Context, webhooks: &Webhooks) -> Result<Ending, Failure> {
    let records = webhooks.list()?;
    context.output.many_with(&records, &columns(&records))?;
    if records.is_empty() {
        say("There are no webhooks.");
    }
    Ok(Ending::Done)
}

fn show(context: &Context, webhook: &WebhookRecord) -> Result<Ending, Failure> {
    context.output.one_with(webhook, &columns(std::slice::from_ref(webhook)))?;
    Ok(Ending::Done)
}

/// Why a webhook was disabled is shown where one was.
fn columns(webhooks: &[WebhookRecord]) -> Columns<WebhookRecord> {
    let is_one_stopped = webhooks.iter().any(|webhook| webhook.reason.is_some());
    if is_one_stopped { WebhookRecord::stopped() } else { WebhookRecord::table() }
}

fn resume(context: &Context, webhooks: &Webhooks, ledger: &Ledger, name: &str) -> Result<Ending, Failure> {
    let was = webhooks.get(name)?;
    let resumed = webhooks.resume(name, ledger).map_err(|error| {
        let failure = Failure::from(error);
        if failure.is_of_foreign_cursor() { failure.with_hint(advice::replay_webhook(&was.id)) } else { failure }
    })?;
    changed(context, "resumed", &resumed)?;
    if let Some(reason) = was.reason {
        say(format_args!("It had been disabled: {reason}."));
    }
    Ok(Ending::Done)
}

fn changed(context: &Context, done: &str, webhook: &WebhookRecord) -> Result<Ending, Failure> {
    context.output.committed(Committed::new(format!("webhook {} is {done}", webhook.id)));
    show(context, webhook)
}

fn rotate(context: &Context, webhooks: &Webhooks, arguments: &RotateArgs, now: Instant) -> Result<Ending, Failure> {
    let old_valid_for = read_duration(&arguments.old_valid_for).map_err(Error::from)?;
    show_made(context, &webhooks.rotate(&arguments.webhook, old_valid_for, now)?)
}

fn test(
    context: &Context,
    (webhooks, ledger): (&Webhooks, &Ledger),
    arguments: &NameArgs,
    now: Instant,
) -> Result<Ending, Failure> {
    let tested = webhooks.test(&arguments.webhook, ledger.book_id()?, now)?;
    context.output.one(&tested)?;
    Ok(if tested.delivered { Ending::Done } else { Ending::Found })
}

fn deliveries(context: &Context, webhooks: &Webhooks, arguments: &DeliveriesArgs) -> Result<Ending, Failure> {
    let mut list = context.output.list();
    let next = arguments.pages.fetch(&context.output, arguments.cursor, |cursor, rows_max| {
        let (records, next) = webhooks.deliveries(&arguments.webhook, cursor.copied().unwrap_or(0), rows_max)?;
        list.add(&records)?;
        Ok((records.len(), next))
    })?;
    if list.count() == 0 {
        say("Every event arrived at its first attempt.");
    }
    list.end(next)?;
    say_more(next);
    Ok(Ending::Done)
}

fn replay(context: &Context, webhooks: &Webhooks, ledger: &Ledger, arguments: &ReplayArgs) -> Result<Ending, Failure> {
    let (name, what) = (&arguments.webhook, &arguments.what);
    let webhook = match (&what.event, &what.after) {
        (Some(event), _) => webhooks.replay(name, event, ledger.clock().now())?,
        (None, Some(after)) => webhooks.replay_after(name, read_after(after, ledger)?)?,
        (None, None) => webhooks.replay_dead(name, ledger.clock().now())?,
    };
    changed(context, "to be told again", &webhook)?;
    if webhook.state != "active" {
        say(format_args!("It is {}; it sends again after: teller webhook resume {}", webhook.state, webhook.id));
    }
    Ok(Ending::Done)
}
