//! Lists that look for something in a book of any size: with filters, a cursor that carries them, and a bound on what is read.

use std::fmt::Display;
use std::str::FromStr;

use clap::Args;
use clap::builder::RangedU64ValueParser;

use crate::cli::args::{count, parse};
use crate::cli::context::{Context, Ending};
use crate::cli::failure::Failure;
use crate::cli::pages::{PageArgs, say_older};
use crate::cli::talk::say;
use crate::cli::times::{SpanArgs, Times};
use crate::error::Error;
use crate::facts::{Actor, Instant, Sequence};
use crate::ledger::ListPage;
use crate::wire::{Columns, Record};

/// Who asked for it, and when it was recorded. A cursor carries the filters of its list.
#[derive(Args)]
pub(super) struct WhenArgs {
    /// Only those that this actor asked for
    #[arg(long, value_name = "NAME")]
    by: Option<String>,
    #[command(flatten)]
    span: SpanArgs,
}

impl WhenArgs {
    pub(super) fn actor(&self) -> Result<Option<Actor>, Error> {
        self.by.as_deref().map(parse).transpose()
    }

    pub(super) fn span(&self, times: Times<'_>) -> Result<(Option<Instant>, Option<Instant>), Error> {
        self.span.read(times)
    }
}

/// How a list looks: the columns of its table, and what is said where it is empty.
pub(super) struct Shown<'a, R> {
    pub(super) columns: &'a Columns<R>,
    pub(super) nothing: &'static str,
}

/// What a page of a list has: its rows, where the next one begins, and whether it ends because enough was read.
type Page<R> = (Vec<R>, Option<Sequence>, bool);

#[derive(Args)]
pub(super) struct LookupArgs {
    #[command(flatten)]
    pages: PageArgs,
    /// The most transfers to read for a page
    #[arg(long, value_name = "ROWS", default_value_t = ListPage::READS_MAX,
        value_parser = RangedU64ValueParser::<u64>::new().range(1..))]
    read_max: u64,
    /// Where to go on: the cursor that the page before told, which carries the filters
    #[arg(long, value_name = "CURSOR", conflicts_with_all = ["by", "month", "from", "to"])]
    cursor: Option<String>,
}

impl LookupArgs {
    pub(super) fn cursor<C: FromStr<Err = String>>(&self) -> Result<Option<C>, Failure> {
        self.cursor.as_deref().map(str::parse).transpose().map_err(Failure::usage)
    }

    /// Writes the list, from a place on. A page that was cut ends it, unless all rows are wanted.
    pub(super) fn list<R: Record, C: Display>(
        &self,
        context: &Context,
        from: Option<Sequence>,
        shown: &Shown<'_, R>,
        read: impl Fn(ListPage) -> Result<Page<R>, Error>,
        cursor: impl Fn(Sequence) -> C,
    ) -> Result<Ending, Failure> {
        let mut list = context.output.list();
        let is_whole = self.pages.is_whole(context.output.format);
        let mut cut_at = None;
        let next = self.pages.fetch(&context.output, from, |from, limit| {
            let (records, next, is_cut) = read(ListPage { from: from.copied(), limit, reads_max: self.read_max })?;
            list.add_with(&records, shown.columns)?;
            if is_cut && !is_whole {
                cut_at = next;
            }
            Ok((records.len(), next.filter(|_| cut_at.is_none())))
        })?;
        let next = next.or(cut_at).map(|from| cursor(from).to_string());
        if list.count() == 0 && next.is_none() {
            say(shown.nothing);
        }
        list.end(next.as_deref())?;
        match next.as_ref().filter(|_| cut_at.is_some()) {
            Some(cursor) => say(format_args!(
                "The search ended after {}. Narrow it with a span or another filter, raise --read-max, or go on: --cursor {cursor}",
                count(self.read_max, "transfer")
            )),
            None => say_older(next),
        }
        Ok(Ending::Done)
    }
}
