//! What is wrong with a line of a book's file, as an error, and what a line of an account comes to by itself.

use crate::error::{Error, InputError};
use crate::facts::Account;
use crate::judging::{Opening, open_account};
use crate::ledger::events::order::OpenedAccount;

/// A line is not what it should be.
pub(super) fn refusal(line: u64, problem: String) -> Error {
    InputError::BookFile { line, problem }.into()
}

/// The account as it is when nothing has touched it yet.
pub(super) fn unused(account: &OpenedAccount) -> Result<Account, String> {
    match open_account(&account.opening, None, &account.event) {
        Ok(Opening::New(opened)) => Ok(opened),
        Ok(Opening::Replay(_)) => unreachable!("nothing is there that it could be a replay of"),
        Err(rejection) => Err(rejection.to_string()),
    }
}
