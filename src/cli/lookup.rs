//! Lists that look for something in a book of any size: with filters, a cursor that carries them, and a bound on what is read.

use std::fmt::Display;
use std::str::FromStr;

use clap::builder::RangedU64ValueParser;
use clap::{Args, ValueEnum};

use crate::cli::advice;
use crate::cli::args::{count, metadata_of, parse};
use crate::cli::context::{Context, Ending};
use crate::cli::failure::Failure;
use crate::cli::pages::{PageArgs, say_more, say_older};
use crate::cli::talk::say;
use crate::cli::times::{SpanArgs, Times};
use crate::error::Error;
use crate::facts::{Metadata, Sequence};
use crate::ledger::{Ledger, ListOrder, ListPage, RecordedFilter};
use crate::store::{IndexState, MetadataIndex, MetadataOf};
use crate::wire::{Columns, Record};

/// Who asked for it, what is kept beside it, and when it was recorded. A cursor carries the filters of its list.
#[derive(Args)]
pub(super) struct WhenArgs {
    /// Only those that this actor asked for
    #[arg(long, value_name = "NAME")]
    by: Option<String>,
    /// Only those beside which this is kept now; can be given again
    #[arg(long, value_name = "KEY=VALUE")]
    metadata: Vec<String>,
    /// Which come first
    #[arg(long, value_enum)]
    order: Option<Order>,
    #[command(flatten)]
    span: SpanArgs,
}

/// Which way a list goes.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Order {
    /// The newest
    Newest,
    /// The oldest
    Oldest,
}

impl WhenArgs {
    /// What all lists are filtered by, and which way they go where nothing says so.
    pub(super) fn recorded(&self, times: Times<'_>, usual: ListOrder) -> Result<RecordedFilter, Error> {
        let (from, to) = self.span.read(times)?;
        let order = match self.order {
            Some(Order::Newest) => ListOrder::Newest,
            Some(Order::Oldest) => ListOrder::Oldest,
            None => usual,
        };
        let actor = self.by.as_deref().map(parse).transpose()?;
        Ok(RecordedFilter { actor, metadata: metadata_of(&self.metadata)?, from, to, order })
    }
}

/// How a list looks: the columns of its table, what is said where it is empty, what is read to find it, and which way it goes.
pub(super) struct Shown<'a, R> {
    pub(super) columns: &'a Columns<R>,
    pub(super) nothing: &'static str,
    pub(super) noun: &'static str,
    pub(super) order: ListOrder,
    /// The command that would make such a search faster, where there is one.
    pub(super) faster: Option<String>,
}

/// What would find metadata faster, where no index finds any of it.
pub(super) fn faster_by_metadata(ledger: &Ledger, of: MetadataOf, wanted: &Metadata) -> Result<Option<String>, Error> {
    let Some(key) = wanted.entries().keys().next() else { return Ok(None) };
    let indexes = ledger.list_metadata_indexes()?;
    let finds = |index: &MetadataIndex| {
        index.of == of && index.state == IndexState::Ready && wanted.entries().contains_key(&index.key)
    };
    Ok((!indexes.iter().any(finds)).then(|| advice::index_metadata(of, key)))
}

/// What a page of a list has: its rows, where the next one begins, and whether it ends because enough was read.
type Page<R, P> = (Vec<R>, Option<P>, bool);

/// For lists that go by sequences, with the filters of [`WhenArgs`].
#[derive(Args)]
pub(super) struct LookupArgs {
    #[command(flatten)]
    bounded: BoundedArgs,
    /// Where to go on: the cursor that the page before told, which carries the filters
    #[arg(long, value_name = "CURSOR", conflicts_with_all = ["by", "metadata", "order", "month", "from", "to"])]
    cursor: Option<String>,
}

impl LookupArgs {
    pub(super) fn cursor<C: FromStr<Err = String>>(&self) -> Result<Option<C>, Failure> {
        self.cursor.as_deref().map(str::parse).transpose().map_err(Failure::usage)
    }

    /// Writes the list, from a place on.
    pub(super) fn list<R: Record, C: Display>(
        &self,
        context: &Context,
        from: Option<Sequence>,
        shown: &Shown<'_, R>,
        read: impl Fn(ListPage) -> Result<Page<R, Sequence>, Error>,
        cursor: impl Fn(Sequence) -> C,
    ) -> Result<Ending, Failure> {
        let read = |from: Option<&Sequence>, limit, reads_max| read(ListPage { from: from.copied(), limit, reads_max });
        self.bounded.list(context, from, shown, read, cursor)
    }
}

/// How many rows are shown, and how many are read for them.
#[derive(Args)]
pub(super) struct BoundedArgs {
    #[command(flatten)]
    pages: PageArgs,
    /// The most rows to read for a page
    #[arg(long, value_name = "ROWS", default_value_t = ListPage::READS_MAX,
        value_parser = RangedU64ValueParser::<u64>::new().range(1..))]
    read_max: u64,
}

impl BoundedArgs {
    /// Writes the list, from a place on. A page that was cut ends it, unless all rows are wanted.
    pub(super) fn list<R: Record, P: Clone, C: Display>(
        &self,
        context: &Context,
        from: Option<P>,
        shown: &Shown<'_, R>,
        read: impl Fn(Option<&P>, u32, u64) -> Result<Page<R, P>, Error>,
        cursor: impl Fn(P) -> C,
    ) -> Result<Ending, Failure> {
        let mut list = context.output.list();
        let is_whole = self.pages.is_whole(context.output.format);
        let mut cut_at = None;
        let next = self.pages.fetch(&context.output, from, |from, limit| {
            let (records, next, is_cut) = read(from, limit, self.read_max)?;
            list.add_with(&records, shown.columns)?;
            if is_cut && !is_whole {
                cut_at.clone_from(&next);
            }
            Ok((records.len(), next.filter(|_| cut_at.is_none())))
        })?;
        let is_cut = cut_at.is_some();
        let next = next.or(cut_at).map(|from| cursor(from).to_string());
        if list.count() == 0 && next.is_none() {
            say(shown.nothing);
        }
        list.end(next.as_deref())?;
        match &next {
            Some(cursor) if is_cut => say(format_args!(
                "The search ended after {}. {}Narrow it with a span or another filter, raise --read-max, or go on: --cursor {cursor}",
                count(self.read_max, shown.noun),
                shown.faster.as_ref().map_or_else(String::new, |faster| format!("{faster}. "))
            )),
            Some(_) | None if shown.order == ListOrder::Newest => say_older(next),
            Some(_) | None => say_more(next),
        }
        Ok(Ending::Done)
    }
}
