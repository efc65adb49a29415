//! What several commands have in common.

use std::collections::BTreeMap;
use std::str::FromStr;

use clap::Args;

use crate::facts::{AccountName, Actor, Description, Metadata, TextError};
use crate::ledger::Mode;
use crate::requests::{AccountAction, AccountChange};
use crate::wire::DefaultSignature;

/// For everything that writes.
#[derive(Args)]
pub(super) struct ModeArgs {
    /// Judge it like any other, and leave no trace
    #[arg(long)]
    dry_run: bool,
}

impl ModeArgs {
    pub(super) const fn mode(&self) -> Mode {
        if self.dry_run { Mode::DryRun } else { Mode::Commit }
    }
}

/// `KEY=VALUE`, as often as it is given.
#[derive(Args)]
pub(super) struct MetadataArgs {
    /// Text for programs to keep beside it; can be given again
    #[arg(long = "metadata", value_name = "KEY=VALUE")]
    entries: Vec<String>,
}

impl MetadataArgs {
    pub(super) fn metadata(&self) -> Result<Metadata, TextError> {
        metadata_of(&self.entries)
    }
}

/// Reads entries of the form `KEY=VALUE`.
pub(super) fn metadata_of(texts: &[String]) -> Result<Metadata, TextError> {
    let mut entries = BTreeMap::new();
    for text in texts {
        let fault = |problem| TextError::Form { what: "metadata", text: text.chars().take(40).collect(), problem };
        let (key, value) = text.split_once('=').ok_or_else(|| fault("has no =; write KEY=VALUE"))?;
        if entries.insert(key.to_owned(), value.to_owned()).is_some() {
            return Err(fault("gives its key a second time"));
        }
    }
    Metadata::new(entries)
}

/// Why something is changed.
#[derive(Args)]
pub(super) struct ReasonArgs {
    /// Why
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
}

impl ReasonArgs {
    /// Who asks for the change, which is an option of every command, and why.
    pub(super) fn signature(&self, actor: Option<Actor>) -> Result<DefaultSignature, crate::Error> {
        Ok(DefaultSignature { actor, reason: self.reason.as_deref().map(parse).transpose()? })
    }

    pub(super) fn signed(&self, actor: Option<Actor>) -> Result<(Actor, Option<Description>), crate::Error> {
        Ok(self.signature(actor)?.signed()?)
    }

    pub(super) fn change(
        &self,
        actor: Option<Actor>,
        account: AccountName,
        action: AccountAction,
    ) -> Result<AccountChange, crate::Error> {
        Ok(self.signature(actor)?.sign(account, action)?)
    }
}

/// Reads an argument whose text is checked by the library, so that its fault is bad input and not bad usage.
pub(super) fn parse<T>(text: &str) -> Result<T, crate::Error>
where
    T: FromStr,
    crate::InputError: From<T::Err>,
{
    text.parse::<T>().map_err(|error| crate::InputError::from(error).into())
}

/// `1 transfer`, `2 transfers`.
pub(super) fn count(number: u64, noun: &str) -> String {
    if number == 1 { format!("1 {noun}") } else { format!("{number} {noun}s") }
}
