//! Whether an operation is kept or only tried.

/// Whether an operation is kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mode {
    /// The operation is written, and its answer comes after the commit.
    #[default]
    Commit,
    /// The operation is judged under the same locks, but leaves no trace.
    DryRun,
}
