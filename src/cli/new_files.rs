//! Files that results go to.

use std::path::Path;

use clap::Args;

use crate::cli::advice;
use crate::cli::context::Context;
use crate::cli::failure::Failure;
use crate::cli::interrupt;
use crate::files::{Existing, OutputFile};

/// What becomes of a file that is written to and is there already.
#[derive(Args)]
pub(super) struct ForceArgs {
    /// Replace the file that is written if it is there already
    #[arg(long)]
    force: bool,
}

impl ForceArgs {
    /// Begins a file that results go to, before there is any work that could be in vain.
    pub(super) fn create(&self, context: &Context, path: &Path) -> Result<OutputFile, Failure> {
        let existing = if self.force { Existing::Replace } else { Existing::Refuse };
        create(context, path, existing).map_err(|error| Failure::of_output(error, Some(advice::FORCE)))
    }
}

/// Begins a file that never replaces another.
pub(super) fn create_new(context: &Context, path: &Path) -> Result<OutputFile, Failure> {
    create(context, path, Existing::Refuse).map_err(|error| Failure::of_output(error, None))
}

/// Begins a file. Where its name is taken, a number is put behind it.
pub(super) fn create_next_to_taken(context: &Context, path: &Path) -> Result<OutputFile, Failure> {
    create(context, path, Existing::Number).map_err(|error| Failure::of_output(error, None))
}

fn create(context: &Context, path: &Path, existing: Existing) -> Result<OutputFile, crate::Error> {
    interrupt::clean_up();
    // Where the URL cannot be read there is no open book, and opening it tells why.
    let book = context.url().ok().and_then(|(url, _)| url.file().map(Path::to_owned));
    OutputFile::create(path, existing, book.as_deref())
}
