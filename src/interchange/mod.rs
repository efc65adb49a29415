//! Other people's formats, and the file that carries a whole book.
//!
//! What belongs here: bytes to lines and back, with the place of every problem. What does not: posting what a line says, and JSON, which is
//! in [`wire`](crate::wire).

mod book_file;
mod csv;
mod flat;
#[cfg(feature = "cli")]
mod html;
mod plain_text;

pub use crate::interchange::book_file::{BookReader, BookWriter};
pub use crate::interchange::csv::accounts::{read_accounts, read_accounts_as};
pub use crate::interchange::csv::columns::Lines;
pub use crate::interchange::csv::dates::DateFormat;
pub use crate::interchange::csv::dialect::{Delimiter, Dialect};
pub use crate::interchange::csv::encoding::TextEncoding;
pub use crate::interchange::csv::numbers::NumberFormat;
#[cfg(any(feature = "cli", feature = "server"))]
pub use crate::interchange::csv::prices::read_prices;
pub use crate::interchange::csv::rejects::RejectsFile;
#[cfg(feature = "cli")]
pub use crate::interchange::csv::rules::Rules;
pub use crate::interchange::csv::transfers::{read_transfers, read_transfers_as};
#[cfg(feature = "parquet")]
pub use crate::interchange::flat::parquet::ParquetWriter;
pub use crate::interchange::flat::texts::TextCells;
pub use crate::interchange::flat::write::{FlatFormat, FlatWriter};
#[cfg(feature = "cli")]
pub use crate::interchange::html::{
    BalancePage, StatementPageRow, income_page, sheet_page, statement_page, trial_balance_page,
};
pub use crate::interchange::plain_text::{JournalFormat, JournalWriter, decimal};
