//! Options that take a time: read by the book's clock, and in the time zone of the command line.

use clap::Args;

use crate::error::Error;
use crate::facts::Instant;
use crate::ledger::Ledger;
use crate::wire::{Moments, Zone, read_moments, read_month};

/// A span of time. It holds its first moment and not its last.
#[derive(Args)]
#[group(id = "span", multiple = true)]
pub(super) struct SpanArgs {
    /// A month: 2026-09
    #[arg(long, value_name = "MONTH", conflicts_with_all = ["from", "to"])]
    month: Option<String>,
    /// From the first moment of this day, month, year or time on: 2026-09-01
    #[arg(long, value_name = "TIME")]
    from: Option<String>,
    /// Before the first moment of this day, month, year or time
    #[arg(long, value_name = "TIME")]
    to: Option<String>,
}

impl SpanArgs {
    /// Whether one is asked for.
    pub(super) const fn is_given(&self) -> bool {
        self.month.is_some() || self.from.is_some() || self.to.is_some()
    }

    /// The first moment of the span, and the first one behind it.
    pub(super) fn read(&self, times: Times<'_>) -> Result<(Option<Instant>, Option<Instant>), Error> {
        times.span(self.month.as_deref(), self.from.as_deref(), self.to.as_deref())
    }
}

/// By what times are read.
#[derive(Clone, Copy)]
pub(super) struct Times<'a> {
    pub(super) ledger: &'a Ledger,
    pub(super) zone: Zone,
}

impl Times<'_> {
    pub(super) fn now(self) -> Instant {
        self.ledger.clock().now()
    }

    /// The first moment of what is written, for what begins then.
    pub(super) fn first(self, text: Option<&str>) -> Result<Option<Instant>, Error> {
        Ok(self.moments(text)?.map(|moments| moments.first))
    }

    /// The last moment of what is written, for what goes up to then.
    pub(super) fn last(self, text: Option<&str>) -> Result<Option<Instant>, Error> {
        Ok(self.moments(text)?.map(|moments| moments.last))
    }

    /// The last moment of what is written, or now where that goes on.
    pub(super) fn last_so_far(self, text: Option<&str>) -> Result<Option<Instant>, Error> {
        let now = self.now();
        let so_far = |moments: Moments| if moments.first <= now { moments.last.min(now) } else { moments.last };
        Ok(self.moments(text)?.map(so_far))
    }

    /// The first moment of a month or of a span, and the first one behind it.
    pub(super) fn span(
        self,
        month: Option<&str>,
        from: Option<&str>,
        to: Option<&str>,
    ) -> Result<(Option<Instant>, Option<Instant>), Error> {
        match month {
            Some(month) => {
                let Moments { first, last } = self.month(month)?;
                Ok((Some(first), last.checked_next()))
            }
            None => Ok((self.first(from)?, self.first(to)?)),
        }
    }

    pub(super) fn month(self, text: &str) -> Result<Moments, Error> {
        Ok(read_month(text, &self.zone)?)
    }

    pub(super) fn moments(self, text: Option<&str>) -> Result<Option<Moments>, Error> {
        Ok(text.map(|text| read_moments(text, self.now(), &self.zone)).transpose()?)
    }
}
