//! Changes for tests that do not care who wants them.

use teller::facts::Signature;

use teller::requests::{AccountAction, AccountChange};

/// A change that the tests want, for no reason.
pub fn change(account: &str, action: AccountAction) -> AccountChange {
    let Signature { actor, reason } = signature();
    AccountChange { account: account.parse().unwrap(), action, actor, reason }
}

/// The tests, for no reason.
pub fn signature() -> Signature {
    Signature { actor: "tests".parse().unwrap(), reason: None }
}
