//! Stands in for [`consuming`](super::consuming) where the program is built without the server: there are no consumers then.

use std::time::Duration;

use clap::Args;

use crate::cli::context::Context;
use crate::cli::failure::Failure;
use crate::ledger::{EventCursor, Ledger};

#[derive(Args)]
pub(super) struct ConsumerArgs {}

impl ConsumerArgs {
    #[expect(clippy::unnecessary_wraps, clippy::unused_self, reason = "it stands in for one that can fail")]
    pub(super) const fn begin(&self, _: &Context, _: &Ledger) -> Result<Option<Consuming>, Failure> {
        Ok(None)
    }
}

/// There is none.
pub(super) enum Consuming {}

impl Consuming {
    pub(super) const fn after(&self) -> Option<EventCursor> {
        match *self {}
    }

    pub(super) const fn is_after_a_kill(&self) -> bool {
        match *self {}
    }

    pub(super) const fn acknowledge(&mut self, _: EventCursor, _: &Ledger) -> Result<(), Failure> {
        match *self {}
    }

    pub(super) const fn keep(&mut self, _: &Ledger) -> Result<(), Failure> {
        match *self {}
    }

    pub(super) const fn pause_max(&self) -> Duration {
        match *self {}
    }

    pub(super) const fn end(self) {
        match self {}
    }

    pub(super) fn explain(&self, _: Failure) -> Failure {
        match *self {}
    }

    pub(super) const fn say_where(&self, _: &Ledger) -> Result<(), Failure> {
        match *self {}
    }
}
