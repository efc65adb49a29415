//! Who wants a change, where a request does not say it itself.

use crate::error::InputError;
use crate::facts::{AccountName, Actor, Description};
use crate::requests::{AccountAction, AccountChange};

/// Who changes accounts, where a request does not say it itself, and why.
#[derive(Clone, Debug)]
pub struct DefaultSignature {
    /// Who; `None` where nobody is known.
    pub actor: Option<Actor>,
    /// Why.
    pub reason: Option<Description>,
}

impl DefaultSignature {
    /// A change of an account, signed.
    ///
    /// # Errors
    /// [`InputError::ActorMissing`] where nobody is known who wants it so.
    pub fn sign<A>(&self, account: AccountName, action: AccountAction<A>) -> Result<AccountChange<A>, InputError> {
        let (actor, reason) = self.signed()?;
        Ok(AccountChange { account, action, actor, reason })
    }

    /// Who, and why.
    ///
    /// # Errors
    /// As [`DefaultSignature::sign`].
    pub fn signed(&self) -> Result<(Actor, Option<Description>), InputError> {
        Ok((self.actor.clone().ok_or(InputError::ActorMissing)?, self.reason.clone()))
    }
}
