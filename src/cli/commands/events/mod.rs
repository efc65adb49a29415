//! Printing the book's events once or as they happen, from the beginning, behind a cursor or as a consumer.

#[cfg(feature = "server")]
mod consuming;
#[cfg(not(feature = "server"))]
mod consuming_left_out;

use std::panic::resume_unwind;
use std::thread;
use std::time::Duration;

use clap::Args;
use clap::builder::RangedU64ValueParser;

#[cfg(feature = "server")]
use crate::cli::commands::events::consuming::{ConsumerArgs, Consuming};
#[cfg(not(feature = "server"))]
use crate::cli::commands::events::consuming_left_out::{ConsumerArgs, Consuming};
use crate::cli::context::{Context, Ending};
use crate::cli::failure::Failure;
use crate::cli::format::Format;
use crate::cli::interrupt;
use crate::cli::listing::Listing;
use crate::cli::output::Output;
use crate::cli::talk::say;
use crate::facts::NamePrefix;
use crate::ledger::{EventCursor, EventFilter, EventKind, EventPage, Ledger};
use crate::wire::{EventRecord, read_event_kind};

/// How many events a page has. Two pages are in memory at once.
const PAGE_EVENTS: u32 = 1_000;
/// How many events people and JSON documents get where nobody says.
const EVENTS_USUAL: u64 = 100;
/// How long writers that are under way are waited for.
const WRITERS_WAIT: Duration = Duration::from_secs(1);
/// How long a pause is between two looks at a book in which nothing happens: twice as long each time, up to the longest.
const PAUSE_FIRST: Duration = Duration::from_millis(25);
const PAUSE_MAX: Duration = Duration::from_millis(500);

#[derive(Args)]
#[command(after_help = "\
Examples:
  teller events
  teller events --after 17-0a1b2c3d4e5f6071 --format ndjson
  teller events --types transfer.posted,hold.placed --accounts customers:
  teller events --follow --consumer audit --format ndjson >> events.ndjson

Every event of the book comes once, in the book's one order, from the first one on or behind a cursor: the id of the last event that was \
read. An event is told once everything before it is committed or never will be, so none can come up later behind a reader. A consumer is a \
name that Teller keeps the cursor of: it goes on behind what was written. docs/events.md lists the types and tells how to go on after a stop.")]
pub(in crate::cli) struct EventsArgs {
    /// Where to go on: the id of the last event that was read, or `latest` for those that happen from now on
    #[arg(long, value_name = "CURSOR")]
    after: Option<String>,
    /// Only events of these types, with commas between them
    #[arg(long, value_name = "TYPES", value_delimiter = ',', value_parser = read_event_kind)]
    types: Vec<EventKind>,
    /// Only events about accounts whose names begin with this
    #[arg(long, value_name = "PREFIX", default_value = "", hide_default_value = true)]
    accounts: NamePrefix,
    /// Go on as events happen, until interrupted
    #[arg(long)]
    follow: bool,
    #[command(flatten)]
    consumer: ConsumerArgs,
    /// The most events to show [default: 100 in a table and in JSON, all in CSV, JSON lines and with --follow]
    #[arg(long, value_name = "EVENTS", value_parser = RangedU64ValueParser::<u64>::new().range(1..))]
    limit: Option<u64>,
}

pub(in crate::cli) fn run(context: &Context, arguments: &EventsArgs) -> Result<Ending, Failure> {
    if arguments.follow && context.output.format == Format::Json {
        return Err(Failure::usage("events that go on have no end, as a JSON document must; use --format ndjson"));
    }
    let after = match arguments.after.as_deref() {
        None | Some("latest") => None,
        Some(text) => Some(text.parse::<EventCursor>().map_err(Failure::usage)?),
    };
    let ledger = context.ledger()?;
    let after =
        if arguments.after.as_deref() == Some("latest") { ledger.newest_event_cursor(WRITERS_WAIT)? } else { after };
    let consuming = arguments.consumer.begin(context, &ledger)?;
    if arguments.follow || consuming.is_some() {
        interrupt::listen();
        // What comes as it happens is no matter for a pager, and what somebody may leave unread there is not acknowledged.
        context.output.finish()?;
    }
    let after = consuming.as_ref().map_or(after, Consuming::after);
    let left = arguments.events_max(context.output.format);
    let mut walk = Walk { context, arguments, ledger: &ledger, after, left, consuming };
    let outcome = walk.run();
    let Some(consuming) = walk.consuming else { return outcome };
    let outcome = outcome.map_err(|failure| consuming.explain(failure));
    consuming.end();
    outcome
}

