//! Files that come in and files that go out: how they are opened, bounded and put in place. Nothing else in the crate creates a file.
//!
//! What belongs here: paths, bytes and permissions. What does not: what the files say.

mod encoding;
mod input;
mod output;
mod unfinished;

pub use crate::files::encoding::{BOM, foreign_encoding, utf_16, without_bom};
pub use crate::files::input::{Input, read_text};
pub use crate::files::output::{Existing, OutputFile, Written, create_private};
pub use crate::files::unfinished::{Unfinished, remove_unfinished};

use crate::files::unfinished::beside;

use std::path::{Path, PathBuf};

/// The file beside a book in which a server keeps its keys, webhooks and monitors.
pub(crate) fn server_file(book: &Path) -> PathBuf {
    beside(book, "-server")
}

/// The folder that a file is in.
#[must_use]
pub fn folder_of(file: &Path) -> &Path {
    match file.parent() {
        Some(folder) if folder != Path::new("") => folder,
        _ => Path::new("."),
    }
}
