//! Why a due transfer was not posted, as it is kept.

/// A rejection, or a fault of the book, as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// Its code.
    pub code: String,
    /// What it says.
    pub reason: String,
}

impl Refusal {
    /// A row that cannot be read, as it is kept of a due.
    pub const CORRUPT_ROW: &str = "corrupt_row";
    /// A statement that the database does not take, as it is kept of a due.
    pub const STATEMENT_REFUSED: &str = "statement_refused";

    /// Whether the book is to blame, or its clock, and neither the schedule nor its accounts. Such a due is never given up.
    #[must_use]
    pub fn is_of_the_book(&self) -> bool {
        [Self::CORRUPT_ROW, Self::STATEMENT_REFUSED, "clock_behind"].contains(&self.code.as_str())
    }

    /// Whether it never passes: a closed account stays so.
    pub(crate) fn is_of_a_closed_account(&self) -> bool {
        self.code == "account_closed"
    }
}
