//! The words by which operations are asked for.

/// By which word each operation is asked for where people and programs write it. A transfer has none: it is what its fields say.
///
/// Batches and journals in JSON carry these and no others. An operation without a word does not compile, and neither does a word that is not
/// read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verb {
    /// Reserve value.
    Hold,
    /// Post value that is reserved.
    Capture,
    /// Give up value that is reserved.
    Release,
    /// Undo a transfer.
    Reverse,
    /// Change how far an account's balance may go.
    Limit,
    /// Freeze an account.
    Freeze,
    /// Open it again.
    Unfreeze,
    /// Close it.
    Close,
    /// Change what is kept beside an account or a transfer.
    Annotate,
}

words!(Verb {
    Hold = "hold",
    Capture = "capture",
    Release = "release",
    Reverse = "reverse",
    Limit = "limit",
    Freeze = "freeze",
    Unfreeze = "unfreeze",
    Close = "close",
    Annotate = "annotate",
});

impl Verb {
    /// Whether it makes a transfer, which has an id. What makes none can be asked for twice without harm.
    #[must_use]
    pub const fn makes_transfer(self) -> bool {
        match self {
            Self::Hold | Self::Capture | Self::Release | Self::Reverse => true,
            Self::Limit | Self::Freeze | Self::Unfreeze | Self::Close | Self::Annotate => false,
        }
    }
}
