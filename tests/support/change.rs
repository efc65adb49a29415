//! Changes of what accounts may do, for tests that do not care who wants them.

use teller::rules::{AccountAction, AccountChange};

/// A change that the tests want, for no reason.
pub fn change(account: &str, action: AccountAction) -> AccountChange {
    AccountChange { account: account.parse().unwrap(), action, actor: "tests".parse().unwrap(), reason: None }
}
