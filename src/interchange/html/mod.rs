//! Pages for people: statements that a customer can be sent, and reports with their plots. A browser prints them.
//!
//! A page is whole in itself: no scripts, nothing from elsewhere. Whatever a book says is text, never markup. What does not belong here:
//! reading the book, and serving pages.

mod page;
mod plot;
mod report;
mod statement;

pub use crate::interchange::html::report::{BalancePage, income_page, sheet_page, trial_balance_page};
pub use crate::interchange::html::statement::{StatementPageRow, statement_page};
