/// Whether an operation is kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mode {
    /// It is written, and the answer comes after the commit.
    #[default]
    Commit,
    /// It is judged like any other, under the same locks, and leaves no trace.
    DryRun,
}
