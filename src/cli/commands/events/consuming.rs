//! Reading as a named consumer: its lease is taken, kept and given back, and what was written is acknowledged.

use std::process;
use std::time::{Duration, Instant as Stopwatch};

use clap::Args;

use crate::cli::advice;
use crate::cli::context::Context;
use crate::cli::failure::Failure;
use crate::cli::talk::say;
use crate::error::Error;
use crate::facts::LengthOfTime;
use crate::ledger::{EventCursor, Ledger};
use crate::server::{Consumers, EventStart, Lease};
use crate::wire::read_duration;

#[derive(Args)]
pub(super) struct ConsumerArgs {
    /// Go on where this consumer is, and acknowledge what was written; it is added before the first event where there is none
    #[arg(long, value_name = "NAME", conflicts_with = "after")]
    consumer: Option<String>,
    /// How long nobody else can read as the consumer after this program was killed
    #[arg(long, value_name = "DURATION", default_value = "15s", requires = "consumer")]
    lease: String,
}

impl ConsumerArgs {
    /// Takes the consumer's lease, if one is named.
    pub(super) fn begin(&self, context: &Context, ledger: &Ledger) -> Result<Option<Consuming>, Failure> {
        let Some(name) = &self.consumer else { return Ok(None) };
        let time = read_duration(&self.lease).map_err(Error::from)?;
        // Before the consumer is added.
        Lease::check_time(time)?;
        let (url, _) = context.url()?;
        let consumers = Consumers::of_book(&url, context.options()?);
        if !consumers.has(name)? && consumers.add(name, EventStart::First, ledger)? {
            say(format_args!("Added the consumer {name}; it begins with the first event."));
        }
        let who = context.actor()?.map_or_else(String::new, |actor| format!("{actor}, "));
        let lease = consumers.take(name, &format!("{who}process {}", process::id()), time, ledger)?;
        Ok(Some(Consuming { consumers, lease, renewed_at: Stopwatch::now() }))
    }
}

/// A consumer that this program reads as.
pub(super) struct Consuming {
    consumers: Consumers,
    lease: Lease,
    renewed_at: Stopwatch,
}

impl Consuming {
    /// Where it goes on.
    pub(super) const fn after(&self) -> Option<EventCursor> {
        self.lease.after
    }

    /// Whether the program before this one was killed, so that what it wrote may end within a line.
    pub(super) const fn is_after_a_kill(&self) -> bool {
        self.lease.is_after_a_kill
    }

    /// Acknowledges everything up to an event. It was written.
    pub(super) fn acknowledge(&mut self, cursor: EventCursor, ledger: &Ledger) -> Result<(), Failure> {
        if self.lease.after == Some(cursor) {
            return self.keep(ledger);
        }
        self.consumers.acknowledge_read(&self.lease, cursor, ledger.clock().now())?;
        (self.lease.after, self.renewed_at) = (Some(cursor), Stopwatch::now());
        Ok(())
    }

    /// Keeps the lease, in good time before it ends.
    pub(super) fn keep(&mut self, ledger: &Ledger) -> Result<(), Failure> {
        if self.renewed_at.elapsed() >= self.lease.time / 3 {
            self.consumers.renew(&self.lease.consumer, self.lease.epoch, self.lease.time, ledger)?;
            self.renewed_at = Stopwatch::now();
        }
        Ok(())
    }

    /// How long this program may sleep before it looks at the lease again.
    pub(super) fn pause_max(&self) -> Duration {
        self.lease.time / 6
    }

    /// Gives the lease back. Where that cannot be done, it ends by itself.
    pub(super) fn end(self) {
        let Lease { consumer, time, .. } = &self.lease;
        if self.consumers.give_back(&self.lease).is_err() {
            let time = LengthOfTime(*time);
            say(format_args!("The lease of the consumer {consumer} cannot be given back; it ends within {time}."));
        }
    }

    /// The failure of a walk, with what to do about it.
    pub(super) fn explain(&self, failure: Failure) -> Failure {
        if failure.is_of_foreign_cursor() {
            failure.with_hint(advice::move_consumer(&self.lease.consumer))
        } else {
            failure
        }
    }

    /// Says at the end how far the consumer has come, as the book has it: it may have been moved meanwhile, or another reader has taken it.
    pub(super) fn say_where(&self, ledger: &Ledger) -> Result<(), Failure> {
        let lease = self.consumers.renew(&self.lease.consumer, self.lease.epoch, self.lease.time, ledger)?;
        if let Some(cursor) = lease.after {
            say(format_args!("The consumer {} has acknowledged everything up to {cursor}", lease.consumer));
        }
        Ok(())
    }
}
