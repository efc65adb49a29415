//! Asking before something is done that nothing can undo.

use std::io::{self, IsTerminal};

use clap::Args;

use crate::cli::advice;
use crate::cli::failure::Failure;
use crate::cli::talk;
use crate::ledger::Mode;
use crate::wire::visible;

#[derive(Args)]
pub(super) struct YesArgs {
    /// It is meant: do not ask
    #[arg(long)]
    yes: bool,
}

impl YesArgs {
    /// Goes on if it is meant: by the option, or by the answer of somebody at a terminal. A dry run needs neither.
    pub(super) fn confirm(&self, act: &str, mode: Mode) -> Result<(), Failure> {
        if self.yes || mode == Mode::DryRun {
            return Ok(());
        }
        if !io::stdin().is_terminal() {
            let message = format!("{act} cannot be undone, and nobody is there to be asked");
            return Err(Failure::not_confirmed(message).with_hint(advice::SAY_YES));
        }
        // It is asked however quiet the rest is.
        talk::write_text(&format!("{} cannot be undone. Type yes to go on:", visible(act)));
        let mut answer = String::new();
        io::stdin().read_line(&mut answer)?;
        match answer.trim() {
            "yes" | "y" => Ok(()),
            _ => Err(Failure::not_confirmed(format!("{act} was not confirmed; nothing was done"))),
        }
    }
}
