//! The two things that happen to a period.

/// What becomes of a period.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PeriodAction {
    /// Nothing may count in it any more that does not yet.
    Close,
    /// It is open again, where no other period that is closed has it in it.
    Reopen,
}

words!(PeriodAction {
    Close = "close",
    Reopen = "reopen",
});
