//! What the options of every command say of all writes, and what the ledger is told of it. Another option of all writes belongs here.

use clap::Args;

use crate::cli::args::parse;
use crate::cli::failure::Failure;
use crate::config;
use crate::facts::Actor;
use crate::ledger::Ledger;

#[derive(Args, Clone)]
pub(super) struct WriteArgs {
    /// Who asks, as it is recorded with every transfer and change [default: the login name]
    #[arg(long, global = true, value_name = "NAME")]
    actor: Option<String>,
}

impl WriteArgs {
    /// The ledger, with all of this for the writes that say nothing else.
    pub(super) fn for_writes_of(&self, ledger: Ledger) -> Result<Ledger, Failure> {
        Ok(match self.actor()? {
            Some(actor) => ledger.with_actor(actor),
            None => ledger,
        })
    }

    /// Who asks: the name of `--actor`, or else the login name. `None` if nobody is logged in by a name that can be recorded.
    pub(super) fn actor(&self) -> Result<Option<Actor>, Failure> {
        match &self.actor {
            Some(name) => Ok(Some(parse(name)?)),
            None => Ok(config::login_name().and_then(|name| name.parse().ok())),
        }
    }
}
