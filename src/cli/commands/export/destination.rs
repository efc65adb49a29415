//! Where exports go: stdout, which takes nothing back, or a file that is whole.

use std::io::{self, BufWriter, Write};

use crate::cli::failure::Failure;
use crate::error::Error;
use crate::files::OutputFile;

/// What is said where an export to stdout would have to begin anew.
pub(super) fn stdout_stays() -> io::Error {
    io::Error::other("the connection was lost, and what went to stdout cannot be taken back")
}

/// What an export to stdout cannot write is its result.
pub(super) fn of_stdout(error: Error) -> Failure {
    match error {
        Error::File { source, .. } => source.into(),
        error => Failure::from(error),
    }
}

/// Takes back what was written to a file.
pub(super) fn begin_anew(writer: &mut BufWriter<OutputFile>) -> io::Result<()> {
    writer.flush()?;
    writer.get_mut().restart()
}
