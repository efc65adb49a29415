//! What holds for every write: whether it is kept or only tried, and who asks for it.
//!
//! An option that is added here is an option of every write.

use crate::facts::Actor;

/// Whether an operation is kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mode {
    /// The operation is written, and its answer comes after the commit.
    #[default]
    Commit,
    /// The operation is judged under the same locks, but leaves no trace.
    DryRun,
}

/// How a write is carried out. A [`Mode`] alone will do where the [ledger's own actor](crate::Ledger::with_actor) asks for it.
///
/// ```
/// use teller::{Mode, WriteOptions};
///
/// let options = WriteOptions::new(Mode::Commit).by("payments".parse()?);
/// assert_eq!(options.actor.unwrap().as_str(), "payments");
/// # Ok::<(), teller::facts::TextError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct WriteOptions {
    /// Whether it is kept.
    pub mode: Mode,
    /// Who asks for it, which is recorded with every transfer. `None` is the ledger's own actor. A change that says itself who wants it
    /// so, of an account, of metadata, of a period or the like, is recorded in that name.
    pub actor: Option<Actor>,
}

impl WriteOptions {
    /// A write in a mode, asked for by the ledger's own actor.
    #[must_use]
    pub const fn new(mode: Mode) -> Self {
        Self { mode, actor: None }
    }

    /// The same, asked for by somebody.
    #[must_use]
    pub fn by(self, actor: Actor) -> Self {
        Self { actor: Some(actor), ..self }
    }
}

impl From<Mode> for WriteOptions {
    fn from(mode: Mode) -> Self {
        Self::new(mode)
    }
}

impl From<&Self> for WriteOptions {
    fn from(options: &Self) -> Self {
        options.clone()
    }
}
