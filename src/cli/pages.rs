//! How much of a list is shown, and how it is fetched: page by page.

use clap::Args;
use clap::builder::RangedU64ValueParser;

use crate::cli::failure::Failure;
use crate::cli::format::Format;
use crate::cli::output::Output;
use crate::cli::talk::say;

/// How many rows are fetched at once, and so how many are in memory.
const PAGE_ROWS: u32 = 1_000;

/// How many rows people and JSON documents get where nobody says.
const ROWS_USUAL: u64 = 100;

#[derive(Args)]
pub(super) struct PageArgs {
    /// The most rows to show [default: 100 in a table and in JSON, all in CSV and JSON lines]
    #[arg(long, value_name = "ROWS", value_parser = RangedU64ValueParser::<u64>::new().range(1..))]
    limit: Option<u64>,
}

impl PageArgs {
    /// Fetches pages from a cursor on until there are enough rows or no more, and says where to go on. The page is told how many rows it may
    /// have, and tells how many it has and the next cursor.
    pub(super) fn fetch<C>(
        &self,
        output: &Output,
        mut cursor: Option<C>,
        mut page: impl FnMut(Option<&C>, u32) -> Result<(usize, Option<C>), Failure>,
    ) -> Result<Option<C>, Failure> {
        let mut left = self.rows_max(output.format);
        loop {
            let rows_max = u32::try_from(left).unwrap_or(u32::MAX).min(PAGE_ROWS);
            let (rows, next) = page(cursor.as_ref(), rows_max)?;
            left = left.saturating_sub(rows as u64);
            if output.reader_is_gone() {
                return Ok(None);
            }
            if next.is_none() || left == 0 {
                return Ok(next);
            }
            cursor = next;
        }
    }

    /// Whether all rows are shown.
    pub(super) fn is_whole(&self, format: Format) -> bool {
        self.rows_max(format) == u64::MAX
    }

    fn rows_max(&self, format: Format) -> u64 {
        match (self.limit, format) {
            (Some(limit), _) => limit,
            (None, Format::Table | Format::Json) => ROWS_USUAL,
            (None, Format::Ndjson | Format::Csv | Format::Html) => u64::MAX,
        }
    }
}

/// Says that there are more rows than were shown, and how to get them.
pub(super) fn say_more(cursor: Option<impl std::fmt::Display>) {
    if let Some(cursor) = cursor {
        say(format_args!("There are more: --cursor {cursor}"));
    }
}

/// The same for lists that begin with the newest row.
pub(super) fn say_older(cursor: Option<impl std::fmt::Display>) {
    if let Some(cursor) = cursor {
        say(format_args!("There are older ones: --cursor {cursor}"));
    }
}