impl EventsArgs {
    fn events_max(&self, format: Format) -> u64 {
        match (self.limit, format) {
            (Some(limit), _) => limit,
            (None, Format::Table | Format::Json) if !self.follow => EVENTS_USUAL,
            (None, _) => u64::MAX,
        }
    }
}

/// A reader of events, where it stands, and how many it still wants.
struct Walk<'a> {
    context: &'a Context,
    arguments: &'a EventsArgs,
    ledger: &'a Ledger,
    after: Option<EventCursor>,
    left: u64,
    consuming: Option<Consuming>,
}

impl Walk<'_> {
    fn run(&mut self) -> Result<Ending, Failure> {
        let filter = EventFilter { kinds: self.arguments.types.clone(), accounts: self.arguments.accounts.clone() };
        if self.consuming.as_ref().is_some_and(Consuming::is_after_a_kill) && Output::is_in_a_file() {
            // The program that was killed may have written the beginning of a line.
            self.context.output.raw(b"\n")?;
        }
        let mut list = self.context.output.list();
        let mut pause = PAUSE_FIRST;
        let ledger = self.ledger;
        let read = |after: Option<EventCursor>, left: u64| {
            let limit = u32::try_from(left).unwrap_or(u32::MAX).min(PAGE_EVENTS);
            ledger.list_events(after, &filter, limit, WRITERS_WAIT)
        };
        let mut ahead = None;
        let is_whole = loop {
            let page = ahead.take().unwrap_or_else(|| read(self.after, self.left))?;
            let records: Vec<_> = page.events.iter().map(EventRecord::new).collect();
            self.after = page.next;
            self.left = self.left.saturating_sub(records.len() as u64);
            // The next page is read while this one is written.
            ahead = thread::scope(|scope| {
                let (after, left) = (self.after, self.left);
                let reading = (!page.is_last && left > 0).then(|| scope.spawn(move || read(after, left)));
                let written = self.write(&mut list, &records);
                let ahead = reading.map(|reading| reading.join().unwrap_or_else(|panic| resume_unwind(panic)));
                written.map(|()| ahead)
            })?;
            if self.left == 0 || self.context.output.reader_is_gone() {
                break page.is_last;
            }
            if page.is_last && !self.arguments.follow {
                Self::say_if_held_back(&page);
                break true;
            }
            if interrupt::is_requested() {
                break true;
            }
            if page.is_last {
                self.context.output.finish()?;
                pause = if records.is_empty() { (2 * pause).min(PAUSE_MAX) } else { PAUSE_FIRST };
                thread::sleep(self.consuming.as_ref().map_or(pause, |consuming| pause.min(consuming.pause_max())));
            }
        };
        if list.count() == 0 {
            say("No events.");
        }
        list.end(self.after)?;
        // A cursor is told only behind events that were written.
        self.context.output.finish()?;
        let is_read = !self.context.output.reader_is_gone();
        if self.consuming.is_some() {
            self.acknowledge()?;
            self.consuming.iter().try_for_each(|consuming| consuming.say_where(self.ledger))?;
        } else if let Some(after) = self.after.filter(|_| is_read && (!is_whole || self.arguments.follow)) {
            say(format_args!("Go on behind the last one: --after {after}"));
        }
        Ok(Ending::Done)
    }

    /// Writes a page, and acknowledges it.
    fn write(&mut self, list: &mut Listing<EventRecord>, records: &[EventRecord]) -> Result<(), Failure> {
        list.add(records)?;
        // A document of JSON is whole only at its end.
        if self.context.output.format == Format::Json { Ok(()) } else { self.acknowledge() }
    }

    /// Acknowledges what was read, once everything of it is written.
    fn acknowledge(&mut self) -> Result<(), Failure> {
        let Some(consuming) = &mut self.consuming else { return Ok(()) };
        self.context.output.finish()?;
        match self.after {
            Some(after) if !self.context.output.reader_is_gone() => consuming.acknowledge(after, self.ledger),
            _ => consuming.keep(self.ledger),
        }
    }

    /// A writer that is under way for long holds back what came after it.
    fn say_if_held_back(page: &EventPage) {
        if page.horizon < page.newest {
            say(format_args!(
                "Events up to @{} are held back: a transaction that began before them has not ended yet",
                page.newest
            ));
        }
    }
}
